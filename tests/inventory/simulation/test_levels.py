"""The simulation's compiled levels are those of the night."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from optiflow_lib.inventory.distribution import LEVELS
from optiflow_lib.inventory.simulation import (
    Costs,
    Cover,
    Expected,
    LeadTimeChances,
    Past,
    economic_levels,
    expected_demand,
    promised_levels,
)
from optiflow_lib.inventory.targets import (
    Needs,
    critical_ratio,
    level_for_cycle_service,
    level_for_fill_rate,
)

positive = st.floats(0.05, 400)


def law(mean, variance):
    shape = mean**2 / (variance - mean)
    return stats.nbinom(shape, shape / (shape + mean))


def one_item(before, per_review, dispersion, *, multiple=1.0, minimum=0.0, lost_sales=True):
    """A past of one evening, what is expected of it, and the same as the night knows it."""
    until = before + per_review
    past = Past(
        np.ones((1, 1)),
        np.ones((1, 1), dtype=np.int64),
        np.ones((1, 1), dtype=bool),
        np.zeros(1),
        np.array([minimum]),
        np.array([multiple]),
        lost_sales,
    )
    variances = [mean + dispersion * mean**2 for mean in (before, until)]
    numbers = (before, variances[0], until, variances[1], per_review)
    grids = [
        law(*moments).ppf(LEVELS)[None, :] for moments in ((before, variances[0]), (until, variances[1]))
    ]
    needs = Needs(
        *grids,
        per_review=np.array([per_review]),
        variance=np.array([max(variances[1] - variances[0], per_review)]),
        lot=np.array([max(multiple, np.ceil(minimum / multiple) * multiple)]),
        rounding=np.array([multiple - 1.0]),
        step=np.ones(1),
    )
    return past, Expected(*(np.full((1, 1), number) for number in numbers)), needs


def costs(order_line=0.0):
    return Costs(np.array([7.0]), np.array([10.0]), np.ones(1), 0.25, order_line)


def promise(past, expected, target, share, *, order_line=0.0):
    (levels,) = promised_levels(
        past, expected, costs(order_line), target=target, step=np.ones(1), promised=[np.full(1, share)]
    )
    return levels


@pytest.mark.parametrize("share", [0.8, 0.95, 0.975])
@pytest.mark.parametrize("dispersion", [0.05, 0.5])
@pytest.mark.parametrize(("before", "per_review"), [(0.5, 0.2), (3, 1), (30, 10), (400, 150)])
@pytest.mark.parametrize("multiple", [1.0, 6.0])
def test_they_agree_with_the_night_up_to_what_its_quantiles_leave_open(
    before, per_review, dispersion, share, multiple
):
    past, expected, needs = one_item(before, per_review, dispersion, multiple=multiple, lost_sales=False)
    sd = (before + per_review) * np.sqrt(dispersion) + np.sqrt(before + per_review)
    near = {"abs": 1.01 + 0.1 * sd}
    by_cycles = promise(past, expected, "cycle_service", share).reorder_point[0, 0] + 1
    assert by_cycles == pytest.approx(level_for_cycle_service(needs, share)[0], **near)
    by_fill = promise(past, expected, "fill_rate", share).reorder_point[0, 0] + 1
    assert by_fill == pytest.approx(level_for_fill_rate(needs, share, lost_sales=False)[0], **near)


@given(positive, positive, st.floats(0.01, 2), st.sampled_from([1.0, 6.0]))
@settings(max_examples=60, deadline=None)
def test_promising_more_never_orders_less(before, per_review, dispersion, multiple):
    past, expected, _ = one_item(before, per_review, dispersion, multiple=multiple)
    for target in ("cycle_service", "fill_rate"):
        rising = [promise(past, expected, target, s).reorder_point[0, 0] for s in (0.6, 0.9, 0.95, 0.99)]
        assert rising == sorted(rising)


def test_an_economic_level_promises_what_pays_best():
    past, expected, _ = one_item(20, 5, 0.2, multiple=4.0)
    review = np.full((1, 1), 1.0)
    asked = {"review": review, "step": np.ones(1), "bounds": (0.5, 0.995)}
    (levels,) = economic_levels(past, expected, costs(3.0), shortage_costs=[np.array([0.1])], **asked)
    lot = levels.order_up_to - levels.reorder_point
    economic = np.sqrt(2 * 3 * 5 / (7 * 0.25 / 365))
    assert lot[0, 0] == np.floor(economic / 4 + 0.5) * 4
    share = critical_ratio(
        margin=0.1, shortage_factor=1, holding_a_day=7 * 0.25 / 365, cycle_days=lot[0, 0] / 5
    )
    same = promise(past, expected, "cycle_service", float(share), order_line=3.0)
    assert (levels.reorder_point == same.reorder_point).all()
    assert (levels.order_up_to == same.order_up_to).all()


def test_a_lot_lasts_no_longer_than_the_product_keeps_and_stock_may_last():
    past, expected, _ = one_item(20, 5, 0.2)
    asked = {"target": "cycle_service", "step": np.ones(1), "promised": [np.array([0.95])]}
    lots = {}
    for most, shelf_life in ((1000, np.nan), (1000, 6), (4, 6)):
        cover = Cover(np.array([float(most)]), np.array([float(shelf_life)]))
        (levels,) = promised_levels(past, expected, costs(30.0), cover=cover, **asked)
        lots[most, shelf_life] = (levels.order_up_to - levels.reorder_point)[0, 0]
    assert lots[1000, 6] == 5 * 6
    assert lots[4, 6] == 5 * 4
    assert max(lots.values()) > 5 * 6


def test_what_would_not_sell_one_unit_in_the_longest_cover_is_not_kept():
    past, expected, _ = one_item(0.1, 0.01, 0.2)
    asked = {"target": "cycle_service", "step": np.ones(1), "promised": [np.array([0.999])]}
    for most, is_kept in ((99.0, False), (101.0, True)):
        cover = Cover(np.array([most]), np.array([np.nan]))
        (levels,) = promised_levels(past, expected, costs(0.0), cover=cover, **asked)
        assert (levels.order_up_to[0, 0] > 0) == is_kept


def test_what_nobody_wants_has_no_level():
    past, _, _ = one_item(1.0, 1.0, 0.1)
    nothing = Expected(*(np.zeros((1, 1)) for _ in range(5)))
    assert promise(past, nothing, "cycle_service", 0.95).order_up_to[0, 0] == 0


def test_a_fast_mover_in_grams_has_the_level_of_its_law():
    # 60 kg until the order after the next, in steps of 1 g: 60,000 steps are too many to be looked at one by one.
    past, _, _ = one_item(1.0, 1.0, 0.1, multiple=0.001)
    expected = Expected(*(np.full((1, 1), v) for v in (45.0, 45.0**2 * 0.02, 60.0, 60.0**2 * 0.02, 15.0)))
    step = np.array([0.001])
    (levels,) = promised_levels(
        past, expected, costs(), target="cycle_service", step=step, promised=[np.full(1, 0.95)]
    )
    shape = 1 / 0.02
    assert levels.order_up_to[0, 0] == pytest.approx(stats.gamma(shape, scale=60 / shape).ppf(0.95), rel=0.01)


def test_moments_are_those_of_the_demand_of_a_random_number_of_days():
    rng = np.random.default_rng(3)
    mean = rng.gamma(2, 2, (1, 12))
    waits = [2, 2, 5, 9]
    told = expected_demand(
        mean,
        dispersion=np.array([0.4]),
        level_sd=np.array([0.3]),
        step=np.ones(1),
        lead_times=LeadTimeChances.of([waits]),
        review=np.array([3]),
    )
    n = 400_000
    level = np.exp(rng.normal(-0.5 * 0.3**2, 0.3, (n, 1)))
    paths = rng.poisson(level * mean * rng.gamma(1 / 0.4, 0.4, (n, 12)))
    sums = np.c_[np.zeros(n), paths.cumsum(axis=1)]
    days = rng.choice(waits, n)
    before, until = sums[np.arange(n), days], sums[np.arange(n), days + 3]
    assert (told.before[0], told.until[0]) == pytest.approx((before.mean(), until.mean()), rel=0.01)
    assert (told.before_variance[0], told.until_variance[0]) == pytest.approx(
        (before.var(), until.var()), rel=0.03
    )
    assert told.daily[0] == pytest.approx(mean.mean())
