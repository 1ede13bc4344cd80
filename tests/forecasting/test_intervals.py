"""Exact quantiles against simulation, against Prophet's own sampler and against another way to integrate."""

import numpy as np
import pytest
from prophet_series import histories
from scipy.integrate import quad
from scipy.stats import norm

from optiflow_lib.errors import ForecastError
from optiflow_lib.forecasting import prophet
from optiflow_lib.forecasting.batch_prophet import BatchProphet
from optiflow_lib.forecasting.intervals import day_quantiles, sample_paths, sum_quantiles
from optiflow_lib.forecasting.prophet_map.deviation import Law

PROBABILITIES = (0.01, 0.1, 0.25, 0.5, 0.75, 0.975, 0.995)


def law(*, bend: float, chance: float = 0.03, noise: float = 2.0, n_days: int = 30, ahead: int = 1) -> Law:
    factor = 1 + 0.3 * np.sin(np.arange(n_days))[None, :]
    return Law(np.array([chance]), np.array([bend]), np.array([noise]), np.array([ahead]), factor)


def simulated(law: Law, n: int, seed: int = 0) -> np.ndarray:
    """Deviations by the book: changepoints, Laplace bends, slopes, their sums, noise; shape (n, n_days)."""
    rng = np.random.default_rng(seed)
    lead = int(law.ahead[0]) - 1
    shape = (n, law.factor.shape[1] + lead)
    bends = np.where(rng.random(shape) < law.chance[0], rng.laplace(0, law.bend[0], shape), 0)
    before = np.hstack([np.zeros((n, 1)), bends[:, :-1]])
    trend = ((bends + before) / 2).cumsum(axis=1).cumsum(axis=1)[:, lead:]
    return trend * law.factor[0] + rng.normal(0, law.noise[0], trend.shape)


def share_below(draws: np.ndarray, quantile: np.ndarray) -> np.ndarray:
    return (draws <= quantile).mean(axis=0)


@pytest.mark.parametrize("bend", [0.0, 0.05, 1.0, 20.0])
@pytest.mark.parametrize("ahead", [1, 8])
def test_day_quantiles_are_those_of_simulated_days(bend: float, ahead: int):
    asked = law(bend=bend, ahead=ahead)
    draws = simulated(asked, 100_000)
    for p, quantile in zip(PROBABILITIES, day_quantiles(asked, PROBABILITIES)[:, 0], strict=True):
        error = np.abs(share_below(draws, quantile) - p)
        assert error.max() < 5 * np.sqrt(p * (1 - p) / len(draws))


@pytest.mark.parametrize("bend", [0.0, 0.05, 1.0, 20.0])
def test_sum_quantiles_are_those_of_simulated_sums(bend: float):
    asked = law(bend=bend, n_days=14, ahead=3)
    total = simulated(asked, 100_000).sum(axis=1)
    for p, quantile in zip(PROBABILITIES, sum_quantiles(asked, PROBABILITIES)[:, 0], strict=True):
        assert abs((total <= quantile).mean() - p) < 5 * np.sqrt(p * (1 - p) / len(total))


def test_sample_paths_are_the_same_law():
    asked = law(bend=1.0, n_days=20, ahead=4)
    mean = np.full((1, 20), 1000.0)
    paths = sample_paths(mean, asked, item_ids=["A"], n_samples=100_000, seed=1)[0] - 1000.0
    for p, quantile in zip(PROBABILITIES, day_quantiles(asked, PROBABILITIES)[:, 0], strict=True):
        assert np.abs(share_below(paths, quantile) - p).max() < 5 * np.sqrt(p * (1 - p) / len(paths))


@pytest.mark.parametrize("bend", [0.01, 0.5, 5.0])
def test_quantiles_solve_the_inversion_formula_to_nine_digits(bend: float):
    asked = law(bend=bend, n_days=5)
    found = day_quantiles(asked, (0.9, 0.975))[:, 0, 4]
    scales = asked.bend[0] * asked.factor[0, 4] * np.arange(0.5, 5)

    def characteristic(u: float) -> float:
        jumps = 1 - asked.chance[0] + asked.chance[0] / (1 + (scales * u) ** 2)
        return float(np.prod(jumps) * np.exp(-((asked.noise[0] * u) ** 2) / 2))

    for p, x in zip((0.9, 0.975), found, strict=True):
        integral, _ = quad(
            lambda u, x=x: np.sin(u * x) * characteristic(u) / u, 0, 5, epsabs=1e-12, limit=500
        )
        assert 0.5 + integral / np.pi == pytest.approx(p, abs=1e-9)


def test_without_changepoints_to_come_the_law_is_normal():
    found = day_quantiles(law(bend=0.0), PROBABILITIES)[:, 0]
    np.testing.assert_allclose(found, 2.0 * norm.ppf(PROBABILITIES)[:, None] * np.ones(30), atol=1e-8)


def test_a_series_without_noise_has_quantiles_too():
    found = day_quantiles(law(bend=1.0, noise=1e-9), (0.1, 0.5, 0.9))[:, 0]
    assert np.isfinite(found).all()
    assert (np.diff(found[2]) > 0).sum() > 20  # the further ahead, the less is known


def test_threads_and_chunks_change_no_bit():
    rng = np.random.default_rng(0)
    n = 150
    asked = Law(
        rng.uniform(0.01, 0.1, n), rng.uniform(0, 1, n), rng.uniform(0.5, 2, n),
        rng.integers(1, 5, n), rng.uniform(0.5, 1.5, (n, 10)),
    )  # fmt: skip
    whole = day_quantiles(asked, PROBABILITIES)
    assert (day_quantiles(asked, PROBABILITIES, n_threads=3) == whole).all()
    some = Law(*(a[70:80] for a in asked.arrays))
    assert (day_quantiles(some, PROBABILITIES) == whole[:, 70:80]).all()


@pytest.mark.parametrize("mode", ["additive", "multiplicative"])
def test_quantiles_are_those_of_prophets_own_sampler(mode: str):
    model = BatchProphet(seasonality_mode=mode, changepoint_prior_scale=0.5).fit(histories([800, 300]))
    predicted = model.predict(30, quantiles=PROBABILITIES)
    for item_id, rows in predicted.groupby("item_id"):
        drawn = prophet.sampled(model.to_prophet(item_id), rows[["day"]], n_samples=20_000, seed=3)
        for p in PROBABILITIES:
            below = share_below(drawn, rows[f"q{100 * p:g}"].to_numpy())
            assert np.abs(below - p).max() < 5 * np.sqrt(p * (1 - p) / len(drawn))


def test_paths_depend_on_seed_and_item_alone_and_are_never_negative():
    demand = histories([400, 400, 60])
    model = BatchProphet().fit(demand)
    paths = model.sample_paths(5, n_samples=200, seed=7)
    assert paths.shape == (3, 200, 5)
    assert paths.min() >= 0
    alone = BatchProphet().fit(demand[demand["item_id"] == "A-1"])
    assert (alone.sample_paths(5, n_samples=200, seed=7)[0] == paths[1]).all()
    assert (model.sample_paths(5, n_samples=200, seed=8) != paths).any()


def test_interval_quantiles_are_those_of_summed_paths():
    model = BatchProphet(changepoint_prior_scale=0.5).fit(histories([1095, 400]))
    found = model.interval_quantiles(10, quantiles=(0.1, 0.9))
    paths = model.sample_paths(10, n_samples=20_000).sum(axis=2)
    for column, p in (("q10", 0.1), ("q90", 0.9)):
        below = (found[column].to_numpy() >= paths.T).mean(axis=0)
        np.testing.assert_allclose(below, p, atol=0.015)
    assert found["mean"].to_numpy() == pytest.approx(model.mean(10).sum(axis=1))


@pytest.mark.parametrize("p", [0.0, 1.0, 95.0])
def test_a_quantile_that_is_no_probability_is_refused(p: float):
    model = BatchProphet().fit(histories([60]))
    with pytest.raises(ForecastError, match="no probability"):
        model.predict(3, quantiles=(p,))
    with pytest.raises(ForecastError, match="no probability"):
        model.interval_quantiles(3, quantiles=(p,))
