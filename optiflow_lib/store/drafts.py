"""Draft orders follow each night: same number, a person's quantities kept, what is no longer needed taken out."""

import logging
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from optiflow_lib.schemas import Schema
from optiflow_lib.schemas.operations import ORDER_LINES, ORDERS
from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store
from optiflow_lib.store.moments import of_night
from optiflow_lib.store.orders import change_state, record_order_step
from optiflow_lib.store.rows import insert_frame, last_day_of, read_checked, stored_rows

logger = logging.getLogger(__name__)

_PLACE = ["supplier_id", "location_id"]
_ADVISORY_LOCK = 7_305_200_619  # of drafts that are made on PostgreSQL; any number that no other program uses


@dataclass(frozen=True)
class _Night:
    store: Store
    connection: sa.Connection
    as_of: date
    author: str
    prefix: str
    at: datetime
    days: pd.DataFrame | None


def replace_drafts(
    store: Store,
    orders: pd.DataFrame,
    lines: pd.DataFrame,
    *,
    as_of: date,
    author: str,
    prefix: str = "BC",
    at: datetime | None = None,
    days: pd.DataFrame | None = None,
) -> bool:
    """Makes the drafts what night `as_of` suggests, one per supplier and location, in one transaction.

    A draft that is there keeps its number, and the quantities that a person edited as long as they hold; one that
    nothing is left of is deleted, or cancelled if a person had worked on it. What this night suggested before and
    somebody has approved or cancelled since, and what was approved since the night began, is not suggested again:
    neither repeating a night nor deciding while it runs orders anything twice. A night older than the last one
    changes nothing.

    Args:
        store: Where to.
        orders: Schema `ORDERS`, state draft; its order_id only says which lines belong to it.
        lines: Schema `ORDER_LINES`.
        as_of: The night.
        author: Who suggests, for the history of new orders.
        prefix: Begin of new numbers: ``BC-2026-000001``.
        at: When, for the same history; the day's begin if it does not matter.
        days: item_id, leaves_on and expected_on of whatever could be ordered: a draft of which only lines of people
            are left leaves and arrives as its slowest does. None: it keeps its days.

    Returns:
        Whether the drafts follow this night.

    Raises:
        DataError: a frame does not meet its schema; nothing is written.
    """
    orders = ORDERS.check(orders, where=f"orders of {as_of}")
    lines = ORDER_LINES.check(lines, where=f"order lines of {as_of}")
    with store.writing() as connection:
        last = last_day_of(connection, tables.orders.c.as_of)
        if last and as_of < last:
            logger.warning("draft orders stay as night %s left them: %s is older", last, as_of)
            return False
        begin = datetime.combine(as_of, time())
        night = _Night(store, connection, as_of, author, prefix, at or begin, days)
        lock_drafts(store, connection)
        lines = lines[~lines["item_id"].isin(_decided_items(night))]
        orders = orders[orders["order_id"].isin(lines["order_id"])].sort_values(_PLACE)
        drafts = _read(night, tables.orders, ORDERS, tables.orders.c.state == "draft")
        numbered = orders.merge(drafts[[*_PLACE, "order_id"]], on=_PLACE, how="left", suffixes=("", "_kept"))
        _write(night, numbered, lines, drafts)
    return True


def _write(night: _Night, orders: pd.DataFrame, lines: pd.DataFrame, drafts: pd.DataFrame) -> None:
    of_drafts = tables.order_lines.c.order_id.in_(drafts["order_id"].tolist())
    old_lines = _read(night, tables.order_lines, ORDER_LINES, of_drafts)
    expired = old_lines["edited_until"] <= pd.Timestamp(night.as_of)  # orders of tonight leave a day later
    edited = old_lines[old_lines["edited_by"].notna() & ~expired]
    numbers = {order.order_id: _number(night, order) for order in orders.itertuples()}
    suggested = lines.assign(order_id=lines["order_id"].map(numbers))
    kept = _with_edits(suggested, edited)
    night.connection.execute(sa.delete(tables.order_lines).where(of_drafts))
    _append_lines(night, kept)
    for order_id in sorted(set(drafts["order_id"]) - set(kept["order_id"])):
        _drop(night, order_id, edited[edited["order_id"] == order_id])
    _date_by_hand(night, kept[~kept["order_id"].isin(list(numbers.values()))])
    drafts_now = tables.orders.c.state == "draft"
    night.connection.execute(sa.update(tables.orders).where(drafts_now).values(as_of=night.as_of))


def _with_edits(suggested: pd.DataFrame, edited: pd.DataFrame) -> pd.DataFrame:
    """Suggested lines with a person's quantities; edited lines no longer suggested stay unless they are zero."""
    key = ["order_id", "item_id"]
    by_hand = [
        "quantity",
        "unit_cost",
        "list_price",
        "edited_by",
        "reason",
        "edited_until",
    ]  # prices are those of the quantity
    joined = suggested.merge(edited[[*key, *by_hand]], on=key, how="left", suffixes=("", "_edited"))
    is_edited = joined["edited_by_edited"].notna()
    for name in by_hand:
        joined[name] = joined[f"{name}_edited"].where(is_edited, joined[name])
    is_suggested = pd.MultiIndex.from_frame(edited[key]).isin(pd.MultiIndex.from_frame(suggested[key]))
    alone = edited[~is_suggested & (edited["quantity"] > 0)].assign(suggested_quantity=0.0)
    parts = [part for part in (joined, alone) if len(part)]
    return ORDER_LINES.check(pd.concat(parts), where="lines of drafts") if parts else ORDER_LINES.empty()


def _date_by_hand(night: _Night, lines: pd.DataFrame) -> None:
    """The days of drafts that the night suggests nothing of any more."""
    if night.days is None:
        return
    orders = tables.orders
    latest = lines.merge(night.days, on="item_id").groupby("order_id")[["leaves_on", "expected_on"]].max()
    for order in latest.itertuples():
        days = {"leaves_on": _day(order.leaves_on), "expected_on": _day(order.expected_on)}
        night.connection.execute(sa.update(orders).where(orders.c.order_id == order.Index).values(days))


def _number(night: _Night, order: Any) -> str:
    """The number of the draft of this supplier and location; a new draft is written and gets a new one."""
    days = {name: _day(getattr(order, name)) for name in ("leaves_on", "expected_on")}
    if pd.notna(order.order_id_kept):
        kept = tables.orders.c.order_id == order.order_id_kept
        night.connection.execute(sa.update(tables.orders).where(kept).values(**days))
        return str(order.order_id_kept)
    order_id = new_draft(
        night.store,
        night.connection,
        prefix=night.prefix,
        as_of=night.as_of,
        supplier_id=order.supplier_id,
        location_id=order.location_id,
        note=None if pd.isna(order.note) else order.note,
        **days,
    )
    record_order_step(
        night.connection, order_id, "draft", author=night.author, at=night.at, now=of_night(night.as_of)
    )
    return order_id


def _day(day: Any) -> date | None:
    return None if pd.isna(day) else day.date()


def new_draft(store: Store, connection: sa.Connection, *, prefix: str, as_of: date, **values: Any) -> str:
    """Writes a draft with the next number and returns it; `values` are the other columns of `ORDERS`."""
    order_id = _next_number(store, connection, prefix=prefix, year=as_of.year)
    fixed = {"order_id": order_id, "state": "draft", "as_of": as_of, "created_on": as_of}
    connection.execute(sa.insert(tables.orders).values(**fixed, **values))
    return order_id


def _next_number(store: Store, connection: sa.Connection, *, prefix: str, year: int) -> str:
    dialect = postgresql if store.is_postgres else sqlite
    table = tables.order_numbers
    first = dialect.insert(table).values(prefix=prefix, year=year, last_number=1)
    used = connection.scalar(
        first.on_conflict_do_update(
            index_elements=["prefix", "year"], set_={"last_number": table.c.last_number + 1}
        ).returning(table.c.last_number)
    )
    return f"{prefix}-{year}-{used:06d}"


def _decided_items(night: _Night) -> list[str]:
    """Items of orders that are no drafts any more and that this night suggested before, or did not see approved."""
    orders, steps = tables.orders, tables.order_steps
    unseen = sa.select(steps.c.order_id).where(steps.c.state == "approved", steps.c.night >= night.as_of)
    decided = sa.select(orders.c.order_id).where(
        ((orders.c.as_of == night.as_of) & (orders.c.state != "draft"))
        | (orders.c.order_id.in_(unseen) & (orders.c.state != "cancelled"))
    )
    lines = _read(night, tables.order_lines, ORDER_LINES, tables.order_lines.c.order_id.in_(decided))
    items: list[str] = lines["item_id"].tolist()
    return items


def _drop(night: _Night, order_id: str, edited: pd.DataFrame) -> None:
    if edited.empty:
        night.connection.execute(sa.delete(tables.orders).where(tables.orders.c.order_id == order_id))
        return
    _append_lines(night, edited)  # what a person did stays to be seen
    change_state(night.connection, order_id, "draft", "cancelled")
    record_order_step(
        night.connection, order_id, "cancelled", author=night.author, at=night.at, now=of_night(night.as_of)
    )


def _append_lines(night: _Night, lines: pd.DataFrame) -> None:
    rows = stored_rows(lines, main_location=night.store.main_location)
    insert_frame(night.connection, tables.order_lines, rows.sort_values(["order_id", *tables.ITEM_KEY]))


def lock_drafts(store: Store, connection: sa.Connection) -> None:
    """Nobody approves, edits or makes a draft until this transaction ends; SQLite has one writer anyway."""
    orders = tables.orders
    if store.is_postgres:  # a draft that is not there yet has no row to lock
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    connection.execute(
        sa.select(orders.c.order_id)
        .where(orders.c.state == "draft")
        .order_by(orders.c.order_id)
        .with_for_update()
    )


def _read(night: _Night, table: sa.Table, schema: Schema, where: sa.ColumnElement[bool]) -> pd.DataFrame:
    return read_checked(
        night.connection, table, schema, main_location=night.store.main_location, where=[where]
    )
