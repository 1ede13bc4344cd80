"""The seasonal shape that the items of a group share: week, year, day of the month, holidays and events.

One item of a slow mover shows no season; the sum of its group does. The logarithm of a group's daily total is linear
in the calendar, fitted as an overdispersed Poisson regression with a normal prior on every coefficient (McCullagh &
Nelder 1989, ch. 6); a trend that bends every quarter keeps growth out of the season and is not part of the shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.calendar import country_holidays, fourier, occurrences
from optiflow_lib.forecasting.panel import Array
from optiflow_lib.forecasting.poisson import ridge

YEAR = 364
LEAST_DAYS_OF_YEARLY, LEAST_DAYS_OF_MONTHLY = 550, 90
QUARTER = 91
WINDOW = (-3, -2, -1, 1)  # days around a holiday or event whose demand moves with it
# Standard deviations of the priors: of logarithms, so about shares; wide where a shop may be closed.
WEEKDAY_SD, YEARLY_SD, MONTHLY_SD, EVENT_SD, WINDOW_SD, BEND_SD = 2.0, 0.3, 0.2, 3.0, 0.2, 0.5


@dataclass(frozen=True)
class Columns:
    """Columns of the regression over history and horizon.

    Args:
        values: Shape (n_days, n_columns).
        sd: Standard deviation of each coefficient's prior, shape (n_columns,).
    """

    values: Array
    sd: Array


def calendar_columns(days: pd.DatetimeIndex, *, country: str | None, history_days: int) -> Columns:
    """Weekdays, year, day of the month and public holidays with the days around them.

    Args:
        days: History and horizon.
        country: Whose public holidays; None for none.
        history_days: Days of `days` that are history: a season longer than what was seen is left out.
    """
    weekday = np.eye(7)[days.day_of_week]
    parts, sds = [weekday], [np.full(7, WEEKDAY_SD)]
    dates = days.to_numpy().astype("datetime64[D]")
    if history_days >= LEAST_DAYS_OF_YEARLY:
        parts.append(fourier(dates, 365.25, 3))
        sds.append(np.full(6, YEARLY_SD))
    if history_days >= LEAST_DAYS_OF_MONTHLY:
        parts.append(_day_of_month(days))
        sds.append(np.full(6, MONTHLY_SD))
    years = tuple(sorted(set(days.year)))
    for on in occurrences(country_holidays(country, years)).values():
        _add_event(parts, sds, np.isin(dates, on).astype(float), history_days=history_days)
    return Columns(np.column_stack(parts), np.concatenate(sds))


def event_columns_of(intensity: Mapping[str, Array], *, history_days: int) -> Columns:
    """Events by name, (n_days,) of 0 to 1, with the days around them; what never occurred in the history is left out."""
    n_days = len(next(iter(intensity.values()), []))
    parts, sds = [np.empty((n_days, 0))], [np.empty(0)]
    for on in intensity.values():
        _add_event(parts, sds, on, history_days=history_days)
    return Columns(np.column_stack(parts), np.concatenate(sds))


def shape_of(total: Array, columns: Columns, *, around: Array | None = None) -> Array:
    """The multiplicative shape of one series over history and horizon, its mean over the last year of history 1.

    Args:
        total: Units of each day of the history, NaN where unknown; shape (history_days,).
        columns: Over history and horizon.
        around: A shape to deviate from, e.g. that of all groups; shape (n_days,).
    """
    n, n_days = len(total), len(columns.values)
    offset = np.zeros(n_days) if around is None else np.log(np.maximum(around, 1e-3))
    known = ~np.isnan(total)
    if not np.nansum(total) > 0:
        return np.ones(n_days) if around is None else around
    trend, trend_sd = _trend(n, n_days)
    design = np.column_stack([trend, columns.values])
    beta = ridge(design[:n][known], total[known], offset[:n][known], sd=np.r_[trend_sd, columns.sd])
    shape = np.exp(np.clip(columns.values @ beta[trend.shape[1] :], -8, 4) + offset)
    return np.asarray(shape / shape[max(0, n - YEAR) : n].mean())


def _day_of_month(days: pd.DatetimeIndex) -> Array:
    phase = 2 * np.pi * (days.day.to_numpy() - 1) / 30.4
    return np.column_stack([part(k * phase) for k in (1, 2, 3) for part in (np.sin, np.cos)])


def _add_event(parts: list[Array], sds: list[Array], on: Array, *, history_days: int) -> None:
    if not on[:history_days].any():
        return
    around = [np.r_[np.zeros(max(k, 0)), on, np.zeros(max(-k, 0))][max(-k, 0) :][: len(on)] for k in WINDOW]
    parts.append(np.column_stack([on, *around]))
    sds.append(np.array([EVENT_SD, *[WINDOW_SD] * len(WINDOW)]))


def _trend(n: int, n_days: int) -> tuple[Array, Array]:
    t = np.arange(n_days, dtype=float)
    bends = np.arange(QUARTER, n - 30, QUARTER)
    hinges = np.maximum(0, t[:, None] - bends) / 365
    return np.column_stack([np.ones(n_days), (t - n) / 365, hinges]), np.r_[10.0, 1.0, [BEND_SD] * len(bends)]
