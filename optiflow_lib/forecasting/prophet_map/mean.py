"""The mean of Prophet's model and its parts, for many items and days at once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.calendar import Array, Calendar, fourier
from optiflow_lib.forecasting.prophet_map.fitted import Fitted
from optiflow_lib.forecasting.prophet_map.specification import Specification

Parts = dict[str, Array]


@dataclass(frozen=True)
class Mean:
    """Evaluated for items × days; quantities in units.

    Args:
        trend: In units, shape (n_items, n_days).
        factor: Sum of the multiplicative terms, a share of the trend.
        added: Sum of the additive terms, units.
        parts: What each of "weekly", "yearly" and "events" contributes, units.
    """

    trend: Array
    factor: Array
    added: Array
    parts: Parts

    @property
    def forecast(self) -> Array:
        """Prophet's yhat, units."""
        return self.trend * (1 + self.factor) + self.added


def mean_of(
    asked: Specification,
    calendar: Calendar,
    fitted: Fitted,
    *,
    buckets: NDArray[np.integer],
    days: NDArray[np.datetime64],
    own: Mapping[str, Array],
) -> Mean:
    """Evaluates the model.

    Args:
        asked: The model.
        calendar: Its columns.
        fitted: Its parameters.
        buckets: Since the histories' first day, shape (n_days,).
        days: The same as days.
        own: Regressors and conditions by name, shape (n_items, n_days) each, not standardised.
    """
    trend = scaled_trend(asked, fitted, buckets) * fitted.scale[:, None] + fitted.floor[:, None]
    zero = np.zeros_like(trend)
    factor, added, parts = zero.copy(), zero.copy(), {p: zero.copy() for p in ("weekly", "yearly", "events")}
    shared = calendar.shared_values(days)
    for part, multiplicative in sorted(
        {(part_of(calendar, i), c.multiplicative) for i, c in enumerate(calendar.columns)}
    ):
        chosen = [
            i
            for i, c in enumerate(calendar.columns)
            if part_of(calendar, i) == part and c.multiplicative == multiplicative
        ]
        effect = _effect(asked, calendar, fitted, chosen, shared=shared, days=days, own=own)
        if multiplicative:
            factor += effect
            parts[part] += trend * effect
        else:
            effect *= fitted.scale[:, None]
            added += effect
            parts[part] += effect
    return Mean(trend, factor, added, parts)


def scaled_trend(asked: Specification, fitted: Fitted, buckets: NDArray[np.integer]) -> Array:
    """Piecewise linear trend in scaled units, shape (n_items, n_days)."""
    if asked.growth == "flat":
        return np.repeat(fitted.m[:, None], len(buckets), axis=1)
    span = fitted.span[:, None]
    t = (buckets[None, :] - fitted.start[:, None]) / span
    trend = fitted.k[:, None] * t + fitted.m[:, None]
    for j in range(fitted.delta.shape[1]):
        bent = np.flatnonzero(fitted.delta[:, j])
        at = (fitted.changepoint[bent, j] - fitted.start[bent])[:, None] / span[bent]
        trend[bent] += fitted.delta[bent, j][:, None] * np.maximum(t[bent] - at, 0.0)
    return trend


def part_of(calendar: Calendar, column: int) -> str:
    """Where a column's effect is shown: weekly (periods up to a week), yearly (longer ones) or events."""
    described = calendar.columns[column]
    if described.kind != "seasonality":
        return "events"
    return "weekly" if calendar.seasonalities[described.component].period <= 7 else "yearly"


def own_values(
    asked: Specification,
    calendar: Calendar,
    fitted: Fitted,
    *,
    days: NDArray[np.datetime64],
    own: Mapping[str, Array],
) -> Array:
    """Columns that differ by item, shape (n_own, n_items, n_days).

    Fourier terms where their condition holds, then standardised regressors.
    """
    values = np.zeros((len(calendar.columns) - calendar.n_shared, len(fitted.item_ids), len(days)))
    place = 0
    for seasonality in calendar.seasonalities.values():
        if seasonality.condition is not None:
            holds = own[seasonality.condition] != 0
            for term in fourier(days, seasonality.period, seasonality.order).T:
                values[place] = np.where(holds, term, 0.0)
                place += 1
    for r, name in enumerate(asked.regressors):
        values[place + r] = (own[name] - fitted.center[:, r, None]) / fitted.spread[:, r, None]
    return values


def _effect(
    asked: Specification,
    calendar: Calendar,
    fitted: Fitted,
    chosen: list[int],
    *,
    shared: Array,
    days: NDArray[np.datetime64],
    own: Mapping[str, Array],
) -> Array:
    effect = np.zeros((len(fitted.item_ids), len(days)))
    for i in chosen:  # column by column: a matrix product's last bits depend on how many items it has
        if i < calendar.n_shared:
            effect += fitted.beta[:, i, None] * shared[:, i]
    if max(chosen) >= calendar.n_shared:
        values = own_values(asked, calendar, fitted, days=days, own=own)
        for i in chosen:
            if i >= calendar.n_shared:
                effect += fitted.beta[:, i, None] * values[i - calendar.n_shared]
    return effect
