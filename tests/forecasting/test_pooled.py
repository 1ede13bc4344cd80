import numpy as np
import pandas as pd
import pytest
from demand_frames import LAST_DAY, WEEK, counts, days, demand_of, no_events, settings

from optiflow_lib.forecasting.groups import group_codes, group_events, group_totals
from optiflow_lib.forecasting.hierarchy import group_prophet_means
from optiflow_lib.forecasting.levels import chosen_speeds, level
from optiflow_lib.forecasting.panel import panel_of
from optiflow_lib.forecasting.past import Past
from optiflow_lib.forecasting.planned import planned
from optiflow_lib.forecasting.poisson import ridge
from optiflow_lib.forecasting.pooled import fitted_pooled
from optiflow_lib.forecasting.shape import calendar_columns, shape_of


def fitted(quantities, *, groups=None, event_days=None, country=None, horizon_days=14):
    panel = panel_of(demand_of(quantities))
    events = no_events() if event_days is None else event_days
    return fitted_pooled(
        panel,
        groups=groups or {},
        events=planned(events, panel.item_ids),
        country=country,
        horizon_days=horizon_days,
    )


def slow_movers(n_items, n, *, mean=0.3, shape=None, seed=0):
    rng = np.random.default_rng(seed)
    level = mean * (WEEK[days(n).day_of_week] if shape is None else shape)
    return {f"A-{i:03}": rng.poisson(level) for i in range(n_items)}


def event_frame(item_ids, on_days, name="event_promo", value=1.0):
    keys = pd.DataFrame({"item_id": item_ids}).merge(pd.DataFrame({"day": on_days}), how="cross")
    return keys.assign(**{name: value})


def test_slow_movers_take_the_week_of_their_group():
    made = fitted(slow_movers(60, 300))
    week = WEEK[pd.date_range(LAST_DAY + pd.Timedelta(days=1), periods=14).day_of_week]
    shape = made.mean.sum(axis=0) / made.mean.sum() * 14
    np.testing.assert_allclose(shape, week / week.mean(), atol=0.2)
    assert made.mean.mean() == pytest.approx(0.3, rel=0.1)


def test_each_group_has_a_week_of_its_own():
    flat = slow_movers(40, 300, shape=np.ones(300), seed=1)
    weekly = {f"B{item_id}": q for item_id, q in slow_movers(40, 300, seed=2).items()}
    groups = dict.fromkeys(flat, "flat") | dict.fromkeys(weekly, "weekly")
    made = fitted(flat | weekly, groups=groups).mean
    swing = made.sum(axis=0).max() / made.sum(axis=0).min()
    assert made[:40].sum(axis=0).std() / made[:40].sum(axis=0).mean() < 0.12
    assert made[40:].sum(axis=0).std() / made[40:].sum(axis=0).mean() > 0.2
    assert swing > 1.2


def test_a_season_of_the_year_comes_back():
    t = np.arange(1095)
    yearly = np.exp(0.6 * np.cos(2 * np.pi * (t - 1095) / 365.25))
    made = fitted(slow_movers(50, 1095, mean=1.0, shape=yearly), horizon_days=200)
    assert made.mean[:, :14].mean() == pytest.approx(np.exp(0.6), rel=0.12)
    assert made.mean[:, 170:195].mean() == pytest.approx(np.exp(-0.6), rel=0.25)


def test_a_day_on_which_the_shop_is_closed_stays_closed():
    shape = np.where(days(400).day_of_week == 6, 0.0, 1.0)
    made = fitted(slow_movers(20, 400, mean=3.0, shape=shape))
    sunday = pd.date_range(LAST_DAY + pd.Timedelta(days=1), periods=14).day_of_week == 6
    assert made.mean[:, sunday].max() < 0.1
    assert made.mean[:, ~sunday].mean() == pytest.approx(3.0, rel=0.1)


def test_an_event_of_the_whole_group_lifts_it_when_it_comes_back():
    n, quantities = 300, slow_movers(50, 300, mean=1.0)
    on = days(n)[[60, 61, 150, 151, 240, 241]]
    for quantity in quantities.values():
        quantity[[60, 61, 150, 151, 240, 241]] *= 3
    to_come = pd.date_range(LAST_DAY + pd.Timedelta(days=5), periods=2).as_unit("us")
    events = event_frame(list(quantities), on.append(to_come))
    lifted = fitted(quantities, event_days=events).mean.mean(axis=0)
    calm = fitted(quantities, event_days=events[events["day"] <= LAST_DAY]).mean.mean(axis=0)
    assert (lifted / calm)[4:6] == pytest.approx([3.0, 3.0], rel=0.15)
    assert (lifted / calm)[8:] == pytest.approx(1.0, abs=0.05)


def test_a_promotion_of_single_items_teaches_the_items_that_never_had_one():
    n, quantities = 300, slow_movers(60, 300, mean=1.0)
    ids, rng = list(quantities), np.random.default_rng(7)
    frames = []
    for item_id in ids[:30]:
        at = rng.choice(np.arange(40, n), 5, replace=False)
        quantities[item_id][at] = rng.poisson(2.5, 5)
        frames.append(event_frame([item_id], days(n)[at]))
    to_come = pd.DatetimeIndex([LAST_DAY + pd.Timedelta(days=3)]).as_unit("us")
    frames.append(event_frame(ids[30:33], to_come))
    past, events = pd.concat(frames[:-1]), pd.concat(frames)
    ratio = fitted(quantities, event_days=events).mean / fitted(quantities, event_days=past).mean
    assert ratio[30:33, 2] == pytest.approx([2.5] * 3, rel=0.25)
    assert np.delete(ratio, [30, 31, 32], axis=0) == pytest.approx(1.0)


def test_which_events_are_the_groups_own():
    panel = panel_of(demand_of(slow_movers(10, 50)))
    both = pd.concat(
        [
            event_frame(list(panel.item_ids), days(50)[[10]], name="event_fair"),
            event_frame(list(panel.item_ids[:2]), days(50)[[20]], name="event_promo", value=0.3),
        ]
    ).fillna(0.0)
    events = planned(both, panel.item_ids)
    made = group_events(events, panel, panel.days, np.zeros(10, dtype=np.int64), 1)
    assert np.flatnonzero(made.intensity["event_fair"][0]).tolist() == [10]
    assert not made.intensity["event_promo"].any()
    assert made.item.tolist() == [0, 1]
    assert made.values[:, made.names.index("event_promo")].tolist() == [1.0, 1.0]


def test_a_group_total_stands_for_items_whose_demand_is_unknown():
    quantity = np.full((4, 200), 2.0)
    quantity[0, 50:60] = np.nan
    panel = panel_of(demand_of({f"A-{i}": q for i, q in enumerate(quantity)}))
    total = group_totals(panel, np.zeros(4, dtype=np.int64), 1)[0]
    np.testing.assert_allclose(total, 8.0)


def test_groups_are_numbered_by_name_and_items_without_one_share_one():
    codes, names = group_codes(np.array(["a", "b", "c"], dtype=object), {"a": "tea", "c": "jam"})
    assert names.tolist() == ["", "jam", "tea"]
    assert codes.tolist() == [2, 0, 1]


def test_a_level_is_the_discounted_mean_and_a_new_item_has_its_groups():
    quantity = np.array([[4.0] * 60, [np.nan] * 60, [np.nan] * 59 + [9.0]])
    made = level(quantity, np.ones((3, 60)), 14.0, np.full(3, 3.0))
    assert made[0] == pytest.approx(4.0, rel=0.02)
    assert made[1] == pytest.approx(3.0)
    assert 3.0 < made[2] < 9.0


def test_groups_whose_levels_jump_are_followed_fast_and_steady_ones_slowly():
    rng = np.random.default_rng(3)
    n = 1000
    jumping = np.repeat(rng.uniform(3, 6, (40, n // 50)), 50, axis=1)
    quantity = np.vstack([rng.poisson(jumping), rng.poisson(4.0, (40, n))]).astype(float)
    codes = np.repeat([0, 1], 40)
    fast, slow = chosen_speeds(quantity, np.ones_like(quantity), np.full(80, 4.0), codes, 2)
    assert fast[0] < fast[-1] or slow[0] < slow[-1]
    assert (fast[0], slow[0]) < (28, 0.5)


def test_a_ridge_without_prior_is_the_maximum_of_the_likelihood():
    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(4000), rng.normal(size=4000)])
    counts_ = rng.poisson(np.exp(design @ [0.5, 0.3])).astype(float)
    found = ridge(design, counts_, np.zeros(4000), sd=np.full(2, 1e3))
    assert found == pytest.approx([0.5, 0.3], abs=0.03)
    gradient = design.T @ (counts_ - np.exp(design @ found))
    np.testing.assert_allclose(gradient, 0, atol=1e-3)
    held = ridge(design, counts_, np.zeros(4000), sd=np.array([1e3, 1e-4]))
    assert held[1] == pytest.approx(0, abs=1e-3)


def test_the_shape_of_nothing_is_flat_or_that_of_the_others():
    columns = calendar_columns(pd.date_range("2025-01-01", periods=40), country=None, history_days=30)
    assert shape_of(np.zeros(30), columns).tolist() == [1.0] * 40
    around = np.linspace(0.5, 1.5, 40)
    assert shape_of(np.full(30, np.nan), columns, around=around).tolist() == around.tolist()


def test_public_holidays_have_columns_and_short_histories_no_year():
    long = calendar_columns(pd.date_range("2023-01-01", periods=1000), country="FR", history_days=1000)
    short = calendar_columns(pd.date_range("2025-01-01", periods=60), country=None, history_days=50)
    assert short.values.shape[1] == 7
    assert long.values.shape[1] > 7 + 12 + 5 * 10
    assert len(long.sd) == long.values.shape[1]


@pytest.mark.parametrize("history", [[3.0], [0.0] * 30, [np.nan] * 30])
def test_any_history_has_a_forecast(history):
    made = fitted({"a": np.array(history), "b": counts(5, 60, seed=1)})
    assert np.isfinite(made.mean).all()
    assert (made.mean >= 0).all()
    assert np.isfinite(
        made.errors(panel_of(demand_of({"a": np.array(history), "b": counts(5, 60, seed=1)}))).squares
    ).all()


def test_an_item_that_never_sold_is_forecast_exactly_zero_and_a_new_one_is_not():
    history = counts(5, 60, seed=1)
    made = fitted({"never": np.zeros(28), "new": np.zeros(27), "a": history, "b": history})
    by_item = dict(zip(["a", "b", "never", "new"], made.mean, strict=True))
    assert (by_item["never"] == 0).all()
    assert (by_item["new"] > 0).all()


def test_a_group_lends_nothing_to_an_item_that_never_sold():
    quantities = {"never": np.zeros(120)} | {f"A-{i}": counts(5, 120, seed=i) for i in range(3)}
    events = planned(no_events(), np.array(sorted(quantities), dtype=object))
    past = Past(demand_of(quantities), {}, events, 14, settings(country=""))
    made = group_prophet_means(past)
    assert (made[3] == 0).all()
    assert (made[:3] > 0).all()


@pytest.mark.parametrize(("wanders", "least", "most"), [(0.15, 7, 10), (0.0, 14, 56)])
def test_a_young_shop_chooses_how_fast_its_levels_move(wanders, least, most):
    rng = np.random.default_rng(8)
    steps = rng.normal(0, wanders, (40, 70)).cumsum(axis=1)
    made = fitted({f"A-{i:02}": rng.poisson(6 * np.exp(path)) for i, path in enumerate(steps)})
    assert least <= np.median(made.fast) <= most


@pytest.mark.parametrize(
    ("n_days", "stretches", "length"), [(400, 12, 28), (140, 3, 28), (139, 9, 7), (90, 6, 7)]
)
def test_a_young_shop_compares_weeks_after_levels_of_half_its_history(n_days, stretches, length):
    history = slow_movers(3, n_days, mean=2.0)
    errors = fitted(history).errors(panel_of(demand_of(history)))
    assert errors.totals.tolist() == [stretches] * 3
    assert (errors.days / errors.totals).tolist() == [length] * 3
