"""M5 as the product sees it: demand per item and day, events and SNAP days, and the competition's scales."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.real_data import M5, real_data_file

Array = NDArray[np.float64]
HORIZON = 28
STATES = ("CA", "TX", "WI")


@dataclass(frozen=True)
class Series:
    """Many series over the same days.

    Args:
        keys: item_id (unique), state_id and other columns of the file, sorted by item_id.
        quantity: Units, shape (n_series, n_days); d_1 first.
        days: Every day of the calendar, which goes on after the last known quantity.
    """

    keys: pd.DataFrame
    quantity: Array
    days: pd.DatetimeIndex

    def demand(self, origin: int, *, history_days: int) -> pd.DataFrame:
        """Schema `DEMAND` of the days before d_(origin + 1), each series from its first sale."""
        first = max(0, origin - history_days)
        known = self.quantity[:, :origin]
        started = np.where(known.any(axis=1), (known > 0).argmax(axis=1), origin)
        inside = np.arange(first, origin) >= started[:, None]
        row, day = np.nonzero(inside)
        return pd.DataFrame(
            {
                "item_id": self.keys["item_id"].to_numpy()[row],
                "day": self.days[first:origin].as_unit("us")[day],
                "quantity": self.quantity[row, first + day],
            }
        ).astype({"item_id": "str"})

    def actual(self, origin: int) -> Array:
        """The 28 days after d_origin."""
        return self.quantity[:, origin : origin + HORIZON]


def read_calendar() -> pd.DataFrame:
    """The calendar of M5: date, event names, SNAP days per state."""
    return pd.read_parquet(real_data_file("m5_calendar.parquet", data_set=M5))


def read_items() -> Series:
    """The 1,000 random items and all FOODS_1 items of CA_1 and CA_2; none twice."""
    files = ("m5_items_random1000_wide.parquet", "m5_items_foods1_ca1_ca2_wide.parquet")
    wide = pd.concat([pd.read_parquet(real_data_file(file, data_set=M5)) for file in files])
    wide = wide.drop_duplicates(["item_id", "store_id"])
    names = wide["item_id"].astype("str") + "@" + wide["store_id"].astype("str")
    return _series(wide.assign(product_id=wide["item_id"], item_id=names))


def read_store_departments() -> Series:
    """The 70 series of store × department."""
    wide = pd.read_parquet(real_data_file("m5_level9_store_dept_wide.parquet", data_set=M5))
    return _series(wide.assign(item_id=wide["dept_id"].astype("str") + "@" + wide["store_id"].astype("str")))


def event_days(series: Series, calendar: pd.DataFrame) -> pd.DataFrame:
    """item_id, day, a column per named event and one for SNAP days of the item's state; only days with any."""
    named = pd.concat(
        [calendar[["date", f"event_name_{n}"]].set_axis(["day", "name"], axis=1) for n in (1, 2)]
    )
    wide = (
        named.dropna()
        .assign(value=1.0)
        .pivot_table(index="day", columns="name", values="value", fill_value=0.0)
    )
    wide.columns = [f"event_{''.join(c for c in name if c.isalnum())}" for name in wide.columns]
    parts = []
    for state in STATES:
        snap = calendar.set_index("date")[f"snap_{state}"].astype(float).rename("event_SNAP")
        days = pd.concat([snap, wide], axis=1).fillna(0.0).rename_axis("day").reset_index()
        days = days[(days.drop(columns="day") != 0).any(axis=1)]
        mine = series.keys.loc[series.keys["state_id"] == state, ["item_id"]]
        parts.append(mine.merge(days, how="cross"))
    rows = pd.concat(parts).sort_values(["item_id", "day"], ignore_index=True)
    return rows.assign(day=pd.to_datetime(rows["day"]).astype("datetime64[us]"))


def scales(series: Series, origin: int) -> tuple[Array, Array]:
    """Mean |y_t − y_{t−1}| and root mean (y_t − y_{t−1})² of the training days from the first sale (M5 guide)."""
    absolute, squared = np.full((2, len(series.quantity)), np.nan)
    for i, quantity in enumerate(series.quantity[:, :origin]):
        change = np.diff(np.trim_zeros(quantity, "f"))
        if np.any(change):
            absolute[i], squared[i] = np.abs(change).mean(), np.sqrt((change**2).mean())
    return absolute, squared


def _series(wide: pd.DataFrame) -> Series:
    days = pd.DatetimeIndex(pd.to_datetime(read_calendar()["date"]))
    wide = wide.sort_values("item_id", ignore_index=True)
    known = [c for c in wide.columns if c.startswith("d_")]
    keys = wide[[c for c in wide.columns if c not in known]].astype("str")
    return Series(keys, wide[known].to_numpy(dtype=float), days)
