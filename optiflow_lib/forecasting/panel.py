"""A demand frame as a matrix, items × days: what the vectorised forecasters work on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Ids = NDArray[np.object_]
Days = NDArray[np.int64]
Rows = NDArray[np.int64]
LEAST_UNSOLD_DAYS = 28


def ratio(numerator: ArrayLike, denominator: ArrayLike, *, otherwise: float = 0.0) -> Array:
    """Quotient, `otherwise` where the denominator is not above zero (or unknown)."""
    above, below = np.broadcast_arrays(
        np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    )
    wanted = np.nan_to_num(below) > 0
    return np.asarray(np.divide(above, below, out=np.full(above.shape, otherwise), where=wanted))


@dataclass(frozen=True)
class Panel:
    """Demand of many items over the same days.

    Args:
        item_ids: Sorted; shape (n_items,).
        days: Every day from the first of any item to the last; shape (n_days,).
        quantity: Units, NaN where unknown or before the item's life; shape (n_items, n_days).
    """

    item_ids: Ids
    days: pd.DatetimeIndex
    quantity: Array

    @property
    def unsold(self) -> NDArray[np.bool_]:
        """Items of which nothing was sold on at least four weeks of known days: not new, but not wanted; (n_items,)."""
        known = (~np.isnan(self.quantity)).sum(axis=1)
        return np.asarray((known >= LEAST_UNSOLD_DAYS) & ~(np.nan_to_num(self.quantity) > 0).any(axis=1))

    def until(self, cutoff: pd.Timestamp) -> "Panel":
        """The panel without any day after `cutoff`."""
        kept = self.days <= cutoff
        return Panel(self.item_ids, self.days[kept], self.quantity[:, kept])

    def between(self, first: pd.Timestamp, last: pd.Timestamp) -> Array:
        """Quantities of the days from `first` to `last`, NaN where the panel has no such day."""
        wanted = pd.date_range(first, last)
        position = self.days.get_indexer(wanted)
        taken = self.quantity[:, np.maximum(position, 0)].copy()
        taken[:, position < 0] = np.nan
        return taken


def panel_of(demand: pd.DataFrame) -> Panel:
    """The matrix of a demand frame (schema `DEMAND`)."""
    item_codes, item_ids = pd.factorize(demand["item_id"], sort=True)
    if demand.empty:
        return Panel(np.array([], dtype=object), pd.DatetimeIndex([]), np.empty((0, 0)))
    days = pd.date_range(demand["day"].min(), demand["day"].max())
    quantity = np.full((len(item_ids), len(days)), np.nan)
    quantity[item_codes, days.get_indexer(demand["day"])] = demand["quantity"].to_numpy(float)
    return Panel(np.asarray(item_ids, dtype=object), days, quantity)
