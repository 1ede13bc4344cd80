"""Demand of known laws, as sample paths, as the quantiles a night stores, and as a shop that is simulated day by day."""

from dataclasses import dataclass

import numpy as np

from optiflow_lib.inventory.distribution import LEVELS
from optiflow_lib.inventory.targets import Needs


def daily_demand(law, shape, rng):
    """Demand per day of a named law, mean in brackets: normal (40), negative binomial (4), intermittent (.5)."""
    if law == "normal":
        return np.maximum(rng.normal(40, 10, shape), 0)
    if law == "negative binomial":
        return rng.poisson(rng.gamma(2, 2, shape)).astype(float)
    return (rng.random(shape) < 0.2) * rng.geometric(0.4, shape).astype(float)


def lead_times(law, shape, rng):
    """Days until an order is there: always 4, or gamma with mean 5 and CV .4."""
    if law == "fixed":
        return np.full(shape, 4)
    return np.maximum(np.rint(rng.gamma(6.25, 0.8, shape)), 1).astype(int)


def grid(samples):
    """Quantiles of samples, one row."""
    return np.quantile(samples, LEVELS)[None, :]


def needs_of(demand_law, lead_law, *, review, lot, multiple=1.0, step=1.0, n=200_000, seed=1):
    """What an order must last for, from sample paths."""
    rng = np.random.default_rng(seed)
    waits = lead_times(lead_law, n, rng)
    sums = np.c_[np.zeros(n), daily_demand(demand_law, (n, waits.max() + review), rng).cumsum(axis=1)]
    before, until = sums[np.arange(n), waits], sums[np.arange(n), waits + review]
    mean, variance = (until - before).mean(), until.var() - before.var()
    numbers = (mean, variance, float(lot), float(multiple) - step, step)
    return Needs(grid(before), grid(until), *(np.array([value]) for value in numbers))


@dataclass(frozen=True)
class Served:
    """What a simulated shop reached: share of cycles without a stockout, share of demand served, mean stock."""

    cycle_service: float
    fill_rate: float
    stock: float
    cycles: int


def simulated(
    demand_law,
    lead_law,
    *,
    reorder_point,
    order_up_to,
    review,
    multiple=1.0,
    lost_sales,
    n_days=60_000,
    seed=5,
):
    """A shop day by day: orders arrive in the morning, customers come, every `review` days an order may be sent.

    An order sent on the evening of day t with lead time L is there on the morning of day t + L + 1: L days pass
    without it. Orders never overtake each other and yet each has the lead time's law (Kaplan 1970): on a day, all
    orders old enough for that day's luck arrive.
    """
    rng = np.random.default_rng(seed)
    demand = daily_demand(demand_law, n_days, rng).tolist()
    hazard, luck = _hazard(lead_law), rng.random(n_days).tolist()
    stock, waiting = float(order_up_to), []
    served = wanted = held = 0.0
    short_cycles = cycles = 0
    is_short = False
    for t in range(n_days):
        arrived = [order for order in waiting if hazard[t - order[0] - 1] >= luck[t]]
        if arrived:
            waiting = [order for order in waiting if hazard[t - order[0] - 1] < luck[t]]
            cycles, short_cycles, is_short = cycles + 1, short_cycles + is_short, False
            stock += sum(quantity for _, quantity in arrived)
        there = max(stock, 0.0)
        sold = min(there, demand[t])
        is_short = is_short or demand[t] > there
        served, wanted = served + sold, wanted + demand[t]
        stock -= sold if lost_sales else demand[t]
        held += max(stock, 0.0)
        position = stock + sum(quantity for _, quantity in waiting)
        if t % review == 0 and position <= reorder_point:
            quantity = np.ceil(max(order_up_to - position, multiple) / multiple - 1e-9) * multiple
            waiting.append((t, float(quantity)))
    return Served(1 - short_cycles / cycles, served / wanted, held / n_days, cycles)


def _hazard(lead_law):
    """Chance that an order arrives after k days given that it has not before, k = 0, 1, …; it must not fall."""
    days = lead_times(lead_law, 400_000, np.random.default_rng(11))
    count = np.bincount(days)
    hazard = count / np.maximum(count[::-1].cumsum()[::-1], 1)
    return [*np.maximum.accumulate(hazard).tolist(), *[1.0] * 400]
