"""Sums of ``d^q · x xᵀ`` over blocks of days, once per calendar, and an item's own sums taken from them.

With ``g = a + b·d`` on a piece of the trend, ``Σ g² x xᵀ = a² M0 + 2ab M1 + b² M2``: exact for any first, last
and missing days, at a cost that does not depend on the history's length.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import inner

Array = NDArray[np.float64]
Places = NDArray[np.int64]
BLOCK = 8
SPARSE = 1 / 16  # share of days on which a sparse column is not zero


class Design(NamedTuple):
    """The columns that all items of a group share: additive ones, then multiplicative ones.

    In each part the sparse ones (holidays) come first: passes over days visit only their days.

    Args:
        x: Values, shape (n_days, n_shared).
        xt: The same, transposed: some passes over days want each column in one piece.
        moments: Sums over the blocks before each block, upper triangle row by row, for q = 0 (and 1, 2 with
            multiplicative columns); shape (1 or 3, n_blocks + 1, n_shared (n_shared + 1) / 2).
        origin: Day from which d counts: the middle, to lose few digits.
        n_additive: How many columns are additive.
        dense: First dense column of either part.
        on: Days on which sparse columns are not zero, column after column.
        on_from: Where each column's days begin in `on`, shape (n_shared + 1,).
    """

    x: Array
    xt: Array
    moments: Array
    origin: float
    n_additive: int
    dense: tuple[int, int]
    on: Places
    on_from: Places


def design_of(x: Array, multiplies: NDArray[np.bool_]) -> tuple[Design, NDArray[np.intp]]:
    """The tables of a group, and the order in which they hold the columns of `x`.

    Args:
        x: Values by day, shape (n_days, n_shared).
        multiplies: Which columns are multiplicative.
    """
    days_on = np.count_nonzero(x, axis=0)
    sparse = days_on < SPARSE * len(x)
    order = np.lexsort((~sparse, multiplies))
    x, sparse, multiplies = np.ascontiguousarray(x[:, order]), sparse[order], multiplies[order]
    n_additive = int((~multiplies).sum())
    on = [np.flatnonzero(x[:, k]) if sparse[k] else np.zeros(0, dtype=np.int64) for k in range(len(order))]
    design = Design(
        x,
        np.ascontiguousarray(x.T),
        _moments(x, n_powers=3 if multiplies.any() else 1),
        float(len(x) // 2),
        n_additive,
        (int(sparse[:n_additive].sum()), n_additive + int(sparse[n_additive:].sum())),
        np.concatenate([np.zeros(0, dtype=np.int64), *on]).astype(np.int64),
        np.cumsum([0, *(len(days) for days in on)]).astype(np.int64),
    )
    return design, order


def _moments(x: Array, *, n_powers: int) -> Array:
    n_days, n = x.shape
    blocks = n_days // BLOCK
    inside = x[: blocks * BLOCK].reshape(blocks, BLOCK, n)
    day = (np.arange(blocks * BLOCK, dtype=float) - n_days // 2).reshape(blocks, BLOCK, 1)
    upper = np.triu_indices(n)
    moments = np.zeros((n_powers, blocks + 1, len(upper[0])))
    for q in range(n_powers):
        sums = inside.transpose(0, 2, 1) @ (inside * day**q)
        np.cumsum(sums[:, upper[0], upper[1]], axis=0, out=moments[q, 1:])
    return moments


@inner
def add_block_moments(
    design: Design, first: int, last: int, level: float, slope: float, plain: int, gram: Array
) -> None:
    """Adds ``Σ e eᵀ∘x xᵀ`` over blocks first..last-1, with ``e = level + slope·d``, but 1 for `plain` columns."""
    n = design.x.shape[1]
    low, high = design.moments[0, first], design.moments[0, last]
    place = 0
    for i in range(plain):
        row = gram[i]
        for j in range(i, plain):
            row[j] += high[place + j - i] - low[place + j - i]
        place += n - i
    if plain == n:
        return
    low1, high1 = design.moments[1, first], design.moments[1, last]
    low2, high2 = design.moments[2, first], design.moments[2, last]
    place = 0
    for i in range(plain):
        row = gram[i]
        for j in range(plain, n):
            at = place + j - i
            row[j] += level * (high[at] - low[at]) + slope * (high1[at] - low1[at])
        place += n - i
    a, b, c = level * level, 2.0 * level * slope, slope * slope
    for i in range(plain, n):
        row = gram[i]
        for j in range(i, n):
            at = place + j - i
            row[j] += a * (high[at] - low[at]) + b * (high1[at] - low1[at]) + c * (high2[at] - low2[at])
        place += n - i


@inner
def add_days(
    design: Design, days: Places, signs: Array, level: float, slope: float, plain: int, gram: Array
) -> None:
    """Adds ``Σ ±e eᵀ∘x xᵀ`` over single days, eight at a time; `e` as in `add_block_moments`.

    Args:
        design: The columns.
        days: Rows of the design; a multiple of eight of them.
        signs: 1, -1, or 0 for rows that only fill up.
        level: Of e.
        slope: Of e, per day from the design's origin.
        plain: How many columns, the first ones, have e = 1.
        gram: Upper triangle, added to.
    """
    n = design.x.shape[1]
    rows = np.empty((8, n))
    r0, r1, r2, r3, r4, r5, r6, r7 = (rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6], rows[7])
    for at in range(0, days.size, 8):
        for r in range(8):
            x, row, e = design.x[days[at + r]], rows[r], level + slope * (days[at + r] - design.origin)
            for k in range(n):
                row[k] = x[k] if k < plain else x[k] * e
        s = signs[at : at + 8]
        for i in range(n):
            f0, f1, f2, f3 = s[0] * r0[i], s[1] * r1[i], s[2] * r2[i], s[3] * r3[i]
            f4, f5, f6, f7 = s[4] * r4[i], s[5] * r5[i], s[6] * r6[i], s[7] * r7[i]
            if f0 == f1 == f2 == f3 == f4 == f5 == f6 == f7 == 0.0:
                continue
            row = gram[i]
            for j in range(i, n):
                half = f0 * r0[j] + f1 * r1[j] + f2 * r2[j] + f3 * r3[j]
                row[j] += half + f4 * r4[j] + f5 * r5[j] + f6 * r6[j] + f7 * r7[j]
