import numpy as np
import pandas as pd
import pytest

from optiflow_lib.forecasting.levels import two_speed_level
from optiflow_lib.forecasting.panel import Panel
from optiflow_lib.forecasting.planned import planned
from optiflow_lib.forecasting.pooled import fitted_pooled
from optiflow_lib.forecasting.rolling import Rolling, rolling_forecasts

NO_EVENTS = pd.DataFrame({"item_id": pd.Series(dtype="str"), "day": pd.Series(dtype="datetime64[us]")})
ROLLING = Rolling(horizon_days=10, history_days=300, refit_days=7, country="FR", threads=2)


def panel(seed=0, n_items=6, n_days=340):
    rng = np.random.default_rng(seed)
    week = 1 + 0.4 * np.sin(2 * np.pi * np.arange(n_days) / 7)
    quantity = rng.poisson(rng.gamma(2, 2, (n_items, 1)) * week).astype(float)
    quantity[rng.random(quantity.shape) < 0.05] = np.nan
    ids = np.array([f"i{k}" for k in range(n_items)], dtype=object)
    return Panel(ids, pd.date_range("2025-01-01", periods=n_days), quantity)


def forecasts(history, evenings, rolling=ROLLING):
    return rolling_forecasts(
        history,
        lambda day, mean, law: (day, mean, law),
        evenings=evenings,
        groups={},
        event_days=NO_EVENTS,
        rolling=rolling,
    )


def test_each_evening_has_its_forecast_in_order():
    made = forecasts(panel(), range(310, 330))
    assert [day for day, _, _ in made] == list(range(310, 330))
    assert {mean.shape for _, mean, _ in made} == {(6, 10)}


def test_the_level_of_a_later_evening_is_that_of_all_days_until_then():
    history = panel()
    made = forecasts(history, range(310, 316))
    seen = Panel(history.item_ids, history.days[11:311], history.quantity[:, 11:311])
    fitted = fitted_pooled(
        seen, groups={}, events=planned(NO_EVENTS, seen.item_ids), country="FR", horizon_days=30
    )
    for day, mean, _ in made:
        length = day + 1 - 11
        level = two_speed_level(
            history.quantity[:, 11 : day + 1],
            fitted.season[:, :length],
            fitted.prior_mean,
            fast=fitted.fast,
            slow_share=fitted.slow_share,
        )
        assert mean == pytest.approx(level[:, None] * fitted.season[:, length : length + 10])


def test_nothing_after_an_evening_is_seen():
    history = panel()
    later = history.quantity.copy()
    later[:, 320:] = 99.0
    changed = Panel(history.item_ids, history.days, later)
    for before, after in zip(
        forecasts(history, range(306, 330)), forecasts(changed, range(306, 330)), strict=True
    ):
        same = bool((before[1] == after[1]).all() and (before[2].dispersion == after[2].dispersion).all())
        assert same == (before[0] < 320)


def test_fitting_every_day_is_an_option_and_threads_change_nothing():
    daily = Rolling(horizon_days=10, history_days=300, refit_days=1, country="FR", threads=1)
    together = Rolling(horizon_days=10, history_days=300, refit_days=1, country="FR", threads=2)
    one, two = (forecasts(panel(), range(310, 314), rolling=r) for r in (daily, together))
    assert all((a[1] == b[1]).all() for a, b in zip(one, two, strict=True))
    weekly = forecasts(panel(), range(310, 314))
    assert (one[0][1] == weekly[0][1]).all()
    assert not (one[3][1] == weekly[3][1]).all()
