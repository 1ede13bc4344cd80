"""The distribution of demand over an interval, as its quantiles give it; between them it is linear."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optiflow_lib.schemas.results import INTERVAL_QUANTILES, PERCENTS

Array = NDArray[np.float64]
LEVELS = np.array(PERCENTS) / 100
# Pieces between two levels; below the first and above the last the distribution is taken as a point.
_WIDTHS = np.r_[LEVELS[0], np.diff(LEVELS), 1 - LEVELS[-1]]


def grid_of(interval_demand: pd.DataFrame) -> Array:
    """Quantiles (n_items, n_levels) of frames of schema `INTERVAL_DEMAND`, never negative, never decreasing."""
    quantiles = np.maximum(interval_demand[list(INTERVAL_QUANTILES)].to_numpy(float), 0)
    return np.asarray(np.maximum.accumulate(quantiles, axis=1))


def quantile(grid: Array, level: ArrayLike) -> Array:
    """Demand not exceeded with probability `level`, (n_items,); outside the levels known, the nearest one's."""
    wanted = np.clip(np.broadcast_to(np.asarray(level, dtype=float), len(grid)), LEVELS[0], LEVELS[-1])
    upper = np.clip(np.searchsorted(LEVELS, wanted), 1, len(LEVELS) - 1)
    share = (wanted - LEVELS[upper - 1]) / (LEVELS[upper] - LEVELS[upper - 1])
    row = np.arange(len(grid))
    low = grid[row, upper - 1]
    return np.asarray(low + share * (grid[row, upper] - low))


def chance_above(grid: Array, quantity: ArrayLike) -> Array:
    """P(demand > quantity), (n_items,); 1 when nothing is there and something may be wanted at any level known."""
    held = np.broadcast_to(np.asarray(quantity, dtype=float), len(grid))
    within = (grid <= held[:, None]).sum(axis=1)
    upper = np.clip(within, 1, len(LEVELS) - 1)
    row = np.arange(len(grid))
    low, high = grid[row, upper - 1], grid[row, upper]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = np.clip((held - low) / (high - low), 0, 1)
    between = 1 - (LEVELS[upper - 1] + (LEVELS[upper] - LEVELS[upper - 1]) * share)
    beyond = np.where(grid[:, -1] > 0, 1 - LEVELS[-1], 0.0)
    return np.select([within == 0, within == len(LEVELS)], [1.0, beyond], default=between)


def expected_short(grid: Array, quantity: ArrayLike) -> Array:
    """E[(demand − quantity)⁺] in units, (n_items,): the area between the quantile function and the quantity."""
    low, high = _excess(grid, quantity)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        cut = np.where(high > low, high**2 / (2 * (high - low)), 0.0)
    return np.asarray(np.where(low >= 0, (low + high) / 2, cut) @ _WIDTHS)


def expected_square_short(grid: Array, quantity: ArrayLike) -> Array:
    """Half E[((demand − quantity)⁺)²] in units², (n_items,): `expected_short` integrated from the quantity on."""
    low, high = _excess(grid, quantity)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        cut = np.where(high > low, high**3 / (6 * (high - low)), 0.0)
    return np.asarray(np.where(low >= 0, (low**2 + low * high + high**2) / 6, cut) @ _WIDTHS)


def expected_left(grid: Array, quantity: ArrayLike, *, mean: ArrayLike) -> Array:
    """E[(quantity − demand)⁺] in units, (n_items,)."""
    held = np.asarray(quantity, dtype=float)
    return np.asarray(np.maximum(held - np.asarray(mean, dtype=float) + expected_short(grid, held), 0))


def _excess(grid: Array, quantity: ArrayLike) -> tuple[Array, Array]:
    """Demand minus the quantity at both ends of each piece, (n_items, n_pieces); a high end below 0 is 0."""
    over = grid - np.broadcast_to(np.asarray(quantity, dtype=float), len(grid))[:, None]
    high = np.concatenate([over, over[:, -1:]], axis=1)
    return np.concatenate([over[:, :1], over], axis=1), np.maximum(high, 0)
