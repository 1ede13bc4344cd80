"""What stands beside the work list: one item explained, and what can be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.notices import badge
from optiflow_lib.dashboards.components.tables import Column, table
from optiflow_lib.dashboards.components.words import TONES, label
from optiflow_lib.dashboards.components.worklist import SNOOZE_DAYS, WorkLine, button
from optiflow_lib.texts import Language, day, number, text

REASONS = (
    "Event or promotion",
    "Budget",
    "Shelf space",
    "Supplier agreed otherwise",
    "Stock counted",
    "Other",
)
LONGEST_NOTE = 200


@dataclass(frozen=True)
class DraftLine:
    """The line of a draft that a person may change; `last_day` is the last one closed."""

    order_id: str
    item_id: str
    suggested: float
    quantity: float
    multiple: float
    unit: str
    unit_step: float
    last_day: date


@dataclass(frozen=True)
class Addable:
    """An item that is in no draft and could be ordered."""

    item_id: str
    supplier: str
    multiple: float
    unit: str
    unit_step: float


@dataclass(frozen=True)
class Arrival:
    """One order line on its way."""

    expected_on: pd.Timestamp
    quantity: float
    supplier: str
    is_late: bool


def detail_head(
    title: str, about: Sequence[str], alert: WorkLine | None, links: Html, language: Language
) -> Html:
    """Name of the item, what it is, what the alert says."""
    said = None
    if alert is not None:
        signs = badge(label(alert.type, language), TONES.get(alert.severity, "muted"))
        said = tag("p", signs, " ", alert.sentence, class_="said")
    facts = tag("p", " · ".join(part for part in about if part), " ", links, class_="about")
    back = tag("a", text("↑ Back to the list", language), href="#work-list", class_="back")
    return join([back, tag("h2", title, id="detail-title"), facts, said])


def sentences_list(sentences: Sequence[str]) -> Html | None:
    """Why this quantity, in plain sentences."""
    return tag("ol", [tag("li", one) for one in sentences], class_="why") if sentences else None


def alert_actions(alert: WorkLine, as_of: date, language: Language) -> Html:
    """Mark one alert as seen, put it off, reopen it."""
    until = tag(
        "input",
        type="date",
        name="until",
        value=(as_of + timedelta(days=SNOOZE_DAYS)).isoformat(),
        min=(as_of + timedelta(days=1)).isoformat(),
        aria_label=text("Put off until", language),
    )
    hidden = tag("input", type="hidden", name="alerts", value=alert.key)
    if alert.state == "open":
        offered = [
            button(text("Mark as seen", language), "acknowledge"),
            tag("span", button(text("Put off until", language), "snooze"), until, class_="joined"),
        ]
    else:
        offered = [button(text("Reopen", language), "reopen")]
    return tag("form", hidden, offered, class_="toolbar")


def quantity_form(line: DraftLine, language: Language) -> Html:
    """Change the quantity of a draft's line, with the reason: the next nights keep it."""
    until = tag("input", type="date", name="until", min=(line.last_day + timedelta(days=1)).isoformat())
    suggested = text(
        "Suggested: {quantity}, by packs of {multiple} ({unit}). Without a day, the quantity holds for this draft only.",
        language,
        quantity=number(line.suggested, language, decimals=3),
        unit=line.unit,
        multiple=number(line.multiple, language, decimals=3),
    )
    given = {"order": line.order_id, "item": line.item_id}
    return _ordering(
        [
            _hidden(given),
            _units(
                text("Quantity in {order}", language, order=line.order_id),
                line.quantity,
                step=line.unit_step,
                least=0.0,
            ),
            _reasons(language),
            _field(text("Keep until", language), until),
            tag("button", text("Save", language), class_="button", type="submit"),
            tag("small", suggested),
        ],
        do="quantity",
        keep=f"{line.order_id}:{line.item_id}",
    )


def addition_form(addable: Addable, language: Language) -> Html:
    """Order an item that is in no draft from its supplier, with the reason: the next nights keep it."""
    about = text(
        "The item is in no draft. By packs of {multiple} ({unit}); a draft is made if {supplier} has none, and the next nights keep the line.",
        language,
        multiple=number(addable.multiple, language, decimals=3),
        unit=addable.unit,
        supplier=addable.supplier,
    )
    return _ordering(
        [
            _hidden({"item": addable.item_id}),
            _units(
                text("Order from {supplier}", language, supplier=addable.supplier),
                addable.multiple,
                step=addable.unit_step,
                least=addable.unit_step,
            ),
            _reasons(language),
            tag("button", text("Add to the draft", language), class_="button", type="submit"),
            tag("small", about),
        ],
        do="add",
        keep=f"add:{addable.item_id}",
    )


def _ordering(fields: Sequence[object], *, do: str, keep: str) -> Html:
    return tag("form", fields, class_="filters quantity", data_do=do, data_keep=keep)


def _hidden(values: Mapping[str, str]) -> list[Html]:
    return [tag("input", type="hidden", name=name, value=value) for name, value in values.items()]


def _units(words: str, value: float, *, step: float, least: float) -> Html:
    field = tag(
        "input",
        type="number",
        name="quantity",
        id="quantity",
        value=f"{value:g}",
        min=f"{least:g}",
        step=f"{step:g}",
        required=True,
        inputmode="decimal",
    )
    return _field(words, field)


def _reasons(language: Language) -> list[Html]:
    reasons = [tag("option", text(reason, language), value=reason) for reason in REASONS]
    choose = tag("option", text("Choose…", language), value="")
    note = tag("input", type="text", name="note", maxlength=LONGEST_NOTE, placeholder=text("Note", language))
    return [
        _field(text("Reason", language), tag("select", choose, reasons, name="reason", required=True)),
        _field(text("Note", language), note, kind="field grow"),
    ]


def _field(words: str, field: Html, *, kind: str = "field") -> Html:
    return tag("label", tag("span", words), field, class_=kind)


def arrivals_table(arrivals: Sequence[Arrival], language: Language) -> Html | None:
    """What is on its way for an item; nothing when nothing is."""
    if not arrivals:
        return None
    columns = [
        Column(
            text("Expected", language),
            [
                [
                    day(one.expected_on, language),
                    " ",
                    badge(text("late", language), "bad") if one.is_late else None,
                ]
                for one in arrivals
            ],
        ),
        Column(text("Supplier", language), [one.supplier for one in arrivals], wide=True),
        Column(
            text("Quantity", language),
            [number(one.quantity, language, decimals=3) for one in arrivals],
            numeric=True,
        ),
    ]
    return table(columns, caption=text("On its way", language), compact=True)
