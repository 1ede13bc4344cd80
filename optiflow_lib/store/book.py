"""What people did as a night sees it, orders and verdicts: before it began, whenever and however often it is asked."""

from datetime import date, timedelta

import pandas as pd
import sqlalchemy as sa

from optiflow_lib.schemas.operations import ENTERED_RECEIPTS, PLACED_LINES
from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store
from optiflow_lib.store.moments import begin_night
from optiflow_lib.store.rows import read_frame
from optiflow_lib.store.verdicts import known_verdicts

BOOK_DAYS = 400  # orders older than this are neither on their way nor what a supplier does today
_DECIDED = ("approved", "cancelled")


def night_book(store: Store, as_of: date) -> dict[str, pd.DataFrame]:
    """Begins night `as_of` and reads what it counts on; what people do from now on is for the nights after it.

    Returns:
        `placed_lines` (schema `PLACED_LINES`), `entered_receipts` (schema `ENTERED_RECEIPTS`) and `day_verdicts`
        (schema `KNOWN_VERDICTS`).
    """
    with store.writing() as connection:
        begin_night(store, connection, as_of)
        return {
            "placed_lines": _placed_lines(connection, as_of),
            "entered_receipts": _entered_receipts(connection, as_of),
            "day_verdicts": known_verdicts(connection, as_of),
        }


def _placed_lines(connection: sa.Connection, as_of: date) -> pd.DataFrame:
    steps = _steps(connection, as_of)
    decided = (
        steps[steps["state"].isin(_DECIDED)].drop_duplicates("order_id").rename(columns={"day": "ordered_on"})
    )
    standing = steps.drop_duplicates("order_id", keep="last")
    sent = steps[steps["state"] == "sent"].drop_duplicates("order_id").rename(columns={"day": "sent_on"})
    orders = read_frame(connection, tables.orders, _ORDER)
    names = ["order_id", *tables.ITEM_KEY, *_LINE]
    known = [tables.order_lines.c.order_id.in_(_recent(as_of))]
    lines = read_frame(connection, tables.order_lines, names, where=known)
    rows = (
        lines.merge(orders.rename(columns={"as_of": "suggested_on"}), on="order_id")
        .merge(decided[["order_id", "ordered_on"]], on="order_id")
        .merge(sent[["order_id", "sent_on"]], on="order_id", how="left")
        .merge(standing[["order_id", "state"]], on="order_id")
    )
    if rows.empty:
        return PLACED_LINES.empty()
    return PLACED_LINES.check(rows.sort_values(list(PLACED_LINES.key)), where="orders of the store")


def _entered_receipts(connection: sa.Connection, as_of: date) -> pd.DataFrame:
    receipts = tables.order_receipts
    known = [receipts.c.night < as_of, receipts.c.order_id.in_(_recent(as_of))]
    rows = read_frame(connection, receipts, list(ENTERED_RECEIPTS.columns), where=known)
    if rows.empty:
        return ENTERED_RECEIPTS.empty()
    return ENTERED_RECEIPTS.check(rows.sort_values(list(ENTERED_RECEIPTS.key)), where="receipts of the store")


_ORDER = ("order_id", "supplier_id", "as_of", "leaves_on", "expected_on")
_LINE = ("suggested_quantity", "quantity", "unit_cost", "list_price", "edited_by", "reason")


def _steps(connection: sa.Connection, as_of: date) -> pd.DataFrame:
    steps = tables.order_steps
    return read_frame(
        connection,
        steps,
        ["order_id", "state", "day"],
        where=[steps.c.night < as_of, steps.c.order_id.in_(_recent(as_of))],
        order_by=[steps.c.order_id, steps.c.position],
    )


def _recent(as_of: date) -> sa.Select[tuple[str]]:
    """Numbers of the orders decided before the night and not too long ago."""
    steps = tables.order_steps
    since = as_of - timedelta(days=BOOK_DAYS)
    return sa.select(steps.c.order_id).where(
        steps.c.state.in_(_DECIDED), steps.c.night < as_of, steps.c.night >= since
    )
