"""Sums of ``d^q · x xᵀ`` over blocks of days, once per calendar, and an item's own sums taken from them.

With ``g = a + b·d`` on a piece of the trend, ``Σ g² x xᵀ = a² M0 + 2ab M1 + b² M2``: exact for any first, last
and missing days, at a cost that hardly depends on the history's length. The sums begin anew with every segment, and
segments lie at fixed days of history: what an item reads depends on its own days only, not on the items beside it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import in_order, in_place, inner
from optiflow_lib.forecasting.prophet_map.solver.item import Sums

Array = NDArray[np.float64]
Places = NDArray[np.int64]
BLOCK = 8  # rows
BLOCKS = 64  # in a segment
SEGMENT = BLOCK * BLOCKS


class Design(NamedTuple):
    """The columns that all items of a group share: additive ones, then multiplicative ones.

    In each part the sparse ones (holidays) come first: passes over days visit only their days. Row 0 begins a
    segment; the number of rows is a multiple of `BLOCK`.

    Args:
        x: Values, shape (n_rows, n_shared).
        xt: The same, transposed: some passes over days want each column in one piece.
        moments: Sums over the blocks of a segment before each, upper triangle row by row, for q = 0 (and 1, 2 with
            multiplicative columns), d counted from the segment's middle; shape
            (1 or 3, n_segments, BLOCKS + 1, n_shared (n_shared + 1) / 2).
        n_additive: How many columns are additive.
        dense: First dense column of either part.
        on: Rows on which sparse columns are not zero, column after column.
        on_from: Where each column's rows begin in `on`, shape (n_shared + 1,).
    """

    x: Array
    xt: Array
    moments: Array
    n_additive: int
    dense: tuple[int, int]
    on: Places
    on_from: Places


def design_of(
    x: Array, *, multiplies: NDArray[np.bool_], sparse: NDArray[np.bool_]
) -> tuple[Design, NDArray[np.intp]]:
    """The tables of a group, and the order in which they hold the columns of `x`.

    Args:
        x: Values, shape (n_rows, n_shared), as `Design` wants its rows.
        multiplies: Which columns are multiplicative.
        sparse: Which are zero on most rows.
    """
    order = np.lexsort((~sparse, multiplies))
    x, sparse, multiplies = np.ascontiguousarray(x[:, order]), sparse[order], multiplies[order]
    n_additive = int((~multiplies).sum())
    on = [np.flatnonzero(x[:, k]) if sparse[k] else np.zeros(0, dtype=np.int64) for k in range(len(order))]
    design = Design(
        x,
        np.ascontiguousarray(x.T),
        _moments(x, n_powers=3 if multiplies.any() else 1),
        n_additive,
        (int(sparse[:n_additive].sum()), n_additive + int(sparse[n_additive:].sum())),
        np.concatenate([np.zeros(0, dtype=np.int64), *on]).astype(np.int64),
        np.cumsum([0, *(len(rows) for rows in on)]).astype(np.int64),
    )
    return design, order


def _moments(x: Array, *, n_powers: int) -> Array:
    n_segments, n = -(-len(x) // SEGMENT), x.shape[1]
    moments = np.zeros((n_powers, n_segments, BLOCKS + 1, n * (n + 1) // 2))
    _sum_blocks(x, np.zeros(moments.shape[3]), moments)
    return moments


@in_place
def _sum_blocks(x: Array, products: Array, moments: Array) -> None:
    n = x.shape[1]
    for row in range(x.shape[0]):
        segment, block = row // SEGMENT, row % SEGMENT // BLOCK
        day, place = float(row % SEGMENT - SEGMENT // 2), 0
        for i in range(n):
            for j in range(i, n):
                products[place + j - i] = x[row, i] * x[row, j]
            place += n - i
        for q in range(moments.shape[0]):
            before, after = moments[q, segment, block], moments[q, segment, block + 1]
            for place in range(products.size):
                total = before[place] if row % BLOCK == 0 else after[place]
                after[place] = total + products[place]
                products[place] *= day


@inner
def add_block_moments(
    design: Design, low: int, high: int, first: int, level: float, slope: float, plain: int, gram: Array
) -> None:
    """Adds ``Σ e eᵀ∘x xᵀ`` over blocks low..high-1.

    Multiplicative columns have ``e = level + slope · (row − first)``; the first ones, `plain` of them, have 1.
    """
    for s in range(low // BLOCKS, (high + BLOCKS - 1) // BLOCKS):
        begin, end = max(low - s * BLOCKS, 0), min(high - s * BLOCKS, BLOCKS)
        middle = level + slope * (s * SEGMENT + SEGMENT // 2 - first)
        _add_segment(design.moments[:, s, begin], design.moments[:, s, end], middle, slope, plain, gram)


@in_order
def _add_segment(low: Array, high: Array, level: float, slope: float, plain: int, gram: Array) -> None:
    """The same between two blocks of a segment; `level` is that of its middle."""
    n = int(np.sqrt(2.0 * low.shape[1]))  # low holds n (n + 1) / 2
    a, b, c, place = level * level, 2.0 * level * slope, slope * slope, 0
    for i in range(n):
        row, from_i = gram[i], place - i
        for j in range(i, min(plain, n)):
            row[j] += high[0, from_i + j] - low[0, from_i + j]
        for j in range(max(i, plain), n):
            zeroth, first = high[0, from_i + j] - low[0, from_i + j], high[1, from_i + j] - low[1, from_i + j]
            if i < plain:
                row[j] += level * zeroth + slope * first
            else:
                row[j] += a * zeroth + b * first + c * (high[2, from_i + j] - low[2, from_i + j])
        place += n - i


@in_order
def add_days(
    design: Design,
    sums: Sums,
    count: int,
    first: int,
    level: float,
    slope: float,
    plain: int,
    gram: Array,
) -> None:
    """Adds ``Σ ±e eᵀ∘x xᵀ`` over single days, eight at a time; `e` as in `add_block_moments`.

    Args:
        design: The columns.
        sums: With the days, and their signs: 1, -1, or 0 for days that only fill up.
        count: How many days; a multiple of eight.
        first: The item's first row.
        level: Of e, there.
        slope: Of e, per row.
        plain: How many columns, the first ones, have e = 1.
        gram: Upper triangle, added to.
    """
    n, rows, days, signs = design.x.shape[1], sums.rows, sums.days, sums.signs
    r0, r1, r2, r3, r4, r5, r6, r7 = (rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6], rows[7])
    for at in range(0, count, 8):
        for r in range(8):
            x, row, e = design.x[days[at + r]], rows[r], level + slope * (days[at + r] - first)
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
