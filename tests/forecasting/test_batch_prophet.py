import warnings

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from prophet.serialize import model_from_json, model_to_json
from prophet_series import days, future, histories, history

from optiflow_lib.errors import DataError, ForecastError
from optiflow_lib.forecasting.batch_prophet import BatchProphet

mpl.use("agg")


@pytest.fixture(scope="module", params=["additive", "multiplicative"])
def model(request: pytest.FixtureRequest) -> BatchProphet:
    mode = request.param
    made = BatchProphet(seasonality_mode=mode, country_holidays="FR")
    made.add_regressor("promo").add_seasonality("monthly", 30.5, 2)
    return made.fit(histories([1095, 800, 400, 60, 10, 1]))


def yhat(model: BatchProphet, item_id: str, ahead: pd.DataFrame) -> np.ndarray:
    genuine = model.to_prophet(item_id)
    genuine.uncertainty_samples = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return genuine.predict(ahead.rename(columns={"day": "ds"}))["yhat"].to_numpy()


def test_each_item_predicts_what_its_genuine_prophet_predicts(model: BatchProphet):
    ahead = future(model.item_ids, promo=1.0)
    predicted = model.predict(30, quantiles=(), future=ahead)
    for item_id, rows in predicted.groupby("item_id"):
        expected = yhat(model, item_id, ahead[ahead["item_id"] == item_id])
        np.testing.assert_allclose(rows["forecast"], expected, rtol=0, atol=1e-9)


def test_an_item_with_one_day_is_listed_and_disturbs_no_other(model: BatchProphet):
    assert model.failures["item_id"].tolist() == ["A-5"]
    assert "needs 2" in model.failures["reason"][0]
    assert model.item_ids == ["A-0", "A-1", "A-2", "A-3", "A-4"]


def test_components_sum_to_the_forecast(model: BatchProphet):
    ahead = future(model.item_ids, promo=1.0)
    parts = model.components(ahead)
    forecast = model.predict(30, quantiles=(), future=ahead)["forecast"]
    summed = parts[["trend", "weekly", "yearly", "events"]].sum(axis=1)
    np.testing.assert_allclose(summed, forecast, atol=1e-9)


def test_parameters_survive_a_file_and_restore_the_model(model: BatchProphet, tmp_path):
    model.parameters().to_parquet(tmp_path / "parameters.parquet")
    restored = BatchProphet.from_parameters(pd.read_parquet(tmp_path / "parameters.parquet"))
    ahead = future(model.item_ids, promo=0.0)
    pd.testing.assert_frame_equal(restored.predict(future=ahead), model.predict(future=ahead))
    with pytest.raises(ForecastError, match="not fitted by this object"):
        restored.to_prophet("A-0")


def test_a_genuine_model_survives_json_and_plots_its_components(model: BatchProphet):
    genuine = model.to_prophet("A-0")
    ahead = future(["A-0"], promo=0.0).rename(columns={"day": "ds"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        again = model_from_json(model_to_json(genuine))
        forecast = again.predict(ahead)
        genuine.plot_components(forecast)
    assert forecast["yhat"].to_numpy() == pytest.approx(yhat(model, "A-0", ahead))


def test_quantiles_are_named_by_percent_and_ordered(model: BatchProphet):
    predicted = model.predict(5, quantiles=(0.1, 0.5, 0.975), future=future(model.item_ids, 5, promo=0.0))
    assert list(predicted.columns) == ["item_id", "day", "forecast", "q10", "q50", "q97.5"]
    assert (predicted["q10"] < predicted["q50"]).all()
    assert (predicted["q50"] < predicted["q97.5"]).all()


def test_fitted_values_cover_the_history_from_each_items_first_known_day(model: BatchProphet):
    fitted = model.fitted()
    assert fitted.groupby("item_id")["day"].max().eq(days(1095)[-1]).all()
    known = fitted.dropna(subset="quantity")
    assert len(known) < len(fitted)
    z = (known["quantity"] - known["forecast"]) / known["sd"]
    assert z[known["item_id"] != "A-4"].std() == pytest.approx(1, abs=0.1)


def test_the_forecast_starts_after_the_frames_last_day_for_every_item():
    late = history("late", n=300)
    stopped = history("stopped", n=300, seed=1).iloc[:200]
    predicted = BatchProphet().fit(pd.concat([late, stopped])).predict(3, quantiles=())
    assert predicted.groupby("item_id")["day"].min().eq(late["day"].max() + pd.Timedelta(days=1)).all()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"quantity": np.inf}, "quantity is inf at item_id=A-0, day=2025-12-03"),
        ({"quantity": "many"}, "quantity is 'many' at item_id=A-0, day=2025-12-03"),
        ({"promo": np.nan}, "promo is missing at item_id=A-0, day=2025-12-03"),
        ({"promo": "yes"}, "promo is 'yes' at item_id=A-0, day=2025-12-03"),
        ({"day": "soon"}, "day='soon'"),
    ],
)
def test_bad_input_is_named(change: dict[str, object], named: str):
    demand = history("A-0", n=30, unknown=0).astype(object)
    for column, value in change.items():
        demand.loc[2, column] = value
    with pytest.raises(DataError, match=named):
        BatchProphet().add_regressor("promo").fit(demand)


def test_an_infinite_quantity_in_an_otherwise_faultless_frame_is_named():
    demand = history("A-0", n=30, unknown=0)[["item_id", "day", "quantity"]].astype({"item_id": "str"})
    demand.loc[4, "quantity"] = -np.inf
    with pytest.raises(DataError, match="quantity is -inf at item_id=A-0, day=2025-12-05"):
        BatchProphet().fit(demand)


def test_weekly_rows_that_lie_between_the_weeks_are_named():
    demand = history("A-0", n=140, unknown=0).iloc[::7].reset_index(drop=True)
    demand.loc[3, "day"] += pd.Timedelta(days=2)
    with pytest.raises(DataError, match="item_id=A-0, day=2025-09-05 lies between the weeks"):
        BatchProphet(frequency="W").fit(demand)


@pytest.mark.parametrize("mode", ["additive", "multiplicative"])
def test_the_order_of_the_rows_changes_no_bit(mode: str):
    demand = pd.concat([history("A", n=200), history("B", n=120, seed=1)])
    one, other = (
        BatchProphet(seasonality_mode=mode).fit(rows).predict(5)
        for rows in (demand, demand.sample(frac=1, random_state=1))
    )
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_a_condition_that_is_neither_true_nor_false_is_named():
    demand = history("A-0", n=60).assign(late=1.0)
    model = BatchProphet().add_seasonality("late_week", 7, 2, condition_name="late")
    with pytest.raises(DataError, match=r"condition late is 0\.5 at item_id=A-0, day=2025-11-01"):
        model.fit(demand.assign(late=0.5))
    model.fit(demand)
    with pytest.raises(DataError, match="condition late is 2 at item_id=A-0, day=2025-12-31"):
        model.predict(3, future=future(["A-0"], 3, late=2.0))


def test_a_repeated_day_is_named():
    demand = history("A-0", n=30)
    with pytest.raises(DataError, match="item_id=A-0, day=2025-12-01"):
        BatchProphet().fit(pd.concat([demand, demand.iloc[:1]]))


def test_a_future_without_a_regressor_names_item_and_day():
    model = BatchProphet().add_regressor("promo").fit(history("A-0", n=60))
    with pytest.raises(ForecastError, match="no future was given"):
        model.predict(3)
    ahead = future(["A-0"], 3, promo=0.0)
    ahead.loc[1, "promo"] = np.nan
    with pytest.raises(ForecastError, match="promo is missing for item_id=A-0, day=2026-01-01"):
        model.predict(3, future=ahead)


@pytest.mark.parametrize(
    "arguments",
    [
        {"growth": "square"},
        {"seasonality_mode": "both"},
        {"changepoint_prior_scale": 0},
        {"changepoint_range": 1.5},
        {"n_changepoints": -1},
        {"frequency": "M"},
        {"solver": "magic"},
        {"seasonality": 3},
        {"country_holidays": "Atlantis"},
        {"holidays": pd.DataFrame({"name": ["x"]})},
        {"holidays": pd.DataFrame({"holiday": ["x"], "ds": ["2024-01-01"], "lower_window": [1]})},
    ],
)
def test_a_model_that_cannot_be_is_refused(arguments: dict[str, object]):
    with pytest.raises(ForecastError):
        BatchProphet(**arguments).fit(history("A-0", n=30))


def test_two_parts_cannot_have_the_same_name():
    with pytest.raises(ForecastError, match="'promo'"):
        BatchProphet().add_regressor("promo").add_seasonality("promo", 30, 2)


def test_an_unfitted_model_says_so():
    with pytest.raises(ForecastError, match="not fitted"):
        BatchProphet().predict()
