"""Prophet's variants and the group's Prophet as candidates; Prophet itself is proved in its own tests."""

import numpy as np
import pandas as pd
import pytest
from demand_frames import LAST_DAY, counts, days, demand_of, no_events, settings

from optiflow_lib.errors import ForecastError
from optiflow_lib.forecasting.candidates import BLENDS, SIMPLICITY, candidate_means, ordered
from optiflow_lib.forecasting.hierarchy import group_forecasts
from optiflow_lib.forecasting.past import Past
from optiflow_lib.forecasting.planned import planned
from optiflow_lib.forecasting.prophets import VARIANTS, Variant, prophet_forecast, selling_shares


def past_of(quantities, *, event_days=None, groups=None, horizon_days=14):
    events = no_events() if event_days is None else event_days
    known = planned(events, np.array(sorted(quantities), dtype=object))
    return Past(demand_of(quantities), groups or {}, known, horizon_days, settings(country=""))


def promotions(item_ids, at, n=400):
    keys = pd.DataFrame({"item_id": item_ids}).merge(pd.DataFrame({"day": days(n)[at]}), how="cross")
    to_come = LAST_DAY + pd.Timedelta(days=3)
    ahead = pd.DataFrame(
        {"item_id": item_ids, "day": pd.DatetimeIndex([to_come] * len(item_ids)).as_unit("us")}
    )
    return pd.concat([keys, ahead], ignore_index=True).assign(event_promo=1.0)


def test_a_promotion_to_come_is_forecast_and_its_components_sum_to_the_mean():
    quantity = counts(20, 400, seed=1)
    quantity[[100, 150, 200, 250, 300, 350]] += 30
    past = past_of({"a": quantity}, event_days=promotions(["a"], [100, 150, 200, 250, 300, 350]))
    made = prophet_forecast(VARIANTS["prophet_monthly"], past)
    assert made.mean[0, 2] > 1.8 * made.mean[0, [1, 3]].mean()
    summed = made.components[["trend", "weekly", "yearly", "events"]].sum(axis=1)
    np.testing.assert_allclose(summed, made.mean[0])
    assert made.failures.empty


def test_the_days_around_an_event_are_learned_where_windows_are_asked_for():
    quantity = counts(20, 400, seed=1)
    quantity[[99, 149, 199, 249, 299, 349]] += 30  # the day before
    past = past_of({"a": quantity}, event_days=promotions(["a"], [100, 150, 200, 250, 300, 350]))
    windows = prophet_forecast(Variant(windows=True), past).mean[0]
    assert windows[1] > 1.5 * windows[[0, 3]].mean()
    assert prophet_forecast(Variant(), past).mean[0, 1] < 0.7 * windows[1]


def test_a_recent_change_of_level_corrects_the_trend():
    quantity = counts(20, 400, seed=2)
    quantity[-15:] = np.round(quantity[-15:] * 2)
    past = past_of({"a": quantity})
    plain, corrected = (
        prophet_forecast(Variant(recent_half_life=half_life), past).mean.mean() for half_life in (0.0, 14.0)
    )
    assert corrected > 1.1 * plain


def test_a_variant_looks_back_as_far_as_it_was_told():
    old, new = counts(60, 300, seed=3), counts(20, 100, seed=4)
    past = past_of({"a": np.r_[old, new]})
    assert prophet_forecast(Variant(history_days=100), past).mean.mean() == pytest.approx(20, rel=0.2)


def test_items_with_too_little_history_have_the_pooled_forecast():
    past = past_of({"a": counts(20, 400, seed=1), "new": counts(20, 30, seed=2)})
    made = prophet_forecast(VARIANTS["prophet_plain"], past)
    np.testing.assert_array_equal(made.mean[1], past.pooled.mean[1])
    assert made.components["item_id"].unique().tolist() == ["a"]
    alone = prophet_forecast(VARIANTS["prophet_plain"], past_of({"new": counts(20, 30, seed=2)}))
    assert alone.components.empty


def test_an_item_that_sells_on_few_days_has_the_pooled_forecast():
    past = past_of({"fast": counts(20, 400, seed=1), "slow": counts(0.3, 400, seed=2)})
    assert selling_shares(past.panel) == pytest.approx([1.0, 0.25], abs=0.05)
    made = prophet_forecast(VARIANTS["prophet_plain"], past)
    np.testing.assert_array_equal(made.mean[1], past.pooled.mean[1])
    assert (made.mean[0] != past.pooled.mean[0]).all()
    assert made.components["item_id"].unique().tolist() == ["fast"]


def test_a_groups_prophet_is_shared_by_its_items_as_they_sold_lately():
    quantities = {f"A-{i}": counts(mean, 200, seed=i) for i, mean in enumerate((3, 6, 12))}
    past = past_of(quantities)
    fitted, forecast = group_forecasts(past)
    assert fitted.shape == (1, 200)
    assert forecast.mean() == pytest.approx(21, rel=0.1)
    made = candidate_means(["prophet_group"], past).by_candidate["prophet_group"]
    assert made.mean(axis=1) == pytest.approx([3, 6, 12], rel=0.2)
    np.testing.assert_allclose(made[0] / made[0].sum(), forecast[0] / forecast[0].sum())


def test_a_group_that_prophet_cannot_fit_has_the_pooled_forecast():
    past = past_of({"new": np.array([4.0])})
    made = candidate_means(["prophet_group"], past).by_candidate["prophet_group"]
    np.testing.assert_allclose(made, past.pooled.mean)


def test_blends_are_weighted_means_of_their_parts():
    past = past_of({"a": counts(20, 200, seed=1)})
    made = candidate_means(["blend"], past).by_candidate
    np.testing.assert_allclose(made["blend"], 0.7 * made["reconciled"] + 0.3 * made["prophet_windows"])
    assert all(sum(shares.values()) == pytest.approx(1) for shares in BLENDS.values())


def test_candidates_are_ordered_by_simplicity_and_unknown_ones_named():
    assert ordered(["prophet", "pooled", "pooled", "moving_average"]) == [
        "moving_average",
        "pooled",
        "prophet",
    ]
    assert set(VARIANTS) | set(BLENDS) <= set(SIMPLICITY)
    with pytest.raises(ForecastError, match="oracle"):
        ordered(["oracle"])
