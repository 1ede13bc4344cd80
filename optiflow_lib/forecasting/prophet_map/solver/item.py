"""What the kernels know of one item, and the numbering of its unknowns.

Unknowns: coefficients of the shared columns, of the item's own columns, growth k (not when flat), offset m; all
these have normal priors. Then the changes of growth δ, which have Laplace priors.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.int64]


class Item(NamedTuple):
    """One item's days from its first known one to its last, scaled as Prophet does.

    Args:
        first: Row of the design that holds its first day.
        y: Quantity, 0 on unknown days; shape (n_days,).
        mask: 1 on known days, 0 on others.
        known: Number of known days.
        own: The item's own columns, 0 on unknown days; shape (n_own, n_days).
        own_multiplies: Which of them are multiplicative.
        multiplies: Do the design's multiplicative columns multiply? Not yet while a start is sought.
        changepoint: In t, ascending; shape (S,).
        begins: First day at or after each changepoint.
        step: Difference of t from one day to the next.
        ridge: Inverse variance of the normal priors.
        rate: Inverse scale of the Laplace prior.
        grows: Has it a trend, or a constant level?
    """

    first: int
    y: Array
    mask: Array
    known: int
    own: Array
    own_multiplies: NDArray[np.bool_]
    multiplies: bool
    changepoint: Array
    begins: Places
    step: float
    ridge: Array
    rate: float
    grows: bool


class State(NamedTuple):
    """Where an item's fit is: unknowns, and what follows from them for each day.

    Args:
        z: Unknowns, shape (n_unknowns,).
        trend: g.
        factor: w, 1 plus the multiplicative terms.
        residual: Quantity less mean, 0 on unknown days.
    """

    z: Array
    trend: Array
    factor: Array
    residual: Array


class Sums(NamedTuple):
    """Working arrays for sums over an item's days.

    Args:
        weight: Per day, shape (3, n_days).
        suffix: Of `suffix_sums`, shape (3, S + 1).
        level: Shared columns from each changepoint on, shape (S + 1, n_shared).
        slope: The same, times t.
        days: Single days to add or take off, shape (n_days + 2 * BLOCK + 8,).
        signs: Which of the two.
        rows: Eight days of the shared columns.
    """

    weight: Array
    suffix: Array
    level: Array
    slope: Array
    days: Places
    signs: Array
    rows: Array
