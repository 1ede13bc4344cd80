"""Fits many items of one group, one after the other, without Python."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import compiled, inner, spliced
from optiflow_lib.forecasting.prophet_map.solver.days import trend_values
from optiflow_lib.forecasting.prophet_map.solver.item import Item, State
from optiflow_lib.forecasting.prophet_map.solver.moments import BLOCK, Design
from optiflow_lib.forecasting.prophet_map.solver.normal import Sums
from optiflow_lib.forecasting.prophet_map.solver.objective import LEAST_VARIANCE, objective
from optiflow_lib.forecasting.prophet_map.solver.series import Outcome, Space, Way, fitted

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
LEAST_LEVEL = 1e-2  # of the largest quantity: a mean trend below it makes no shares


class Model(NamedTuple):
    """What all items of a group share beside the design; fields as in `Item`."""

    own_multiplies: NDArray[np.bool_]
    ridge: Array
    rate: float
    grows: bool


class Demand(NamedTuple):
    """Items as `Fitted` describes them; `row` is the design's for bucket 0; matrices are items × buckets."""

    row: int
    quantity: Array
    own: Array
    start: Whole
    end: Whole
    scale: Array
    floor: Array
    changepoint: Array
    n_changepoints: Whole


class Optimum(NamedTuple):
    """What was found: unknowns (growth and δ are zero when flat), σ², log posterior, and was the optimum reached?"""

    beta: Array
    growth: Array
    offset: Array
    delta: Array
    variance: Array
    log_posterior: Array
    converged: NDArray[np.bool_]


@compiled
def fit_items(design: Design, model: Model, demand: Demand, found: Optimum) -> None:
    """Fits every item; results depend on the item alone."""
    lead, n_days = model.ridge.size, design.x.shape[0]
    days, own = np.zeros((5, n_days)), np.zeros((demand.own.shape[0], n_days))
    n_bends, space, z = -1, _space(design, lead, demand.changepoint.shape[1]), np.zeros(lead)
    for i in range(demand.start.size):
        wanted = demand.n_changepoints[i] if model.grows else 0
        if n_bends != wanted:
            n_bends = wanted
            space, z = _space(design, lead, n_bends), np.zeros(lead + n_bends)
        n = demand.end[i] - demand.start[i] + 1
        state = State(z, days[2, :n], days[3, :n], days[4, :n])
        item = _item(model, demand, i, days[0, :n], days[1, :n], own, n_bends)
        if _by_hand(item, z):
            _write(item, z, Outcome(LEAST_VARIANCE, 0.0, True, True), np.nan, found, i)  # noqa: FBT003
        else:
            _fit(design, item, state, space, found, i)


@spliced
def _fit(design: Design, item: Item, state: State, space: Space, found: Optimum, i: int) -> None:
    """The additive model; with multiplicative columns only roughly, as a start of theirs.

    Where such an item's curvature had no minimum on the way, there may be several optima: then it also starts from
    its mean alone, and the better optimum counts.
    """
    straight = design.n_additive == design.x.shape[1]
    for multiplies in item.own_multiplies:
        straight = straight and not multiplies
    found.log_posterior[i], found.converged[i] = -np.inf, False
    for start in range(1 if straight else 3):
        if start == 1:
            _to_shares(design, item, state)
        else:
            _to_mean(item, state.z)
        now = _as_sums(item) if start == 0 else item
        way = Way(start == 0, start == 0 and not straight, _guess(item) if start == 0 else 0.0)
        outcome = fitted(design, now, state, space, way)
        log_posterior = -objective(now, state.z, outcome.rss, outcome.variance)
        better = log_posterior > found.log_posterior[i] and outcome.converged
        if not way.rough and (better or not found.converged[i]):
            _write(item, state.z, outcome, log_posterior, found, i)
        if start == 1 and outcome.convex:
            break


@inner
def _to_mean(item: Item, z: Array) -> None:
    """No growth and no effects: the level is the mean of the known days."""
    total = 0.0
    for d in range(item.y.size):
        total += item.y[d]
    for u in range(z.size):
        z[u] = 0.0
    z[item.ridge.size - 1] = total / item.known


@inner
def _as_sums(item: Item) -> Item:
    """The same, its multiplicative columns taken for additive ones."""
    none = np.zeros(item.own_multiplies.size, dtype=np.bool_)
    return Item(
        item.first, item.y, item.mask, item.known, item.own, none, item.first < 0,
        item.changepoint, item.begins, item.step, item.ridge, item.rate, item.grows,
    )  # fmt: skip


@inner
def _write(item: Item, z: Array, outcome: Outcome, log_posterior: float, found: Optimum, i: int) -> None:
    lead = item.ridge.size
    found.variance[i], found.converged[i] = outcome.variance, outcome.converged
    found.log_posterior[i] = log_posterior
    for c in range(found.beta.shape[1]):
        found.beta[i, c] = z[c]
    found.growth[i] = z[lead - 2] if item.grows else 0.0
    found.offset[i] = z[lead - 1]
    for j in range(z.size - lead):
        found.delta[i, j] = z[lead + j]


@inner
def _item(model: Model, demand: Demand, i: int, y: Array, mask: Array, own: Array, n_bends: int) -> Item:
    """An item's days, scaled as Prophet does."""
    known, start, step = 0, demand.start[i], 1.0 / (y.size - 1)
    for d in range(y.size):
        quantity = demand.quantity[i, start + d]
        mask[d] = 0.0 if np.isnan(quantity) else 1.0
        y[d] = (quantity - demand.floor[i]) / demand.scale[i] if mask[d] != 0.0 else 0.0
        known += int(mask[d])
    for o in range(own.shape[0]):
        for d in range(y.size):
            own[o, d] = demand.own[o, i, start + d] if mask[d] != 0.0 else 0.0
    changepoint, begins = np.zeros(n_bends), np.zeros(n_bends, dtype=np.int64)
    for j in range(n_bends):
        after = demand.changepoint[i, j] - start
        changepoint[j], begins[j] = after * step, int(np.ceil(after))
    return Item(
        demand.row + start, y, mask, known, own, model.own_multiplies, start >= 0,
        changepoint, begins, step, model.ridge, model.rate, model.grows,
    )  # fmt: skip


@inner
def _by_hand(item: Item, z: Array) -> bool:
    """What has no optimum: a constant series (Prophet does not optimise it) and a line through two points."""
    y, lead = item.y, item.ridge.size
    first, last, constant = y[0], y[y.size - 1], True
    for d in range(y.size):
        constant = constant and (item.mask[d] == 0.0 or y[d] == first)
    if not constant and not (item.known == 2 and item.grows):
        return False
    for u in range(z.size):
        z[u] = 0.0
    z[lead - 1] = first
    if item.grows:
        z[lead - 2] = last - first
    return True


@inner
def _to_shares(design: Design, item: Item, state: State) -> None:
    """Turns the effects that multiply from scaled units into shares of the mean trend."""
    z, lead, total, n_shared = state.z, item.ridge.size, 0.0, design.x.shape[1]
    growth = z[lead - 2] if item.grows else 0.0
    trend_values(growth, z[lead - 1], z[lead:], item.changepoint, item.begins, item.step, state.trend)
    for d in range(item.mask.size):
        total += state.trend[d] * item.mask[d]
    mean = total / item.known
    share = 1.0 / mean if abs(mean) > LEAST_LEVEL else 0.0
    for k in range(design.n_additive, n_shared):
        z[k] *= share
    for o in range(item.own_multiplies.size):
        if item.own_multiplies[o]:
            z[n_shared + o] *= share


@inner
def _guess(item: Item) -> float:
    """A first variance: half the mean square of the differences to seven rows before."""
    y, mask, total, count, whole = item.y, item.mask, 0.0, 0.0, 0.0
    for d in range(y.size):
        whole += y[d] * y[d]
    for d in range(7, y.size):
        both = mask[d] * mask[d - 7]
        total += both * (y[d] - y[d - 7]) ** 2
        count += both
    return max(0.5 * total / max(count, 1.0), 1e-6 * whole / y.size)


@inner
def _space(design: Design, lead: int, n_bends: int) -> Space:
    n_days, n_shared = design.x.shape
    n = lead + n_bends
    sums = Sums(
        np.zeros((3, n_days)),
        np.zeros((3, n_bends + 1)),
        np.zeros((n_bends + 1, n_shared)),
        np.zeros((n_bends + 1, n_shared)),
        np.zeros(n_days + 2 * BLOCK + 8, dtype=np.int64),
        np.zeros(n_days + 2 * BLOCK + 8),
    )
    return Space(
        sums, np.zeros((n, n)), np.zeros((n, n)), np.zeros(n, dtype=np.int64), np.zeros((3, n)),
        np.zeros((n_bends, n_bends)), np.zeros((7, n_bends + 1)), np.zeros((n_bends + 1, n_bends + 1)),
    )  # fmt: skip
