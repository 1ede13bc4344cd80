"""What arrived of the orders: entered by people, or seen in the business database by a night."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import pandas as pd
import sqlalchemy as sa

from optiflow_lib.errors import OrderError
from optiflow_lib.schemas import item_keys
from optiflow_lib.schemas.operations import ORDER_RECEIPTS
from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store
from optiflow_lib.store.moments import Moment, moment, of_night
from optiflow_lib.store.orders import Transitions, change_state, line_of, record_order_step, state_of
from optiflow_lib.store.rows import read_checked
from optiflow_lib.store.times import naive_utc

_SMALLEST = 1e-6  # below every unit's step: three times 0.1 received of 0.3 is all of it


@dataclass(frozen=True)
class _Arrival:
    """What is added to one line."""

    key: Mapping[str, Any]
    quantity: float
    received_on: date


def receive_lines(
    store: Store,
    order_id: str,
    quantities: Mapping[str, float] | None,
    *,
    author: str,
    at: datetime,
    allowed: Transitions,
    received_on: date | None = None,
    day: date | None = None,
) -> str:
    """Adds what arrived to an order's lines; it is received when every line is, partly received until then.

    Args:
        store: Where it is.
        order_id: Its number.
        quantities: Units that arrived by item_id; negative takes back a mistake. None: all that was missing, once.
        author: Who counted.
        at: When.
        allowed: The states that may follow each.
        received_on: The day it arrived; None: the day it is entered.
        day: The shop's day; None, or while nights run ahead of the clock: the day after the last night.

    Returns:
        The order's state.

    Raises:
        OrderError: there is no such order or line, it is not on its way, it arrived before it was ordered or in the
            future, or a line would have received less than nothing; nothing is written.
    """
    with store.writing() as connection:
        state, now = state_of(connection, order_id), moment(connection, day)
        arrived_on = received_on or now.day
        _refuse_other_days(connection, order_id, arrived_on, now)
        for arrival in _arrivals(store, connection, order_id, quantities, arrived_on):
            _add(connection, order_id, arrival, author=author, at=at, now=now)
        to = _state_by_receipts(connection, order_id)
        more_of_the_same = to == state and quantities is not None
        if not more_of_the_same and to not in allowed.get(state, ()):
            raise OrderError(
                what=f"the order is {state} and cannot become {to}",
                where=f"order {order_id}",
                mend="enter receipts of orders that were sent",
            )
        change_state(connection, order_id, state, to)
        record_order_step(connection, order_id, to, author=author, at=at, now=now)
    return to


def receive_from_source(
    store: Store,
    arrived: pd.DataFrame,
    *,
    finished: Collection[str],
    open_states: Collection[str],
    as_of: date,
    author: str,
) -> None:
    """Closes the orders whose receipts the business database shows, all in one transaction; repeating is harmless.

    Of each line the first units count that nobody has entered yet. An order that nobody said was sent was sent.

    Args:
        store: Where the orders are.
        arrived: order_id, item_id, received_on and quantity: all the source ever showed of them.
        finished: Orders of which nothing more will come, whatever is missing.
        open_states: States of orders that are on their way; orders in others stay as they are.
        as_of: The night.
        author: Who sees it.
    """
    by_order = dict(iter(arrived.groupby("order_id")))
    now, at = of_night(as_of), datetime.combine(as_of, time())
    with store.writing() as connection:
        for order_id in sorted({*by_order, *finished}):
            state = state_of(connection, order_id)
            if state not in open_states:
                continue
            new = list(_not_entered(store, connection, order_id, by_order.get(order_id, arrived.head(0))))
            for arrival in new:
                _add(connection, order_id, arrival, author=author, at=at, now=now)
            to = "received" if order_id in finished else _state_by_receipts(connection, order_id)
            if not new and to != "received":
                continue
            steps = ("sent", to) if state == "approved" else (to,)
            change_state(connection, order_id, state, to)
            for step in steps:
                record_order_step(connection, order_id, step, author=author, at=at, now=now)


def read_order_receipts(store: Store, *, order_ids: Collection[str] | None = None) -> pd.DataFrame:
    """Schema `ORDER_RECEIPTS`, by order and in the order they were entered; only those of `order_ids` if given."""
    table = tables.order_receipts
    where = [] if order_ids is None else [table.c.order_id.in_(list(order_ids))]
    with store.reading() as connection:
        return read_checked(connection, table, ORDER_RECEIPTS, main_location=store.main_location, where=where)


def _refuse_other_days(connection: sa.Connection, order_id: str, received_on: date, now: Moment) -> None:
    steps = tables.order_steps
    ordered_on = connection.scalar(
        sa.select(sa.func.min(steps.c.day)).where(steps.c.order_id == order_id, steps.c.state == "approved")
    )
    if received_on > now.day or (ordered_on and received_on < ordered_on):
        raise OrderError(
            what=f"it cannot have arrived on {received_on}: it was ordered on {ordered_on}, today is {now.day}",
            where=f"order {order_id}",
            mend="give the day on which it arrived",
        )


def _arrivals(
    store: Store,
    connection: sa.Connection,
    order_id: str,
    quantities: Mapping[str, float] | None,
    received_on: date,
) -> Iterator[_Arrival]:
    if quantities is None:
        for key, _, missing in _lines(connection, order_id):
            if missing > _SMALLEST:
                yield _Arrival(key, missing, received_on)
        return
    for item_id, quantity in sorted(quantities.items()):
        yield _Arrival(_key(store, item_id), quantity, received_on)


def _not_entered(
    store: Store, connection: sa.Connection, order_id: str, arrived: pd.DataFrame
) -> Iterator[_Arrival]:
    entered = {tuple(key.values()): quantity for key, quantity, _ in _lines(connection, order_id)}
    for item_id, receipts in arrived.groupby("item_id"):
        key = _key(store, str(item_id))
        known = entered[tuple(key.values())]
        for receipt in receipts.sort_values("received_on", kind="stable").itertuples():
            added = max(receipt.quantity - known, 0.0)
            known = max(known - receipt.quantity, 0.0)
            if added > _SMALLEST:
                yield _Arrival(key, added, receipt.received_on.date())


def _lines(connection: sa.Connection, order_id: str) -> list[tuple[dict[str, Any], float, float]]:
    """Key, units received and units missing of each line of the order."""
    line = tables.order_lines.c
    chosen = sa.select(line.product_id, line.location_id, line.received_quantity, line.quantity)
    found = connection.execute(chosen.where(line.order_id == order_id).order_by(line.product_id)).all()
    return [
        (
            {"product_id": row.product_id, "location_id": row.location_id},
            row.received_quantity,
            row.quantity - row.received_quantity,
        )
        for row in found
    ]


def _key(store: Store, item_id: str) -> dict[str, Any]:
    key = item_keys(pd.Series([item_id]), main_location=store.main_location).iloc[0]
    return {name: key[name] for name in tables.ITEM_KEY}


def _add(
    connection: sa.Connection, order_id: str, arrival: _Arrival, *, author: str, at: datetime, now: Moment
) -> None:
    lines, receipts = tables.order_lines, tables.order_receipts
    line = line_of(order_id, arrival.key)
    added = lines.c.received_quantity + arrival.quantity
    if connection.execute(sa.update(lines).where(*line).values(received_quantity=added)).rowcount != 1:
        raise OrderError(
            what=f"the order has no line for item {arrival.key['product_id']} at {arrival.key['location_id']}",
            where=f"order {order_id}",
            mend="`optiflow orders show` lists its items",
        )
    count = connection.scalar(sa.select(sa.func.count()).where(receipts.c.order_id == order_id)) or 0
    connection.execute(
        sa.insert(receipts).values(
            order_id=order_id,
            position=count + 1,
            **arrival.key,
            quantity=arrival.quantity,
            received_on=arrival.received_on,
            author=author,
            at=naive_utc(at),
            night=now.night,
        )
    )


def _state_by_receipts(connection: sa.Connection, order_id: str) -> str:
    lines = _lines(connection, order_id)
    if not lines or min(received for _, received, _ in lines) < 0:
        raise OrderError(
            what="a line would have received less than nothing" if lines else "it has no lines",
            where=f"order {order_id}",
            mend="correct the quantities received",
        )
    return "partly_received" if any(missing > _SMALLEST for _, _, missing in lines) else "received"
