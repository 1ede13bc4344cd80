import numpy as np
import pytest
from demand_frames import WEEK, counts, days, demand_of, shop

from optiflow_lib.forecasting.law import Law, day_quantiles, fitted_law, sample_paths
from optiflow_lib.forecasting.panel import panel_of


def law(n_items, *, dispersion=0.3, level_sd=0.1, whole=True):
    return Law(np.full(n_items, dispersion), np.full(n_items, level_sd), np.full(n_items, whole))


def ids(n):
    return np.array([f"A-{i}" for i in range(n)], dtype=object)


@pytest.mark.parametrize("whole", [True, False])
def test_day_quantiles_are_those_of_the_sample_paths(whole):
    mean = np.array([[0.3, 2.0, 40.0]])
    paths = sample_paths(mean, law(1, whole=whole), item_ids=ids(1), n_samples=40_000, seed=1)
    quantiles = day_quantiles(mean, law(1, whole=whole), (0.1, 0.5, 0.9, 0.99))
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


@pytest.mark.parametrize(("true", "least", "most"), [(0.5, 0.42, 0.58), (0.001, 0.0, 0.05)])
def test_the_dispersion_of_the_past_is_found(true, least, most):
    quantities = {f"A-{i}": counts(8.0, 364, seed=i, dispersion=true) for i in range(20)}
    fitted = fitted_law(panel_of(demand_of(quantities)))
    assert least < np.median(fitted.dispersion) < most
    assert np.median(fitted.level_sd) < 0.1


def test_the_law_of_goods_sold_by_weight_does_not_depend_on_their_unit():
    kilos = shop(5, 200).assign(quantity=lambda rows: rows["quantity"] * 0.137)
    grams = kilos.assign(quantity=kilos["quantity"] * 1000.5)
    in_kilos, in_grams = fitted_law(panel_of(kilos)), fitted_law(panel_of(grams))
    assert not in_grams.whole.any()
    np.testing.assert_allclose(in_grams.dispersion, in_kilos.dispersion)
    np.testing.assert_allclose(in_grams.level_sd, in_kilos.level_sd)


def test_goods_sold_by_weight_are_not_counted_in_whole_units():
    by_weight = demand_of({"a": counts(8, 100, seed=1) * 0.37, "b": counts(8, 100, seed=2)})
    assert fitted_law(panel_of(by_weight)).whole.tolist() == [False, True]


def test_a_mean_of_zero_has_quantiles_of_zero():
    assert (day_quantiles(np.zeros((2, 3)), law(2), (0.5, 0.99)) == 0).all()


def test_the_law_is_calibrated_where_its_mean_is_true():
    demand = shop(30, 364, mean=5.0)
    mean = np.tile(5.0 * WEEK[days(364).day_of_week], (30, 1))
    law_of_demand = fitted_law(panel_of(demand))
    actual = panel_of(demand).quantity
    for p, quantile in zip((0.1, 0.5, 0.9), day_quantiles(mean, law_of_demand, (0.1, 0.5, 0.9)), strict=True):
        below, ties = (actual < quantile).mean(), (actual == quantile).mean()
        assert below - 0.02 <= p <= below + ties + 0.02


@pytest.mark.parametrize("n_days", [1, 5, 40])
def test_a_short_history_has_a_law(n_days):
    fitted = fitted_law(panel_of(shop(2, n_days)))
    assert np.isfinite(fitted.dispersion).all()
    assert np.isfinite(fitted.level_sd).all()
