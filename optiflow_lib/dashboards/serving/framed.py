"""Everything a person sees in a browser: in their language, inside the frame."""

from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qs

from jupyter_server.base.handlers import JupyterHandler

from optiflow_lib.dashboards.serving.context import CONTEXT, Context
from optiflow_lib.dashboards.serving.frame import LANGUAGE_COOKIE, chosen_language, frame
from optiflow_lib.dashboards.serving.identity import Person
from optiflow_lib.texts import LANGUAGES, Language, text

YEAR_DAYS = 365


class FramedHandler(JupyterHandler):  # type: ignore[misc]  # jupyter_server is untyped here
    """Everything a person sees in a browser: in their language, inside the frame."""

    @property
    def context(self) -> Context:
        """Parts of the server."""
        return cast(Context, self.settings[CONTEXT])

    @property
    def person(self) -> Person | None:
        """Who is asking."""
        return cast(Person | None, self.current_user)

    @property
    def language(self) -> Language:
        """The language to answer in."""
        asked = parse_qs(self.request.query[:4000]).get("language", [""])[-1]
        return chosen_language(
            asked=asked,
            kept=self.get_cookie(LANGUAGE_COOKIE, ""),
            account=self.person.language if self.person else "",
            accepted=self.request.headers.get("Accept-Language", ""),
            fallback=self.context.settings.dashboards.language,
        )

    def frame(self, title: str, *, current: str = "") -> dict[str, Any]:
        """What surrounds the answer; the navigation only for somebody who is logged in."""
        person, language = self.person, self.language
        base = frame(
            self.context.printer.pages() if person else {},
            current=current,
            title=title,
            language=language,
            query=self.request.query,
            base_url=self.base_url,
            assets=self.context.assets,
            path=self.request.path,
        )
        return base | {
            "user": person.username if person else "",
            "role": role_name(person.role, language) if person else "",
            "may_log_out": self.identity_provider.has_form and person is not None,
            "logout": f"{self.base_url}logout",
            "xsrf": self.xsrf_token.decode(),
        }

    def keep_language(self) -> None:
        """Remembers a language that was chosen in the address."""
        asked = parse_qs(self.request.query[:4000]).get("language", [""])[-1]
        if asked in LANGUAGES:
            self.set_cookie(
                LANGUAGE_COOKIE,
                asked,
                expires_days=YEAR_DAYS,
                path=self.base_url,
                samesite="Lax",
                httponly=True,
            )

    def write_template(self, template: str, *, title: str, current: str = "", **values: Any) -> None:
        """Answers with one of the templates that are no page; `current` is the page it belongs to."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.write(
            self.context.templates.get_template(template).render(
                frame=self.frame(title, current=current), **values
            )
        )

    def write_error(self, status_code: int, **_: Any) -> None:
        """An error in words."""
        self.current_user = getattr(self, "_jupyter_current_user", None)
        title, line = told_error(status_code, self.language)
        home = {"address": self.base_url, "title": text("To the dashboard", self.language)}
        self.write_template("message.html", title=title, lines=[line], link=home if self.person else None)


def told_error(status: int, language: Language) -> tuple[str, str]:
    """Title and sentence of an error."""
    if status == HTTPStatus.NOT_FOUND:
        return text("There is no such page", language), text("The address leads nowhere.", language)
    if status == HTTPStatus.FORBIDDEN:
        return text("Not allowed", language), text(
            "You may not see this, or you must log in again.", language
        )
    return text("Something went wrong", language), text(
        "The server could not answer. Its log says why; try again in a moment.", language
    )


def role_name(role: str, language: Language) -> str:
    """What a role is called."""
    names = {
        "viewer": text("viewer", language),
        "buyer": text("buyer", language),
        "manager": text("manager", language),
        "admin": text("administrator", language),
    }
    return names[role]
