"""Visits of pages, for the count of connections a day."""

from datetime import date, datetime

import pandas as pd
import sqlalchemy as sa

from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store
from optiflow_lib.store.times import naive_utc

_table = tables.visits
_COUNTS = ("visits", "visitors", "visitors_of_day")


def record_visit(store: Store, *, page: str, visitor: str, at: datetime) -> None:
    """Counts one visit. `visitor` is a name or a random word from a cookie, never an address."""
    time = naive_utc(at)
    with store.writing() as connection:
        connection.execute(sa.insert(_table).values(at=time, day=time.date(), page=page, visitor=visitor))


def visits_per_day(store: Store, *, first_day: date | None = None) -> pd.DataFrame:
    """Counts with columns day (UTC), page, visits, visitors (distinct), visitors_of_day (of any page); by day and page."""
    visits, visitors = sa.func.count(), sa.func.count(_table.c.visitor.distinct())
    by_page = sa.select(_table.c.day, _table.c.page, visits, visitors).group_by(_table.c.day, _table.c.page)
    of_day = sa.select(_table.c.day, visitors).group_by(_table.c.day)
    if first_day is not None:
        by_page, of_day = (chosen.where(_table.c.day >= first_day) for chosen in (by_page, of_day))
    with store.reading() as connection:
        people = {row[0]: row[1] for row in connection.execute(of_day)}
        found = [(*row, people[row[0]]) for row in connection.execute(by_page)]
    counted = pd.DataFrame(found, columns=["day", "page", *_COUNTS]).astype(
        {"day": "datetime64[us]", "page": "str"} | dict.fromkeys(_COUNTS, "int64")
    )
    return counted.sort_values(["day", "page"], ignore_index=True)


def forget_visits(store: Store, *, before: date) -> int:
    """Drops visits of days before `before` and returns how many: who looked at what is not kept for ever."""
    with store.writing() as connection:
        return connection.execute(sa.delete(_table).where(_table.c.day < before)).rowcount
