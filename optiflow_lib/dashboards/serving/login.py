"""The login form and its end."""

import math
from http import HTTPStatus

from optiflow_lib.dashboards.serving.framed import FramedHandler
from optiflow_lib.dashboards.serving.guards import anybody
from optiflow_lib.texts import text

LONGEST = 1000  # of a name or a password


class LoginHandler(FramedHandler):
    """The form."""

    @anybody
    def get(self) -> None:
        """Shows it, or goes on when somebody is logged in."""
        self.keep_language()
        if self.person is not None:
            self.redirect(self._next())
            return
        if not self.identity_provider.has_form:
            self.set_status(HTTPStatus.FORBIDDEN)
            said = text("Nobody can log in yet. Add somebody with `optiflow users add`.", self.language)
            self.write_template("message.html", title=text("Log in", self.language), lines=[said])
            return
        self._show("")

    @anybody
    async def post(self) -> None:
        """Checks name and password; who guesses waits longer each time."""
        name, password = (
            self.get_body_argument("name", ""),
            self.get_body_argument("password", "", strip=False),
        )
        keys = (f"name {name}", f"address {self.request.remote_ip}")
        attempts = self.context.attempts
        if (wait_s := attempts.wait_s(*keys)) > 0:
            self.set_status(HTTPStatus.TOO_MANY_REQUESTS)
            self.set_header("Retry-After", str(math.ceil(wait_s)))
            self._show(
                text(
                    "Too many wrong passwords. Try again in {seconds} s.",
                    self.language,
                    seconds=math.ceil(wait_s),
                )
            )
            return
        attempts.failed(*keys)  # counted before it is checked: many tries at once are many tries
        account = None
        if max(len(name), len(password)) <= LONGEST:
            account = await self.context.accounts.checked(name, password)
        if account is None:
            self.set_status(HTTPStatus.UNAUTHORIZED)
            self._show(text("Name or password is wrong.", self.language))
            return
        attempts.succeeded(*keys)
        self.identity_provider.log_in(self, account)
        self.redirect(self._next())

    def _show(self, said: str) -> None:
        words = {
            "name": text("Name", self.language),
            "password": text("Password", self.language),
            "log_in": text("Log in", self.language),
        }
        self.write_template(
            "login.html",
            title=text("Log in", self.language),
            said=said,
            wrong=True,
            words=words,
            action=f"{self.base_url}login",
            next=self._next(),
            name=self.get_body_argument("name", "")[:LONGEST],
        )

    def _next(self) -> str:
        """Where to go after the login: a page of ours, whatever the address says."""
        asked = self.get_argument("next", "")
        page, _, query = asked.removeprefix(self.base_url).partition("?")
        if not asked.startswith(self.base_url) or page not in self.context.printer.pages():
            return str(self.base_url)
        return f"{self.base_url}{page}?{query}" if query else f"{self.base_url}{page}"


class LogoutHandler(FramedHandler):
    """The end of a login."""

    @anybody
    def post(self) -> None:
        """Takes the cookie back."""
        self.identity_provider.log_out(self)
        self.redirect(f"{self.base_url}login")
