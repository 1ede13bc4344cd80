"""Which day is the last that is complete."""

from datetime import date, timedelta

import pandas as pd

from optiflow_lib.errors import DataError
from optiflow_lib.source.source import Source

LOOK_BACK_DAYS = 70
HALF_LOADED = 0.5  # of the median number of rows of its weekday (INVENTORY.md, data quality)
ALONE_DAYS = 7  # a thin day so long after all others is a typing error, not the shop's last day


def last_closed_day(source: Source) -> date:
    """The last day with sales; the day before it when it is only half loaded.

    A sale dated far ahead by mistake does not count: a thin day more than a week after the one before it is passed over.

    Raises:
        DataError: there are no sales at all.
    """
    last = _last_day(source)
    while True:
        counts = _rows_by_day(source, last)
        before = source.last_day("sales", before=last)
        if before is None or not _is_thin(counts):
            return last
        if (last - before).days <= ALONE_DAYS:
            return before
        last = before


def day_left_out(source: Source, as_of: date, *, last: date) -> date | None:
    """The half-loaded `last` day because of which `as_of` is the last closed one; None: there is none."""
    return last if as_of < last and last_closed_day(source) == as_of else None


def _rows_by_day(source: Source, last: date) -> pd.Series:
    recent = source.read("sales", first_day=last - timedelta(days=LOOK_BACK_DAYS), cutoff=last)
    return recent.groupby("day").size()


def _is_thin(counts: pd.Series) -> bool:
    """Does the last day have less than half of its weekday's median, or is it alone in the whole look-back?"""
    last = counts.index[-1]
    same_weekday = counts[(counts.index.day_of_week == last.day_of_week) & (counts.index < last)]
    if len(same_weekday):
        return bool(counts.iloc[-1] < HALF_LOADED * same_weekday.median())
    return len(counts) == 1


def _last_day(source: Source) -> date:
    last = source.last_day("sales")
    if last is None:
        raise DataError(
            what="the source holds no sales",
            where=source.place("sales"),
            mend="load sales into the business database, or correct the SELECT of [sales] (`optiflow check`)",
        )
    return last
