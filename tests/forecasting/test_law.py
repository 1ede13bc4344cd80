import numpy as np
import pytest
from demand_frames import WEEK, counts, days

from optiflow_lib.forecasting.law import (
    Errors,
    Law,
    below,
    day_quantiles,
    law_of,
    sampled_sums,
    steps_of,
    total_quantiles,
)


def law(n_items, *, dispersion=0.3, level_sd=0.1, step=1.0):
    return Law(np.full(n_items, dispersion), np.full(n_items, level_sd), np.full(n_items, step))


def ids(n):
    return np.array([f"A-{i}" for i in range(n)], dtype=object)


def sample_paths(mean, law, *, item_ids, n_samples, seed):
    """Each day on its own: what the sums until one day more than until the day before."""
    until = np.tile(np.arange(1, mean.shape[1] + 1), (len(mean), n_samples, 1))
    return np.diff(sampled_sums(mean, law, until, item_ids=item_ids, seed=seed), axis=2, prepend=0)


@pytest.mark.parametrize("step", [1.0, 0.1])
def test_day_quantiles_are_those_of_the_sample_paths(step):
    mean = np.array([[0.3, 2.0, 40.0]])
    paths = sample_paths(mean, law(1, step=step), item_ids=ids(1), n_samples=40_000, seed=1)
    quantiles = day_quantiles(mean, law(1, step=step), (0.1, 0.5, 0.9, 0.99))
    for p, q in zip((0.1, 0.5, 0.9, 0.99), quantiles[:, 0], strict=True):
        assert ((paths[0] < q).mean(axis=0) <= p + 0.015).all()
        assert ((paths[0] <= q).mean(axis=0) >= p - 0.015).all()


def test_sample_paths_have_the_mean_and_the_variance_of_the_law():
    mean = np.full((1, 2), 10.0)
    paths = sample_paths(mean, law(1, level_sd=0.0), item_ids=ids(1), n_samples=60_000, seed=2)[0]
    assert paths.mean() == pytest.approx(10, rel=0.01)
    assert paths.var(axis=0) == pytest.approx([10 + 0.3 * 100] * 2, rel=0.03)


def test_errors_of_the_level_are_shared_by_all_days_of_a_path():
    paths = sample_paths(
        np.full((1, 10), 50.0),
        law(1, dispersion=0.01, level_sd=0.2),
        item_ids=ids(1),
        n_samples=20_000,
        seed=3,
    )[0]
    independent = 10 * paths.var(axis=0).mean()
    assert paths.sum(axis=1).var() > 3 * independent
    assert paths.mean() == pytest.approx(50, rel=0.01)


def test_an_items_paths_do_not_depend_on_the_others_or_their_order():
    mean = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    whole = sample_paths(mean, law(3), item_ids=ids(3), n_samples=50, seed=4)
    alone = sample_paths(mean[[2, 0]], law(2), item_ids=ids(3)[[2, 0]], n_samples=50, seed=4)
    np.testing.assert_array_equal(alone, whole[[2, 0]])
    other_seed = sample_paths(mean, law(3), item_ids=ids(3), n_samples=50, seed=5)
    assert (other_seed != whole).any()


def test_sums_until_two_days_are_those_of_days_drawn_one_by_one():
    rng, n = np.random.default_rng(7), 60_000
    mean, lead_time = np.array([[3.0, 0.5, 8.0, 2.0, 2.0, 5.0]]), rng.integers(0, 5, 60_000)
    until = np.stack([lead_time, lead_time + 1], axis=1)[None]
    sums = sampled_sums(mean, law(1), until, item_ids=ids(1), seed=1)[0]
    error = np.exp(rng.normal(-0.5 * 0.1**2, 0.1, (n, 1)))
    days_drawn = rng.poisson(rng.gamma(1 / 0.3, 0.3, (n, 6)) * mean * error)
    drawn = np.column_stack([np.zeros(n), days_drawn.cumsum(axis=1)])
    oracle = np.take_along_axis(drawn, until[0], axis=1)
    np.testing.assert_allclose(sums.mean(axis=0), oracle.mean(axis=0), rtol=0.015)
    np.testing.assert_allclose(np.cov(sums.T), np.cov(oracle.T), rtol=0.05)
    for p in (0.1, 0.5, 0.9, 0.99):
        reached = (sums <= np.quantile(oracle, p, axis=0)).mean(axis=0)
        np.testing.assert_allclose(
            reached, (oracle <= np.quantile(oracle, p, axis=0)).mean(axis=0), atol=0.01
        )
    assert (sums[lead_time == 0, 0] == 0).all()


def test_an_items_sums_do_not_depend_on_how_far_others_look():
    mean, until = np.full((2, 9), 4.0), np.tile([[[2, 3]]], (2, 50, 1))
    alone = sampled_sums(mean[:1, :3], law(1), until[:1], item_ids=ids(1), seed=1)
    until[1] = [2, 9]
    np.testing.assert_array_equal(sampled_sums(mean, law(2), until, item_ids=ids(2), seed=1)[:1], alone)


def errors_of(quantities, mean, *, horizon=28):
    """Of forecasts that were right on average, cut into stretches of a horizon."""
    actual = np.stack(list(quantities))
    stretches = [slice(t, t + horizon) for t in range(0, actual.shape[1] - horizon + 1, horizon)]
    made = [Errors.of(mean[:, part], actual[:, part], np.ones(len(actual))) for part in stretches]
    return sum(made[1:], made[0])


def true_mean(n_items, n, mean):
    return np.tile(mean * WEEK[days(n).day_of_week], (n_items, 1))


def test_an_item_whose_days_jump_is_trusted_less_to_stay_at_its_level():
    # Every second item jumps from day to day, and its level with it; two stretches tell little of one item's level.
    rng = np.random.default_rng(5)

    def sold(item, dispersion, sd):
        levels = 8.0 * np.exp(rng.normal(-(sd**2) / 2, sd, 2))
        parts = [counts(m, 28, seed=3 * item + k, dispersion=dispersion) for k, m in enumerate(levels)]
        return np.concatenate(parts)

    quantities = [sold(i, *((1.0, 0.5) if i % 2 else (0.05, 0.02))) for i in range(60)]
    found = law_of(errors_of(quantities, true_mean(60, 56, 8.0)), np.ones(60))
    assert np.median(found.level_sd[1::2]) > 1.4 * np.median(found.level_sd[::2])


@pytest.mark.parametrize(("true", "least", "most"), [(0.5, 0.42, 0.58), (0.001, 0.0, 0.03)])
def test_the_dispersion_of_the_past_is_found(true, least, most):
    quantities = [counts(8.0, 364, seed=i, dispersion=true) for i in range(20)]
    found = law_of(errors_of(quantities, true_mean(20, 364, 8.0)), np.ones(20))
    assert least <= np.median(found.dispersion) < most
    assert np.median(found.level_sd) < 0.12


def test_the_dispersion_is_found_in_weeks_too():
    # A level drawn towards seven days hides a tenth of their dispersion.
    quantities = [counts(8.0, 364, seed=i, dispersion=0.6) for i in range(60)]
    found = law_of(errors_of(quantities, true_mean(60, 364, 8.0), horizon=7), np.ones(60))
    assert np.mean(found.dispersion) == pytest.approx(0.6, abs=0.035)


def test_a_level_that_rose_is_not_taken_for_days_that_jump():
    # Half of the items sell six times as much from the second stretch on, which the forecast had not expected.
    calm = [counts(12.0, 112, seed=i, dispersion=0.05) for i in range(40)]
    mean = true_mean(40, 112, 12.0)
    mean[::2, 28:56] /= 6.0
    found = law_of(errors_of(calm, mean), np.ones(40))
    assert np.median(found.dispersion[::2]) == pytest.approx(np.median(found.dispersion[1::2]), abs=0.02)
    assert np.median(found.level_sd[::2]) > 1.2 * np.median(found.level_sd[1::2])


def test_an_error_of_the_level_is_told_from_the_noise_of_days():
    rng = np.random.default_rng(1)
    level = np.repeat(rng.lognormal(-0.5 * 0.3**2, 0.3, (40, 13)), 28, axis=1)
    quantities = rng.poisson(20.0 * level)
    found = law_of(errors_of(quantities, np.full(quantities.shape, 20.0)), np.ones(40))
    assert np.median(found.level_sd) == pytest.approx(0.3, abs=0.06)
    assert np.median(found.dispersion) < 0.03


def test_an_item_with_little_to_show_has_the_law_of_items_as_fast():
    known = [counts(3.0, 364, seed=i, dispersion=0.6) for i in range(20)]
    new = np.r_[np.full(360, np.nan), [0.0, 0.0, 0.0, 0.0]]
    found = law_of(errors_of([*known, new], true_mean(21, 364, 3.0)), np.ones(21))
    assert found.dispersion[-1] == pytest.approx(np.median(found.dispersion[:-1]), rel=0.2)


def test_what_was_never_compared_has_a_wide_law():
    nothing = Errors.of(np.full((2, 28), np.nan), np.full((2, 28), np.nan), np.ones(2))
    found = law_of(nothing, np.ones(2))
    assert (found.dispersion > 0.3).all()
    assert (found.level_sd > 0.2).all()


def test_goods_sold_by_weight_come_in_the_steps_of_their_quantities():
    quantity = np.array([[1.0, 2.0, np.nan], [0.5, 1.0, 1.5], [0.137, 2.0, 0.0]])
    assert steps_of(quantity).tolist() == [1.0, 0.5, 0.001]
    scaled_up_once = np.array([[1.0, 2.0, 3.0, 0.0, 2.0, 1.0, 3.75]])
    assert steps_of(scaled_up_once).tolist() == [1.0]
    fine = Law(np.array([0.3]), np.array([0.1]), np.array([0.001]))
    in_grams = Law(np.array([0.3]), np.array([0.1]), np.array([1.0]))
    mean = np.full((1, 4), 3.2)
    kilos = day_quantiles(mean, fine, (0.1, 0.9))
    np.testing.assert_allclose(kilos * 1000, day_quantiles(mean * 1000, in_grams, (0.1, 0.9)))
    paths = sample_paths(mean, fine, item_ids=ids(1), n_samples=50, seed=1)
    np.testing.assert_allclose(paths * 1000, np.round(paths * 1000), atol=1e-6)


def test_big_counts_have_the_gamma_law_that_they_tend_to():
    just_below, just_above = (
        day_quantiles(np.full((1, 1), m), law(1), (0.05, 0.5, 0.95)).ravel() / m for m in (1999.0, 2001.0)
    )
    np.testing.assert_allclose(just_below, just_above, rtol=4e-3)


def test_quantiles_of_totals_are_those_of_the_summed_paths():
    mean = np.array([np.full(14, 0.2), np.full(14, 3.0), np.linspace(5, 40, 14)])
    paths = sample_paths(mean, law(3), item_ids=ids(3), n_samples=20_000, seed=5).sum(axis=2)
    for p in (0.1, 0.5, 0.9, 0.975):
        quantile = total_quantiles(mean, law(3), np.full(3, p))
        assert ((quantile > paths.T).mean(axis=0) <= p + 0.015).all()
        assert ((quantile >= paths.T).mean(axis=0) >= p - 0.015).all()


def test_the_probability_band_of_a_count_is_what_lies_below_and_at_it():
    mean, n = np.full((1, 1), 2.0), 60_000
    drawn = sample_paths(mean, law(1), item_ids=ids(1), n_samples=n, seed=6)[0, :, 0]
    for actual in (0.0, 2.0, 7.0):
        under, upto = below(np.full((1, 1), actual), mean, law(1))
        assert under[0, 0] == pytest.approx((drawn < actual).mean(), abs=0.012)
        assert upto[0, 0] == pytest.approx((drawn <= actual).mean(), abs=0.012)


def test_a_mean_of_zero_has_quantiles_of_zero():
    assert (day_quantiles(np.zeros((2, 3)), law(2), (0.5, 0.99)) == 0).all()


def test_the_law_is_calibrated_where_its_mean_is_true():
    quantities = [counts(5.0, 364, seed=i) for i in range(30)]
    mean = true_mean(30, 364, 5.0)
    found = law_of(errors_of(quantities, mean), np.ones(30))
    actual = np.stack(quantities)
    for p, quantile in zip((0.1, 0.5, 0.9), day_quantiles(mean, found, (0.1, 0.5, 0.9)), strict=True):
        under, ties = (actual < quantile).mean(), (actual == quantile).mean()
        assert under - 0.02 <= p <= under + ties + 0.02
