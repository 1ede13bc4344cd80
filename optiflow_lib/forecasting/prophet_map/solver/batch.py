"""Fits many items of one group, one after the other, without Python."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import in_place, inner, spliced
from optiflow_lib.forecasting.prophet_map.solver.item import Item, State, Sums
from optiflow_lib.forecasting.prophet_map.solver.lasso import Bends
from optiflow_lib.forecasting.prophet_map.solver.moments import BLOCK, Design
from optiflow_lib.forecasting.prophet_map.solver.objective import LEAST_VARIANCE, objective
from optiflow_lib.forecasting.prophet_map.solver.series import Outcome, Space, Way, fitted
from optiflow_lib.forecasting.prophet_map.solver.starts import by_hand, guessed_variance, to_mean, to_shares

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


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


class Room(NamedTuple):
    """Where an item is laid out, for a number of changepoints S.

    Args:
        days: y, mask, trend, factor and residual of `Item` and `State`, shape (5, n_days).
        own: As in `Item`.
        none: False for each of the own columns.
        changepoint: As in `Item`.
        begins: As in `Item`.
        z: Unknowns.
    """

    days: Array
    own: Array
    none: NDArray[np.bool_]
    changepoint: Array
    begins: Whole
    z: Array


class Optimum(NamedTuple):
    """What was found: unknowns (growth and δ are zero when flat), σ², log posterior, and was the optimum reached?"""

    beta: Array
    growth: Array
    offset: Array
    delta: Array
    variance: Array
    log_posterior: Array
    converged: NDArray[np.bool_]


@in_place
def fit_items(
    design: Design, model: Model, demand: Demand, items: Whole, room: Room, space: Space, found: Optimum
) -> None:
    """Fits the `items` of a demand, all with as many changepoints; results depend on the item alone."""
    for i in items:
        n, days = demand.end[i] - demand.start[i] + 1, room.days
        state = State(room.z, days[2, :n], days[3, :n], days[4, :n])
        item = _item(model, demand, i, days[0, :n], days[1, :n], room)
        if by_hand(item, room.z):
            _write(item, room.z, Outcome(LEAST_VARIANCE, 0.0, True, True), np.nan, found, i)  # noqa: FBT003
        else:
            _fit(design, item, state, room, space, found, i)


@spliced
def _fit(design: Design, item: Item, state: State, room: Room, space: Space, found: Optimum, i: int) -> None:
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
            to_shares(design, item, state)
        else:
            to_mean(item, state.z)
        now = _as_sums(item, room.none) if start == 0 else item
        way = Way(start == 0, start == 0 and not straight, guessed_variance(item) if start == 0 else 0.0)
        outcome = fitted(design, now, state, space, way)
        log_posterior = -objective(now, state.z, outcome.rss, outcome.variance)
        better = log_posterior > found.log_posterior[i] and outcome.converged
        if not way.rough and (better or not found.converged[i]):
            _write(item, state.z, outcome, log_posterior, found, i)
        if start == 1 and outcome.convex:
            break


@inner
def _as_sums(item: Item, none: NDArray[np.bool_]) -> Item:
    """The same, its multiplicative columns taken for additive ones."""
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
def _item(model: Model, demand: Demand, i: int, y: Array, mask: Array, room: Room) -> Item:
    """An item's days, scaled as Prophet does."""
    known, start, step, own = 0, demand.start[i], 1.0 / (y.size - 1), room.own
    for d in range(y.size):
        quantity = demand.quantity[i, start + d]
        mask[d] = 0.0 if np.isnan(quantity) else 1.0
        y[d] = (quantity - demand.floor[i]) / demand.scale[i] if mask[d] != 0.0 else 0.0
        known += int(mask[d])
    for o in range(own.shape[0]):
        for d in range(y.size):
            own[o, d] = demand.own[o, i, start + d] if mask[d] != 0.0 else 0.0
    for j in range(room.begins.size):
        after = demand.changepoint[i, j] - start
        room.changepoint[j], room.begins[j] = after * step, int(np.ceil(after))
    return Item(
        demand.row + start, y, mask, known, own, model.own_multiplies, start >= 0,
        room.changepoint, room.begins, step, model.ridge, model.rate, model.grows,
    )  # fmt: skip


def room_for(design: Design, model: Model, *, n_bends: int) -> Room:
    """Room for items with so many changepoints; made outside of compiled code, which then keeps no memory."""
    n_days, n_own = design.x.shape[0], model.own_multiplies.size
    return Room(
        np.zeros((5, n_days)), np.zeros((n_own, n_days)), np.zeros(n_own, dtype=np.bool_),
        np.zeros(n_bends), np.zeros(n_bends, dtype=np.int64), np.zeros(model.ridge.size + n_bends),
    )  # fmt: skip


def space_for(design: Design, model: Model, *, n_bends: int) -> Space:
    """Working arrays for such items."""
    n_days, n_shared = design.x.shape
    n = model.ridge.size + n_bends
    sums = Sums(
        np.zeros((3, n_days)),
        np.zeros((3, n_bends + 1)),
        np.zeros((n_bends + 1, n_shared)),
        np.zeros((n_bends + 1, n_shared)),
        np.zeros(n_days + 2 * BLOCK + 8, dtype=np.int64),
        np.zeros(n_days + 2 * BLOCK + 8),
        np.zeros((8, n_shared)),
    )
    bends = Bends(
        np.zeros((n_bends, n_bends)), np.zeros(n_bends), np.zeros(n_bends), np.zeros(n_bends),
        np.zeros(n_bends, dtype=np.int64), np.zeros(n_bends, dtype=np.bool_), np.zeros(n_bends),
        np.zeros((n_bends, n_bends)),
    )  # fmt: skip
    return Space(
        sums, np.zeros((n, n)), np.zeros((n, n)), np.zeros(n, dtype=np.int64), np.zeros(n), np.zeros(n), np.zeros(n),
        bends,
    )  # fmt: skip
