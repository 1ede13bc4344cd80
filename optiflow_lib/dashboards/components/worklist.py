"""The work list: alerts as lines that can be chosen, explained and handled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from optiflow_lib.dashboards.components.filters import Choice, select
from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.notices import badge, empty, hint
from optiflow_lib.dashboards.components.words import ALERT_STATES, ALERT_TYPES, SEVERITIES, TONES, label
from optiflow_lib.texts import Language, day, money, number, text

SNOOZE_DAYS = 7


@dataclass(frozen=True)
class WorkLine:
    """One alert of the list; `about` is what stands below its sentence: item, category, supplier."""

    key: str
    type: str
    severity: str
    state: str
    sentence: str
    about: str
    euros: float
    since: pd.Timestamp
    until: pd.Timestamp | None
    handled_by: str


def tools(given: Mapping[str, str], types: Sequence[str], language: Language) -> Html:
    """Search and filters of the list; what is typed is sent as it is typed."""
    every = {"": text("All", language)}
    kinds = every | {kind: label(kind, language) for kind in ALERT_TYPES if kind in types}
    severities = every | {name: label(name, language) for name in SEVERITIES}
    states = {name: label(name, language) for name in ALERT_STATES if name != "resolved"} | every
    field = tag(
        "input",
        type="search",
        name="search",
        id="alert-search",
        value=given.get("search", ""),
        placeholder=text("Item, supplier, category…", language),
        data_do="show",
        autocomplete="off",
    )
    search = tag("label", tag("span", text("Search", language)), field, class_="field grow")
    choices = [
        Choice("state", text("State", language), states, given.get("state", "")),
        Choice("severity", text("Severity", language), severities, given.get("severity", "")),
        Choice("type", text("Alert", language), kinds, given.get("type", "")),
    ]
    fields = [select(choice, do="show") for choice in choices]
    return tag("form", search, fields, class_="filters finder", data_do="show")


def work_list(
    lines: Sequence[WorkLine],
    *,
    total: int,
    euros: float,
    chosen: str,
    as_of: date,
    may_handle: bool,
    language: Language,
) -> Html:
    """The lines shown, of `total` that were found, worth `euros` together.

    Args:
        lines: Most money at risk first.
        total: Lines found; more than are shown when the list is long.
        euros: At risk in all of them.
        chosen: Key of the line that is explained.
        as_of: Last day closed: an alert is put off until a later day.
        may_handle: Offer what changes alerts.
        language: The reader's.
    """
    counted = text(
        "Alerts: {count} · at risk: {euros}",
        language,
        count=number(total, language),
        euros=money(euros, language),
    )
    about = text(
        "What the alerts listed here put at risk: margin where stock runs short, cost of holding where there is too much;"
        " an item without an alert does not count.",
        language,
    )
    summary = tag("div", tag("span", counted, role="status"), " ", hint(about), class_="counted")
    if not lines:
        nothing = empty(text("Nothing to do.", language), text("No alert is open for this choice.", language))
        return join([summary, nothing])
    rows = tag("ul", [_row(line, line.key == chosen, may_handle, language) for line in lines], class_="lines")
    more = None
    if total > len(lines):
        rest = text("Show {count} more", language, count=number(total - len(lines), language))
        more = tag("button", rest, type="button", class_="more", data_do="more")
    has_handled = any(line.state != "open" for line in lines)
    bar = _bar(as_of, language, has_handled=has_handled) if may_handle else None
    return tag("form", summary, bar, rows, more, class_="work-list", id="work-list")


def _row(line: WorkLine, is_chosen: bool, may_handle: bool, language: Language) -> Html:  # noqa: FBT001
    box = tag("input", type="checkbox", name="alerts", value=line.key, aria_label=line.sentence)
    said = tag(
        "button",
        tag("span", line.sentence, class_="said"),
        tag(
            "small",
            " · ".join([line.about, _state(line, language)]) if line.about else _state(line, language),
        ),
        type="button",
        class_="line-button",
        data_do="explain",
        data_alert=line.key,
        data_row=True,
        aria_pressed="true" if is_chosen else "false",
    )
    signs = tag("span", badge(label(line.type, language), TONES.get(line.severity, "muted")))
    worth = tag("span", money(line.euros, language), class_="euros")
    return tag("li", box if may_handle else None, signs, said, worth, class_="chosen" if is_chosen else None)


def _state(line: WorkLine, language: Language) -> str:
    if line.state == "snoozed":
        until = day(line.until, language, style="short")
        if (
            line.until is not None and not line.handled_by
        ):  # by the night: an order waits for its supplier's day
            order_day = day(line.until + timedelta(days=1), language, style="short")
            return text("to be ordered on {day}", language, day=order_day)
        return text("put off until {day} by {name}", language, day=until, name=line.handled_by)
    if line.state == "acknowledged":
        return text("seen by {name}", language, name=line.handled_by)
    return text("since {day}", language, day=day(line.since, language, style="short"))


def _bar(as_of: date, language: Language, *, has_handled: bool) -> Html:
    every = tag("input", type="checkbox", data_check_all="alerts", aria_label=text("Select all", language))
    until = tag(
        "input",
        type="date",
        name="until",
        value=(as_of + timedelta(days=SNOOZE_DAYS)).isoformat(),
        min=(as_of + timedelta(days=1)).isoformat(),
        aria_label=text("Put off until", language),
    )
    return tag(
        "div",
        tag("label", every, " ", text("Select all", language), class_="check-all"),
        button(text("Mark as seen", language), "acknowledge"),
        tag("span", button(text("Put off until", language), "snooze"), until, class_="joined"),
        button(text("Reopen", language), "reopen") if has_handled else None,
        class_="toolbar",
    )


def button(words: str, do: str, *, kind: str | None = None, **data: str) -> Html:
    """A button that asks for `do` with `data`; `kind` is a class: button for what matters most, quiet for the least."""
    given = {f"data_{name}": value for name, value in data.items()}
    return tag("button", words, type="button", class_=kind, data_do=do, **given)
