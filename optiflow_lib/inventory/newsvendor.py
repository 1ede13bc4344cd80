"""One period, and the policies that follow from it."""

from statistics import NormalDist

import numpy as np

from optiflow_lib.inventory.policy import standard_loss


def normal_newsvendor(
    holding_cost: float, shortage_cost: float, *, mean: float, sd: float, periods: int = 1
) -> tuple[float, float]:
    """Best level and its cost for normal demand over `periods` (lead time + 1) independent periods.

    Source:
        Snyder & Shen, Examples 4.3 and 4.4.
    """
    z = NormalDist().inv_cdf(shortage_cost / (shortage_cost + holding_cost))
    spread = sd * periods**0.5
    cost = holding_cost * z * spread + (holding_cost + shortage_cost) * standard_loss(z) * spread
    return mean * periods + z * spread, cost


def poisson_newsvendor(holding_cost: float, shortage_cost: float, *, mean: float) -> tuple[int, float]:
    """Best level and its cost for Poisson demand (Snyder & Shen, Example 4.7)."""
    costs = poisson_costs(holding_cost, shortage_cost, mean=mean)
    best = int(np.argmin(costs))
    return best, float(costs[best])


def poisson_costs(holding_cost: float, shortage_cost: float, *, mean: float) -> np.ndarray:
    """Expected cost of one period at each level from 0 on, (n_levels,)."""
    demand, chance = _poisson(mean)
    level = np.arange(len(demand))[:, None]
    return np.asarray(
        (holding_cost * np.maximum(level - demand, 0) + shortage_cost * np.maximum(demand - level, 0))
        @ chance
    )


def poisson_reorder_levels(
    holding_cost: float, shortage_cost: float, *, fixed_cost: float, mean: float
) -> tuple[int, int, float]:
    """Exact (s, S) under periodic review and backorders: reorder point, order-up-to level, cost a period.

    Source:
        Zheng & Federgruen (1991), Operations Research 39(4); Snyder & Shen, Section 4.4.4.
    """
    costs = poisson_costs(holding_cost, shortage_cost, mean=mean)
    chance = _poisson(mean)[1]
    visits = _visits(chance, len(costs))
    periods = np.r_[0.0, np.cumsum(visits)]
    offers = [
        (
            (fixed_cost + visits[: upper - lower] @ costs[upper - np.arange(upper - lower)])
            / periods[upper - lower],
            lower,
            upper,
        )
        for upper in range(len(costs) // 2)
        for lower in range(-1, upper)
    ]
    cost, lower, upper = min(offers)
    return lower, upper, float(cost)


def _visits(chance: np.ndarray, size: int) -> np.ndarray:
    """Expected periods spent j units below the order-up-to level before the next order."""
    visits = np.zeros(size)
    visits[0] = 1 / (1 - chance[0])
    for j in range(1, size):
        visits[j] = (chance[1 : j + 1] @ visits[j - 1 :: -1][:j]) / (1 - chance[0])
    return visits


def _poisson(mean: float) -> tuple[np.ndarray, np.ndarray]:
    from scipy.stats import poisson  # noqa: PLC0415 - not in a dashboard's kernel

    demand = np.arange(int(mean + 12 * mean**0.5 + 20))
    return demand, np.asarray(poisson.pmf(demand, mean))
