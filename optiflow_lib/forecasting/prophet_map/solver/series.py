"""One item's optimum: proximal Newton steps, each a lasso in the changepoints, with σ² alternated inside.

Additive models are quadratic for a given σ²: one curvature serves for all steps. With multiplicative columns the
exact curvature is that of Gauss and Newton less the residuals' part, by which trend and effects cross. It may have no
minimum far from the optimum, or on the way to it: then a half, a quarter, ... of that part is taken off, at last none.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import in_order, inner, spliced
from optiflow_lib.forecasting.prophet_map.solver.elimination import backward, eliminated, forward
from optiflow_lib.forecasting.prophet_map.solver.item import Item, State, Sums
from optiflow_lib.forecasting.prophet_map.solver.lasso import Bends, lasso
from optiflow_lib.forecasting.prophet_map.solver.moments import Design
from optiflow_lib.forecasting.prophet_map.solver.normal import curvature, gradient
from optiflow_lib.forecasting.prophet_map.solver.objective import (
    best_variance,
    distance,
    evaluate,
    objective,
)

Array = NDArray[np.float64]
Places = NDArray[np.int64]
MOST_STEPS = 200
MOST_HALVINGS = 30
LEAST_SHARE = 0.1  # of the residuals' part; below it none
NEAR = 1e4  # tolerances from the optimum: there the last curvature serves once more
SETTLED = 2e-8  # relative change of σ²


class Space(NamedTuple):
    """Working arrays of one thread, for a number of unknowns u.

    Args:
        sums: For sums over days.
        gram: Curvature, (u, u).
        factor: Its partial Cholesky factor, (u, u).
        places: Of the elimination, (u,).
        slope: Gradient, (u,).
        before: Unknowns before a step.
        move: The step.
        bends: The changepoints' own problem.
    """

    sums: Sums
    gram: Array
    factor: Array
    places: Places
    slope: Array
    before: Array
    move: Array
    bends: Bends


class Way(NamedTuple):
    """How to fit: a model without multiplicative columns; only one step; from a guess of σ² (0: from residuals)."""

    straight: bool
    rough: bool
    variance: float


class Outcome(NamedTuple):
    """Noise, sum of squared residuals, was the optimum reached, and had every curvature used a minimum?"""

    variance: float
    rss: float
    converged: bool
    convex: bool


@spliced
def fitted(design: Design, item: Item, state: State, space: Space, way: Way) -> Outcome:
    """Moves the unknowns in `state` to the optimum."""
    slope, most = space.slope, 0.0 if way.straight else 1.0
    rss = evaluate(design, item, state, space.sums.weight[0])
    value = objective(item, state.z, rss, best_variance(rss, item.known))
    noise = way.variance if way.variance > 0.0 else best_variance(rss, item.known)
    prior, share, used, usable, convex, converged = noise, most, most, False, True, False
    for step in range(MOST_STEPS):
        gradient(design, item, state, space.sums, slope)
        off = distance(item, state.z, slope, noise)
        converged = off <= 1.0
        if converged:
            break
        near = abs(noise - prior) <= 0.5 * prior if way.straight else used == 1.0 and off < NEAR
        if not (usable and near):
            anew = step == 0 or not way.straight
            usable, used, prior = _prepared(design, item, state, space, noise, share, anew), share, noise
        _keep(state.z, space.before)
        usable = usable and (_alternated(item, state.z, rss, noise, prior, space) or used == 0.0)
        if way.rough:
            break
        if usable:
            rss, found = _lowered(design, item, state, space, value)
            noise, usable = best_variance(rss, item.known), found < np.inf
        if usable:
            value, share = found, min(most, max(0.5, 2.0 * used))
        elif used == 0.0:
            break
        else:
            _keep(space.before, state.z)
            share, convex = 0.5 * used if used > 2.0 * LEAST_SHARE else 0.0, False
    return Outcome(noise, rss, converged, convex)


@spliced
def _prepared(
    design: Design,
    item: Item,
    state: State,
    space: Space,
    variance: float,
    share: float,
    anew: bool,  # noqa: FBT001 - compiled code knows no keywords
) -> bool:
    """A curvature, made anew or the last one, with the priors that this variance makes; false: it has no minimum."""
    if anew:
        curvature(design, item, state, share, space.sums, space.gram)
    return _factorised(item, variance, space)


@inner
def _keep(z: Array, kept: Array) -> None:
    for u in range(z.size):
        kept[u] = z[u]


@spliced
def _lowered(design: Design, item: Item, state: State, space: Space, value: float) -> tuple[float, float]:
    """Halves the step until it lowers the objective; RSS and objective, infinite when no share of it does."""
    z, before = state.z, space.before
    for _ in range(MOST_HALVINGS):
        rss = evaluate(design, item, state, space.sums.weight[0])
        found = objective(item, z, rss, best_variance(rss, item.known))
        if found <= value + 1e-13 * abs(value):
            return rss, found
        for u in range(z.size):
            z[u] = 0.5 * (z[u] + before[u])
    _keep(before, z)
    return evaluate(design, item, state, space.sums.weight[0]), np.inf


@spliced
def _factorised(item: Item, variance: float, space: Space) -> bool:
    """Eliminates all but the changepoints; false: not positive definite."""
    lead, n = item.ridge.size, space.gram.shape[0]
    for i in range(n):
        for j in range(i, n):
            space.factor[i, j] = space.gram[i, j]
        if i < lead:
            space.factor[i, i] += variance * item.ridge[i]
    if not eliminated(space.factor, lead, space.places):
        return False
    for i in range(lead, n):
        for j in range(i, n):
            space.bends.c[i - lead, j - lead] = space.factor[i, j]
            space.bends.c[j - lead, i - lead] = space.factor[i, j]
    return True


@in_order
def _alternated(item: Item, z: Array, rss: float, variance: float, prior: float, space: Space) -> bool:
    """Minimises the quadratic model in z and σ² by turns, while σ² stays near `prior`, the factor's.

    Moves z, and the gradient with it; false: the model has no minimum, z may have moved.
    """
    lead, whole, slope, move = item.ridge.size, rss, space.slope, space.move
    for _ in range(30):
        for u in range(z.size):
            move[u] = -slope[u] - (variance * item.ridge[u] * z[u] if u < lead else 0.0)
        forward(space.factor, lead, move)
        ended, change = _bent(item, z, variance, space)
        backward(space.factor, lead, move)
        for u in range(lead):
            new = -item.ridge[u] * (variance * z[u] + prior * move[u])
            change += (slope[u] + new) * move[u]
            slope[u] = new
        for u in range(z.size):
            z[u] += move[u]
        rss = max(rss + change, 1e-15 * whole)
        last, variance = variance, best_variance(rss, item.known)
        if not ended or abs(variance - last) <= SETTLED * variance or abs(variance - prior) > 0.5 * prior:
            return ended
    return True


@inner
def _bent(item: Item, z: Array, variance: float, space: Space) -> tuple[bool, float]:
    """The changepoints' part of the step and of the gradient: did it find a minimum, and the change of the RSS."""
    lead, bends, slope, move = item.ridge.size, space.bends, space.slope, space.move
    b, delta, change = bends.b, bends.delta, 0.0
    for i in range(b.size):
        delta[i] = z[lead + i]
    for i in range(b.size):
        b[i] = move[lead + i] + _row_times(bends.c[i], delta)
    ended = lasso(bends, variance * item.rate)
    for i in range(b.size):
        new = _row_times(bends.c[i], delta) - b[i]
        move[lead + i] = delta[i] - z[lead + i]
        change += (slope[lead + i] + new) * move[lead + i]
        slope[lead + i] = new
    return ended, change


@inner
def _row_times(row: Array, delta: Array) -> float:
    total = 0.0
    for j in range(row.size):
        total += row[j] * delta[j]
    return total
