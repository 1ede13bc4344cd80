"""Gradient and curvature of half the squared residuals with respect to an item's unknowns."""

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import inner, spliced
from optiflow_lib.forecasting.prophet_map.solver.days import add_columns_and_slopes, column_sum, suffix_sums
from optiflow_lib.forecasting.prophet_map.solver.item import Item, State, Sums
from optiflow_lib.forecasting.prophet_map.solver.moments import Design
from optiflow_lib.forecasting.prophet_map.solver.pieces import shared_by_shared

Array = NDArray[np.float64]


@inner
def gradient(design: Design, item: Item, state: State, sums: Sums, out: Array) -> None:
    """``−J'r``, shape (n_unknowns,)."""
    n_shared, n_own, n_days = design.x.shape[1], item.own.shape[0], item.y.size
    r, plain, scaled = state.residual, sums.weight[0, :n_days], sums.weight[1, :n_days]
    for u in range(out.size):
        out[u] = 0.0
    for d in range(n_days):
        plain[d] = -r[d]
        scaled[d] = -r[d] * state.trend[d]
    for k in range(n_shared):
        multiplies = item.multiplies and k >= design.n_additive
        days = design.on[design.on_from[k] : design.on_from[k + 1]]
        out[k] = column_sum(design.xt[k], days, item.first, scaled if multiplies else plain)
    for o in range(n_own):
        weight = scaled if item.own_multiplies[o] else plain
        total = 0.0
        for d in range(n_days):
            total += weight[d] * item.own[o, d]
        out[n_shared + o] = total
    for d in range(n_days):
        plain[d] = -r[d] * state.factor[d]
    suffix_sums(plain, item.step, item.begins, sums.suffix)
    _spread(item, sums.suffix, out[n_shared + n_own :])


@spliced
def curvature(design: Design, item: Item, state: State, residuals: float, sums: Sums, gram: Array) -> None:
    """``J'J``, upper triangle, less a share of the residuals' part, which crosses trend and columns."""
    n_shared, n_own, n_days = design.x.shape[1], item.own.shape[0], item.y.size
    for u in range(gram.shape[0]):
        for v in range(u, gram.shape[0]):
            gram[u, v] = 0.0
    shared_by_shared(design, item, state, sums, gram)
    plain, scaled = sums.weight[0, :n_days], sums.weight[1, :n_days]
    for d in range(n_days):
        plain[d] = state.factor[d] * item.mask[d]
        scaled[d] = plain[d] * state.trend[d] - residuals * state.residual[d]
    _shared_by_trend(design, item, plain, scaled, sums, gram)
    for o in range(n_own):
        weight = scaled if item.own_multiplies[o] else plain
        product = sums.weight[2, :n_days]
        for d in range(n_days):
            product[d] = weight[d] * item.own[o, d]
        suffix_sums(product, item.step, item.begins, sums.suffix)
        _spread(item, sums.suffix, gram[n_shared + o, n_shared + n_own :])
    if n_own:
        _own_by_columns(design, item, state, sums, gram)
    for d in range(n_days):
        plain[d] = item.mask[d] * state.factor[d] * state.factor[d]
    suffix_sums(plain, item.step, item.begins, sums.suffix)
    _trend_by_trend(item, sums.suffix, gram[n_shared + n_own :])


@inner
def _spread(item: Item, suffix: Array, row: Array) -> None:
    """Turns suffix sums of weights into weighted sums of k, m and the hinges."""
    n_bends = item.begins.size
    level = 1 if item.grows else 0
    row[0] = suffix[1, n_bends]
    row[level] = suffix[0, n_bends]
    for j in range(n_bends):
        row[level + 1 + j] = suffix[1, j] - item.changepoint[j] * suffix[0, j]


@inner
def _trend_by_trend(item: Item, suffix: Array, rows: Array) -> None:
    """The same for pairs of them; `rows` are the last ones of the curvature."""
    n_bends, at = item.begins.size, rows.shape[1] - rows.shape[0]
    level = 1 if item.grows else 0
    rows[0, at], rows[0, at + level] = suffix[2, n_bends], suffix[1, n_bends]
    rows[level, at + level] = suffix[0, n_bends]
    at += level + 1
    for i in range(n_bends):
        c = item.changepoint[i]
        if item.grows:
            rows[0, at + i] = suffix[2, i] - c * suffix[1, i]
        rows[level, at + i] = suffix[1, i] - c * suffix[0, i]
        row = rows[level + 1 + i]
        for j in range(i, n_bends):
            other = item.changepoint[j]
            row[at + j] = suffix[2, j] - (c + other) * suffix[1, j] + c * other * suffix[0, j]


@inner
def _shared_by_trend(
    design: Design, item: Item, plain: Array, scaled: Array, sums: Sums, gram: Array
) -> None:
    n_shared, n_own, n_bends = design.x.shape[1], item.own.shape[0], item.begins.size
    level, slope = sums.level[n_bends], sums.slope[n_bends]  # so far, from the last day backwards
    for k in range(n_shared):
        level[k], slope[k] = 0.0, 0.0
    for j in range(n_bends, -1, -1):
        begin = item.begins[j - 1] if j > 0 else 0
        end = item.begins[j] if j < n_bends else item.y.size
        x = design.x[item.first + begin : item.first + end]
        for part in range(2):
            low, high = design.dense[part], n_shared if part else design.n_additive
            weight = (scaled if part and item.multiplies else plain)[begin:end]
            if high > low:
                add_columns_and_slopes(x, weight, begin, item.step, low, high, level, slope)
        if j > 0:
            for k in range(n_shared):
                sums.level[j - 1, k], sums.slope[j - 1, k] = level[k], slope[k]
    _sparse_by_trend(design, item, plain, scaled, sums)
    rows = gram[:, n_shared + n_own :]
    offset = 1 if item.grows else 0
    for k in range(n_shared):
        rows[k, 0] = slope[k]
        rows[k, offset] = level[k]
        for j in range(n_bends):
            rows[k, offset + 1 + j] = sums.slope[j, k] - item.changepoint[j] * sums.level[j, k]


@inner
def _sparse_by_trend(design: Design, item: Item, plain: Array, scaled: Array, sums: Sums) -> None:
    """Sparse columns from each changepoint on: the last changepoint before each of their days takes it."""
    n_bends = item.begins.size
    for k in range(design.x.shape[1]):
        weight = scaled if item.multiplies and k >= design.n_additive else plain
        for place in range(design.on_from[k], design.on_from[k + 1]):
            d = design.on[place] - item.first
            if d >= 0 and d < item.y.size:
                value = weight[d] * design.xt[k, d + item.first]
                for j in range(n_bends + 1):
                    if j == n_bends or item.begins[j] <= d:
                        sums.level[j, k] += value
                        sums.slope[j, k] += value * (d * item.step)


@inner
def _own_by_columns(design: Design, item: Item, state: State, sums: Sums, gram: Array) -> None:
    n_shared, n_own, n_days = design.x.shape[1], item.own.shape[0], item.y.size
    plain, scaled = sums.weight[0, :n_days], sums.weight[1, :n_days]
    for o in range(n_own):
        for d in range(n_days):
            plain[d] = item.own[o, d] * (state.trend[d] if item.own_multiplies[o] else 1.0)
            scaled[d] = plain[d] * state.trend[d]
        for k in range(n_shared):
            days = design.on[design.on_from[k] : design.on_from[k + 1]]
            weight = scaled if item.multiplies and k >= design.n_additive else plain
            gram[k, n_shared + o] = column_sum(design.xt[k], days, item.first, weight)
        for p in range(o, n_own):
            weight, product = scaled if item.own_multiplies[p] else plain, 0.0
            for d in range(n_days):
                product += weight[d] * item.own[p, d]
            gram[n_shared + o, n_shared + p] = product
