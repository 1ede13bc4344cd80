"""A demand frame as matrices, items × buckets: what the solvers work on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.errors import DataError, ForecastError
from optiflow_lib.forecasting.prophet_map.plain import cells_of, day_numbers, is_plain
from optiflow_lib.schemas.results import DEMAND

Array = NDArray[np.float64]
Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Histories:
    """Demand of many items over the same buckets (days, or weeks for frequency "W").

    Args:
        item_ids: Sorted texts, shape (n_items,).
        first_day: Day of bucket 0.
        bucket_days: Days from one bucket to the next.
        quantity: Units, NaN where unknown; shape (n_items, n_buckets).
        own: Each item's regressors and conditions by name; shape (n_items, n_buckets).
    """

    item_ids: NDArray[np.object_]
    first_day: np.datetime64
    bucket_days: int
    quantity: Array
    own: dict[str, Array]

    @property
    def days(self) -> Days:
        """Day of each bucket, shape (n_buckets,)."""
        return days_from(self.first_day, np.arange(self.quantity.shape[1]), self.bucket_days)

    def taken(self, items: NDArray[np.intp]) -> "Histories":
        """Some of the items, in the order given."""
        own = {name: values[items] for name, values in self.own.items()}
        return Histories(self.item_ids[items], self.first_day, self.bucket_days, self.quantity[items], own)


def days_from(first_day: np.datetime64, buckets: NDArray[np.integer], bucket_days: int) -> Days:
    """The days of some buckets, as datetime64[D]."""
    return first_day + (buckets * bucket_days).astype("timedelta64[D]")


def histories_of(demand: pd.DataFrame, *, bucket_days: int, own: Sequence[str], where: str) -> Histories:
    """The matrices of a demand frame.

    Args:
        demand: Schema `DEMAND` with the columns `own`; rows in any order.
        bucket_days: 1, or 7 for weekly rows.
        own: Columns that each item brings itself; known wherever the quantity is.
        where: The frame's name, for messages.

    Raises:
        DataError: a day repeats, a quantity is infinite or no number, a column of `own` is missing where the
            quantity is known, or weekly rows do not lie whole weeks apart; item and day are named.
    """
    rows = demand
    if not is_plain(demand):
        _refuse_unusable(demand, where=where)
        rows = DEMAND.check(demand, where=where)
    day = day_numbers(rows["day"])
    first = int(day.min()) if len(day) else 0
    first_day = np.datetime64(first, "D")
    offset = day - first
    if bucket_days > 1:
        _refuse_off_week(rows, offset % bucket_days != 0, where=where)
    cells = cells_of(rows["item_id"], offset // bucket_days if bucket_days > 1 else offset)
    if cells.repeated:
        DEMAND.check(demand, where=where)  # names the row
    quantity = cells.filled(rows["quantity"])
    brought = {name: cells.filled(_numbers(rows, name, where)) for name in own}
    for name, values in brought.items():
        gap = np.isnan(values) & ~np.isnan(quantity)
        _refuse_gap(gap, name, cells.item_ids, first_day, bucket_days, where=where)
    return Histories(cells.item_ids, first_day, bucket_days, quantity, brought)


def refuse_other_than_flags(
    values: Mapping[str, Array],
    conditions: Sequence[str],
    *,
    item_ids: NDArray[np.object_],
    days: Days,
    where: str,
) -> None:
    """Prophet takes a condition that is true or false, nothing else.

    Raises:
        DataError: some known value is neither 0 nor 1; item and day are named.
    """
    for name in conditions:
        wrong = np.argwhere(~np.isin(values[name], (0.0, 1.0)) & ~np.isnan(values[name]))
        if len(wrong):
            i, d = wrong[0]
            raise DataError(
                what=f"condition {name} is {values[name][i, d]:g} at item_id={item_ids[i]}, day={days[d]}",
                where=where,
                mend="give true or false",
            )


def future_values(
    future: pd.DataFrame | None,
    *,
    own: Sequence[str],
    item_ids: NDArray[np.object_],
    days: Days,
) -> dict[str, Array]:
    """Regressors and conditions of the days to forecast by name, shape (n_items, n_days) each.

    Raises:
        ForecastError: an item and day has no value.
    """
    if not own:
        return {}
    where = "frame future given to BatchProphet"
    if future is None:
        raise ForecastError(
            what=f"the model has regressors ({', '.join(own)}) and no future was given",
            where=where,
            mend="give future: item_id, day and the regressors of every day to forecast",
        )
    wanted = pd.Index(item_ids)
    row = wanted.get_indexer(future["item_id"].astype("str"))
    column = pd.DatetimeIndex(days).get_indexer(pd.to_datetime(future["day"]))
    inside = (row >= 0) & (column >= 0)
    found = {}
    for name in own:
        asked = _numbers(future, name, where).to_numpy(float)[inside]
        found[name] = spread(row[inside], column[inside], asked, (len(item_ids), len(days)))
        gap = np.argwhere(~np.isfinite(found[name]))
        if len(gap):
            i, d = gap[0]
            raise ForecastError(
                what=f"{name} is missing for item_id={item_ids[i]}, day={days[d]} ({len(gap)} item-day(s) in all)",
                where=where,
                mend="give every item and day a value; 0 where nothing happens",
            )
    return found


def spread(
    rows: NDArray[np.intp], columns: NDArray[np.intp], values: object, shape: tuple[int, int]
) -> Array:
    """A matrix with `values` at (rows, columns) and NaN elsewhere."""
    matrix = np.full(shape, np.nan)
    matrix[rows, columns] = np.asarray(values, dtype=float)
    return matrix


def _numbers(rows: pd.DataFrame, name: str, where: str) -> pd.Series:
    if name not in rows:
        raise DataError(
            what=f"column {name} is absent (there are: {', '.join(map(str, rows.columns))})",
            where=where,
            mend=f"add {name}, or leave add_regressor({name!r}) out",
        )
    values = pd.to_numeric(rows[name], errors="coerce").astype(float)
    wrong = (values.isna() & rows[name].notna()) | np.isinf(values)
    if wrong.any():
        raise DataError(
            what=f"{name} is {rows.loc[wrong, name].tolist()[0]!r} at {_named(rows[wrong])}",
            where=where,
            mend="give a finite number",
        )
    return values


def _refuse_unusable(demand: pd.DataFrame, *, where: str) -> None:
    """Quantities that are no finite numbers; the schema would name the row, but not the item and day."""
    if {"quantity", "item_id", "day"} <= set(demand.columns):
        _numbers(demand, "quantity", where)


def _refuse_off_week(rows: pd.DataFrame, off: NDArray[np.bool_], *, where: str) -> None:
    if off.any():
        raise DataError(
            what=f"{_named(rows[off])} lies between the weeks that start with the first row",
            where=where,
            mend='for frequency "W" give one row per week, always the same weekday',
        )


def _refuse_gap(
    gap: NDArray[np.bool_],
    name: str,
    item_ids: NDArray[np.object_],
    first: np.datetime64,
    bucket_days: int,
    *,
    where: str,
) -> None:
    if gap.any():
        i, bucket = np.argwhere(gap)[0]
        day = days_from(first, np.array([bucket]), bucket_days)[0]
        raise DataError(
            what=f"{name} is missing at item_id={item_ids[i]}, day={day}, where the quantity is known",
            where=where,
            mend="give every known day a value; 0 where nothing happens",
        )


def _named(rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    return f"item_id={first['item_id']}, day={pd.Timestamp(first['day']).date()}"
