"""The pooled count model: each item's own recent level, times the season and the events of its group.

What a slow mover cannot tell of itself, its group tells: the shape of the week, the year and the holidays, the effect
of promotions, the level of a new item.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.forecasting import levels
from optiflow_lib.forecasting.groups import GroupEvents, group_codes, group_events, group_totals
from optiflow_lib.forecasting.law import Errors, steps_of
from optiflow_lib.forecasting.panel import Array, Panel, Rows, ratio
from optiflow_lib.forecasting.planned import Planned
from optiflow_lib.forecasting.poisson import ridge
from optiflow_lib.forecasting.shape import Columns, calendar_columns, event_columns_of, shape_of

AROUND_HALF_LIFE = 28.0
OWN_EVENT_SD = 0.7
WEEKDAY_UNITS = 60.0  # an item's own weekdays count as far as it sold more than this
YEAR = 364


@dataclass(frozen=True)
class Pooled:
    """The fitted model.

    Args:
        season: What multiplies an item's level on each day of history and horizon; shape (n_items, n_days + horizon).
        level: Of each item after the last day, units a day; 0 for one that never sold; shape (n_items,).
        mean: Forecast, units; shape (n_items, horizon).
        fast: Half-life of the fast part of the level, days; shape (n_items,).
        slow_share: Share of the slow part; shape (n_items,).
        prior_mean: Level of a new item of the group; shape (n_items,).
    """

    season: Array
    level: Array
    mean: Array
    fast: Array
    slow_share: Array
    prior_mean: Array

    def errors(self, panel: Panel) -> Errors:
        """What the model's levels of earlier days would have missed in the 28 days after them, in a young shop in the week.

        Stretches are those of `levels.stretches_of`.
        """
        summed = Errors.none(len(panel.item_ids))
        n_days, step = len(panel.days), steps_of(panel.quantity)
        origins, stretch = levels.stretches_of(n_days)
        for origin in origins or [max(n_days - stretch, 1)]:
            ahead = slice(origin, min(origin + stretch, n_days))
            level = levels.two_speed_level(
                panel.quantity[:, :origin],
                self.season[:, :origin],
                self.prior_mean,
                fast=self.fast,
                slow_share=self.slow_share,
            )
            started = ~np.isnan(panel.quantity[:, :origin]).all(axis=1, keepdims=True)
            actual = np.where(started, panel.quantity[:, ahead], np.nan)
            summed = summed + Errors.of(level[:, None] * self.season[:, ahead], actual, step)
        return summed


def fitted_pooled(
    panel: Panel,
    *,
    groups: Mapping[str, str],
    events: Planned,
    country: str | None,
    horizon_days: int,
) -> Pooled:
    """Fits all items at once.

    Args:
        panel: The history.
        groups: Group of each item_id; an item without one belongs to the group "".
        events: What is planned, covering history and horizon.
        country: Whose public holidays.
        horizon_days: Days ahead.
    """
    codes, names = group_codes(panel.item_ids, groups)
    season = _season(panel, codes, len(names), events, country=country, horizon_days=horizon_days)
    history = season[:, : len(panel.days)]
    prior_mean = levels.prior_means(panel.quantity, history, codes, len(names))
    fast, slow_share = levels.chosen_speeds(panel.quantity, history, prior_mean, codes, len(names))
    level = levels.two_speed_level(panel.quantity, history, prior_mean, fast=fast, slow_share=slow_share)
    level = np.where(panel.unsold, 0.0, level)
    mean = level[:, None] * season[:, len(panel.days) :]
    return Pooled(season, level, mean, fast, slow_share, prior_mean)


def _season(
    panel: Panel,
    codes: Rows,
    n_groups: int,
    events: Planned,
    *,
    country: str | None,
    horizon_days: int,
) -> Array:
    n_days = len(panel.days)
    days = pd.date_range(panel.days[0], periods=n_days + horizon_days)
    calendar = calendar_columns(days, country=country, history_days=n_days)
    totals = group_totals(panel, codes, n_groups)
    one = np.zeros_like(codes)
    around = shape_of(
        group_totals(panel, one, 1)[0],
        _joined(calendar, group_events(events, panel, days, one, 1).of_group(0), n_days),
    )
    by_group = group_events(events, panel, days, codes, n_groups)
    shapes = np.stack(
        [
            shape_of(totals[group], _joined(calendar, by_group.of_group(group), n_days), around=around)
            for group in range(n_groups)
        ]
    )
    season = shapes[codes]
    season *= _own_weekdays(panel, season)
    return _with_own_events(panel, season, by_group)


def _own_weekdays(panel: Panel, season: Array) -> Array:
    """What an item's weekdays are beyond its group's, believed as far as it sells."""
    n_days = len(panel.days)
    recent = panel.quantity[:, -2 * YEAR :]
    known, expected = ~np.isnan(recent), season[:, :n_days][:, -2 * YEAR :]
    level = np.nansum(recent, axis=1) / np.maximum((expected * known).sum(axis=1), 1e-9)
    weekday = panel.days[-2 * YEAR :].day_of_week.to_numpy()
    all_days = pd.date_range(panel.days[0], periods=season.shape[1]).day_of_week.to_numpy()
    made = np.empty_like(season)
    for day in range(7):
        sold = np.nansum(recent[:, weekday == day], axis=1)
        wanted = level * (expected * known)[:, weekday == day].sum(axis=1)
        made[:, all_days == day] = ((sold + WEEKDAY_UNITS) / (wanted + WEEKDAY_UNITS))[:, None]
    return made


def _with_own_events(panel: Panel, season: Array, events: GroupEvents) -> Array:
    """`season` times the effect of events that single items have; an event's effect is shared by all items."""
    n_days = len(panel.days)
    past = events.day < n_days
    item, day = events.item[past], events.day[past]
    calm = np.ones(panel.quantity.shape, dtype=bool)
    calm[item, day] = False
    expected = _level_around(panel.quantity, season[:, :n_days], calm)[item, day] * season[item, day]
    quantity = panel.quantity[item, day]
    used = ~np.isnan(quantity) & (expected > 0)
    if not used.any():
        return season
    sd = np.full(len(events.names), OWN_EVENT_SD)
    beta = ridge(events.values[past][used], quantity[used], np.log(expected[used]), sd=sd)
    made = season.copy()
    made[events.item, events.day] *= np.exp(events.values @ beta)
    return made


def _level_around(quantity: Array, season: Array, calm: NDArray[np.bool_]) -> Array:
    """Level of each day from the calm days before and after it."""
    counted = calm & ~np.isnan(quantity)
    sums = [_both_ways(np.where(counted, values, 0.0)) for values in (quantity, season)]
    return ratio(sums[0], sums[1])


def _both_ways(values: Array) -> Array:
    """Sums of all days, discounted by their distance."""
    keep = 0.5 ** (1 / AROUND_HALF_LIFE)
    ahead, back = values.copy(), values.copy()
    for day in range(1, values.shape[1]):
        ahead[:, day] += keep * ahead[:, day - 1]
        back[:, -day - 1] += keep * back[:, -day]
    return np.asarray(ahead + back - values)


def _joined(calendar: Columns, events: dict[str, Array], n_days: int) -> Columns:
    """The calendar's columns and those of the events of a group."""
    if not events:
        return calendar
    own = event_columns_of(events, history_days=n_days)
    return Columns(np.column_stack([calendar.values, own.values]), np.r_[calendar.sd, own.sd])
