"""What a reader says of an unusual day: the dialog that asks, and what was said so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.nights import local_moment
from optiflow_lib.dashboards.components.notices import badge, notice
from optiflow_lib.dashboards.components.tables import Column, table
from optiflow_lib.dashboards.components.worklist import button
from optiflow_lib.texts import Language, day, number, text

REASONS = (
    "Large customer order",
    "Promotion or event",
    "Weather",
    "Not on the shelf",
    "Delivery missing",
    "Wrong entry at the till",
    "Lasting change",
    "Other",
)
LONGEST_NAME, LONGEST_NOTE = 80, 200
SEPARATOR = ", "  # of the reason chosen and the note; the reasons themselves hold none
TITLE = "judging-title"
SHIFT = "level shift"  # the cause of a day after which all are different


@dataclass(frozen=True)
class Judging:
    """The dialog as it is filled in.

    Args:
        item_id: Of the unusual day.
        day: The unusual day.
        last_day: Until when the verdict holds.
        furthest: The last day that can be given.
        verdict: A word of `VERDICTS`.
        event: Name of the event.
        reason: One of `REASONS`; empty at first.
        note: In the reader's words.
    """

    item_id: str
    day: date
    last_day: date
    furthest: date
    verdict: str = "real"
    event: str = ""
    reason: str = ""
    note: str = ""


def verdict_names(language: Language) -> dict[str, str]:
    """What each verdict is called."""
    return {
        "real": text("Real demand", language),
        "event": text("Explained by an event", language),
        "masked": text("Not to be learned from", language),
    }


def judging_dialog(given: Judging, seen: Any, *, wrong: str, language: Language) -> Html:
    """The dialog: what the day was, how it is called, until when it holds, why.

    Args:
        given: What is filled in.
        seen: A row of schema `ANOMALIES` with name.
        wrong: What was wrong with it when it was sent; empty at first.
        language: The reader's.
    """
    form = tag(
        "form",
        tag("input", type="hidden", name="item", value=given.item_id),
        tag("input", type="hidden", name="day", value=given.day.isoformat()),
        notice(wrong, tone="bad") if wrong else None,
        _choices(given.verdict, language),
        tag("div", _fields(given, language), class_="filters"),
        tag(
            "div",
            tag("button", text("Save", language), type="submit", class_="button"),
            tag("button", text("Cancel", language), type="button", data_close=True),
            class_="toolbar",
        ),
        data_do="judge",
    )
    head = [tag("h2", text("What was this day?", language), id=TITLE), tag("h3", seen.name)]
    return tag(
        "dialog",
        head,
        tag("p", _seen(given.day, seen, language)),
        form,
        data_modal=True,
        aria_labelledby=TITLE,
        class_="asking",
    )


def judged_table(judged: pd.DataFrame, language: Language, *, may_withdraw: bool) -> Html | None:
    """What people said of unusual days, with what takes it back; nothing when nobody said anything.

    Args:
        judged: Schema `DAY_VERDICTS`, those that stand, with name.
        language: The reader's.
        may_withdraw: The reader's role allows it.
    """
    if judged.empty:
        return None
    rows, names = list(judged.itertuples()), verdict_names(language)
    columns = [
        Column(
            text("Item", language), [[row.name, " ", tag("small", row.item_id)] for row in rows], wide=True
        ),
        Column(text("Days", language), [_days(row, language) for row in rows]),
        Column(text("Verdict", language), [_verdict(row, names) for row in rows], wide=True),
        Column(text("Reason", language), [_reason(row, language) for row in rows], wide=True),
    ]
    if may_withdraw:
        words = text("Take back", language)
        columns.append(
            Column(
                text("Action", language),
                [
                    button(words, "withdraw", kind="quiet small", item=row.item_id, day=f"{row.day:%Y-%m-%d}")
                    for row in rows
                ],
            )
        )
    caption = text("Days that somebody judged", language)
    return join([tag("h3", caption), table(columns, caption=caption, compact=True)])


def _seen(first: date, seen: Any, language: Language) -> str:
    """What the night saw: of one day, or from the day on."""
    figures = {
        "day": day(first, language, style="full"),
        "quantity": number(seen.quantity, language, decimals=1),
        "expected": number(seen.expected, language, decimals=1),
    }
    if seen.cause == SHIFT:
        return text("From {day} on: {quantity} a day, {expected} before.", language, **figures)
    cause = text(seen.cause, language)
    return text(
        "{day}: sold {quantity}, usually {expected}. Probably: {cause}.", language, cause=cause, **figures
    )


def _choices(chosen: str, language: Language) -> Html:
    about = {
        "real": text("The models learn from it; it is not listed again.", language),
        "event": text(
            "From the next night on it is an event of this item, measured like the others.", language
        ),
        "masked": text("From the next night on it counts as unknown, like a day without stock.", language),
    }
    offered = [
        tag(
            "label",
            tag("input", type="radio", name="verdict", value=word, checked=word == chosen),
            tag("span", tag("strong", name), " ", tag("small", about[word])),
            class_="choice",
        )
        for word, name in verdict_names(language).items()
    ]
    return tag("fieldset", tag("legend", text("Verdict", language)), offered, class_="choices asked")


def _fields(given: Judging, language: Language) -> Sequence[Html]:
    name = tag("input", type="text", name="event", value=given.event, maxlength=LONGEST_NAME)
    until = tag(
        "input",
        type="date",
        name="last_day",
        value=given.last_day.isoformat(),
        min=given.day.isoformat(),
        max=given.furthest.isoformat(),
        required=True,
    )
    choose = tag("option", text("Choose…", language), value="")
    reasons = [
        tag("option", text(reason, language), value=reason, selected=reason == given.reason)
        for reason in REASONS
    ]
    note = tag("input", type="text", name="note", value=given.note, maxlength=LONGEST_NOTE)
    return [
        _field(text("Name of the event", language), name, kind="field grow event-name"),
        _field(text("Last day", language), until),
        _field(text("Reason", language), tag("select", choose, reasons, name="reason", required=True)),
        _field(text("Note", language), note, kind="field grow"),
    ]


def _field(words: str, field: Html, *, kind: str = "field") -> Html:
    return tag("label", tag("span", words), field, class_=kind)


def _days(row: Any, language: Language) -> str:
    first = day(row.day, language)
    if row.last_day == row.day:
        return first
    return text("{first} to {last}", language, first=first, last=day(row.last_day, language))


def _verdict(row: Any, names: dict[str, str]) -> list[object]:
    named = [" ", row.event] if isinstance(row.event, str) else []
    return [badge(names[row.verdict]), *named]


def _reason(row: Any, language: Language) -> list[object]:
    """Why, and below it who said so and when."""
    chosen, _, note = row.reason.partition(SEPARATOR)
    said = SEPARATOR.join(part for part in (text(chosen, language), note) if part)
    by = text("{name}, {moment}", language, name=row.author, moment=local_moment(row.at, language))
    return [said, " ", tag("small", by, class_="by-hand")]
