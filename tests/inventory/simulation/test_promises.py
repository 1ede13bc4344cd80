"""The promise is kept: what a target asks for is reached in the replay, within what chance allows."""

from dataclasses import replace

import numpy as np
import pytest
from simulated_shops import LAWS, known, shop

from optiflow_lib.inventory.simulation import Costs, outcome, promised_levels, replay, summary

PROMISED = 0.95
# One unit of a slow mover is points of service: the level cannot be closer.
UNIT = {"normal": 0.01, "negative binomial": 0.01, "intermittent": 0.025}
NEARLY = 0.005  # the demand of a random time is not exactly negative binomial
everywhere = [pytest.mark.parametrize("law", list(LAWS)), pytest.mark.parametrize("lead", ["fixed", "gamma"])]


def in_all_shops(test):
    for mark in everywhere:
        test = mark(test)
    return test


def reached(indicator, law, lead, *, review, lot_days, lost_sales):
    """Value and 95 % interval of an indicator when its promise is 95 %."""
    past = shop(law, lead, review=review, lost_sales=lost_sales)
    ones = np.ones(past.shape[0])
    # A line costs what makes the economic lot last for so many days.
    costs = Costs(ones, 2 * ones, ones, 0.365, order_line=0.001 * LAWS[law][0] * lot_days**2 / 2)
    expected = known(law, lead, past, review=review)
    (levels,) = promised_levels(
        past, expected, costs, target=indicator, step=ones, promised=[PROMISED * ones]
    )
    past = replace(past, opening=levels.order_up_to[:, 0])
    made = summary({"ours": outcome(past, replay(past, levels), costs, warm_up=100)}, seed=1)
    return made.set_index("indicator").loc[indicator]


@in_all_shops
@pytest.mark.parametrize(("review", "lot_days"), [(1, 12), (7, 0)])
def test_the_promised_share_of_cycles_sees_no_stockout(law, lead, review, lot_days):
    made = reached("cycle_service", law, lead, review=review, lot_days=lot_days, lost_sales=False)
    assert made["high"] >= PROMISED - NEARLY
    assert made["low"] <= PROMISED + UNIT[law]


@in_all_shops
@pytest.mark.parametrize(("review", "lot_days"), [(1, 12), (7, 0)])
def test_the_promised_share_of_demand_is_served_when_customers_wait(law, lead, review, lot_days):
    made = reached("fill_rate", law, lead, review=review, lot_days=lot_days, lost_sales=False)
    assert made["high"] >= PROMISED - NEARLY
    assert made["low"] <= PROMISED + UNIT[law]


@in_all_shops
@pytest.mark.parametrize(("review", "lot_days"), [(1, 0), (1, 12), (7, 0)])
def test_at_least_the_promised_share_is_served_when_sales_are_lost(law, lead, review, lot_days):
    # A customer who does not wait leaves the next one more: the formula is on the safe side, most of all when an
    # order is sent every day and orders of different speed overtake each other.
    made = reached("fill_rate", law, lead, review=review, lot_days=lot_days, lost_sales=True)
    assert made["high"] >= PROMISED
    assert made["low"] <= PROMISED + (0.045 if review == 1 and not lot_days else 0.025)
