"""Parameters that are kept forecast what the fitted models would, brought up to date by what was sold since."""

import json

import numpy as np
import pandas as pd
import pytest
from demand_frames import LAST_DAY, counts, days, demand_of, no_events, settings

from optiflow_lib.forecasting import empty_calibration, fitted_parameters, forecast_items
from optiflow_lib.forecasting.parameters import Parameters

WEEK_AGO = LAST_DAY - pd.Timedelta(days=7)


@pytest.fixture(scope="module")
def demand():
    quantities = {f"A-{i}": counts(20, 300, seed=i, dispersion=0.02) for i in range(3)}
    return demand_of(quantities | {"short": counts(9, 120, seed=9)})


def champions(demand, candidate="prophet_recent"):
    return demand[["item_id"]].drop_duplicates().assign(candidate=candidate)


def night(demand, *, parameters=None, regressors=None, candidate="prophet_recent"):
    ids = sorted(set(demand["item_id"]))
    return forecast_items(
        demand, champions=champions(demand, candidate), calibration=empty_calibration(),
        regressors=no_events() if regressors is None else regressors, groups={}, item_ids=ids,
        lead_time_draws=np.full((len(ids), 50), 3), review_periods=np.ones(len(ids)),
        settings=settings(horizon_days=10, country="FR"), parameters=parameters,
    )  # fmt: skip


def fitted(demand, *, regressors=None, candidate="prophet_recent"):
    return fitted_parameters(
        demand, champions=champions(demand, candidate), groups={}, settings=settings(country="FR"),
        regressors=no_events() if regressors is None else regressors,
    )  # fmt: skip


def through_files(parameters, folder):
    """As a generation keeps them: Parquet without pandas' metadata, and a JSON manifest."""
    for name, table in parameters.tables.items():
        plain = table.copy()
        plain.attrs = {}
        plain.to_parquet(folder / f"{name}.parquet")
    described = json.loads(json.dumps(parameters.described))
    return Parameters(
        {name: pd.read_parquet(folder / f"{name}.parquet") for name in parameters.tables}, described
    )


def test_kept_parameters_forecast_what_was_fitted_the_same_day(demand, tmp_path):
    kept = through_files(fitted(demand), tmp_path)
    assert set(kept.by_candidate()) == {"prophet_recent"}
    for name in ("forecasts", "components", "interval_demand"):
        pd.testing.assert_frame_equal(
            getattr(night(demand, parameters=kept), name), getattr(night(demand), name), rtol=1e-8
        )


def test_a_week_later_the_days_ahead_are_forecast_and_the_level_follows(demand):
    kept = fitted(demand[demand["day"] <= WEEK_AGO])
    later = demand["day"] > WEEK_AGO
    doubled = demand.assign(quantity=demand["quantity"].where(~later, 2 * demand["quantity"]))
    usual, more = (night(rows, parameters=kept).forecasts for rows in (demand, doubled))
    assert usual.groupby("item_id")["day"].min().eq(LAST_DAY + pd.Timedelta(days=1)).all()
    # A week of a half-life of two: 1 - 2^-0.5 of the weight, less what the prior holds back.
    assert more["forecast"].sum() / usual["forecast"].sum() == pytest.approx(1.25, abs=0.06)
    fresh = night(demand).forecasts
    assert usual["forecast"].sum() == pytest.approx(fresh["forecast"].sum(), rel=0.06)


def test_items_that_kept_models_do_not_know_are_fitted(demand):
    kept = fitted(demand[demand["item_id"] != "A-1"])
    made = night(demand, parameters=kept)
    expected = night(demand).forecasts
    pd.testing.assert_frame_equal(made.forecasts, expected, rtol=1e-8)
    kept_items = {i for table in made.parameters.tables.values() for i in table["item_id"]}
    assert kept_items == {"A-0", "A-1", "A-2", "short"}


def test_an_event_planned_since_the_fit_counts():
    on = [40, 90, 140, 190, 240]
    quantity = counts(20, 300, seed=1, dispersion=0.02)
    quantity[on] += 40
    demand = demand_of({"a": quantity})
    past = pd.DataFrame({"item_id": "a", "day": days(300)[on], "event_fair": 1.0})
    kept = fitted(demand[demand["day"] <= WEEK_AGO], regressors=past, candidate="prophet_monthly")
    coming = LAST_DAY + pd.Timedelta(days=4)
    planned_since = pd.concat([past, pd.DataFrame({"item_id": ["a"], "day": [coming], "event_fair": [1.0]})])
    made = night(demand, parameters=kept, regressors=planned_since, candidate="prophet_monthly").forecasts
    forecast = made.set_index("day")["forecast"]
    assert forecast[coming] > 2 * forecast.drop(coming).mean()


def test_nights_without_prophet_keep_nothing(demand):
    assert night(demand, candidate="pooled").parameters.tables == {}
    assert fitted(demand, candidate="tsb").tables == {}
