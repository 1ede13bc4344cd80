"""Orders to decide: one card a supplier, with what is missing for free delivery, its lines, and what can be done."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.notices import badge, empty, notice
from optiflow_lib.dashboards.components.receipts import receipt_form
from optiflow_lib.dashboards.components.tables import Column, table
from optiflow_lib.dashboards.components.words import TONES, label
from optiflow_lib.dashboards.components.worklist import button
from optiflow_lib.texts import Language, day, money, number, text

COMING = ("sent", "partly_received")


@dataclass(frozen=True)
class OrderCard:
    """One order.

    Args:
        order_id: Its number.
        state: A word of `ORDER_STATES`.
        supplier: Name.
        location: Name.
        expected_on: When it would arrive; NaT when unknown.
        lines: Schema `ORDER_LINES` with `name`, the item's.
        free_delivery_from: The franco, money; NaN when there is none.
        minimum_value: Least value the supplier accepts; NaN when there is none.
        budget: Money that a night's drafts of this supplier may cost; NaN when there is none.
    """

    order_id: str
    state: str
    supplier: str
    location: str
    expected_on: pd.Timestamp
    lines: pd.DataFrame
    free_delivery_from: float
    minimum_value: float
    budget: float = math.nan

    @property
    def value(self) -> float:
        """Money, without VAT; lines without a price count nothing."""
        return float((self.lines["quantity"] * self.lines["unit_cost"]).sum())


def order_cards(
    orders: Sequence[OrderCard],
    *,
    may: Collection[str],
    confirming: str,
    open_id: str,
    budget: float,
    language: Language,
) -> Html:
    """Orders as cards.

    Args:
        orders: Drafts first.
        may: What the reader's role allows: keys of `desk.LEAST_ROLE`.
        confirming: Number of the order whose approval is being confirmed; empty for none.
        open_id: Number of the order whose lines are shown; empty for none.
        budget: Money that a night's drafts may cost together; NaN when there is none.
        language: The reader's.
    """
    if not orders:
        nothing = text("No draft: nothing has to be ordered today.", language)
        return empty(nothing, text("The next night suggests again what is needed.", language))
    total = sum(order.value for order in orders if order.state == "draft")
    count = sum(order.state == "draft" for order in orders)
    summed = text(
        "Drafts: {count} · {value} without VAT",
        language,
        count=number(count, language),
        value=money(total, language),
    )
    cards = [
        _card(order, may, order.order_id == confirming, order.order_id in (open_id, confirming), language)
        for order in orders
    ]
    of_all = _budget(total, budget, language)
    return join([tag("p", summed, class_="counted"), of_all, tag("div", cards, class_="orders")])


def _card(
    order: OrderCard,
    may: Collection[str],
    is_confirming: bool,  # noqa: FBT001
    is_open: bool,  # noqa: FBT001
    language: Language,
) -> Html:
    state = badge(label(order.state, language), TONES.get(order.state, "muted"))
    about = " · ".join(
        [
            order.order_id,
            order.location,
            text("expected {day}", language, day=day(order.expected_on, language)),
        ]
    )
    head = tag(
        "header",
        tag("h3", order.supplier, " ", state),
        tag("span", money(order.value, language, cents=True), class_="value", data_order=order.order_id),
        tag("small", about),
    )
    is_coming = order.state in COMING and "receive" in may
    lines = tag(
        "details",
        tag("summary", text("Lines: {count}", language, count=number(len(order.lines), language))),
        receipt_form(order.order_id, order.lines, language) if is_coming else _lines(order, may, language),
        open=is_open,
    )
    actions = _confirmation(order, language) if is_confirming else _actions(order, may, language)
    return tag(
        "article", head, _thresholds(order, language), lines, actions, class_="order", id=order.order_id
    )


def _thresholds(order: OrderCard, language: Language) -> Html | None:
    if order.state != "draft":
        return None
    franco = None
    if order.free_delivery_from > 0:
        missing = order.free_delivery_from - order.value
        values = {"franco": money(order.free_delivery_from, language), "missing": money(missing, language)}
        words = (
            text("Free delivery from {franco}: {missing} are missing.", language, **values)
            if missing > 0
            else text("Free delivery from {franco}: reached.", language, franco=values["franco"])
        )
        share = min(order.value, order.free_delivery_from)
        bar = tag("progress", max=f"{order.free_delivery_from:.2f}", value=f"{share:.2f}", aria_label=words)
        franco = tag("div", bar, tag("small", words), class_="franco")
    least = None
    if order.value < order.minimum_value:
        words = text(
            "The supplier accepts orders from {least} on.",
            language,
            least=money(order.minimum_value, language),
        )
        least = notice(words, tone="warn")
    return join([franco, _budget(order.value, order.budget, language), least])


def _budget(value: float, budget: float, language: Language) -> Html | None:
    """What drafts cost against what they may."""
    if math.isnan(budget):
        return None
    values = {"budget": money(budget, language), "rest": money(abs(budget - value), language)}
    if value > budget:
        return notice(text("Budget of {budget}: {rest} too much.", language, **values), tone="warn")
    words = text("Budget of {budget}: {rest} left.", language, **values)
    bar = tag("progress", max=f"{budget:.2f}", value=f"{value:.2f}", aria_label=words)
    return tag("div", bar, tag("small", words), class_="franco")


def _lines(order: OrderCard, may: Collection[str], language: Language) -> Html:
    is_editable = order.state == "draft" and "edit" in may
    rows = list(order.lines.itertuples())
    columns = [
        Column(
            text("Item", language), [[line.name, " ", tag("small", line.item_id)] for line in rows], wide=True
        ),
        Column(
            text("Suggested", language),
            [number(line.suggested_quantity, language, decimals=3) for line in rows],
            numeric=True,
        ),
        Column(
            text("Quantity", language),
            [_quantity(line, is_editable, language) for line in rows],
            numeric=True,
        ),
        Column(
            text("Unit cost", language),
            [money(line.unit_cost, language, cents=True) for line in rows],
            numeric=True,
        ),
        Column(
            text("Total", language),
            [money(line.quantity * line.unit_cost, language, cents=True) for line in rows],
            numeric=True,
        ),
    ]
    return table(columns, caption=text("Lines of {order}", language, order=order.order_id), compact=True)


def _quantity(line: Any, is_editable: bool, language: Language) -> Html:  # noqa: FBT001
    shown = number(line.quantity, language, decimals=3)
    by_hand = None
    if pd.notna(line.edited_by):
        why = text("{name}: {reason}", language, name=line.edited_by, reason=line.reason or "–")
        if pd.notna(line.edited_until):
            last = day(line.edited_until, language)
            why = text(
                "{name}: {reason} (until {day})", language, name=line.edited_by, reason=line.reason, day=last
            )
        by_hand = tag("small", why, class_="by-hand")
    if not is_editable:
        return join([shown, by_hand])
    words = text("Change", language)
    change = button(words, "edit", kind="quiet small", item=line.item_id, order=line.order_id)
    return join([tag("strong", shown), " ", change, by_hand])


def _actions(order: OrderCard, may: Collection[str], language: Language) -> Html:
    given = {"order": order.order_id}
    possible = [
        ("approve", "draft", button(text("Approve…", language), "confirm", kind="button", **given)),
        ("send", "approved", button(text("Mark as sent", language), "send", kind="button", **given)),
        ("close", "partly_received", button(text("Nothing more will come", language), "close", **given)),
    ]
    offered = [made for action, state, made in possible if action in may and order.state == state]
    if "cancel" in may and order.state in ("draft", "approved"):
        offered.append(button(text("Cancel the order", language), "cancel", kind="quiet", **given))
    files = [
        button(text("PDF", language), "pdf", kind="quiet", **given),
        button(text("CSV", language), "csv", kind="quiet", **given),
    ]
    return tag("div", offered, tag("span", files, class_="files"), class_="toolbar")


def _confirmation(order: OrderCard, language: Language) -> Html:
    words = text(
        "Approve {order} for {value}? Its quantities are then fixed.",
        language,
        order=order.order_id,
        value=money(order.value, language, cents=True),
    )
    yes = button(text("Approve", language), "approve", kind="button", order=order.order_id)
    no = button(text("Not yet", language), "confirm", order="")
    return notice(words, tag("div", yes, no, class_="toolbar"), tone="warn")
