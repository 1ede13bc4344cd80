"""Expected demand over any number of days: the forecasts, and their mean beyond them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
NOTHING = 1e-9  # units a day: less is no demand, whatever is divided by it


@dataclass(frozen=True)
class Horizon:
    """Mean demand per item and day.

    Args:
        days: Forecasts, units, (n_items, n_days); zero where an item has none.
    """

    days: Array

    @property
    def daily(self) -> Array:
        """Mean demand of a day, (n_items,)."""
        return self.days.mean(axis=1) if self.days.shape[1] else np.zeros(len(self.days))

    def take(self, rows: NDArray[np.int64]) -> "Horizon":
        """That of some items."""
        return Horizon(self.days[rows])

    def until(self, day: ArrayLike) -> Array:
        """Expected demand of the first `day` days (whole ones), (n_items,); NaN where `day` is."""
        wanted = np.broadcast_to(np.asarray(day, dtype=float), len(self.days))
        known = np.c_[np.zeros(len(self.days)), self.days.cumsum(axis=1)]
        inside = np.clip(np.nan_to_num(wanted), 0, self.days.shape[1]).astype(int)
        beyond = np.maximum(wanted - self.days.shape[1], 0) * self.daily
        return np.where(np.isnan(wanted), np.nan, known[np.arange(len(known)), inside] + beyond)


def horizon_of(forecasts: pd.DataFrame, *, item_ids: pd.Series) -> Horizon:
    """The forecasts of the items wanted.

    Args:
        forecasts: Schema `FORECASTS`.
        item_ids: Of the rows wanted.
    """
    wide = forecasts.pivot_table(index="item_id", columns="day", values="forecast", aggfunc="sum")
    days = wide.reindex(item_ids).fillna(0.0).to_numpy(float)
    return Horizon(np.where(days > NOTHING, days, 0.0))
