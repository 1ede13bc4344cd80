import numpy as np
import pandas as pd
import pytest
from demand_frames import LAST_DAY, counts, demand_of, no_events, settings, shop

from optiflow_lib.forecasting import empty_calibration, forecast_items, prophets
from optiflow_lib.schemas.results import INTERVAL_QUANTILES


def forecast(
    demand,
    *,
    champions=None,
    calibration=None,
    item_ids=None,
    leads=5,
    horizon_days=10,
    samples=400,
    **others,
):
    ids = item_ids or sorted(set(demand["item_id"]))
    chosen = pd.DataFrame({"item_id": (champions or {}).keys(), "candidate": (champions or {}).values()})
    return forecast_items(
        demand, champions=chosen, calibration=empty_calibration() if calibration is None else calibration,
        regressors=no_events(), groups={}, item_ids=ids,
        lead_time_draws=np.full((len(ids), samples), leads), review_periods=np.full(len(ids), 2.0),
        settings=settings(horizon_days=horizon_days, **others),
    )  # fmt: skip


def awkward():
    return demand_of(
        {
            "fast": counts(20, 200, seed=1),
            "one_day": np.array([3.0]),
            "unknown": np.full(30, np.nan),
            "zeros": np.zeros(200),
        }
    )


def test_every_item_of_the_night_has_a_forecast_for_every_day():
    made = forecast(awkward(), item_ids=["fast", "new", "one_day", "unknown", "zeros"])
    by_item = made.forecasts.groupby("item_id")
    assert by_item.size().to_dict() == dict.fromkeys(["fast", "new", "one_day", "unknown", "zeros"], 10)
    assert by_item["day"].min().eq(LAST_DAY + pd.Timedelta(days=1)).all()
    mean = by_item["forecast"].mean()
    assert mean["fast"] == pytest.approx(20, rel=0.15)
    assert mean["new"] == 0
    assert mean["zeros"] < 0.05
    # What was never seen is expected to sell like the others; what one day said counts more.
    assert 1 < mean["unknown"] < 15
    assert 2 < mean["one_day"] < 6
    assert made.failures.empty


def test_quantiles_are_ordered_and_around_the_mean():
    made = forecast(shop(6, 200)).forecasts
    assert (made["q10"] <= made["q50"]).all()
    assert (made["q50"] <= made["q90"]).all()
    assert made["forecast"].between(made["q10"], made["q90"]).all()


def test_demand_until_an_order_arrives_sums_the_days_before():
    demand = shop(4, 200, mean=30.0)
    made = forecast(demand, leads=5)
    intervals = made.interval_demand.set_index(["item_id", "interval"])
    daily = made.forecasts.sort_values("day").groupby("item_id")["forecast"]
    for item_id in ("A-0", "A-1", "A-2", "A-3"):
        by_day = daily.get_group(item_id).to_numpy()
        assert intervals["mean"][item_id, "lead_time"] == pytest.approx(by_day[:5].sum(), rel=0.05)
        assert intervals["mean"][item_id, "protection"] == pytest.approx(by_day[:7].sum(), rel=0.05)
        assert intervals["days"][item_id, "protection"] == 7
    quantiles = made.interval_demand[list(INTERVAL_QUANTILES)].to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()


def test_a_lead_time_beyond_the_horizon_is_covered():
    made = forecast(shop(1, 200, mean=30.0), leads=40, horizon_days=7)
    assert made.interval_demand["mean"].max() == pytest.approx(42 * 30, rel=0.15)
    assert made.forecasts["day"].nunique() == 7


def test_the_order_of_rows_changes_nothing():
    demand = shop(5, 200)
    made, shuffled = forecast(demand), forecast(demand.sample(frac=1, random_state=1))
    for name in ("forecasts", "interval_demand"):
        pd.testing.assert_frame_equal(getattr(made, name), getattr(shuffled, name))


def test_the_same_seed_gives_the_same_night_and_another_does_not():
    demand = shop(2, 100)
    once, again, other = forecast(demand), forecast(demand), forecast(demand, seed=1)
    pd.testing.assert_frame_equal(once.interval_demand, again.interval_demand)
    assert not once.interval_demand.equals(other.interval_demand)


def test_prophet_forecasts_what_it_won_and_a_short_history_gets_the_baseline():
    demand = demand_of(
        {"long": counts(20, 200, seed=1), "short": counts(20, 20, seed=2), "other": counts(9, 200, seed=3)}
    )
    made = forecast(demand, champions={"long": "prophet", "short": "prophet", "other": "moving_average"})
    assert made.forecasts.groupby("item_id")["model"].first().to_dict() == {
        "long": "prophet", "other": "moving_average", "short": "prophet",
    }  # fmt: skip
    parts = made.components.merge(made.forecasts, on=["item_id", "day"])
    assert len(parts) == 30
    summed = parts[["trend", "weekly", "yearly", "events"]].sum(axis=1)
    np.testing.assert_allclose(np.maximum(summed, 0), parts["forecast"], atol=1e-6)
    assert made.forecasts.groupby("item_id")["forecast"].mean().to_dict() == pytest.approx(
        {"long": 20, "other": 9, "short": 20}, rel=0.25
    )


def test_an_item_that_cannot_be_fitted_is_listed_and_gets_a_baseline(monkeypatch):
    class Refusing(prophets.BatchProphet):
        def fit(self, demand):
            super().fit(demand[demand["item_id"] != "A-1"])
            self.failures = pd.DataFrame(
                [("A-1", "prophet", "no optimum")], columns=["item_id", "step", "reason"]
            )
            return self

    monkeypatch.setattr(prophets, "BatchProphet", Refusing)
    made = forecast(shop(2, 100), champions={"A-0": "prophet", "A-1": "prophet"})
    assert made.failures[["item_id", "reason"]].to_numpy().tolist() == [["A-1", "no optimum"]]
    assert made.forecasts.groupby("item_id").size().tolist() == [10, 10]
    assert (made.forecasts["forecast"] > 0).all()


def test_models_of_items_that_ended_long_ago_still_forecast_the_days_after_the_night():
    demand = demand_of({"ended": counts(20, 200, seed=1)}, LAST_DAY - pd.Timedelta(days=90))
    demand = pd.concat([demand, demand_of({"new": np.array([3.0])})], ignore_index=True)
    made = forecast(demand, champions={"ended": "prophet"}).forecasts
    assert made.groupby("item_id")["day"].min().eq(LAST_DAY + pd.Timedelta(days=1)).all()
    assert set(made["item_id"]) == {"ended", "new"}
