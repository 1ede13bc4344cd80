from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optiflow_lib.errors import PolicyError
from optiflow_lib.inventory.order_rule import OrderInputs, decide
from optiflow_lib.inventory.price_breaks import PriceBreaks
from optiflow_lib.inventory.simulation import Levels, Past, Plan, drawn_lead_times, order_days, replay


def past_of(demand, *, lead_time=2, opening=10.0, minimum=0.0, multiple=1.0, lost_sales=True, can_order=True):
    demand = np.atleast_2d(np.asarray(demand, dtype=float))
    n_items = len(demand)
    return Past(
        demand,
        np.broadcast_to(np.asarray(lead_time, dtype=np.int64), demand.shape).copy(),
        np.broadcast_to(np.asarray(can_order), demand.shape).copy(),
        np.full(n_items, float(opening)),
        np.full(n_items, float(minimum)),
        np.full(n_items, float(multiple)),
        lost_sales,
    )


def levels(past, reorder_point, order_up_to):
    return Levels(np.full(past.shape, float(reorder_point)), np.full(past.shape, float(order_up_to)))


def random_past(seed, *, lost_sales=True, n_items=3, n_days=60):
    rng = np.random.default_rng(seed)
    return Past(
        rng.poisson(rng.gamma(1, 3, (n_items, 1)), (n_items, n_days)).astype(float),
        rng.integers(0, 9, (n_items, n_days)),
        rng.random((n_items, n_days)) < 0.6,
        rng.integers(0, 30, n_items).astype(float),
        rng.integers(0, 12, n_items).astype(float),
        rng.choice([1.0, 0.5, 6.0], n_items),
        lost_sales,
        arriving=rng.poisson(0.1, (n_items, n_days)).astype(float),
    )


def random_levels(seed, past):
    rng = np.random.default_rng([seed, 1])
    order_up_to = rng.integers(0, 40, past.shape).astype(float)
    return Levels(order_up_to - rng.integers(0, 10, past.shape), order_up_to)


seeds = st.integers(0, 10_000)


def test_a_week_worked_out_by_hand():
    # s = 5, S = 10, two days of lead time: what is sent at the close of a day is there three mornings later.
    past = past_of([4, 4, 4, 4, 1, 2, 0], opening=10)
    ledger = replay(past, levels(past, 5, 10))
    assert ledger.ordered[0].tolist() == [0, 8, 0, 0, 0, 5, 0]
    assert ledger.received[0].tolist() == [0, 0, 0, 0, 8, 0, 0]
    assert ledger.on_hand[0].tolist() == [6, 2, 0, 0, 7, 5, 5]
    assert ledger.short[0].tolist() == [0, 0, 2, 4, 0, 0, 0]


def test_what_is_on_its_way_counts_in_the_position_and_arrives():
    past = replace(past_of([4, 4, 4, 4, 1], opening=10), arriving=np.array([[0.0, 0, 0, 6, 0]]))
    ledger = replay(past, levels(past, 5, 10))
    assert ledger.received[0].tolist() == [0, 0, 0, 6, 0]
    # At the third close 0 + 6 are above the reorder point.
    assert ledger.ordered[0].tolist() == [0, 0, 0, 8, 0]
    assert ledger.on_hand[0].tolist() == [6, 2, 0, 2, 1]


def test_customers_who_wait_are_served_first_when_goods_arrive():
    past = past_of([4, 0, 0, 0, 3, 0], opening=1, lead_time=1, lost_sales=False)
    ledger = replay(past, Plan(np.array([[5.0, 0, 0, 0, 0, 0]])))
    assert ledger.short[0].tolist() == [3, 0, 0, 0, 1, 0]
    assert ledger.sold[0].tolist() == [1, 0, 3, 0, 2, 0]


@given(seeds, st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_was_there_and_what_came_was_sold_or_is_left(seed, lost_sales):
    past = random_past(seed, lost_sales=lost_sales)
    ledger = replay(past, random_levels(seed, past))
    left = past.opening + ledger.received.sum(axis=1) - ledger.sold.sum(axis=1)
    assert ledger.on_hand[:, -1] == pytest.approx(left)
    assert (ledger.on_hand >= 0).all()
    if lost_sales:
        assert ledger.sold + ledger.short == pytest.approx(past.demand)
    else:
        waiting = past.demand.cumsum(axis=1) - ledger.sold.cumsum(axis=1)
        assert (waiting >= -1e-9).all()
        assert (np.minimum(waiting, ledger.on_hand) <= 1e-9).all()


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_everything_ordered_arrives_after_its_own_lead_time(seed):
    past = random_past(seed)
    ledger = replay(past, random_levels(seed, past))
    expected = past.on_way.copy()
    for item, day in zip(*np.nonzero(ledger.ordered), strict=True):
        arrival = day + 1 + past.lead_times[item, day]
        if arrival < past.shape[1]:
            expected[item, arrival] += ledger.ordered[item, day]
    assert ledger.received == pytest.approx(expected)


@given(seeds, st.integers(0, 58))
@settings(max_examples=60, deadline=None)
def test_demand_after_a_day_changes_nothing_before_it_is_over(seed, day):
    past = random_past(seed)
    policy = random_levels(seed, past)
    later = past.demand.copy()
    later[:, day + 1 :] = later[:, day + 1 :][:, ::-1] * 3 + 1
    other = Past(later, *list(vars(past).values())[1:])
    before, after = replay(past, policy), replay(other, policy)
    assert (before.ordered[:, : day + 1] == after.ordered[:, : day + 1]).all()
    assert (before.on_hand[:, : day + 1] == after.on_hand[:, : day + 1]).all()


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_orders_follow_the_rule_of_the_night(seed):
    past = random_past(seed)
    policy = random_levels(seed, past)
    ledger = replay(past, policy)
    due = np.zeros(past.shape)
    for day in range(past.shape[1]):
        sent = past.on_way.sum(axis=1) + ledger.ordered[:, :day].sum(axis=1)
        coming = sent - ledger.received[:, : day + 1].sum(axis=1)
        position = ledger.on_hand[:, day] + coming
        decided = nightly_rule(position, policy.reorder_point[:, day], policy.order_up_to[:, day], past)
        due[:, day] = np.where(past.can_order[:, day], decided, 0.0)
    assert ledger.ordered == pytest.approx(due)


def nightly_rule(position, reorder_point, order_up_to, past):
    n = len(position)
    free, zero = np.full(n, np.nan), np.zeros(n)
    inputs = OrderInputs(
        position=position,
        reorder_point=reorder_point,
        order_up_to=order_up_to,
        minimum=past.minimum,
        multiple=past.multiple,
        sellable=free,
        fresh=free,
        covered=free,
        yearly_demand=zero,
        order_cost=zero,
        holding_rate=zero,
        breaks=PriceBreaks(np.zeros((n, 1)), np.ones((n, 1)), np.zeros(n, dtype=bool)),
        has_supplier=np.ones(n, dtype=bool),
        nearest=np.zeros(n, dtype=bool),
        allotted=free,
        allotment=np.full(n, "", dtype=object),
    )
    return decide(inputs).quantity


def test_an_order_leaves_on_the_suppliers_weekdays_only():
    # The first day is a Wednesday; a supplier of Thursdays is asked at the close of Wednesdays.
    can = order_days(3, n_days=9, weekdays=[[4], []])
    assert can[0].tolist() == [True, False, False, False, False, False, False, True, False]
    assert can[1].all()


def test_lead_times_are_those_observed_and_an_items_own():
    drawn = drawn_lead_times([[3], [2, 9]], n_days=400, seed=1, item_ids=["a", "b"])
    assert set(drawn[0]) == {3}
    assert set(drawn[1]) == {2, 9}
    alone = drawn_lead_times([[2, 9]], n_days=400, seed=1, item_ids=["b"])
    assert (alone[0] == drawn[1]).all()


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("demand", [[1.0, np.nan]], "demand holds nan"),
        ("demand", [[1.0, -2.0]], "demand holds -2.0"),
        ("multiple", [0.0], "multiple holds 0.0"),
        ("opening", [1.0, 2.0], r"opening has the shape \(2,\), not \(1,\)"),
        ("arriving", [1.0, 2.0], r"arriving has the shape \(2,\), not \(1, 2\)"),
        ("arriving", [[1.0, -2.0]], "arriving holds -2.0"),
    ],
)
def test_a_past_that_cannot_be_replayed_is_refused(field, value, fault):
    given = vars(past_of([1, 1])) | {field: np.array(value)}
    with pytest.raises(PolicyError, match=fault):
        Past(**given)


def test_a_policy_for_other_days_is_refused():
    past = past_of([1, 1, 1])
    with pytest.raises(PolicyError, match=r"the policy has the shape \(1, 2\), the past \(1, 3\)"):
        replay(past, Plan(np.zeros((1, 2))))
