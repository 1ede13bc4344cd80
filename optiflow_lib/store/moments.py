"""When people act, told in nights: what is done after a night has begun is not seen by it, however often it runs."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from optiflow_lib.errors import OrderError
from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store
from optiflow_lib.store.rows import last_day_of

_ADVISORY_LOCK = 7_305_200_618  # of nights that begin on PostgreSQL; any number that no other program uses


@dataclass(frozen=True)
class Moment:
    """When something happened.

    Args:
        night: The last night that had begun; only later ones see it.
        day: The shop's day.
    """

    night: date
    day: date


def of_night(as_of: date) -> Moment:
    """What night `as_of` itself writes; the nights after it see it."""
    return Moment(as_of, as_of)


def moment(connection: sa.Connection, day: date | None) -> Moment:
    """Now, in a transaction that writes.

    Args:
        connection: The transaction.
        day: The shop's day by the clock, which may lag behind the nights; None: the day after the last night.

    Raises:
        OrderError: no night has begun yet.
    """
    if connection.dialect.name == "postgresql":  # a night that is beginning is waited for
        connection.execute(sa.text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _ADVISORY_LOCK})
    nights = (tables.order_nights.c.as_of, tables.orders.c.as_of)
    begun = [night for night in (last_day_of(connection, column) for column in nights) if night]
    if not begun:
        raise OrderError(
            what="no night has run yet: there is nothing to decide on",
            where="table orders of the store",
            mend="run `optiflow nightly` first",
        )
    next_day = max(begun) + timedelta(days=1)
    return Moment(max(begun), max(day, next_day) if day else next_day)


def begin_night(store: Store, connection: sa.Connection, as_of: date) -> None:
    """Notes that night `as_of` has read what people did; from now on they act after it."""
    if store.is_postgres:  # what people are writing at this moment is waited for, and then read
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    dialect = postgresql if store.is_postgres else sqlite
    connection.execute(dialect.insert(tables.order_nights).values(as_of=as_of).on_conflict_do_nothing())
