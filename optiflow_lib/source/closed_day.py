"""Which day is the last that is complete."""

from datetime import date, timedelta

import pandas as pd

from optiflow_lib.errors import DataError
from optiflow_lib.source.source import Source

LOOK_BACK_DAYS = 70
HALF_LOADED = 0.5  # of the median number of rows of its weekday (INVENTORY.md, data quality)


def last_closed_day(source: Source) -> date:
    """The last day with sales; the day before it when it is only half loaded.

    Raises:
        DataError: there are no sales at all.
    """
    last = _last_day(source)
    recent = source.read("sales", first_day=last - timedelta(days=LOOK_BACK_DAYS), cutoff=last)
    counts = recent.groupby("day").size()
    same_weekday = counts[(counts.index.day_of_week == last.weekday()) & (counts.index < pd.Timestamp(last))]
    if len(same_weekday) and counts.iloc[-1] < HALF_LOADED * same_weekday.median():
        return counts.index[-2].date()  # type: ignore[no-any-return]
    return last


def _last_day(source: Source) -> date:
    last = source.last_day("sales")
    if last is None:
        raise DataError(
            what="the source holds no sales",
            where="logical table sales",
            mend="load sales into the business database, or correct the SELECT of [sales] (`optiflow check`)",
        )
    return last
