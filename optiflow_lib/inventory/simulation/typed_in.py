"""The minimum and maximum a shop works with, read off the orders it sent."""

import numpy as np

from optiflow_lib.inventory.simulation.past import Array

LEAST_ORDERS = 3  # of an item; fewer say nothing of a rule
MINIMUM_SHARE = (
    0.75  # of the orders were sent at this position or below: few orders wait longer than they must
)


def typed_in_limits(on_hand: Array, ordered: Array, received: Array) -> tuple[Array, Array]:
    """Minimum and maximum that explain past orders, units, (n_items,) each; NaN where there are too few.

    A rule orders at its minimum or below, up to its maximum: the minimum is read off the positions at which orders were
    sent (their upper quartile: demand of a day may carry a position well below it), the maximum off the positions
    that they restored (the median).

    Args:
        on_hand: Stock at each day's close, NaN where unknown; shape (n_items, n_days).
        ordered: Units ordered each day; shape (n_items, n_days).
        received: Units received each day, only those of orders in `ordered`; shape (n_items, n_days).
    """
    coming = np.cumsum(ordered, axis=1) - np.cumsum(received, axis=1)
    after = np.nan_to_num(on_hand, nan=0.0) + np.maximum(coming, ordered)
    counted = (ordered > 0) & ~np.isnan(on_hand)
    minimum, maximum = np.full((2, len(on_hand)), np.nan)
    for row in np.flatnonzero(counted.sum(axis=1) >= LEAST_ORDERS):
        restored, sent = after[row, counted[row]], ordered[row, counted[row]]
        minimum[row] = _share(restored - sent, MINIMUM_SHARE)
        maximum[row] = max(_share(restored, 0.5), minimum[row])
    return minimum, maximum


def _share(values: Array, share: float) -> float:
    """A quantile that is one of the values."""
    return float(np.quantile(values, share, method="inverted_cdf"))
