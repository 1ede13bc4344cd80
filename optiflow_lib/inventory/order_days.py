"""On which days a supplier takes orders, and on which nobody is there."""

import re
from collections.abc import Collection
from datetime import date, timedelta

import pandas as pd

LOOK_BACK_DAYS = 56  # a weekday without a sale in eight weeks is one on which the shop is closed
LOOK_AHEAD_DAYS = 60  # a supplier closed for longer is asked on the next day anyway
EVERY_DAY = frozenset(range(1, 8))


def closed_weekdays(daily_sales: pd.DataFrame, *, as_of: date) -> frozenset[int]:
    """ISO weekdays (Monday is 1) on which nothing was sold anywhere for eight weeks.

    Args:
        daily_sales: Schema `DAILY_SALES`.
        as_of: The day being closed.
    """
    first = pd.Timestamp(as_of - timedelta(days=LOOK_BACK_DAYS - 1))
    recent = daily_sales[(daily_sales["day"] >= first) & (daily_sales["day"] <= pd.Timestamp(as_of))]
    sold = recent.loc[recent["quantity"] > 0, "day"].dt.day_of_week + 1
    return EVERY_DAY - frozenset(sold.unique()) if len(sold) else frozenset()


def next_open_day(as_of: date, *, closed: Collection[int], closed_days: Collection[date]) -> date:
    """The first day after `as_of` on which somebody is there to order: what is due until then is due now."""
    return _first(as_of, EVERY_DAY - frozenset(closed), closed_days)


def order_days(
    suppliers: pd.DataFrame,
    *,
    as_of: date,
    closed: Collection[int],
    closed_days: Collection[date],
    review_period: int,
) -> pd.DataFrame:
    """The next two days on which each supplier can be asked, as supplier_id, order_on, review_period.

    The review period is the time between the two: what one order must last for beyond its lead time. It is never
    shorter than the supplier's own.

    Args:
        suppliers: Schema `SUPPLIERS`; one whose order_weekdays name no weekday takes orders on every open day.
        as_of: The day being closed; its orders leave on the morning after at the earliest.
        closed: ISO weekdays on which the shop is closed.
        closed_days: Days on which no order is taken (public holidays).
        review_period: Days between two orders to a supplier that names neither a period nor weekdays.
    """
    rows = []
    for supplier in suppliers.itertuples():
        named = _weekdays(supplier.order_weekdays)
        weekdays = named or (EVERY_DAY - frozenset(closed))
        first = _first(as_of, weekdays, closed_days)
        gap = (_first(first, weekdays, closed_days) - first).days
        usual = 1 if named else review_period
        least = usual if pd.isna(supplier.review_period) else supplier.review_period
        rows.append((supplier.supplier_id, pd.Timestamp(first), float(max(gap, least, 1))))
    made = pd.DataFrame(rows, columns=["supplier_id", "order_on", "review_period"])
    return made.astype({"supplier_id": "str", "order_on": "datetime64[us]", "review_period": "float64"})


def _weekdays(written: object) -> frozenset[int]:
    return frozenset(
        int(day) for day in re.findall(r"\b[1-7]\b", written if isinstance(written, str) else "")
    )


def _first(after: date, weekdays: Collection[int], closed_days: Collection[date]) -> date:
    days = [after + timedelta(days=ahead) for ahead in range(1, LOOK_AHEAD_DAYS + 1)]
    return next((d for d in days if d.isoweekday() in weekdays and d not in closed_days), days[0])
