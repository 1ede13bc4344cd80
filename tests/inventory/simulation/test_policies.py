from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from simulated_shops import shop

from optiflow_lib.errors import PolicyError
from optiflow_lib.inventory.simulation import (
    Costs,
    Past,
    Plan,
    at_fill_rate,
    average_and_safety,
    min_max,
    outcome,
    perfect_foresight,
    recent_mean,
    recent_sd,
    reorder_rule,
    replay,
    savings,
    summary,
    trade_off,
)


def small_past(demand, *, lead_time=1, opening=0.0, multiple=1.0, minimum=0.0, can_order=None):
    demand = np.array([demand], dtype=float)
    can = np.ones(demand.shape, dtype=bool) if can_order is None else np.array([can_order])
    one = np.ones(1)
    waits = np.full(demand.shape, lead_time, dtype=np.int64)
    return Past(demand, waits, can, opening * one, minimum * one, multiple * one)


def small_costs(order_line):
    return Costs(np.array([5.0]), np.array([8.0]), np.ones(1), 36.5, order_line)  # 0.5 a day to hold, 3 lost


def cost_of(past, plan, costs):
    return outcome(past, replay(past, plan), costs, warm_up=0)["total_cost"].sum()


def test_averages_are_of_the_days_known_by_that_evening():
    history = np.array([[9.0, 2.0, np.nan, 4.0, 6.0]])
    assert recent_mean(history, window=3, n_days=3)[0].tolist() == [5.5, 3.0, 5.0]
    assert recent_sd(history, window=3, n_days=2)[0] == pytest.approx([np.sqrt(2), np.sqrt(2)])


def test_an_erp_orders_a_cycle_above_lead_time_and_safety_days():
    levels = reorder_rule(
        np.array([[2.0, 3.0]]),
        lead_time=np.array([7.0]),
        safety_days=np.array([3.0]),
        cycle_days=np.array([14.0]),
        step=np.ones(1),
    )
    assert levels.reorder_point.tolist() == [[20, 30]]
    assert levels.order_up_to.tolist() == [[48, 72]]


def test_a_moving_average_holds_z_sigma_after_chopra():
    # 2500 ± 500 a day, L = 7 ± 7 days, z(0.9): safety stock 22491.14, after Chopra (continuous review).
    levels = average_and_safety(
        np.array([[2500.0]]),
        np.array([[500.0]]),
        lead_time=np.array([7.0]),
        lead_time_sd=np.array([7.0]),
        review=np.zeros(1),
        safety_factor=np.array([1.2815515655]),
        cycle_days=np.zeros(1),
        step=np.ones(1),
    )
    assert levels.order_up_to[0, 0] == np.ceil(7 * 2500 + 22491.14)
    assert levels.reorder_point[0, 0] == levels.order_up_to[0, 0] - 1


def test_levels_typed_in_are_the_same_every_day():
    levels = min_max(np.array([2.0]), np.array([9.0]), n_days=3)
    assert levels.reorder_point.tolist() == [[2, 2, 2]]
    assert levels.order_up_to.tolist() == [[9, 9, 9]]


def test_foresight_is_the_cheapest_of_all_plans():
    demand, costs = [0, 0, 3, 0, 2, 5], small_costs(4.0)
    past = small_past(demand, opening=1)
    best = cost_of(past, perfect_foresight(past, costs), costs)
    # Every plan that sends up to 10 units at each of the four evenings that matter, one item per plan.
    tried = np.array(list(product(range(11), repeat=4)), dtype=float)
    plans = np.pad(tried, ((0, 0), (0, 2)))
    many = Past(
        *(np.repeat(v, len(plans), axis=0) if isinstance(v, np.ndarray) else v for v in vars(past).values())
    )
    prices = [np.full(len(plans), v[0]) for v in (costs.unit_cost, costs.price, costs.shortage_factor)]
    ledger = replay(many, Plan(plans))
    spent = outcome(many, ledger, Costs(*prices, costs.holding_rate, costs.order_line), warm_up=0)
    assert best == pytest.approx(spent["total_cost"].min())


def test_foresight_lets_go_what_is_not_worth_an_order():
    past, costs = small_past([0, 0, 1, 0]), small_costs(4.0)
    assert perfect_foresight(past, costs).quantity.sum() == 0
    assert perfect_foresight(past, small_costs(2.0)).quantity.sum() == 1


def test_foresight_buys_whole_packs_and_less_of_them_later():
    costs = small_costs(0.1)
    past = small_past([0, 0, 4, 0, 4, 4], multiple=6.0)
    plan = perfect_foresight(past, costs).quantity
    ledger = replay(past, perfect_foresight(past, costs))
    assert set(plan[plan > 0]) == {6.0}
    assert ledger.short.sum() == 0
    assert plan.sum() == 12


def test_foresight_knows_when_lorries_come():
    # The order of the first evening comes on day 4, that of the second on day 3: only the second serves day 3.
    past = small_past([0, 0, 0, 2, 0], can_order=[True, True, False, False, False])
    past = replace(past, lead_times=np.array([[3, 1, 1, 1, 1]]))
    ledger = replay(past, perfect_foresight(past, small_costs(0.1)))
    assert ledger.short.sum() == 0


def test_foresight_orders_nothing_for_what_is_served_by_what_is_on_its_way():
    past = replace(small_past([0, 0, 4, 2, 2]), arriving=np.array([[0.0, 0, 3, 0, 4]]))
    plan = perfect_foresight(past, small_costs(0.1)).quantity
    assert plan.sum() == 3  # one of day 2 and both of day 3; day 4 has its own
    assert replay(past, Plan(plan)).short.sum() == 0


@pytest.mark.parametrize("lead", ["fixed", "gamma"])
def test_no_policy_is_cheaper_than_foresight(lead):
    past = shop("negative binomial", lead, review=7, n_items=6, n_days=300, lost_sales=True)
    past = replace(past, opening=np.full(6, 40.0))
    costs = Costs(np.full(6, 3.0), np.full(6, 5.0), np.ones(6), 0.25, 5.0)
    best = cost_of(past, perfect_foresight(past, costs), costs)
    for reorder_point, order_up_to in product((20, 40, 60), (80, 140)):
        levels = min_max(np.full(6, float(reorder_point)), np.full(6, float(order_up_to)), n_days=300)
        assert best < cost_of(past, levels, costs)


def test_an_outcome_counts_what_happened_after_the_warm_up():
    past = small_past([1, 4, 2, 3, 0, 1], opening=3)
    costs = Costs(np.array([10.0]), np.array([14.0]), np.array([2.0]), 0.365, 5.0)
    # 3 − 1 = 2 left; 2 of 4; nothing; 6 arrive, 3 left; 3 left; 2 more arrive, 4 left.
    plan = np.array([[0, 6.0, 0, 2, 0, 0]])
    made = outcome(past, replay(past, Plan(plan)), costs, warm_up=1).iloc[0]
    assert (made["demand"], made["served"], made["days"]) == (10, 6, 5)
    assert (made["stockout_days"], made["orders"]) == (2, 2)
    assert (made["cycles"], made["cycles_short"]) == (1, 0)
    assert made["stock_value"] == pytest.approx(10 * (0 + 0 + 3 + 3 + 4) / 5)
    assert made["holding"] == pytest.approx(0.01 * 10)
    assert made["lost_margin"] == pytest.approx(4 * 4 * 2)
    assert made["total_cost"] == pytest.approx(made[["holding", "ordering", "lost_margin"]].sum())


def outcomes(seed=0):
    past = shop("negative binomial", "fixed", review=1, n_items=30, n_days=200, lost_sales=True, seed=seed)
    past = replace(past, opening=np.full(30, 30.0))
    costs = Costs(np.full(30, 3.0), np.full(30, 5.0), np.ones(30), 0.25, 0.5)
    tried = {}
    for level in (14, 20, 26, 36):
        levels = min_max(np.full(30, level - 1.0), np.full(30, float(level)), n_days=200)
        tried[f"up to {level}"] = outcome(past, replay(past, levels), costs, warm_up=50)
    return tried


def test_a_summary_gives_shares_and_money_a_year_with_intervals_that_hold_them():
    tried = outcomes()
    made = summary(tried, seed=1).set_index(["policy", "indicator"])
    items = tried["up to 20"]
    fill = made.loc[("up to 20", "fill_rate")]
    assert fill["value"] == pytest.approx(items["served"].sum() / items["demand"].sum())
    assert fill["low"] < fill["value"] < fill["high"]
    assert made.loc[("up to 20", "orders"), "value"] == pytest.approx(items["orders"].sum() * 365 / 150)
    other = (
        summary(outcomes(seed=9), seed=2).set_index(["policy", "indicator"]).loc[("up to 20", "fill_rate")]
    )
    assert other["low"] < fill["high"]
    assert fill["low"] < other["high"]


def test_savings_are_relative_to_each_other_policy():
    tried = outcomes()
    made = savings(tried, of="up to 20", column="stock_value", seed=1).set_index("policy")
    ratio = tried["up to 20"]["stock_value"].sum() / tried["up to 36"]["stock_value"].sum()
    assert made.loc["up to 36", "saving"] == pytest.approx(1 - ratio)
    assert made.loc["up to 36", "low"] <= 1 - ratio <= made.loc["up to 36", "high"]
    assert "up to 20" not in made.index
    with pytest.raises(PolicyError, match="there is no policy dearest"):
        savings(tried, of="dearest", column="stock_value", seed=1)


def test_a_trade_off_curve_is_read_at_a_fill_rate_and_silent_beyond_it():
    curve = trade_off(list(outcomes().values()))
    assert curve["stock_value"].is_monotonic_increasing
    low, high = curve["fill_rate"].iloc[[0, 1]]
    stock = at_fill_rate(curve, (low + high) / 2, column="stock_value")
    assert stock == pytest.approx(curve["stock_value"].iloc[:2].mean())
    assert np.isnan(at_fill_rate(curve, 0.01, column="stock_value"))
