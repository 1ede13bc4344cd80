"""Shops whose demand has a known law, to hold promises and policies to."""

import numpy as np

from optiflow_lib.inventory.simulation import Expected, LeadTimeChances, Past

# Mean and variance of a day.
LAWS = {"normal": (40.0, 100.0), "negative binomial": (4.0, 12.0), "intermittent": (0.5, 1.75)}


def daily_demand(law, shape, rng):
    """Demand per day: normal; negative binomial; a geometric quantity on one day in five."""
    if law == "normal":
        return np.maximum(np.rint(rng.normal(40, 10, shape)), 0)
    if law == "negative binomial":
        return rng.poisson(rng.gamma(2, 2, shape)).astype(float)
    return (rng.random(shape) < 0.2) * rng.geometric(0.4, shape).astype(float)


def lead_times(law, shape, rng):
    """Always 4 days, or gamma with mean 5 and CV .3."""
    if law == "fixed":
        return np.full(shape, 4)
    return np.maximum(np.rint(rng.gamma(1 / 0.09, 5 * 0.09, shape)), 1).astype(int)


def shop(law, lead, *, review, n_items=40, n_days=1200, lost_sales, multiple=1.0, seed=0):
    rng = np.random.default_rng(seed)
    demand = daily_demand(law, (n_items, n_days), rng)
    waits = lead_times(lead, (n_items, n_days), rng)
    can_order = np.zeros(demand.shape, dtype=bool)
    can_order[:, ::review] = True
    none = np.zeros(n_items)
    return Past(demand, waits, can_order, none, none, np.full(n_items, multiple), lost_sales)


def known(law, lead, past, *, review):
    """What one expects who knows the law: the same every evening."""
    n_items, n_days = past.shape
    mean, variance = LAWS[law]
    waits = LeadTimeChances.of([lead_times(lead, 20_000, np.random.default_rng(1))])
    moments = []
    for days in (waits.days[0], waits.days[0] + review):
        expected_days = days @ waits.chance[0]
        spread = (days - expected_days) ** 2 @ waits.chance[0]
        moments += [mean * expected_days, variance * expected_days + mean**2 * spread]
    return Expected(*(np.full((n_items, n_days), value) for value in (*moments, mean)))
