"""Numbers of textbooks that the closed forms must hit; "after" marks inputs remembered from a book and recomputed."""

from math import sqrt

import pytest

from optiflow_lib.errors import PolicyError
from optiflow_lib.inventory.lot_sizing import (
    all_units_discount,
    dynamic_lots,
    economic_order_quantity,
    incremental_discount,
    quantity_with_backorders,
)
from optiflow_lib.inventory.newsvendor import (
    normal_newsvendor,
    poisson_newsvendor,
    poisson_reorder_levels,
)
from optiflow_lib.inventory.policy import (
    base_stock_fill_rate,
    base_stock_for_fill_rate,
    base_stock_level,
    cycle_service,
    fill_rate,
    interval_moments,
    safety_stock,
    safety_stock_for_fill_rate,
    second_order_loss,
    standard_loss,
)
from optiflow_lib.inventory.reorder_lots import approximate_reorder_lot, exact_reorder_lot

BREAKS = [(0, 0.75), (400, 0.72), (800, 0.68)]
LEAD_TIME_DEMAND = {"demand": 1300, "mean": 1300 / 12, "sd": 150 * sqrt(1 / 12)}


def near(*values, digits=8):
    return pytest.approx(values, abs=0.51 * 10**-digits)


def test_snyder_and_shen_example_3_1_economic_order_quantity():
    assert economic_order_quantity(8, 0.225, 1300) == near(304.0467800264, 68.4105255059, digits=10)


def test_snyder_and_shen_examples_3_5_and_3_6_all_units_discount():
    assert all_units_discount(8, 0.3, 1300, breaks=BREAKS) == near(800, 978.60)


def test_snyder_and_shen_example_3_7_incremental_discount():
    assert incremental_discount(8, 0.3, 1300, breaks=BREAKS) == near(304.04678003, 1043.41052551)


def test_snyder_and_shen_example_3_8_backorders():
    quantity, share, cost = quantity_with_backorders(8, 0.225, 1300, backorder_cost=5)
    assert (quantity, cost) == near(310.81255516, 66.92136355)
    assert share == pytest.approx(0.0430622, abs=5e-8)


def test_snyder_and_shen_example_3_9_wagner_whitin():
    lots, cost = dynamic_lots([90, 120, 80, 70], fixed_cost=500, holding_cost=2)
    assert (lots, cost) == ([210, 0, 150, 0], 1380)


def test_snyder_and_shen_example_4_3_newsvendor():
    assert normal_newsvendor(0.18, 0.7, mean=50, sd=8) == near(56.60395593, 1.99760519)


def test_snyder_and_shen_example_4_4_newsvendor_over_a_lead_time_of_four():
    level, cost = normal_newsvendor(0.18, 0.7, mean=50, sd=8, periods=5)
    assert (level, cost) == near(264.76689437, 4.46678100)
    # The same through the safety stock: daily review, four days' lead time.
    held = safety_stock(8, protection_interval=1 + 4, cycle_service_level=0.70 / (0.70 + 0.18))
    assert 5 * 50 + held == pytest.approx(level)


def test_snyder_and_shen_example_4_7_poisson_newsvendor():
    level, cost = poisson_newsvendor(1, 4, mean=6)
    assert level == 8
    assert cost == pytest.approx(3.57010695, abs=5e-9)


def test_snyder_and_shen_example_4_7_reorder_levels():
    lower, upper, cost = poisson_reorder_levels(1, 4, fixed_cost=5, mean=6)
    assert (lower, upper) == (4, 10)
    assert cost == pytest.approx(8.03411156, abs=5e-9)


def test_snyder_and_shen_example_5_2_expected_inventory_level_approximation():
    assert approximate_reorder_lot(8, 0.225, 7.5, **LEAD_TIME_DEMAND) == near(
        213.97044, 318.59018, 95.45114, digits=5
    )


def test_snyder_and_shen_example_5_2_exact():
    assert exact_reorder_lot(8, 0.225, 7.5, **LEAD_TIME_DEMAND) == near(
        126.86706, 328.44914, 78.07115, digits=5
    )


def test_after_chopra_example_11_4_service_of_a_reorder_point():
    # 250 ± 150 a week, two weeks' lead time, ordered by 1000 at 600.
    sd = 150 * sqrt(2)
    assert cycle_service(600 - 500, sd) == pytest.approx(0.681324, abs=5e-7)
    assert fill_rate(600 - 500, sd, 1000) == pytest.approx(0.956139, abs=5e-7)


def test_after_chopra_fill_rate_of_a_lot():
    sd = 500 * sqrt(2)
    assert cycle_service(6000 - 5000, sd) == pytest.approx(0.92135, abs=5e-6)
    assert fill_rate(6000 - 5000, sd, 10000) == pytest.approx(0.997487, abs=5e-7)
    needed = safety_stock_for_fill_rate(0.975, demand_sd=sd, order_quantity=10000)
    assert needed == pytest.approx(66.70, abs=5e-3)


def test_after_chopra_uncertain_lead_time():
    mean, sd = interval_moments(2500, 500, lead_time=7, lead_time_sd=7, review_period=0)
    assert mean == 17500
    assert sd == pytest.approx(17549.93, abs=5e-3)
    held = safety_stock(sd, protection_interval=1, cycle_service_level=0.9)
    assert held == pytest.approx(22491.14, abs=5e-3)
    fixed = safety_stock(500, protection_interval=7, cycle_service_level=0.9)
    assert fixed == pytest.approx(1695.33, abs=5e-3)


def test_after_chopra_periodic_review():
    level = base_stock_level(2500, demand_sd=500, lead_time=2, review_period=4, cycle_service_level=0.9)
    assert (level, level - 6 * 2500) == near(16569.57, 1569.57, digits=2)


def test_after_cachon_and_terwiesch_base_stock():
    shop = {"demand": 40, "demand_sd": 20, "lead_time": 2, "review_period": 1}
    assert base_stock_level(**shop, cycle_service_level=0.98) == pytest.approx(191.14, abs=5e-3)
    assert base_stock_fill_rate(200, **shop) == pytest.approx(0.99692, abs=5e-6)
    level = base_stock_for_fill_rate(0.98, **shop)
    assert level == pytest.approx(175.4700, abs=5e-5)


def test_after_cachon_and_terwiesch_a_shortage_carried_over_is_not_counted_twice():
    # Without the term E(X_L − S)⁺ a little more would be held: 175.5194.
    sd = 20 * sqrt(3)
    needed = safety_stock_for_fill_rate(0.98, demand_sd=sd, order_quantity=40)
    assert 3 * 40 + needed == pytest.approx(175.5194, abs=5e-5)


@pytest.mark.parametrize(("k", "expected"), [(0, 0.398942), (1, 0.083315), (1.6449, 0.020891), (2, 0.008491)])
def test_standard_loss_is_that_of_the_tables(k, expected):
    assert standard_loss(k) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("k", [-2.0, 0.0, 0.7, 3.0])
def test_second_order_loss_is_the_area_under_the_first(k):
    step = 1e-3
    area = sum(standard_loss(k + step * (n + 0.5)) * step for n in range(9000))
    assert second_order_loss(k) == pytest.approx(area, abs=1e-6)


@pytest.mark.parametrize("level", [0.0, 1.0, -0.2, 1.7])
def test_no_finite_stock_can_promise_everything(level):
    with pytest.raises(PolicyError, match="outside"):
        safety_stock(8, protection_interval=5, cycle_service_level=level)


@pytest.mark.parametrize("wrong", [{"fixed_cost": 0}, {"holding_cost": -1}, {"demand": 0}])
def test_lots_need_costs_and_demand_above_zero(wrong):
    with pytest.raises(PolicyError, match="above 0"):
        economic_order_quantity(**({"fixed_cost": 8, "holding_cost": 0.225, "demand": 1300} | wrong))


def test_a_shortage_cheaper_than_stock_has_no_reorder_point():
    with pytest.raises(PolicyError, match="shortage cost"):
        approximate_reorder_lot(8, 0.225, 0.01, **LEAD_TIME_DEMAND)
