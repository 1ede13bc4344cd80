"""Where an item's search begins, and the items that have nothing to search for."""

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import inner
from optiflow_lib.forecasting.prophet_map.solver.days import trend_values
from optiflow_lib.forecasting.prophet_map.solver.item import Item, State
from optiflow_lib.forecasting.prophet_map.solver.moments import Design

Array = NDArray[np.float64]
LEAST_LEVEL = 1e-2  # of the largest quantity: a mean trend below it makes no shares


@inner
def by_hand(item: Item, z: Array) -> bool:
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
def to_mean(item: Item, z: Array) -> None:
    """No growth and no effects: the level is the mean of the known days."""
    total = 0.0
    for d in range(item.y.size):
        total += item.y[d]
    for u in range(z.size):
        z[u] = 0.0
    z[item.ridge.size - 1] = total / item.known


@inner
def to_shares(design: Design, item: Item, state: State) -> None:
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
def guessed_variance(item: Item) -> float:
    """A first variance: half the mean square of the differences to seven rows before."""
    y, mask, total, count, whole = item.y, item.mask, 0.0, 0.0, 0.0
    for d in range(y.size):
        whole += y[d] * y[d]
    for d in range(7, y.size):
        both = mask[d] * mask[d - 7]
        total += both * (y[d] - y[d - 7]) ** 2
        count += both
    return max(0.5 * total / max(count, 1.0), 1e-6 * whole / y.size)
