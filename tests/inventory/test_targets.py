"""The promise is kept: what a target asks for is tried on a shop simulated day by day."""

import numpy as np
import pytest
from demand_laws import needs_of, simulated
from hypothesis import given, settings
from hypothesis import strategies as st

from optiflow_lib.inventory.distribution import LEVELS
from optiflow_lib.inventory.targets import (
    Needs,
    critical_ratio,
    idle_chance,
    level_for_cycle_service,
    level_for_fill_rate,
)

calm = settings(max_examples=30, deadline=None)
DAILY = {"normal": 40, "negative binomial": 4, "intermittent": 0.5}
# review period, lot (days of demand), pack (days of demand)
ORDERING = {
    "daily": (1, 0, 0),
    "weekly": (7, 0, 0),
    "lots": (1, 10, 0),
    "weekly lots": (7, 20, 0),
    "packs": (7, 0, 3),
}


def shop(law, lead, ordering):
    review, lot_days, pack_days = ORDERING[ordering]
    pack = max(round(DAILY[law] * pack_days), 1)
    lot = max(round(DAILY[law] * lot_days), pack)
    return {"review": review, "lot": lot, "multiple": pack}, needs_of(
        law, lead, review=review, lot=lot, multiple=pack, n=60_000
    )


def reached(law, lead, terms, needs, level, *, lost_sales):
    order_up_to = level - 1 + terms["lot"] if needs.has_lots[0] else level
    return simulated(
        law,
        lead,
        reorder_point=level - 1,
        order_up_to=order_up_to,
        review=terms["review"],
        multiple=terms["multiple"],
        lost_sales=lost_sales,
    )


def three_errors(share, cycles):
    return 3 * np.sqrt(share * (1 - share) / cycles)


# Not weekly lots of a nearly certain demand: after a few reviews its position stands at a few places, not anywhere
# between; docs/decisions.md, "Where the promise of service is only nearly kept".
TRIED = [
    (law, ordering)
    for law in DAILY
    for ordering in ("weekly", "lots", "packs", "weekly lots")
    if (law, ordering) != ("normal", "weekly lots")
]


@pytest.mark.parametrize("promised", [0.9, 0.975])
@pytest.mark.parametrize("lead", ["fixed", "gamma"])
@pytest.mark.parametrize(("law", "ordering"), TRIED)
def test_the_promised_share_of_cycles_sees_no_stockout(law, lead, ordering, promised):
    terms, needs = shop(law, lead, ordering)
    level = level_for_cycle_service(needs, promised)[0]
    made = reached(law, lead, terms, needs, level, lost_sales=False)
    # One unit of a slow mover is several points of service: the level cannot be closer.
    unit = 0.03 if law != "normal" else 0.01
    assert made.cycle_service == pytest.approx(promised, abs=unit + three_errors(promised, made.cycles))


@pytest.mark.parametrize("lost_sales", [False, True])
@pytest.mark.parametrize("ordering", ["daily", "weekly", "lots", "packs"])
@pytest.mark.parametrize("lead", ["fixed", "gamma"])
@pytest.mark.parametrize("law", ["normal", "negative binomial", "intermittent"])
def test_the_promised_share_of_demand_is_served(law, lead, ordering, lost_sales):
    terms, needs = shop(law, lead, ordering)
    level = level_for_fill_rate(needs, 0.97, lost_sales=lost_sales)[0]
    made = reached(law, lead, terms, needs, level, lost_sales=lost_sales)
    # Lost demand does not wait for the next delivery: more is served than promised, never less.
    assert 0.97 - 0.006 <= made.fill_rate <= 0.97 + (0.022 if lost_sales else 0.012)


def test_a_slow_mover_is_promised_service_when_it_is_asked_for_not_when_it_is_not():
    # One customer a month: 97 % of the intervals see none, so a plain quantile would keep nothing.
    rng = np.random.default_rng(2)
    before = (rng.random(100_000) < 4 / 30).astype(float)
    until = before + (rng.random(100_000) < 1 / 30)
    rows = [np.quantile(drawn, LEVELS)[None, :] for drawn in (before, until)]
    variance = (until - before).var()
    needs = Needs(*rows, *(np.array([v]) for v in (1 / 30, variance, 1.0, 0.0, 1.0)))
    assert level_for_cycle_service(needs, 0.8)[0] == 1


@pytest.mark.parametrize(("mean", "law"), [(0.4, "poisson"), (0.4, "bursty"), (9.0, "bursty")])
def test_idle_chance_is_that_of_a_count_with_the_same_spread(mean, law):
    rng = np.random.default_rng(4)
    rate = mean if law == "poisson" else rng.gamma(0.5, mean / 0.5, 400_000)
    drawn = rng.poisson(rate, 400_000)
    assert idle_chance(drawn.mean(), drawn.var()) == pytest.approx((drawn == 0).mean(), abs=0.004)


def test_critical_ratio_is_that_of_the_newsvendor():
    # Snyder & Shen, Example 4.3: 0.70 short, 0.18 held.
    assert critical_ratio(margin=0.7, shortage_factor=1, holding_a_day=0.18, cycle_days=1) == pytest.approx(
        0.7 / 0.88
    )
    assert np.isnan(critical_ratio(margin=0.0, shortage_factor=2, holding_a_day=0.1, cycle_days=1))


samples = st.lists(st.floats(0, 60), min_size=60, max_size=60).map(np.array)
lots = st.sampled_from([1.0, 6.0, 40.0, 300.0])
promises = st.floats(0.6, 0.995)


def needs_from(before, during, *, lot=1.0, rounding=0.0):
    until = before + during
    per_review = during.mean()
    variance = max(until.var() - before.var(), per_review)
    grid = [np.quantile(drawn, LEVELS)[None, :] for drawn in (before, until)]
    return Needs(*grid, *(np.array([v]) for v in (per_review, variance, lot, rounding, 1.0)))


@calm
@given(samples, samples, lots, promises, promises)
def test_promising_more_service_never_asks_for_less_stock(before, during, lot, one, other):
    low, high = sorted((one, other))
    needs = needs_from(before, during, lot=lot)
    assert level_for_cycle_service(needs, low)[0] <= level_for_cycle_service(needs, high)[0]
    for lost_sales in (True, False):
        less, more = (level_for_fill_rate(needs, p, lost_sales=lost_sales)[0] for p in (low, high))
        assert less <= more


@calm
@given(st.integers(0, 12), st.integers(0, 12), st.floats(0.05, 20), promises, lots)
def test_a_longer_lead_time_never_asks_for_less_stock(short, extra, mean, promised, lot):
    rng = np.random.default_rng(0)
    days = rng.poisson(mean, (1000, 26)).astype(float)
    levels = []
    for lead in (short, short + extra):
        before, during = days[:, :lead].sum(axis=1), days[:, -1]
        needs = needs_from(before, during, lot=lot)
        levels.append(
            (
                level_for_cycle_service(needs, promised)[0],
                level_for_fill_rate(needs, promised, lost_sales=True)[0],
            )
        )
    assert levels[0] <= levels[1]
    assert levels[0][1] <= levels[1][1]


@calm
@given(samples, samples, promises)
def test_bigger_lots_never_ask_for_more_safety(before, during, promised):
    small, large = (
        level_for_fill_rate(needs_from(before, during, lot=lot), promised, lost_sales=False)[0]
        for lot in (1.0, 500.0)
    )
    assert large <= small


@calm
@given(samples, samples, promises, st.sampled_from([0.001, 0.25, 1.0, 10.0]))
def test_levels_are_multiples_of_the_step(before, during, promised, step):
    needs = needs_from(before, during)
    stepped = Needs(
        needs.before,
        needs.until,
        needs.per_review,
        needs.variance,
        np.array([step]),
        needs.rounding,
        np.array([step]),
    )
    for level in (
        level_for_cycle_service(stepped, promised),
        level_for_fill_rate(stepped, promised, lost_sales=True),
    ):
        assert level[0] / step == pytest.approx(round(level[0] / step), abs=1e-6)
        assert level[0] >= 0


def test_nothing_wanted_needs_nothing():
    zero = np.zeros(60)
    needs = needs_from(zero, zero)
    assert level_for_cycle_service(needs, 0.99)[0] == 0
    assert level_for_fill_rate(needs, 0.99, lost_sales=True)[0] == 0
