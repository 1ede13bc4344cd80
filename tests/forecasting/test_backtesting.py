from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from demand_frames import LAST_DAY, WEEK, counts, days, decisions, demand_of, no_events, settings, shop

from optiflow_lib.errors import ForecastError
from optiflow_lib.forecasting import backtest, champions, metrics, rolling_origins
from optiflow_lib.forecasting import baselines as b
from optiflow_lib.forecasting.panel import panel_of

CUTOFF = LAST_DAY.date()
NAMES = ("moving_average", "seasonal_naive", "weekday_average", "tsb")


def full_backtest(demand, *, names=NAMES, n=3, step=14, horizon_days=14, interval=7.0):
    return backtest(
        demand, candidates=names, origins=rolling_origins(CUTOFF, n=n, step=step), horizon_days=horizon_days,
        regressors=no_events(), groups={}, decisions=decisions(demand, protection_interval=interval), settings=settings(),
    )  # fmt: skip


def backtest_of(demand, **others):
    return full_backtest(demand, **others).accuracy


def test_rolling_origins_leave_one_fold_after_another_until_the_cutoff():
    made = rolling_origins(date(2026, 3, 31), n=3, step=28)
    assert made == [date(2026, 1, 6), date(2026, 2, 3), date(2026, 3, 3)]
    assert made[-1] + timedelta(days=28) == date(2026, 3, 31)


def test_a_fold_does_not_see_its_future():
    demand = shop(4, 200)
    later = demand["day"] > LAST_DAY - pd.Timedelta(days=14)
    scored = backtest_of(demand, n=1)
    moved = backtest_of(demand.assign(quantity=demand["quantity"] + 100.0 * later), n=1)
    sold = demand[later].groupby("item_id")["quantity"].sum().reindex(scored["item_id"]).to_numpy()
    # The same forecasts were made: their total misses by what the demand was moved.
    np.testing.assert_allclose(moved["bias"] * (sold + 1400), scored["bias"] * sold - 1400)


def test_scores_are_the_measures_of_the_forecasts_made_at_each_origin():
    demand = shop(3, 150)
    demand.loc[demand["day"] == LAST_DAY - pd.Timedelta(days=3), "quantity"] = np.nan
    scored = backtest_of(demand, n=2).set_index(["item_id", "candidate"])
    panel = panel_of(demand)
    for i, item_id in enumerate(panel.item_ids):
        actual, forecast = [], []
        for origin in rolling_origins(CUTOFF, n=2, step=14):
            known = panel.until(pd.Timestamp(origin))
            forecast.append(b.moving_average(known, 14)[i])
            start = len(known.days)
            actual.append(panel.quantity[i, start : start + 14])
        actual, forecast = np.concatenate(actual), np.concatenate(forecast)
        row = scored.loc[(item_id, "moving_average")]
        assert row["days"] == 27
        assert row["wape"] == pytest.approx(metrics.wape(actual, forecast))
        assert row["bias"] == pytest.approx(metrics.bias(actual, forecast))
        assert (row["mape"], row["mape_excluded_share"]) == pytest.approx(metrics.mape(actual, forecast))
        history = panel.quantity[i]
        assert row["mase"] == pytest.approx(metrics.mase(actual, forecast, history=history, season=7))
        naive = scored.loc[(item_id, "seasonal_naive"), "wape"]
        assert row["value_added"] == pytest.approx(1 - row["wape"] / naive)


def test_each_item_has_one_champion_and_the_best_shape_wins():
    weekly = {f"W-{i}": 200.0 * WEEK[days(240).day_of_week] + counts(0.5, 240, seed=i) for i in range(9)}
    flat = {f"F-{i}": np.random.default_rng(i).poisson(5.0, 240) for i in range(9)}
    scored = backtest_of(demand_of(weekly | flat), interval=3)
    best = champions(scored).set_index("item_id")["candidate"]
    assert scored.groupby("item_id")["champion"].sum().eq(1).all()
    assert set(best[list(weekly)]) <= {"seasonal_naive", "weekday_average"}
    assert best[list(flat)].eq("seasonal_naive").mean() < 0.15


def test_the_seasonal_naive_is_always_compared():
    assert set(backtest_of(shop(1, 120), names=("moving_average",))["candidate"]) == {
        "moving_average",
        "seasonal_naive",
    }


def test_items_that_cannot_be_judged_have_the_simplest_candidate():
    new = demand_of({"new": np.array([4.0]), "old": counts(5, 200, seed=1), "never": np.full(100, np.nan)})
    scored = backtest_of(new)
    best = champions(scored).set_index("item_id")["candidate"]
    assert best["new"] == best["never"] == "moving_average"
    assert scored.set_index(["item_id", "candidate"])["days"]["new"].eq(0).all()


def test_a_history_too_short_for_any_fold_still_has_champions():
    assert champions(backtest_of(shop(2, 10)))["candidate"].tolist() == ["moving_average"] * 2


def test_an_unknown_candidate_is_refused_by_name():
    with pytest.raises(ForecastError, match="oracle"):
        backtest_of(shop(1, 100), names=("oracle",))
