import numpy as np
import pytest
from demand_frames import panel
from hypothesis import given, settings
from hypothesis import strategies as st

from optiflow_lib.forecasting import baselines

GOLDEN = [0, 0, 2, 0, 4, 0, 0, 6, 0, 0, 3, 0, 0, 0, 5, 0]
demands = st.lists(st.one_of(st.integers(0, 6).map(float), st.just(np.nan)), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("method", "options", "expected"),
    [
        (baselines.croston, {"smoothing": 0.1}, 0.9447325823),
        (baselines.sba, {"smoothing": 0.1}, 0.8974959532),
        (baselines.tsb, {"size_smoothing": 0.1, "probability_smoothing": 0.1}, 0.7117911761),
        (baselines.tsb, {"size_smoothing": 0.2, "probability_smoothing": 0.3}, 0.9962911334),
    ],
)
def test_intermittent_methods_give_what_statsforecast_gives(method, options, expected):
    made = method(panel([GOLDEN]), 3, **options)
    assert made[0] == pytest.approx([expected] * 3, abs=1e-9)


def tsb_by_hand(history, *, smoothing):
    size = chance = None
    for quantity in history:
        if np.isnan(quantity):
            continue
        demanded = float(quantity > 0)
        chance = demanded if chance is None else chance + smoothing * (demanded - chance)
        if demanded:
            size = quantity if size is None else size + smoothing * (quantity - size)
    return (size or 0.0) * (chance or 0.0)


def croston_by_hand(history, *, smoothing):
    size = interval = None
    since = 1
    for quantity in history:
        if np.isnan(quantity):
            continue
        if quantity > 0:
            size = quantity if size is None else size + smoothing * (quantity - size)
            interval = since if interval is None else interval + smoothing * (since - interval)
            since = 1
        else:
            since += 1
    return 0.0 if size is None else size / interval


@settings(max_examples=60, deadline=None)
@given(st.lists(demands, min_size=1, max_size=4))
def test_intermittent_methods_equal_a_loop_over_known_days(histories):
    several = panel(histories)
    expected = [tsb_by_hand(row, smoothing=0.1) for row in several.quantity]
    assert baselines.tsb(several, 1)[:, 0] == pytest.approx(expected)
    expected = [croston_by_hand(row, smoothing=0.1) for row in several.quantity]
    assert baselines.croston(several, 1)[:, 0] == pytest.approx(expected)


def test_the_seasonal_naive_repeats_the_last_known_quantity_of_each_weekday():
    last_week = [1, 2, 3, np.nan, 5, 6, 7]
    made = baselines.seasonal_naive(panel([[10, 20, 30, 40, 50, 60, 70, *last_week]]), 9)
    assert made[0].tolist() == [1, 2, 3, 40, 5, 6, 7, 1, 2]


def test_the_moving_average_is_the_mean_of_known_days_among_the_last_56():
    history = [100.0] * 10 + [np.nan] * 6 + [4.0] * 25 + [6.0] * 25
    assert baselines.moving_average(panel([history]), 2)[0].tolist() == [5.0, 5.0]


def test_the_weekday_average_follows_the_week_where_much_is_sold_and_not_where_little_is():
    week = np.array([1, 1, 1, 1, 1, 3, 6])
    fast, slow = np.tile(week * 20.0, 60), np.zeros(420)
    slow[20::60] = 1.0
    made = baselines.weekday_average(panel([fast.tolist(), slow.tolist()]), 7)
    assert made[0] == pytest.approx(week * 20, rel=0.02)
    assert made[1].max() / made[1].min() < 1.5
    assert made.mean(axis=1) == pytest.approx(
        baselines.moving_average(panel([fast.tolist(), slow.tolist()]), 7).mean(axis=1)
    )


@pytest.mark.parametrize("name", baselines.BASELINES)
@pytest.mark.parametrize("history", [[3.0], [np.nan], [0.0] * 30, [np.nan] * 9 + [2.0]])
def test_every_baseline_forecasts_any_history(name, history):
    made = baselines.BASELINES[name](panel([history, [1.0]]), 10)
    assert made.shape == (2, 10)
    assert np.isfinite(made).all()
    assert (made >= 0).all()
