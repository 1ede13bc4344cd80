"""Forecasters that need no model: what Prophet must beat to earn its place.

Each gives a mean per item and day of the horizon; their distributions are drawn from the item's own past, which is
hard to beat for slow movers (docs/benchmarks.md).
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.panel import Array, Panel, ratio

WEEK = 7
AVERAGE_DAYS = 56
RECENT_DAYS = 364
CROSTON_SMOOTHING = 0.1


def seasonal_naive(panel: Panel, horizon_days: int) -> Array:
    """The last known quantity of the same weekday; shape (n_items, horizon_days)."""
    weekdays = panel.days.day_of_week.to_numpy()
    ahead = _ahead(panel, horizon_days).day_of_week.to_numpy()
    last = np.column_stack([_last_known(panel.quantity[:, weekdays == day]) for day in range(WEEK)])
    return np.nan_to_num(last[:, ahead])


def moving_average(panel: Panel, horizon_days: int) -> Array:
    """Mean of the known days among the last 56, on every day of the horizon."""
    return np.repeat(_mean(panel.quantity[:, -AVERAGE_DAYS:])[:, None], horizon_days, axis=1)


def weekday_average(panel: Panel, horizon_days: int) -> Array:
    """The moving average times a weekday index of the last year, shrunk to 1 where little was sold."""
    recent = panel.quantity[:, -RECENT_DAYS:]
    weekdays = panel.days[-RECENT_DAYS:].day_of_week.to_numpy()
    level = _mean(recent)[:, None]
    sums = np.column_stack([np.nansum(recent[:, weekdays == day], axis=1) for day in range(WEEK)])
    counts = np.column_stack([(~np.isnan(recent[:, weekdays == day])).sum(axis=1) for day in range(WEEK)])
    prior = 30.0  # units: an index is believed as far as it is made of more sales than this
    index = (sums + prior / WEEK) / np.maximum(counts * level + prior / WEEK, 1e-12)
    index *= WEEK / index.sum(axis=1, keepdims=True)
    return moving_average(panel, horizon_days) * index[:, _ahead(panel, horizon_days).day_of_week.to_numpy()]


def croston(panel: Panel, horizon_days: int, *, smoothing: float = CROSTON_SMOOTHING) -> Array:
    """Smoothed size over smoothed interval of demand (Croston 1972); unknown days do not count as time."""
    size, interval, _ = _intermittent(panel.quantity, size_smoothing=smoothing, interval_smoothing=smoothing)
    return np.repeat(ratio(size, interval)[:, None], horizon_days, axis=1)


def sba(panel: Panel, horizon_days: int, *, smoothing: float = CROSTON_SMOOTHING) -> Array:
    """Croston's rate less its bias: × (1 − smoothing/2) (Syntetos & Boylan 2005)."""
    return (1 - smoothing / 2) * croston(panel, horizon_days, smoothing=smoothing)


def tsb(
    panel: Panel, horizon_days: int, *, size_smoothing: float = 0.1, probability_smoothing: float = 0.1
) -> Array:
    """Smoothed size times smoothed chance of demand; it fades when demand stops (Teunter, Syntetos & Babai 2011)."""
    size, _, chance = _intermittent(
        panel.quantity,
        size_smoothing=size_smoothing,
        interval_smoothing=0.1,
        probability_smoothing=probability_smoothing,
    )
    return np.repeat((size * chance)[:, None], horizon_days, axis=1)


BASELINES: dict[str, Callable[[Panel, int], Array]] = {
    "seasonal_naive": seasonal_naive,
    "moving_average": moving_average,
    "weekday_average": weekday_average,
    "croston": croston,
    "sba": sba,
    "tsb": tsb,
}


def _intermittent(
    quantity: Array, *, size_smoothing: float, interval_smoothing: float, probability_smoothing: float = 0.1
) -> tuple[Array, Array, Array]:
    """Size, interval and chance of demand after the last day, each (n_items,)."""
    n_items, n_days = quantity.shape
    size, interval, chance = np.zeros(n_items), np.zeros(n_items), np.zeros(n_items)
    since, started = np.ones(n_items), np.zeros(n_items, dtype=bool)
    seen = np.zeros(n_items, dtype=bool)
    for t in range(n_days):
        today = quantity[:, t]
        known, demanded = ~np.isnan(today), np.nan_to_num(today) > 0
        first, again = demanded & ~started, demanded & started
        size = np.where(first, today, np.where(again, size + size_smoothing * (today - size), size))
        interval = np.where(
            first, since, np.where(again, interval + interval_smoothing * (since - interval), interval)
        )
        moved = chance + probability_smoothing * (demanded - chance)
        chance = np.where(known, np.where(seen, moved, demanded), chance)
        seen |= known
        started |= demanded
        since = np.where(demanded, 1, since + known)
    return size, interval, chance


def _ahead(panel: Panel, horizon_days: int) -> pd.DatetimeIndex:
    return pd.date_range(panel.days[-1] + pd.Timedelta(days=1), periods=horizon_days)


def _last_known(quantity: Array) -> Array:
    position = np.where(np.isnan(quantity), -1, np.arange(quantity.shape[1]))
    last = position.max(axis=1, initial=-1)
    taken = (
        quantity[np.arange(len(quantity)), np.maximum(last, 0)]
        if quantity.shape[1]
        else np.zeros(len(quantity))
    )
    return np.where(last >= 0, taken, np.nan)


def _mean(quantity: Array) -> Array:
    return ratio(np.nansum(quantity, axis=1), (~np.isnan(quantity)).sum(axis=1))
