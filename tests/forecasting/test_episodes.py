import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from optiflow_lib.forecasting.episodes import episodes
from optiflow_lib.forecasting.law import Law, beyond
from optiflow_lib.forecasting.level_shifts import level_around, level_shifts

N_DAYS = 90


def law(n_items, dispersion=0.2):
    return Law(np.full(n_items, dispersion), np.full(n_items, 1e-3), np.ones(n_items))


def noise(mean, *, dispersion=0.2, seed=0):
    rng = np.random.default_rng(seed)
    return rng.poisson(mean * rng.gamma(1 / dispersion, dispersion, mean.shape)).astype(float)


def test_days_in_a_row_say_together_what_none_says_alone():
    mean, actual = np.full((1, N_DAYS), 3.0), np.full((1, N_DAYS), 3.0)
    alone = actual.copy()
    alone[0, 40] = 0.0  # once in ten days
    assert len(episodes(alone, mean, law(1), false_share=0.2).item) == 0
    actual[0, 40:45] = 0.0
    found = episodes(actual, mean, law(1), false_share=0.2)
    assert (found.first.tolist(), found.days.tolist(), found.high.tolist()) == ([40], [5], [False])
    # Sums of days that vary on their own and share a mean: scipy's law of them.
    total = stats.nbinom(5 / 0.2, 5 / 0.2 / (5 / 0.2 + 15.0))
    assert found.chance[0] == pytest.approx(total.cdf(0), rel=1e-3)


def test_a_day_that_sticks_out_is_told_alone():
    mean, actual = np.full((2, N_DAYS), 5.0), np.full((2, N_DAYS), 5.0)
    actual[0, 10], actual[1, 30:33] = 40.0, 20.0
    found = episodes(actual, mean, law(2), false_share=0.2)
    told = sorted(zip(found.item.tolist(), found.first.tolist(), found.days.tolist(), strict=True))
    assert told == [(0, 10, 1), (1, 30, 3)]
    assert found.high.all()


def test_one_unit_is_nothing_to_explain_however_rare():
    mean, actual = np.full((1, N_DAYS), 1e-6), np.zeros((1, N_DAYS))
    actual[0, 20], actual[0, 60] = 1.0, 3.0
    assert episodes(actual, mean, law(1), false_share=0.2).first.tolist() == [60]


def test_ordinary_days_are_hardly_ever_reported():
    mean = np.random.default_rng(1).uniform(0.3, 20, (400, 1)) * np.ones(N_DAYS)
    assert len(episodes(noise(mean), mean, law(400), false_share=0.2).item) <= 4


@pytest.mark.parametrize("false_share", [0.1, 0.4])
def test_no_more_of_the_reported_are_false_than_was_asked_for(false_share):
    mean, put, false, found = np.full((300, N_DAYS), 6.0), 0, 0, 0
    for seed in range(4):
        actual = noise(mean, seed=seed)
        actual[::4, 20] += 25.0
        actual[2::4, 50:53] = 0.0
        there = np.zeros(mean.shape, dtype=bool)
        there[::4, 20] = there[2::4, 50:53] = True
        told = episodes(actual, mean, law(300), false_share=false_share)
        false += sum(
            not there[i, first : first + n].any()
            for i, first, n in zip(told.item, told.first, told.days, strict=True)
        )
        found, put = found + len(told.item), put + 150
    assert false <= false_share * found
    assert found - false > 0.8 * put


def test_unknown_days_belong_to_no_episode():
    mean, actual = np.full((1, N_DAYS), 5.0), np.full((1, N_DAYS), 5.0)
    actual[0, 10:14] = 0.0
    actual[0, 12] = np.nan
    found = episodes(actual, mean, law(1), false_share=0.2)
    assert not any(first <= 12 < first + n for first, n in zip(found.first, found.days, strict=True))
    assert len(episodes(np.full((1, N_DAYS), np.nan), mean, law(1), false_share=0.2).item) == 0


@given(st.integers(0, 60), st.floats(0.1, 30), st.floats(0.01, 3), st.sampled_from([1.0, 0.5]))
def test_the_chance_of_a_day_is_the_negative_binomial_tail_on_its_side(count, mean, spread, step):
    shape = 1 / spread
    oracle = stats.nbinom(shape, shape / (shape + mean / step))
    expected = oracle.sf(count - 1) if count * step > mean else oracle.cdf(count)
    one = [np.array([value]) for value in (count * step, mean, spread, step)]
    assert beyond(*one)[0] == pytest.approx(expected, rel=1e-8, abs=1e-14)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_the_level_around_a_day_is_that_of_the_days_beside_it_in_its_regime(seed, days):
    rng = np.random.default_rng(seed)
    quantity, season = rng.poisson(3.0, (2, 40)).astype(float), rng.uniform(0.5, 2.0, (2, 40))
    quantity[rng.random(quantity.shape) < 0.2] = np.nan
    regime = np.cumsum(rng.random(quantity.shape) < 0.08, axis=1)
    made = level_around(quantity, season, regime, days=days)
    for item in range(2):
        for day in range(40):
            beside = [
                d
                for d in range(max(day - days, 0), min(day + days + 1, 40))
                if d != day and regime[item, d] == regime[item, day] and not np.isnan(quantity[item, d])
            ]
            expected = (
                quantity[item, beside].sum() / season[item, beside].sum() if len(beside) >= 7 else np.nan
            )
            assert made[item, day] == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)


def shifts_of(mean, *, seed):
    quantity = noise(mean, seed=seed)
    return np.diff(level_shifts(quantity, np.ones(mean.shape), np.ones(len(mean))), axis=1, prepend=0)


def test_a_change_that_two_weeks_cannot_show_is_found_after_eight():
    found = []
    for since in (14, 56):
        mean = np.full((60, 400), 3.0)
        mean[:, 400 - since :] = 5.0
        found.append((shifts_of(mean, seed=since)[:, 400 - since - 14 :] > 0).any(axis=1).mean())
    assert found[1] > 0.4
    assert found[1] > 3 * found[0]


def test_levels_that_have_always_wandered_do_not_shift_every_few_weeks():
    rng = np.random.default_rng(3)
    walk = np.repeat(rng.normal(0, 0.3, (60, 40)), 20, axis=1)
    wandering, steady = shifts_of(20 * np.exp(walk), seed=1), shifts_of(np.full((60, 800), 20.0), seed=1)
    assert (steady > 0).sum() <= 2
    assert (wandering > 0).sum() / (60 * 800 / 20) < 0.05  # of the changes there are, none of which lasts


def test_days_of_a_short_promotion_are_no_shift_wherever_they_lie():
    mean = np.full((120, 300), 10.0)
    for item in range(120):
        mean[item, 150 + item : 154 + item] = 45.0
    assert (shifts_of(mean, seed=5) > 0).any(axis=1).mean() <= 0.1
