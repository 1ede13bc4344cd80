"""What is not an ordinary fit: constant and tiny series, models only Prophet knows, items it cannot fit."""

import logging
import warnings

import numpy as np
import pandas as pd
import pytest
from prophet_series import days, history
from test_batch_prophet import yhat

from optiflow_lib.errors import ForecastError
from optiflow_lib.forecasting.batch_prophet import BatchProphet


def series(quantity: list[float], item_id: str = "A") -> pd.DataFrame:
    return pd.DataFrame({"item_id": item_id, "day": days(len(quantity)), "quantity": quantity})


def both(demand: pd.DataFrame, **options: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    return tuple(BatchProphet(solver=s, **options).fit(demand).predict(10) for s in ("batch", "stan"))


@pytest.mark.parametrize("level", [0.0, 7.5, -2.0])
@pytest.mark.parametrize("growth", ["linear", "flat"])
@pytest.mark.parametrize("scaling", ["absmax", "minmax"])
def test_a_constant_series_stays_constant_as_in_prophet(level: float, growth: str, scaling: str):
    batch, stan = both(series([level] * 50), growth=growth, scaling=scaling)
    assert batch["forecast"].to_numpy() == pytest.approx(level, abs=1e-9)
    np.testing.assert_allclose(batch["forecast"], stan["forecast"], atol=1e-9)
    np.testing.assert_allclose(batch["q97.5"], stan["q97.5"], atol=1e-6)


@pytest.mark.parametrize("mode", ["additive", "multiplicative"])
def test_two_points_make_a_line(mode: str):
    model = BatchProphet(seasonality_mode=mode).fit(series([10.0, 12.0]))
    assert model.predict(3)["forecast"].to_numpy() == pytest.approx([14.0, 16.0, 18.0])
    assert np.isnan(model.log_posterior["A"])


def test_two_points_of_a_flat_model_make_a_level():
    forecast = BatchProphet(growth="flat").fit(series([10.0, 12.0])).predict(3)["forecast"]
    assert forecast.to_numpy() == pytest.approx(11.0, rel=1e-2)


@pytest.mark.parametrize("n", [3, 4, 5, 9, 20, 35, 36])
def test_tiny_series_are_fitted_as_prophet_fits_them(n: int):
    demand = series(list(20 + np.random.default_rng(n).normal(0, 4, n)))
    batch = BatchProphet(seasonality_mode="multiplicative", country_holidays="FR").fit(demand)
    stan = BatchProphet(seasonality_mode="multiplicative", country_holidays="FR", solver="stan").fit(demand)
    assert batch.failures.empty
    assert batch.log_posterior["A"] >= stan.log_posterior["A"] - 1e-4


def test_a_straight_line_without_noise_is_continued():
    forecast = BatchProphet().fit(series(list(np.arange(1.0, 101.0)))).predict(5)
    assert forecast["forecast"].to_numpy() == pytest.approx(np.arange(101.0, 106.0), rel=1e-4)
    assert np.isfinite(forecast[["q10", "q97.5"]].to_numpy()).all()


def test_one_item_that_cannot_be_fitted_is_listed_among_many():
    demand = pd.concat([series([5.0], "lonely"), series([np.nan] * 9, "unknown"), history("fine", n=90)])
    model = BatchProphet().fit(demand)
    assert model.item_ids == ["fine"]
    assert model.failures["item_id"].tolist() == ["lonely", "unknown"]
    assert model.failures["reason"].str.contains("Prophet needs 2").all()


def test_changepoints_outside_an_items_history_fail_that_item_only():
    demand = pd.concat([history("long", n=400), history("short", n=30, seed=1)])
    model = BatchProphet(changepoints=["2025-06-01"]).fit(demand)
    assert model.item_ids == ["long"]
    assert "outside its history" in model.failures["reason"][0]


def test_no_item_at_all_gives_an_empty_forecast():
    model = BatchProphet().fit(series([5.0]))
    assert model.item_ids == []
    assert model.predict(3).empty
    assert model.predict(3).columns.tolist() == ["item_id", "day", "forecast", "q10", "q50", "q97.5"]


def test_logistic_growth_goes_to_stan_and_says_so(caplog):
    caplog.set_level(logging.WARNING)
    model = BatchProphet(growth="logistic")
    assert "fitted by Stan" in caplog.text
    assert model.solver == "stan"
    demand = pd.concat([history("A", n=120), history("B", n=120, seed=1)]).assign(cap=60.0)
    model.fit(demand)
    ahead = pd.DataFrame({"item_id": ["A"] * 5 + ["B"] * 5, "day": list(days(1100)[-5:]) * 2, "cap": 60.0})
    predicted = model.predict(5, future=ahead)
    expected = yhat(model, "A", ahead[ahead["item_id"] == "A"])
    np.testing.assert_allclose(predicted.loc[predicted["item_id"] == "A", "forecast"], expected)
    assert (predicted["q10"] < predicted["q97.5"]).all()
    parts = model.components(ahead)
    np.testing.assert_allclose(
        parts[["trend", "weekly", "yearly", "events"]].sum(axis=1), predicted["forecast"], atol=1e-9
    )
    np.testing.assert_allclose(model.mean(5, future=ahead)[0], expected)
    paths = model.sample_paths(5, n_samples=50, future=ahead)
    assert paths.shape == (2, 50, 5)
    assert (paths == model.sample_paths(5, n_samples=50, future=ahead)).all()
    with pytest.raises(ForecastError, match="cap is missing"):
        model.predict(5)
    for refused in (model.parameters, model.fitted, lambda: model.interval_quantiles(3, quantiles=(0.5,))):
        with pytest.raises(ForecastError, match="does not exist for logistic growth or MCMC"):
            refused()


def test_mcmc_goes_to_stan_and_says_so(caplog):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = BatchProphet(mcmc_samples=20).fit(history("A", n=60))
    assert "fitted by Stan" in caplog.text
    assert model.solver == "stan"
    assert model.to_prophet("A").params["k"].size == 40
    assert len(model.predict(3)) == 3


def test_an_error_inside_prophet_lists_the_item():
    fine, wrong = history("A", n=60).assign(cap=50.0), history("B", n=60).assign(cap=0.0)
    model = BatchProphet(growth="logistic").fit(pd.concat([fine, wrong]))
    assert model.item_ids == ["A"]
    assert model.failures["item_id"].tolist() == ["B"]
    assert "cap must be greater than floor" in model.failures["reason"][0]
