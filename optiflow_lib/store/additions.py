"""An item that is in no draft, added by a person to its supplier's."""

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
import sqlalchemy as sa

from optiflow_lib.errors import OrderError
from optiflow_lib.schemas import item_keys
from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store
from optiflow_lib.store.drafts import lock_drafts, new_draft
from optiflow_lib.store.moments import moment
from optiflow_lib.store.orders import record_order_step


@dataclass(frozen=True)
class Addition:
    """What a person orders of an item that the night does not suggest.

    Args:
        item_id: The item.
        supplier_id: Who is asked for it.
        location_id: Where it is stocked.
        quantity: Units, more than 0.
        unit_cost: Of this quantity.
        list_price: The supplier's, before its discount; None when unknown.
        vat_rate: 0.2 for 20 %.
        leaves_on: The first day on which the supplier takes the order.
        expected_on: When it would be there.
        reason: Why.
    """

    item_id: str
    supplier_id: str
    location_id: str
    quantity: float
    unit_cost: float
    list_price: float | None
    vat_rate: float
    leaves_on: date | None
    expected_on: date | None
    reason: str


def add_to_draft(
    store: Store,
    added: Addition,
    *,
    as_of: date,
    author: str,
    prefix: str,
    at: datetime,
    day: date | None = None,
) -> str:
    """Adds a line to the draft of the item's supplier and place, which is made when there is none.

    The next nights keep the line, as they keep a quantity that a person edited.

    Args:
        store: Where to.
        added: What is ordered.
        as_of: The night that a new draft follows.
        author: Who.
        prefix: Begin of a new draft's number.
        at: When.
        day: The shop's day; None, or while nights run ahead of the clock: the day after the last night.

    Returns:
        The draft's number.

    Raises:
        OrderError: the quantity is not above 0, or the item is in a draft already; nothing is written.
    """
    if not 0 < added.quantity < float("inf"):
        raise OrderError(
            what=f"the quantity {added.quantity} cannot be ordered",
            where=f"item {added.item_id}",
            mend="give a number of units above 0",
        )
    key = item_keys(pd.Series([added.item_id]), main_location=store.main_location).iloc[0]
    item = {name: str(key[name]) for name in tables.ITEM_KEY}
    with store.writing() as connection:
        now = moment(connection, day)
        lock_drafts(store, connection)
        _refuse_drafted(connection, added.item_id, item)
        order_id = _draft_of(connection, added)
        if order_id is None:
            order_id = _new_draft(store, connection, added, as_of=as_of, prefix=prefix)
            record_order_step(connection, order_id, "draft", author=author, at=at, now=now)
        _append_line(connection, order_id, added, item, author=author)
    return order_id


def _refuse_drafted(connection: sa.Connection, item_id: str, item: dict[str, str]) -> None:
    lines, orders = tables.order_lines, tables.orders
    of_item = [lines.c[name] == value for name, value in item.items()]
    drafts = sa.select(orders.c.order_id).where(orders.c.state == "draft")
    holding = sa.select(lines.c.order_id).where(*of_item, lines.c.order_id.in_(drafts))
    order_id = connection.scalar(holding)
    if order_id is not None:
        raise OrderError(
            what=f"the item is in draft {order_id} already",
            where=f"item {item_id}",
            mend="reload the page and change its quantity there",
        )


def _draft_of(connection: sa.Connection, added: Addition) -> str | None:
    orders = tables.orders
    order_id: str | None = connection.scalar(
        sa.select(orders.c.order_id).where(
            orders.c.state == "draft",
            orders.c.supplier_id == added.supplier_id,
            orders.c.location_id == added.location_id,
        )
    )
    return order_id


def _new_draft(store: Store, connection: sa.Connection, added: Addition, *, as_of: date, prefix: str) -> str:
    return new_draft(
        store,
        connection,
        prefix=prefix,
        as_of=as_of,
        supplier_id=added.supplier_id,
        location_id=added.location_id,
        leaves_on=added.leaves_on,
        expected_on=added.expected_on,
    )


def _append_line(
    connection: sa.Connection, order_id: str, added: Addition, item: dict[str, str], *, author: str
) -> None:
    connection.execute(
        sa.insert(tables.order_lines).values(
            order_id=order_id,
            **item,
            suggested_quantity=0.0,
            quantity=added.quantity,
            received_quantity=0.0,
            unit_cost=added.unit_cost,
            list_price=added.list_price,
            vat_rate=added.vat_rate,
            edited_by=author,
            reason=added.reason,
        )
    )
