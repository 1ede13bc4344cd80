"""Quantities that people keep for an item until a day, and what came of those they ordered."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from optiflow_lib.errors import OrderError
from optiflow_lib.schemas import item_keys
from optiflow_lib.schemas.operations import OVERRIDE_RESULTS, OVERRIDES
from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store
from optiflow_lib.store.moments import moment
from optiflow_lib.store.rows import insert_frame, read_checked, stored_rows
from optiflow_lib.store.times import naive_utc

Prices = Mapping[str, Mapping[str, float]]  # unit_cost and list_price by order


def keep_override(
    store: Store,
    item_id: str,
    quantity: float,
    *,
    author: str,
    reason: str,
    until: date,
    at: datetime,
    prices: Prices,
    day: date | None = None,
) -> None:
    """Keeps a person's quantity for an item: whatever is suggested of it until a day is replaced by it.

    The item's line of a draft is replaced at once. The latest override of an item counts.

    Args:
        store: Where to.
        item_id: The item.
        quantity: What a person wants to order when the item is due; 0 for nothing.
        author: Who.
        reason: Why.
        until: The last day on which an order may leave at this quantity.
        at: When.
        prices: unit_cost and list_price at this quantity, by order; of drafts not named they stay.
        day: The shop's day; None, or while nights run ahead of the clock: the day after the last night.

    Raises:
        OrderError: the quantity is negative or no number, or the day has passed; nothing is written.
    """
    if not 0 <= quantity < float("inf"):
        raise OrderError(
            what=f"the quantity {quantity} cannot be ordered",
            where=f"override of item {item_id}",
            mend="give a number of units, 0 or more",
        )
    edit = {"quantity": quantity, "edited_by": author, "reason": reason, "edited_until": until}
    with store.writing() as connection:
        now = moment(connection, day)
        if until < now.day:
            raise OrderError(
                what=f"the override ends on {until}, today is {now.day}",
                where=f"override of item {item_id}",
                mend="give its last day",
            )
        kept = {"quantity": quantity, "author": author, "reason": reason, "until": until}
        _append(store, connection, item_id, kept | {"at": naive_utc(at), "day": now.day})
        for order_id in _drafts_of(store, connection, item_id):
            _edit(store, connection, order_id, item_id, {**edit, **prices.get(order_id, {})})


def lift_override(
    store: Store, item_id: str, *, author: str, at: datetime, prices: Prices, day: date | None = None
) -> None:
    """Ends an item's override: its line of a draft is what the night suggested again, and so is what comes.

    Args:
        store: Where to.
        item_id: The item.
        author: Who.
        at: When.
        prices: unit_cost and list_price at the suggested quantity, by order.
        day: The shop's day; None, or while nights run ahead of the clock: the day after the last night.

    Raises:
        OrderError: the item has no override; nothing is written.
    """
    lines = tables.order_lines.c
    as_suggested: dict[str, Any] = dict.fromkeys(("edited_by", "reason", "edited_until"))
    with store.writing() as connection:
        now, key = moment(connection, day), _key(store, item_id)
        if _last_quantity(connection, key) is None:
            raise OrderError(
                what="the item has no override",
                where=f"override of item {item_id}",
                mend="`optiflow overrides list` shows which items have one",
            )
        _append(store, connection, item_id, {"author": author, "at": naive_utc(at), "day": now.day})
        for order_id in _drafts_of(store, connection, item_id, lines.edited_until.is_not(None)):
            suggested = {"quantity": lines.suggested_quantity, **as_suggested, **prices.get(order_id, {})}
            _edit(store, connection, order_id, item_id, suggested)


def read_overrides(store: Store) -> pd.DataFrame:
    """Schema `OVERRIDES`, by item and in the order they were made; `purchasing.in_force` says which count."""
    with store.reading() as connection:
        return read_checked(connection, tables.overrides, OVERRIDES, main_location=store.main_location)


def read_override_results(store: Store) -> pd.DataFrame:
    """Schema `OVERRIDE_RESULTS`, by order and item: every line a person changed, measured or not yet."""
    table = tables.override_results
    with store.reading() as connection:
        return read_checked(connection, table, OVERRIDE_RESULTS, main_location=store.main_location)


def replace_override_results(store: Store, results: pd.DataFrame) -> None:
    """Writes what came of the lines a person changed, in one transaction; results of other lines stay.

    Raises:
        DataError: the frame does not meet `OVERRIDE_RESULTS`; nothing is written.
    """
    checked = OVERRIDE_RESULTS.check(results, where="results of overrides")
    if checked.empty:
        return
    rows = stored_rows(checked, main_location=store.main_location)
    table = tables.override_results
    key = ["order_id", *tables.ITEM_KEY]
    same = [table.c[name] == sa.bindparam(f"of_{name}") for name in key]
    with store.writing() as connection:
        connection.execute(sa.delete(table).where(*same), rows[key].add_prefix("of_").to_dict("records"))
        insert_frame(connection, table, rows.sort_values(key))


def _append(store: Store, connection: sa.Connection, item_id: str, values: Mapping[str, Any]) -> None:
    table, key = tables.overrides, _key(store, item_id)
    count = connection.scalar(sa.select(sa.func.count()).where(*_is_item(table, key))) or 0
    connection.execute(sa.insert(table).values(**key, position=count + 1, **values))


def _last_quantity(connection: sa.Connection, key: Mapping[str, Any]) -> float | None:
    table = tables.overrides
    last = sa.select(table.c.quantity).where(*_is_item(table, key)).order_by(table.c.position.desc()).limit(1)
    quantity: float | None = connection.scalar(last)
    return quantity


def _drafts_of(
    store: Store, connection: sa.Connection, item_id: str, *conditions: sa.ColumnElement[bool]
) -> list[str]:
    """Drafts that hold the item, which nobody can approve until this transaction ends."""
    lines, orders = tables.order_lines, tables.orders
    holding = sa.select(lines.c.order_id).where(*_is_item(lines, _key(store, item_id)), *conditions)
    drafts = sa.select(orders.c.order_id).where(orders.c.state == "draft", orders.c.order_id.in_(holding))
    return list(connection.scalars(drafts.order_by(orders.c.order_id).with_for_update()))


def _edit(
    store: Store, connection: sa.Connection, order_id: str, item_id: str, values: Mapping[str, Any]
) -> None:
    lines = tables.order_lines
    line = [lines.c.order_id == order_id, *_is_item(lines, _key(store, item_id))]
    connection.execute(sa.update(lines).where(*line).values(dict(values)))


def _is_item(table: sa.Table, key: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == key[name] for name in tables.ITEM_KEY]


def _key(store: Store, item_id: str) -> dict[str, Any]:
    key = item_keys(pd.Series([item_id]), main_location=store.main_location).iloc[0]
    return {name: key[name] for name in tables.ITEM_KEY}
