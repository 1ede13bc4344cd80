"""Order lines of ours and lines of a business database, in few words."""

from datetime import date, timedelta

import pandas as pd

from optiflow_lib.purchasing import coming, matching
from optiflow_lib.schemas.operations import ENTERED_RECEIPTS, OVERRIDES, PLACED_LINES
from optiflow_lib.schemas.source import ON_ORDER, RECEIPTS

FIRST = date(2026, 11, 2)
OVERDUE_DAYS = 30


def day(number):
    """The day so many days after the first; None stays None."""
    return None if number is None else pd.Timestamp(FIRST + timedelta(days=number))


def placed_of(*lines, sent_on=None, leaves_on=None) -> pd.DataFrame:
    """Schema `PLACED_LINES` with item_id: (order_id, item, ordered_on, expected_on, quantity[, state]) each."""
    rows = [
        {
            "order_id": order_id, "product_id": item, "location_id": "M01", "supplier_id": "F01",
            "state": (*state, "sent")[0], "suggested_on": day(ordered - 1), "ordered_on": day(ordered),
            "sent_on": day(sent_on), "leaves_on": day(leaves_on), "expected_on": day(expected), "suggested_quantity": quantity, "quantity": quantity, "unit_cost": 2.0,
            "list_price": 2.0, "edited_by": None, "reason": None,
        }
        for order_id, item, ordered, expected, quantity, *state in lines
    ]  # fmt: skip
    return _with_item(rows, PLACED_LINES)


def entered_of(*receipts) -> pd.DataFrame:
    """Schema `ENTERED_RECEIPTS` with item_id: (order_id, item, received_on, quantity) each."""
    rows = [
        {"order_id": order_id, "product_id": item, "location_id": "M01", "position": position}
        | {"received_on": day(received), "quantity": quantity}
        for position, (order_id, item, received, quantity) in enumerate(receipts, start=1)
    ]
    return _with_item(rows, ENTERED_RECEIPTS)


def on_order_of(*lines, supplier="F01") -> pd.DataFrame:
    """Schema `ON_ORDER` with item_id: (order_line_id, item, ordered_on, open_quantity) each, expected in 5 days."""
    rows = [
        {"order_line_id": line, "product_id": item, "location_id": "M01", "supplier_id": supplier}
        | {"open_quantity": quantity, "ordered_on": day(ordered), "expected_on": day(ordered + 5)}
        for line, item, ordered, quantity in lines
    ]
    return _with_item(rows, ON_ORDER)


def receipts_of(*lines, supplier="F01") -> pd.DataFrame:
    """Schema `RECEIPTS` with item_id: (order_line_id, item, ordered_on, received_on, ordered, received) each."""
    rows = [
        {"order_line_id": line, "product_id": item, "location_id": "M01", "supplier_id": supplier}
        | {"ordered_on": day(ordered_on), "promised_on": None, "received_on": day(received_on)}
        | {"ordered_quantity": ordered, "received_quantity": received}
        for line, item, ordered_on, received_on, ordered, received in lines
    ]
    return _with_item(rows, RECEIPTS)


def overrides_of(*made) -> pd.DataFrame:
    """Schema `OVERRIDES`: (item, quantity, until) each, in the order they were made; of a lifted one both are None."""
    rows = [
        {"item_id": item, "position": position, "quantity": quantity, "author": "ana", "reason": "fair"}
        | {"until": day(until), "at": day(0), "day": day(0)}
        for position, (item, quantity, until) in enumerate(made, start=1)
    ]
    return OVERRIDES.check(pd.DataFrame(rows), where="test") if rows else OVERRIDES.empty()


def matched_of(placed, on_order, receipts) -> pd.DataFrame:
    """The units of the source that are ours."""
    return matching.matches(placed, on_order, receipts, overdue_days=OVERDUE_DAYS)


def standing_of(placed, *, entered=None, on_order=None, receipts=None) -> pd.DataFrame:
    """How our lines stand; tables not given are empty."""
    on_order = on_order_of() if on_order is None else on_order
    receipts = receipts_of() if receipts is None else receipts
    matched = matched_of(placed, on_order, receipts)
    return coming.line_standing(placed, entered_of() if entered is None else entered, matched)


def _with_item(rows, schema):
    checked = schema.check(pd.DataFrame(rows), where="test") if rows else schema.empty()
    return checked.assign(item_id=checked["product_id"])
