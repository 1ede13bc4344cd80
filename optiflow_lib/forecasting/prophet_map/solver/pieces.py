"""Products of the shared columns, summed over an item's days: from the tables, piece by piece of its trend."""

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import inner
from optiflow_lib.forecasting.prophet_map.solver.item import Item, State, Sums
from optiflow_lib.forecasting.prophet_map.solver.moments import BLOCK, Design, add_block_moments, add_days

Array = NDArray[np.float64]


@inner
def shared_by_shared(design: Design, item: Item, state: State, sums: Sums, gram: Array) -> None:
    """From the tables, piece by piece of the trend.

    A piece is what lies between two changepoints with a bend. Additive columns alone need no pieces.
    """
    n_days, n_bends, lead = item.y.size, item.begins.size, item.ridge.size
    plain = design.n_additive if item.multiplies else design.x.shape[1]
    straight = plain == design.x.shape[1]
    growth, level = state.z[lead - 2] if item.grows else 0.0, state.z[lead - 1]
    passed = -1
    for j in range(n_bends + 1):
        bend = state.z[lead + j] if j < n_bends else 0.0
        if j < n_bends and (straight or bend == 0.0):
            continue
        begin = item.begins[passed] if passed >= 0 else 0
        end = item.begins[j] if j < n_bends else n_days
        slope = growth * item.step
        first, last, count = _listed(item, begin, end, sums)
        if last > first:
            add_block_moments(design, first, last, item.first, level, slope, plain, gram)
        add_days(design, sums, count, item.first, level, slope, plain, gram)
        if j < n_bends:
            growth += bend
            level -= bend * item.changepoint[j]
        passed = j


@inner
def _listed(item: Item, begin: int, end: int, sums: Sums) -> tuple[int, int, int]:
    """Whole blocks nearest to some days, and how many single days to add or take off, filled up to eights.

    Where most days are unknown: no block, and the known days.
    """
    missing = 0
    for d in range(begin, end):
        if item.mask[d] == 0.0:
            missing += 1
    low = (item.first + begin + BLOCK // 2) // BLOCK
    high = (item.first + end + BLOCK // 2) // BLOCK
    few = high <= low or 2 * missing > end - begin
    if few:
        low, high = 0, 0
    count = int(np.int64(0))  # no literal: what takes it would be compiled for it apart
    for d in range(begin, end):
        if (item.mask[d] != 0.0) == few:
            count = _list(item.first + d, few, count, sums)
    if not few:
        for row in range(min(low * BLOCK, item.first + begin), max(low * BLOCK, item.first + begin)):
            count = _list(row, row >= item.first + begin, count, sums)
        for row in range(min(high * BLOCK, item.first + end), max(high * BLOCK, item.first + end)):
            count = _list(row, row < item.first + end, count, sums)
    while count % 8:
        sums.days[count], sums.signs[count] = 0, 0.0
        count += 1
    return low, high, count


@inner
def _list(row: int, added: bool, count: int, sums: Sums) -> int:  # noqa: FBT001 - compiled code knows no keywords
    sums.days[count], sums.signs[count] = row, 1.0 if added else -1.0
    return count + 1
