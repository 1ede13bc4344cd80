"""A calculation that goes on elsewhere, as the reader sees it."""

from typing import Literal

from optiflow_lib.dashboards.components.html import Html, tag
from optiflow_lib.texts import Language, number, text

State = Literal["starting", "waiting", "running"]


def calculating(state: State, seconds: float, before: int, language: Language) -> Html:
    """How far a calculation is: a bar that moves, what it waits for, how long it has been at it.

    Args:
        state: starting, waiting or running.
        seconds: Since it was asked for.
        before: Calculations of others that come first.
        language: The reader's.
    """
    told = {
        "starting": text("The calculation is being prepared…", language),
        "waiting": text("Waiting: {count} before you.", language, count=number(before, language)),
        "running": text("Calculating…", language),
    }[state]
    passed = text("{seconds} s", language, seconds=number(seconds, language))
    bar = tag("progress", aria_label=told)
    return tag("div", bar, tag("p", told, " ", tag("small", passed), role="status"), class_="calculating")
