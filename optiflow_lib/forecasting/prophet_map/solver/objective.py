"""Prophet's objective: minus the log posterior, as Stan's lp__ counts it, and how far a point is from its optimum.

``F = n log σ + RSS/(2σ²) + 2σ² + Σ z²·ridge/2 + rate·Σ|δ|`` with z the coefficients, growth and offset.
"""

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import in_order, inner
from optiflow_lib.forecasting.prophet_map.solver.days import add_dense, add_sparse, trend_values
from optiflow_lib.forecasting.prophet_map.solver.item import Item, State
from optiflow_lib.forecasting.prophet_map.solver.moments import Design

Array = NDArray[np.float64]
TOLERANCE = 1e-7  # what is promised is 1e-6
LEAST_VARIANCE = 1e-18  # Prophet's own noise for a constant series, squared


@inner
def best_variance(rss: float, known: int) -> float:
    """σ² at which F is least for given residuals: the root of ``4σ⁴ + nσ² − RSS``."""
    variance: float = 2.0 * rss / (known + np.sqrt(known * known + 16.0 * rss))
    return max(variance, LEAST_VARIANCE)


@in_order
def objective(item: Item, z: Array, rss: float, variance: float) -> float:
    """F."""
    lead = item.ridge.size
    total: float = 0.5 * item.known * np.log(variance) + 0.5 * rss / variance + 2.0 * variance
    for i in range(lead):
        total += 0.5 * item.ridge[i] * z[i] * z[i]
    for j in range(lead, z.size):
        total += item.rate * abs(z[j])
    return total


@inner
def evaluate(design: Design, item: Item, state: State, added: Array) -> float:
    """Brings trend, factor and residual up to the unknowns; the sum of squared residuals."""
    n_shared, n_own, n_days = design.x.shape[1], item.own.shape[0], item.y.size
    z, at = state.z, n_shared + n_own
    growth = z[at] if item.grows else 0.0
    lead = item.ridge.size
    trend_values(growth, z[lead - 1], z[lead:], item.changepoint, item.begins, item.step, state.trend)
    added = added[:n_days]
    for d in range(n_days):
        state.factor[d], added[d] = 1.0, 0.0
    for part in range(2):
        low, high = design.dense[part], n_shared if part else design.n_additive
        effect = state.factor if part and item.multiplies else added
        for k in range(design.n_additive * part, low):
            days = design.on[design.on_from[k] : design.on_from[k + 1]]
            add_sparse(design.xt[k], days, item.first, z[k], effect)
        add_dense(design.xt, item.first, z, low, high, effect)
    for o in range(n_own):
        effect = state.factor if item.own_multiplies[o] else added
        for d in range(n_days):
            effect[d] += z[n_shared + o] * item.own[o, d]
    rss = 0.0
    for d in range(n_days):
        r = item.mask[d] * (item.y[d] - state.trend[d] * state.factor[d] - added[d])
        state.residual[d] = r
        rss += r * r
    return rss


@inner
def distance(item: Item, z: Array, slope: Array, variance: float) -> float:
    """How far the optimum's conditions are violated: 1 is `TOLERANCE` of the changepoints' rate, or rounding.

    Args:
        item: The item.
        z: Unknowns.
        slope: Gradient of half the squared residuals.
        variance: σ².
    """
    if variance <= 100 * LEAST_VARIANCE:
        return 0.0
    lead, worst = item.ridge.size, 0.0
    for i in range(lead):
        worst = max(worst, abs(slope[i] / variance + item.ridge[i] * z[i]))
    for j in range(lead, z.size):
        pull = slope[j] / variance
        worst = max(worst, abs(pull) - item.rate if z[j] == 0.0 else abs(pull + item.rate * np.sign(z[j])))
    rounding = 4e-16 * item.known / variance
    return worst / max(TOLERANCE * item.rate, rounding)
