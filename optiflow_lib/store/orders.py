"""Purchase orders: read, moved from state to state exactly once, edited while they are drafts."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from optiflow_lib.errors import OrderError
from optiflow_lib.schemas import item_keys
from optiflow_lib.schemas.operations import ORDER_LINES, ORDER_STEPS, ORDERS
from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store
from optiflow_lib.store.moments import Moment, moment
from optiflow_lib.store.rows import read_checked
from optiflow_lib.store.times import naive_utc

Transitions = Mapping[str, Collection[str]]  # the states that may follow each; `purchasing` owns them


def read_orders(store: Store, *, states: Collection[str] | None = None) -> pd.DataFrame:
    """Schema `ORDERS`, by number; only those in `states` if given."""
    where = [] if states is None else [tables.orders.c.state.in_(list(states))]
    with store.reading() as connection:
        return read_checked(connection, tables.orders, ORDERS, main_location=store.main_location, where=where)


def read_order_lines(store: Store, *, order_ids: Collection[str] | None = None) -> pd.DataFrame:
    """Schema `ORDER_LINES`, by order and item; only those of `order_ids` if given."""
    table = tables.order_lines
    where = [] if order_ids is None else [table.c.order_id.in_(list(order_ids))]
    with store.reading() as connection:
        return read_checked(connection, table, ORDER_LINES, main_location=store.main_location, where=where)


def read_order_steps(store: Store, *, order_ids: Collection[str] | None = None) -> pd.DataFrame:
    """Schema `ORDER_STEPS`: who took each order to which state and when, by order, in the order it happened."""
    table = tables.order_steps
    where = [] if order_ids is None else [table.c.order_id.in_(list(order_ids))]
    with store.reading() as connection:
        return read_checked(
            connection,
            table,
            ORDER_STEPS,
            main_location=store.main_location,
            where=where,
            order_by=[table.c.order_id, table.c.position],
        )


def move_order(
    store: Store,
    order_id: str,
    to: str,
    *,
    author: str,
    at: datetime,
    allowed: Transitions,
    expected_state: str | None = None,
    day: date | None = None,
) -> None:
    """Takes an order to another state, exactly once even when two people ask for it together.

    Args:
        store: Where it is.
        order_id: Its number.
        to: The state asked for.
        author: Who asks.
        at: When.
        allowed: The states that may follow each.
        expected_state: The state the author saw on screen; None when it does not matter.
        day: The shop's day; None, or while nights run ahead of the clock: the day after the last night.

    Raises:
        OrderError: there is no such order, it is no longer in `expected_state`, or `to` may not follow its state.
    """
    with store.writing() as connection:
        state = state_of(connection, order_id)
        if expected_state not in (None, state) or to not in allowed.get(state, ()):
            raise OrderError(
                what=f"the order is {state} and cannot become {to}",
                where=f"order {order_id}",
                mend="reload the page: somebody may have changed it meanwhile",
            )
        change_state(connection, order_id, state, to)
        record_order_step(connection, order_id, to, author=author, at=at, now=moment(connection, day))


def set_line_quantity(
    store: Store,
    order_id: str,
    item_id: str,
    quantity: float,
    *,
    author: str,
    reason: str | None,
    price: Mapping[str, float] | None = None,
) -> None:
    """Replaces the suggested quantity of a draft's line by a person's, which the next nights keep.

    Args:
        store: Where it is.
        order_id: Its number.
        item_id: The line.
        quantity: What a person wants to order.
        author: Who.
        reason: Why.
        price: unit_cost and list_price at this quantity, which are kept as well; None when they stay.

    Raises:
        OrderError: the quantity is negative or no number, or the order is no draft or has no such line.
    """
    if not 0 <= quantity < float("inf"):
        raise OrderError(
            what=f"the quantity {quantity} cannot be ordered",
            where=f"item {item_id} of order {order_id}",
            mend="give a number of units, 0 or more",
        )
    with store.writing() as connection:
        state = state_of(connection, order_id)
        if state != "draft":
            raise OrderError(
                what=f"the order is {state}: its quantities are fixed",
                where=f"order {order_id}",
                mend="cancel it; the next night suggests again what is needed",
            )
        _update_line(
            connection,
            order_id,
            item_id,
            {
                "quantity": quantity,
                "edited_by": author,
                "reason": reason,
                "edited_until": None,
                **(price or {}),
            },
            main_location=store.main_location,
        )


def state_of(connection: sa.Connection, order_id: str) -> str:
    """The order's state; on PostgreSQL its row is locked until the transaction ends.

    Raises:
        OrderError: there is no such order.
    """
    orders = tables.orders
    chosen = sa.select(orders.c.state).where(orders.c.order_id == order_id).with_for_update()
    state: str | None = connection.scalar(chosen)
    if state is None:
        raise OrderError(
            what=f"there is no order {order_id}",
            where="table orders of the store",
            mend="`optiflow orders list` shows their numbers",
        )
    return state


def change_state(connection: sa.Connection, order_id: str, state: str, to: str) -> None:
    """Takes the order from `state` to `to`.

    Raises:
        OrderError: it has left `state` meanwhile.
    """
    orders = tables.orders
    still = (orders.c.order_id == order_id) & (orders.c.state == state)
    if connection.execute(sa.update(orders).where(still).values(state=to)).rowcount != 1:
        raise OrderError(
            what=f"the order is no longer {state}",
            where=f"order {order_id}",
            mend="reload the page: somebody changed it at the same moment",
        )


def record_order_step(
    connection: sa.Connection, order_id: str, state: str, *, author: str, at: datetime, now: Moment
) -> None:
    """Adds a step to the order's history."""
    steps = tables.order_steps
    count = connection.scalar(sa.select(sa.func.count()).where(steps.c.order_id == order_id)) or 0
    step = {"order_id": order_id, "position": count + 1, "state": state, "at": naive_utc(at)}
    connection.execute(sa.insert(steps).values(**step, author=author, day=now.day, night=now.night))


def line_of(order_id: str, key: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    """Conditions that only this line of the order meets."""
    table = tables.order_lines
    return [table.c.order_id == order_id, *(table.c[name] == key[name] for name in tables.ITEM_KEY)]


def _update_line(
    connection: sa.Connection,
    order_id: str,
    item_id: str,
    values: Mapping[str, object],
    *,
    main_location: str,
) -> None:
    key = item_keys(pd.Series([item_id]), main_location=main_location).iloc[0]
    changed = sa.update(tables.order_lines).where(*line_of(order_id, key)).values(dict(values))
    if connection.execute(changed).rowcount != 1:
        raise OrderError(
            what=f"the order has no line for item {item_id}",
            where=f"order {order_id}",
            mend="reload the page: the last night may have taken the line out",
        )
