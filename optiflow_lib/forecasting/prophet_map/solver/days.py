"""Passes over an item's days: weighted sums of columns, suffix sums at changepoints, the mean's parts."""

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import in_order, inner

Array = NDArray[np.float64]
Places = NDArray[np.int64]


@inner
def column_sum(x: Array, days: Places, first: int, weight: Array) -> float:
    """``Σ_d weight[d] · x[first + d]``, over `days` only where a column has such (it is zero elsewhere)."""
    if days.size:
        return _sparse_sum(x, days, first, weight)
    total, inside = 0.0, x[first : first + weight.size]
    for d in range(weight.size):
        total += weight[d] * inside[d]
    return total


@in_order
def _sparse_sum(x: Array, days: Places, first: int, weight: Array) -> float:
    total = 0.0
    for day in days:
        if day >= first and day < first + weight.size:
            total += weight[day - first] * x[day]
    return total


@inner
def add_sparse(x: Array, days: Places, first: int, beta: float, effect: Array) -> None:
    """Adds ``beta · x[first + d]`` to each day's effect, for a column that is zero but on `days`."""
    for day in days:
        if day >= first and day < first + effect.size:
            effect[day - first] += beta * x[day]


@inner
def add_dense(xt: Array, first: int, beta: Array, low: int, high: int, effect: Array) -> None:
    """Adds ``Σ_k beta[k] · xt[k]`` over columns low..high to `effect`, four columns at a time."""
    n, k = effect.size, low
    last = first + n
    while k + 4 <= high:
        b0, b1, b2, b3 = beta[k], beta[k + 1], beta[k + 2], beta[k + 3]
        x0, x1 = xt[k][first:last], xt[k + 1][first:last]
        x2, x3 = xt[k + 2][first:last], xt[k + 3][first:last]
        if b0 != 0.0 or b1 != 0.0 or b2 != 0.0 or b3 != 0.0:
            for d in range(n):
                effect[d] += b0 * x0[d] + b1 * x1[d] + b2 * x2[d] + b3 * x3[d]
        k += 4
    while k < high:
        b0, x0 = beta[k], xt[k][first:last]
        for d in range(n):
            effect[d] += b0 * x0[d]
        k += 1


@inner
def add_columns_and_slopes(
    x: Array, weight: Array, at: int, step: float, low: int, high: int, total: Array, slope: Array
) -> None:
    """Adds ``Σ weight·x`` to `total` and ``Σ weight·t·x`` to `slope` over columns low..high, four days at once.

    The first day is ``t = at · step``.
    """
    n = weight.size
    d = 0
    while d + 4 <= n:
        v0, v1, v2, v3 = weight[d], weight[d + 1], weight[d + 2], weight[d + 3]
        w0, w1 = v0 * ((at + d) * step), v1 * ((at + d + 1) * step)
        w2, w3 = v2 * ((at + d + 2) * step), v3 * ((at + d + 3) * step)
        x0, x1, x2, x3 = x[d], x[d + 1], x[d + 2], x[d + 3]
        for k in range(low, high):
            total[k] += v0 * x0[k] + v1 * x1[k] + v2 * x2[k] + v3 * x3[k]
            slope[k] += w0 * x0[k] + w1 * x1[k] + w2 * x2[k] + w3 * x3[k]
        d += 4
    while d < n:
        v0, x0 = weight[d], x[d]
        w0 = v0 * ((at + d) * step)
        for k in range(low, high):
            total[k] += v0 * x0[k]
            slope[k] += w0 * x0[k]
        d += 1


@inner
def suffix_sums(weight: Array, step: float, begins: Places, sums: Array) -> None:
    """``Σ weight``, ``Σ weight·t`` and ``Σ weight·t²`` from each changepoint's day on, shape (3, S + 1).

    The last column holds the sums over all days.
    """
    total, rising, curved = 0.0, 0.0, 0.0
    high = weight.size
    for j in range(begins.size - 1, -2, -1):
        low = begins[j] if j >= 0 else 0
        for d in range(low, high):
            t = d * step
            total += weight[d]
            rising += weight[d] * t
            curved += weight[d] * t * t
        place = j if j >= 0 else begins.size
        sums[0, place], sums[1, place], sums[2, place] = total, rising, curved
        high = low


@inner
def trend_values(
    slope: float, level: float, delta: Array, changepoint: Array, begins: Places, step: float, trend: Array
) -> None:
    """The piecewise linear trend of each day."""
    low = 0
    for j in range(delta.size + 1):
        high = begins[j] if j < delta.size else trend.size
        for d in range(low, high):
            trend[d] = level + slope * (d * step)
        if j < delta.size:
            slope += delta[j]
            level -= delta[j] * changepoint[j]
        low = high
