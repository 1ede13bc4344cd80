"""On which days a supplier takes orders, and on which nobody is there."""

import re
from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
        weekdays, least = _rules(supplier, closed, review_period)
        first = _first(as_of, weekdays, closed_days)
        gap = (_first(first, weekdays, closed_days) - first).days
        rows.append((supplier.supplier_id, pd.Timestamp(first), float(max(gap, least))))
    made = pd.DataFrame(rows, columns=["supplier_id", "order_on", "review_period"])
    return made.astype({"supplier_id": "str", "order_on": "datetime64[us]", "review_period": "float64"})


def order_chances(
    suppliers: pd.DataFrame,
    *,
    first_day: date,
    n_days: int,
    closed: Collection[int],
    closed_days: Collection[date],
    review_period: int,
) -> dict[str, tuple[NDArray[np.bool_], NDArray[np.float64]]]:
    """What `order_days` says on each of many evenings, by supplier_id.

    Args:
        suppliers: Schema `SUPPLIERS`.
        first_day: The first evening.
        n_days: How many evenings follow each other.
        closed: ISO weekdays on which the shop is closed.
        closed_days: Days on which no order is taken.
        review_period: Days between two orders to a supplier that names neither a period nor weekdays.

    Returns:
        May an order leave on the next morning, and the review period then; shape (n_days,) both.
    """
    days = [first_day + timedelta(days=ahead) for ahead in range(n_days + 2 * LOOK_AHEAD_DAYS + 1)]
    weekday = np.array([day.isoweekday() for day in days])
    is_closed = np.array([day in closed_days for day in days])
    made = {}
    for supplier in suppliers.itertuples():
        weekdays, least = _rules(supplier, closed, review_period)
        following = _following(np.isin(weekday, list(weekdays)) & ~is_closed)
        first = following[:n_days]
        gap = following[first] - first
        made[str(supplier.supplier_id)] = (first == np.arange(n_days) + 1, np.maximum(gap, float(least)))
    return made


def _following(is_open: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each day the position of the next open one, of the next day where there is none for too long."""
    n_days = len(is_open)
    at = np.where(is_open, np.arange(n_days), n_days + LOOK_AHEAD_DAYS)
    open_from = np.minimum.accumulate(at[::-1])[::-1]
    following = np.append(open_from[1:], n_days + LOOK_AHEAD_DAYS)
    tomorrow = np.arange(n_days) + 1
    return np.where(following - np.arange(n_days) > LOOK_AHEAD_DAYS, tomorrow, following)


def _rules(supplier: Any, closed: Collection[int], review_period: int) -> tuple[frozenset[int], float]:
    """Weekdays on which a supplier takes orders, and its least review period, days."""
    named = _weekdays(supplier.order_weekdays)
    usual = 1 if named else review_period
    least = usual if pd.isna(supplier.review_period) else supplier.review_period
    return named or (EVERY_DAY - frozenset(closed)), max(least, 1)


def _weekdays(written: object) -> frozenset[int]:
    return frozenset(
        int(day) for day in re.findall(r"\b[1-7]\b", written if isinstance(written, str) else "")
    )


def _first(after: date, weekdays: Collection[int], closed_days: Collection[date]) -> date:
    days = [after + timedelta(days=ahead) for ahead in range(1, LOOK_AHEAD_DAYS + 1)]
    return next((d for d in days if d.isoweekday() in weekdays and d not in closed_days), days[0])
