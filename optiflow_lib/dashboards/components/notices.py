"""What a page says when there is nothing, when something is wrong, or when it worked."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from optiflow_lib.dashboards.components.html import Html, tag
from optiflow_lib.dashboards.components.reasons import technical
from optiflow_lib.texts import Language

Tone = Literal["good", "warn", "bad", "info"]
SIGNS: dict[Tone, str] = {"good": "✓", "warn": "!", "bad": "✕", "info": "i"}


def notice(title: str, *more: object, tone: Tone = "info") -> Html:
    """A line that the reader should see; a fault is announced to a screen reader at once."""
    return tag(
        "div",
        tag("span", SIGNS[tone], class_="sign", aria_hidden="true"),
        tag("div", tag("strong", title), _paragraphs(more)),
        class_=f"notice {tone}",
        role="alert" if tone == "bad" else "status",
    )


def empty(title: str, *more: object) -> Html:
    """What stands where a list or a chart would be, when there is nothing to show."""
    return tag("div", tag("strong", title), _paragraphs(more), class_="empty")


def fault(
    title: str, error: Exception, language: Language, *, project: Path | None, mend: str | None = None
) -> Html:
    """What could not be shown, what the reader can do, and the technical reason for who looks after the server.

    Args:
        title: What happened, in a sentence.
        error: Its own words are the technical reason.
        language: The reader's.
        project: Folder that paths are told from; None keeps the technical reason from the reader.
        mend: What the reader can do.
    """
    return notice(title, mend, technical(str(error), language, project=project), tone="bad")


def badge(words: str, tone: Tone | Literal["muted"] = "muted") -> Html:
    """A word in a coloured frame."""
    return tag("span", words, class_=f"badge {tone}")


def hint(words: str) -> Html:
    """A sign that explains itself under the pointer, on focus and on touch."""
    return tag("span", "?", class_="hint", tabindex="0", role="note", aria_label=words, data_hint=words)


def _paragraphs(parts: Iterable[object]) -> list[Html]:
    return [part if isinstance(part, Html) else tag("p", part) for part in parts if part]
