"""What arrived of an order, to be counted in; and quantities that people keep, to be ended."""

from typing import Any

import pandas as pd

from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.tables import Column, table
from optiflow_lib.dashboards.components.worklist import button
from optiflow_lib.texts import Language, day, number, text

ARRIVED = "arrived:"  # what a field of the form is called, before the item's id


def receipt_form(order_id: str, lines: pd.DataFrame, language: Language) -> Html:
    """Lines of an order on its way, each with a field for the units that arrived: all that is missing, until changed.

    Args:
        order_id: Its number.
        lines: Schema `ORDER_LINES` with `name`, the item's.
        language: The reader's.
    """
    rows = list(lines.itertuples())
    columns = [
        Column(
            text("Item", language), [[line.name, " ", tag("small", line.item_id)] for line in rows], wide=True
        ),
        Column(
            text("Ordered", language),
            [number(line.quantity, language, decimals=3) for line in rows],
            numeric=True,
        ),
        Column(
            text("Received so far", language),
            [number(line.received_quantity, language, decimals=3) for line in rows],
            numeric=True,
        ),
        Column(text("Arrived now", language), [_arrived(line, language) for line in rows], numeric=True),
    ]
    listed = table(columns, caption=text("Lines of {order}", language, order=order_id), compact=True)
    send = tag("button", text("Count in", language), class_="button", type="submit")
    hidden = tag("input", type="hidden", name="order", value=order_id)
    return tag(
        "form", hidden, listed, tag("div", send, class_="toolbar"), data_do="receive", data_keep=order_id
    )


def kept_list(kept: pd.DataFrame, language: Language, *, may_lift: bool) -> Html | None:
    """Quantities that people keep for an item until a day, each with what ends it; nothing when there is none.

    Args:
        kept: Schema `OVERRIDES`, those in force, with `name`, the item's.
        language: The reader's.
        may_lift: The reader's role allows to end them.
    """
    if kept.empty:
        return None
    rows = list(kept.itertuples())
    columns = [
        Column(
            text("Item", language), [[row.name, " ", tag("small", row.item_id)] for row in rows], wide=True
        ),
        Column(
            text("Quantity", language),
            [number(row.quantity, language, decimals=3) for row in rows],
            numeric=True,
        ),
        Column(text("Until", language), [day(row.until, language) for row in rows]),
        Column(text("By", language), [row.author for row in rows]),
        Column(text("Reason", language), [row.reason or "–" for row in rows], wide=True),
    ]
    if may_lift:
        words = text("End it", language)
        lift = [button(words, "lift", kind="quiet small", item=row.item_id) for row in rows]
        columns.append(Column(text("Action", language), lift))
    caption = text("Quantities kept by people", language)
    return join([tag("h3", caption), table(columns, caption=caption, compact=True)])


def _arrived(line: Any, language: Language) -> Html:
    missing = max(line.quantity - line.received_quantity, 0.0)
    words = text("{item}: units that arrived", language, item=line.name)
    return tag(
        "input",
        type="number",
        name=f"{ARRIVED}{line.item_id}",
        value=f"{missing:g}",
        step="any",
        inputmode="decimal",
        aria_label=words,
        class_="short",
    )
