"""Controls of a page: the browser says what was touched, Python answers with the regions of the page that change.

A page is printed as HTML first and can be read at once; the one widget of the page connects to what was printed.
Nothing the browser sends is believed: a handler gets an `Asked`, whose every value is checked when it is read.
"""

import base64
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from optiflow_lib.dashboards.components.html import Html, tag
from optiflow_lib.errors import DataError
from optiflow_lib.texts import Language, text

LONGEST_TEXT = 500
MOST_VALUES = 5000


@dataclass(frozen=True)
class File:
    """A file for the reader to keep."""

    name: str
    content: bytes
    type: str


@dataclass(frozen=True)
class Reply:
    """What changes in the page.

    Args:
        regions: New content by region.
        query: Parameters of the page's address that change; an empty value takes one out.
        file: To download.
        focus: A CSS selector of what gets the focus.
        reveal: A CSS selector of what is scrolled to when it is out of sight.
        later: What the page asks for by itself a moment later; a newer reply that names it puts it off.
    """

    regions: Mapping[str, Html] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    file: File | None = None
    focus: str = ""
    reveal: str = ""
    later: str = ""


class Asked:
    """What the browser asks for. Each value is checked where it is read; a wrong one raises `DataError`."""

    def __init__(self, content: object) -> None:
        self._values: Mapping[str, Any] = content if isinstance(content, dict) else {}

    @property
    def what(self) -> str:
        """The name of what is asked for; empty when there is none."""
        return self.words("do")

    @property
    def names(self) -> list[str]:
        """What was sent, by name; at most `MOST_VALUES`."""
        return list(self._values)[:MOST_VALUES]

    def words(self, name: str, *, longest: int = LONGEST_TEXT) -> str:
        """A text without control characters; empty when absent."""
        value = self._values.get(name, "")
        _refuse(not isinstance(value, str) or len(value) > longest, name, value)
        return "".join(sign for sign in value if sign.isprintable()).strip()

    def one_of(self, name: str, choices: Mapping[str, Any] | tuple[str, ...]) -> str:
        """One of `choices`, or empty when absent."""
        value = self.words(name)
        _refuse(value != "" and value not in choices, name, value)
        return value

    def several(self, name: str) -> list[str]:
        """Texts that were chosen together."""
        value = self._values.get(name, [])
        chosen = [value] if isinstance(value, str) else value
        fine = isinstance(chosen, list) and len(chosen) <= MOST_VALUES
        _refuse(
            not fine or not all(isinstance(one, str) and len(one) <= LONGEST_TEXT for one in chosen),
            name,
            value,
        )
        return [one for one in chosen if one]

    def number(self, name: str) -> float:
        """A finite number, written with a point or a comma."""
        written = (
            self.words(name).replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace(",", ".")
        )
        try:
            value = float(written)
        except ValueError:
            value = math.nan
        _refuse(not math.isfinite(value), name, written)
        return value

    def day(self, name: str) -> date:
        """A day, as a date field sends it."""
        written = self.words(name)
        try:
            return date.fromisoformat(written)
        except ValueError as error:
            raise _refusal(name, written) from error


Handler = Callable[[Asked], Reply]


class Live(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget has no types
    """The widget of a page.

    Args:
        name: Of the printed containers it connects to.
        handlers: What can be asked for.
        render: All regions, for a place where nothing was printed (a cell of JupyterLab).
        language: Of its own messages.
    """

    _esm = Path(__file__).with_name("live.js")
    name = traitlets.Unicode().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        name: str,
        *,
        handlers: Mapping[str, Handler],
        render: Callable[[], Mapping[str, Html]],
        language: Language,
    ) -> None:
        words = {
            "lost": text("The connection to the server is lost. What you typed is kept.", language),
            "reload": text("Reload the page", language),
        }
        super().__init__(name=name, words=words)
        self._answers: dict[str, Handler] = {**handlers, "render": lambda _asked: Reply(render())}
        self.on_msg(self._on_message)

    def answer(self, content: object) -> Reply | None:
        """What the page answers to a message; None to one it does not know."""
        try:
            asked = Asked(content)
            handler = self._answers.get(asked.what)
        except DataError:
            return None
        return None if handler is None else handler(asked)

    def _on_message(self, _widget: object, content: object, _buffers: object) -> None:
        number = content.get("number") if isinstance(content, dict) else None
        if isinstance(content, dict) and content.get("do") == "lend":
            self.send({"number": number, "plotly": _plotly_source(), "styles": _styles()})
            return
        reply = self.answer(content)
        self.send({"number": number} | (_written(reply) if reply else {}))


def container(name: str, region: str, content: Html, **attributes: object) -> Html:
    """A region of a page, printed before its widget is there."""
    return tag("div", content, data_live=name, data_region=region, aria_busy="true", **attributes)


def _written(reply: Reply) -> dict[str, Any]:
    written: dict[str, Any] = {
        "regions": {region: str(content) for region, content in reply.regions.items()},
        "query": dict(reply.query),
        "focus": reply.focus,
        "reveal": reply.reveal,
        "later": reply.later,
    }
    if reply.file is not None:
        content = base64.b64encode(reply.file.content).decode()
        written["file"] = {"name": reply.file.name, "type": reply.file.type, "content": content}
    return written


def _plotly_source() -> str:
    # Where no page template has loaded it (JupyterLab), the charts' library comes from the kernel: offline too.
    return (files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


def _styles() -> str:
    here = Path(__file__).parent
    static = here.parent / "voila" / "templates" / "optiflow" / "static"
    return "\n".join(
        file.read_text(encoding="utf-8") for file in (here / "lab.css", static / "components.css")
    )


def _refuse(wrong: bool, name: str, value: object) -> None:  # noqa: FBT001 - the condition it is about
    if wrong:
        raise _refusal(name, value)


def _refusal(name: str, value: object) -> DataError:
    return DataError(
        what=f"{name} cannot be {str(value)[:80]!r}", where="a field of the page", mend="correct it"
    )
