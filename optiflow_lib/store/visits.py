"""Visits of pages, for the count of connections a day."""

from datetime import date, datetime

import pandas as pd
import sqlalchemy as sa

from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store
from optiflow_lib.store.times import naive_utc

_table = tables.visits


def record_visit(store: Store, *, page: str, visitor: str, at: datetime) -> None:
    """Counts one visit. `visitor` is a name or a random word from a cookie, never an address."""
    time = naive_utc(at)
    with store.writing() as connection:
        connection.execute(sa.insert(_table).values(at=time, day=time.date(), page=page, visitor=visitor))


def visits_per_day(store: Store, *, first_day: date | None = None) -> pd.DataFrame:
    """Counts with columns day (UTC), page, visits, visitors (distinct); by day and page."""
    columns = (
        _table.c.day,
        _table.c.page,
        sa.func.count().label("visits"),
        sa.func.count(_table.c.visitor.distinct()).label("visitors"),
    )
    chosen = sa.select(*columns).group_by(_table.c.day, _table.c.page)
    if first_day is not None:
        chosen = chosen.where(_table.c.day >= first_day)
    with store.reading() as connection:
        found = [tuple(row) for row in connection.execute(chosen)]
    counted = pd.DataFrame(found, columns=["day", "page", "visits", "visitors"]).astype(
        {"day": "datetime64[us]", "page": "str", "visits": "int64", "visitors": "int64"}
    )
    return counted.sort_values(["day", "page"], ignore_index=True)


def forget_visits(store: Store, *, before: date) -> int:
    """Drops visits of days before `before` and returns how many: who looked at what is not kept for ever."""
    with store.writing() as connection:
        return connection.execute(sa.delete(_table).where(_table.c.day < before)).rowcount
