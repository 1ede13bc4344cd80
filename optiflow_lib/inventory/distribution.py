"""The distribution of demand over an interval, as its quantiles give it; between them it is linear."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optiflow_lib.schemas.results import INTERVAL_QUANTILES, PERCENTS

Array = NDArray[np.float64]
LEVELS = np.array(PERCENTS) / 100


def grid_of(interval_demand: pd.DataFrame) -> Array:
    """Quantiles (n_items, n_levels) of frames of schema `INTERVAL_DEMAND`, never decreasing."""
    return np.maximum.accumulate(interval_demand[list(INTERVAL_QUANTILES)].to_numpy(float), axis=1)


def quantile(grid: Array, level: ArrayLike) -> Array:
    """Demand not exceeded with probability `level`, (n_items,)."""
    wanted = np.broadcast_to(np.asarray(level, dtype=float), len(grid))
    return np.array([np.interp(p, LEVELS, row) for p, row in zip(wanted, grid, strict=True)])


def chance_above(grid: Array, quantity: ArrayLike) -> Array:
    """P(demand > quantity), (n_items,); 1 when there is nothing and something may be wanted."""
    held = np.broadcast_to(np.asarray(quantity, dtype=float), len(grid))
    return np.array([_chance(row, q) for row, q in zip(grid, held, strict=True)])


def expected_short(grid: Array, quantity: ArrayLike) -> Array:
    """E[(demand − quantity)⁺] in units, (n_items,): the mean over the quantiles of what exceeds it."""
    held = np.asarray(quantity, dtype=float).reshape(-1, 1)
    short = np.maximum(grid - held, 0.0)
    edges = np.r_[0.0, (LEVELS[1:] + LEVELS[:-1]) / 2, 1.0]
    return np.asarray(short @ np.diff(edges))


def _chance(row: Array, quantity: float) -> float:
    # The last level at which demand is still no more than the quantity.
    within = int(np.searchsorted(row, quantity, side="right"))
    if within == 0:
        return 1.0
    if within == len(row):
        return 1 - LEVELS[-1] if row[-1] > 0 else 0.0
    low, high = row[within - 1], row[within]
    level = LEVELS[within - 1] + (LEVELS[within] - LEVELS[within - 1]) * (quantity - low) / (high - low)
    return float(1 - level)
