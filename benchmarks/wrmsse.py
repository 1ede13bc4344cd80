"""M5's official error over levels 1-9: weighted root mean squared scaled error of sums of store × department series."""

import numpy as np
import pandas as pd

from benchmarks.m5 import Array, Series
from benchmarks.real_data import M5, real_data_file

# Level: the columns whose equal values are summed, in the order of the weights' Agg_Level_1 and Agg_Level_2.
LEVELS: dict[int, tuple[str, ...]] = {
    1: (),
    2: ("state_id",),
    3: ("store_id",),
    4: ("cat_id",),
    5: ("dept_id",),
    6: ("state_id", "cat_id"),
    7: ("state_id", "dept_id"),
    8: ("store_id", "cat_id"),
    9: ("store_id", "dept_id"),
}


class Wrmsse:
    """The error of forecasts of all store × department series; weights are those of the evaluation phase."""

    def __init__(self, series: Series) -> None:
        self._series = series
        weights = pd.read_parquet(real_data_file("m5_weights_evaluation.parquet", data_set=M5))
        self._levels = [_level(series, weights, level) for level in LEVELS]

    def by_level(self, origin: int, forecast: Array) -> pd.Series:
        """Errors of levels 1 to 9 in the 28 days after d_origin; `forecast` (70, 28) in the series' order."""
        errors = [
            _level_error(members, weight, self._series, origin, forecast) for members, weight in self._levels
        ]
        return pd.Series(errors, index=list(LEVELS))

    def mean(self, origin: int, forecast: Array) -> float:
        """Mean over the nine levels."""
        return float(self.by_level(origin, forecast).mean())


def _level(series: Series, weights: pd.DataFrame, level: int) -> tuple[Array, Array]:
    """Which series each sum has (n_sums, n_series), and its weight."""
    columns = LEVELS[level]
    label = (
        series.keys[list(columns)].agg("|".join, axis=1)
        if columns
        else pd.Series("Total", index=series.keys.index)
    )
    mine = weights[weights["Level_id"] == f"Level{level}"]
    named = mine["Agg_Level_1"].astype("str") + (
        "|" + mine["Agg_Level_2"].astype("str") if len(columns) == 2 else ""
    )
    members = np.stack([(label == name).to_numpy() for name in named])
    if not members.any(axis=1).all():
        raise ValueError(f"weights of level {level} name sums that no series belongs to")
    return members.astype(float), mine["weight"].to_numpy(dtype=float)


def _level_error(members: Array, weight: Array, series: Series, origin: int, forecast: Array) -> float:
    known = members @ series.quantity[:, :origin]
    scale = np.array([(np.diff(np.trim_zeros(row, "f")) ** 2).mean() for row in known])
    error = members @ (forecast - series.actual(origin))
    return float(weight @ np.sqrt((error**2).mean(axis=1) / scale))
