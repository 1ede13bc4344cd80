"""The closed forms against the slow ways to the same optimum."""

from itertools import pairwise, product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optiflow_lib.inventory.lot_sizing import (
    all_units_discount,
    dynamic_lots,
    economic_order_quantity,
    incremental_discount,
)
from optiflow_lib.inventory.newsvendor import poisson_costs, poisson_reorder_levels
from optiflow_lib.inventory.policy import standard_loss
from optiflow_lib.inventory.reorder_lots import exact_reorder_lot

costs = st.floats(0.1, 100)
calm = settings(max_examples=40, deadline=None)


@calm
@given(costs, costs, st.floats(1, 1e5))
def test_no_other_lot_costs_less_than_the_economic_one(fixed, holding, demand):
    quantity, cost = economic_order_quantity(fixed, holding, demand)
    for other in quantity * np.linspace(0.2, 5, 50):
        assert cost <= fixed * demand / other + holding * other / 2 + 1e-9 * cost


def paid(quantity, breaks, *, incremental):
    """Money for `quantity` units."""
    if not incremental:
        return quantity * [price for least, price in breaks if least <= quantity][-1]
    edges = [*(least for least, _ in breaks), np.inf]
    return sum(
        price * max(min(quantity, upper) - lower, 0)
        for (lower, upper), (_, price) in zip(pairwise(edges), breaks, strict=True)
    )


@pytest.mark.parametrize("incremental", [False, True])
@calm
@given(costs, st.floats(0.05, 0.5), st.floats(10, 5000), st.floats(0.5, 0.99), st.floats(0.5, 0.99))
def test_no_other_quantity_is_cheaper_than_the_discount_s(incremental, fixed, rate, demand, first, second):
    breaks = [(0, 2.0), (100, 2.0 * first), (300, 2.0 * first * second)]
    solve = incremental_discount if incremental else all_units_discount
    quantity, cost = solve(fixed, rate, demand, breaks=breaks)

    def yearly(lot):
        unit = paid(lot, breaks, incremental=incremental) / lot
        return unit * demand + fixed * demand / lot + rate * unit * lot / 2

    assert cost == pytest.approx(yearly(quantity))
    tried = np.r_[np.geomspace(1, 20000, 300), 100, 300]
    assert cost <= min(yearly(lot) for lot in tried) * (1 + 1e-9)


@calm
@given(st.lists(st.integers(0, 200), min_size=1, max_size=8), st.integers(1, 800), st.integers(1, 9))
def test_no_other_lots_serve_known_demand_for_less(demand, fixed, holding):
    lots, cost = dynamic_lots(demand, fixed_cost=fixed, holding_cost=holding)
    assert sum(lots) == sum(demand)

    def total(ordering):
        # The first period always orders; each order lasts until the next.
        starts = [0, *(t for t, is_order in enumerate(ordering, 1) if is_order)]
        ends = [*starts[1:], len(demand)]
        held = sum(
            holding * (t - start) * demand[t]
            for start, end in zip(starts, ends, strict=True)
            for t in range(start, end)
        )
        return fixed * len(starts) + held

    assert cost == min(total(ordering) for ordering in product((False, True), repeat=len(demand) - 1))


def simulated_cost(lower, upper, *, mean, fixed, n_periods=200_000):
    """Cost a period of (s, S) with daily review and backorders, by brute force."""
    wanted = np.random.default_rng(3).poisson(mean, n_periods).tolist()
    level, orders, cost = upper, 0, 0.0
    by_level = poisson_costs(1, 4, mean=mean)
    for demand in wanted:
        if level <= lower:
            level, orders = upper, orders + 1
        cost += by_level[level] if level >= 0 else 4 * (mean - level)
        level -= demand
    return (cost + fixed * orders) / n_periods


@pytest.mark.parametrize(("mean", "fixed"), [(6, 5), (2.5, 12)])
def test_reorder_levels_cost_what_a_long_simulation_says_and_their_neighbours_more(mean, fixed):
    lower, upper, cost = poisson_reorder_levels(1, 4, fixed_cost=fixed, mean=mean)
    assert simulated_cost(lower, upper, mean=mean, fixed=fixed) == pytest.approx(cost, rel=0.01)
    for other in [(lower - 1, upper), (lower + 1, upper), (lower, upper - 2), (lower, upper + 2)]:
        assert simulated_cost(*other, mean=mean, fixed=fixed) >= cost * 0.995


@calm
@given(costs, st.floats(0.1, 5), st.floats(2, 50), st.floats(50, 5000), st.floats(0.01, 0.2))
def test_exact_reorder_lots_are_a_minimum(fixed, holding, shortage, demand, years):
    mean, sd = demand * years, sqrt(demand * years)
    point, lot, cost = exact_reorder_lot(fixed, holding, shortage, demand=demand, mean=mean, sd=sd)

    def average(low, width):
        levels = low + width * (np.arange(400) + 0.5) / 400
        rates = [
            holding * (y - mean) + (holding + shortage) * sd * standard_loss((y - mean) / sd) for y in levels
        ]
        return fixed * demand / width + float(np.mean(rates))

    assert average(point, lot) == pytest.approx(cost, rel=1e-4)
    for low, width in [(point - sd / 3, lot), (point + sd / 3, lot), (point, lot * 0.8), (point, lot * 1.25)]:
        assert average(low, width) >= cost * (1 - 1e-4)
