"""Levels that keep a promise, compiled: the formulas of `targets`, on the law itself instead of its quantiles.

Demand over an interval is negative binomial with the moments expected, in steps; where it is more than `MOST_STEPS`, in
coarser steps, which changes its spread by less than one part in a thousand of its mean.
"""

from math import exp, log1p, sqrt
from typing import Any

import numpy as np

from optiflow_lib.inventory.simulation.compiled import compiled, inner

MOST_STEPS = 1000.0
TAIL_SDS = 8.0  # beyond this many standard deviations demand is not looked at


@inner
def _fill_tail(mean: float, variance: float, above: Any) -> None:
    """P(X > b) of a negative binomial, Poisson where it varies no more; chances go from the mode outwards."""
    n = len(above)
    if mean < 1e-12:
        above[:] = 0.0
        return
    shape = mean * mean / max(variance - mean, 1e-6 * mean)
    odds = mean / (shape + mean)
    mode = min(max(int((shape - 1) * mean / shape), 0), n - 1)
    above[mode] = whole = 1.0
    for x in range(mode, n - 1):
        above[x + 1] = above[x] * (x + shape) / (x + 1) * odds
        whole += above[x + 1]
    for x in range(mode, 0, -1):
        above[x - 1] = above[x] * x / ((x - 1 + shape) * odds)
        whole += above[x - 1]
    beyond = 0.0
    for x in range(n - 1, -1, -1):
        chance = above[x] / whole
        above[x] = beyond
        beyond += chance


@inner
def _sum_from_top(values: Any) -> None:
    """Each value becomes the sum of itself and all after it: of P(X > b) that is E(X − b)⁺."""
    for x in range(len(values) - 2, -1, -1):
        values[x] += values[x + 1]


@inner
def _least(falling: Any, most: float, low: int) -> int:
    """The least b from `low` on with falling[b] ≤ most."""
    high = len(falling) - 1
    while low < high:
        middle = (low + high) // 2
        if falling[middle] <= most:
            high = middle
        else:
            low = middle + 1
    return low


@inner
def _spread_out(values: Any, width: int) -> None:
    """Each value becomes the mean of itself and the `width` after it; beyond the last they are zero."""
    _sum_from_top(values)
    n = len(values)
    for b in range(n):
        values[b] = (values[b] - (values[b + width + 1] if b + width + 1 < n else 0.0)) / (width + 1)


@inner
def _idle(mean: float, variance: float) -> float:
    """P(no demand) of a negative binomial."""
    more = max(variance - mean, 1e-9 * mean)
    return exp(-(mean * mean / more) * log1p(more / mean))


@inner
def _fill_shares(before: Any, until: Any, moments: Any, by_units: Any) -> None:
    """`until` becomes the share short at each position after a review; tails of demand come in.

    Of units where `by_units`, else of the cycles that are started by a review that saw demand.
    """
    review = moments[2] - moments[0]
    weight, least = 1.0, review
    if by_units:
        _sum_from_top(until)
        _sum_from_top(before)
    else:
        weight = _idle(review, max(moments[3] - moments[1], review))
        least = max(1 - weight, 1e-9)
    for b in range(len(until)):
        until[b] = (until[b] - weight * before[b]) / least


@inner
def _levels_of_one(moments: Any, step: Any, rounding: Any, lot: Any, fill: Any, short: Any, out: Any) -> None:
    unit = step * max(1.0, moments[2] / step / MOST_STEPS)
    scaled = (moments[0] / unit, moments[1] / unit**2, moments[2] / unit, moments[3] / unit**2)
    review = scaled[2] - scaled[0]
    if review < 1e-9:
        for c in range(len(out)):
            out[c] = 0.0
        return
    has_lots = lot / unit > review and lot > step
    before = np.empty(int(scaled[2] + TAIL_SDS * sqrt(max(scaled[3], scaled[2])) + 30))
    until = np.empty(len(before))
    _fill_tail(scaled[0], scaled[1], before)
    _fill_tail(scaled[2], scaled[3], until)
    floors = np.zeros(len(out), dtype=np.int64)
    if not fill:
        for c in range(len(out)):
            floors[c] = _least(before, short[c], 0)
    _fill_shares(before, until, scaled, fill or has_lots)
    if fill or not has_lots:
        _spread_out(until, int(((lot - step) if has_lots else rounding) / unit + 0.5))
    for c in range(len(out)):
        out[c] = _least(until, short[c], floors[c]) * unit


@compiled
def safe_levels(moments: Any, step: Any, rounding: Any, lot: Any, fill: Any, short: Any, out: Any) -> None:
    """Fills `out` with the least position after a review that keeps each promise.

    Args:
        moments: (n_items, n_days, 4), units: mean and variance until the next order would be there, and the one after.
        step: (n_items,), smallest quantity.
        rounding: (n_items,), most that rounding up to packs adds.
        lot: (n_items, n_days), usual lot.
        fill: Is the promise a fill rate? Otherwise a cycle service.
        short: (n_items, n_days, n_choices), share that may be short.
        out: (n_items, n_days, n_choices), filled, units.
    """
    for i in range(moments.shape[0]):
        for t in range(moments.shape[1]):
            _levels_of_one(moments[i, t], step[i], rounding[i], lot[i, t], fill, short[i, t], out[i, t])
