"""What was learned from the past is kept, used by the night, and judged on days it did not see."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from demand_frames import LAST_DAY, counts, decisions, demand_of, no_events, settings, shop

from optiflow_lib.forecasting import backtest, champions, empty_calibration, held_out_scores, rolling_origins
from optiflow_lib.forecasting.calibration import calibrated_law
from optiflow_lib.forecasting.folds import folds_of
from optiflow_lib.forecasting.law import total_quantiles
from optiflow_lib.forecasting.past import Past
from optiflow_lib.forecasting.planned import planned
from optiflow_lib.forecasting.scores import costs_of

CUTOFF = LAST_DAY.date()
NO_EVENTS = planned(no_events(), np.array([], dtype=object))
NAMES = ("moving_average", "seasonal_naive", "pooled")


def circumstances(demand, **others):
    return {
        "horizon_days": 28, "regressors": no_events(), "groups": {}, "decisions": decisions(demand, **others),
        "settings": settings(),
    }  # fmt: skip


def learned(demand, *, n=4):
    return backtest(
        demand, candidates=NAMES, origins=rolling_origins(CUTOFF, n=n, step=28), **circumstances(demand)
    )


def test_intervals_of_the_backtest_are_calibrated_on_later_origins():
    scores = learned(shop(40, 500, mean=5.0)).accuracy
    own = scores[scores["champion"]]
    assert own["coverage_50"].mean() == pytest.approx(0.5, abs=0.04)
    assert own["coverage_80"].mean() == pytest.approx(0.8, abs=0.04)
    assert own["coverage_95"].mean() == pytest.approx(0.95, abs=0.025)


def test_the_calibration_of_a_champion_is_the_law_of_the_night():
    quiet, wild = counts(10, 400, seed=1, dispersion=0.01), counts(10, 400, seed=2, dispersion=1.0)
    others = {f"C-{i}": counts(10, 400, seed=10 + i, dispersion=0.2) for i in range(12)}
    demand = demand_of({"quiet": quiet, "wild": wild} | others)
    made = learned(demand)
    past = Past(demand, {}, NO_EVENTS, 14, settings())
    won = champions(made.accuracy).set_index("item_id")["candidate"]
    law = calibrated_law(past, won[past.panel.item_ids], made.calibration)
    by_item = pd.Series(law.dispersion, index=past.panel.item_ids)
    assert by_item["quiet"] < 0.1
    assert by_item["wild"] > 0.6


def test_a_calibration_of_another_candidate_is_not_used():
    demand = shop(12, 300)
    past = Past(demand, {}, NO_EVENTS, 14, settings())
    made = learned(demand)
    other = pd.Series("tsb", index=past.panel.item_ids)
    with_it, without = (calibrated_law(past, other, c) for c in (made.calibration, empty_calibration()))
    np.testing.assert_array_equal(with_it.dispersion, without.dispersion)


def test_held_out_scores_see_nothing_after_their_origin():
    demand = shop(6, 300)
    origin = CUTOFF - timedelta(days=28)
    made = learned(demand[demand["day"] <= pd.Timestamp(origin)], n=2)

    def judged(rows):
        return held_out_scores(
            rows, champions=champions(made.accuracy), calibration=made.calibration, origin=origin,
            **circumstances(demand),
        ).set_index("item_id")  # fmt: skip

    later = demand["day"] > pd.Timestamp(origin)
    scores, moved = judged(demand), judged(demand.assign(quantity=demand["quantity"] + 50.0 * later))
    sold = demand[later].groupby("item_id")["quantity"].sum()
    np.testing.assert_allclose(moved["bias"] * (sold + 1400), scores["bias"] * sold - 1400)
    assert (moved["cost"] > scores["cost"]).all()
    assert scores["coverage_80"].mean() > 0.6


def test_an_item_that_was_not_yet_at_the_origin_is_not_judged():
    demand = pd.concat([shop(2, 300), demand_of({"new": np.array([3.0, 4.0])})])
    scores = held_out_scores(
        demand, champions=champions(learned(shop(2, 300)).accuracy), calibration=empty_calibration(),
        origin=CUTOFF - timedelta(days=28), **circumstances(demand),
    )  # fmt: skip
    assert scores["item_id"].tolist() == ["A-0", "A-1"]


def test_the_cost_is_the_pinball_loss_of_the_order_up_to_level():
    demand = shop(3, 300, mean=4.0)
    past = Past(demand, {}, NO_EVENTS, 28, settings())
    origin = CUTOFF - timedelta(days=28)
    folds, _ = folds_of(past, past.panel, ["moving_average"], [origin])
    fold = folds[0]
    ratio, interval = np.array([0.9, 0.95, 0.8]), np.array([7.0, 10.0, 28.0])
    cost = costs_of(folds, ["moving_average"], interval=interval, critical_ratio=ratio)[0, :, 0]
    for i in range(3):
        days, lost, judged = int(interval[i]), 0.0, 0
        for first in range(0, 28 - days + 1, days):
            part = slice(first, first + days)
            level = total_quantiles(
                fold.means["moving_average"][[i], part], fold.laws["moving_average"].taken([i]), ratio[[i]]
            )[0]
            short = fold.actual[i, part].sum() - level
            lost += ratio[i] * max(short, 0) + (1 - ratio[i]) * max(-short, 0)
            judged += days
        assert cost[i] == pytest.approx(lost / judged)


def test_stockout_days_are_left_out_of_the_cost():
    demand = shop(1, 300)
    demand.loc[demand["day"] > LAST_DAY - pd.Timedelta(days=14), "quantity"] = np.nan
    past = Past(demand, {}, NO_EVENTS, 28, settings())
    folds, _ = folds_of(past, past.panel, ["moving_average"], [CUTOFF - timedelta(days=28)])
    cost = costs_of(folds, ["moving_average"], interval=np.array([7.0]), critical_ratio=np.array([0.9]))
    assert 0 < cost[0, 0, 0] < 3
    folds[0].actual[:] = np.nan
    assert np.isnan(
        costs_of(folds, ["moving_average"], interval=np.array([7.0]), critical_ratio=np.array([0.9]))
    ).all()
