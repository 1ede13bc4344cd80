"""Totals by category and by location are forecast too, and the items' forecasts are brought nearer to them.

A total has volume where its items have noise: growth, events and the year show in it. Prophet forecasts every total as
if it were an item. What totals and sums of items say is then believed half and half, and the items are raked to it: those
of a total move by the same factor (iterative proportional fitting, Deming & Stephan 1940), so that sums agree however
they are taken. Whether that pays is for the backtest to say, as of any other candidate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optiflow_lib.forecasting import groups
from optiflow_lib.forecasting.panel import Array, Ids, Rows, ratio
from optiflow_lib.forecasting.past import Past
from optiflow_lib.forecasting.planned import planned
from optiflow_lib.forecasting.prophets import VARIANTS, prophet_forecast

BELIEVED = 0.5  # of a total's own forecast; the rest is the sum of its items'
VARIANT = VARIANTS["prophet_windows"]
MOST_SWEEPS, PRECISION = 50, 1e-9


@dataclass(frozen=True)
class Margin:
    """Totals that have no item in common.

    Args:
        codes: Number of the total that each item belongs to; shape (n_items,).
        totals: What they shall be each day; shape (n_totals, n_days).
    """

    codes: Rows
    totals: Array

    def sums(self, mean: Array) -> Array:
        """What the items sum to, in the shape of `totals`."""
        made = np.zeros_like(self.totals)
        np.add.at(made, self.codes, mean)
        return made


def reconciled_means(past: Past) -> Array:
    """The pooled model's forecasts, brought nearer to those of the totals; (n_items, horizon_days)."""
    mean = past.pooled.mean
    return raked(mean, [_believed(_forecast(past, codes), mean) for codes in _codes(past)])


def raked(mean: Array, margins: Sequence[Margin]) -> Array:
    """`mean` times one factor per total and day, so that every sum is as `margins` say.

    Totals of several margins can only hold together if these agree on the grand total: it becomes the geometric mean
    of what they say. What is 0 stays 0.

    Args:
        mean: Shape (n_items, n_days), not negative.
        margins: E.g. by category and by location.
    """
    grand = np.exp(np.mean([np.log(np.maximum(m.totals.sum(axis=0), 1e-12)) for m in margins], axis=0))
    agreed = [Margin(m.codes, m.totals * ratio(grand, m.totals.sum(axis=0))) for m in margins]
    made = mean
    for _ in range(MOST_SWEEPS):
        before = made
        for margin in agreed:
            made = made * ratio(margin.totals, margin.sums(made), otherwise=1.0)[margin.codes]
        if np.abs(made - before).max(initial=0.0) <= PRECISION * mean.max(initial=0.0):
            break
    return made


def totals_of(past: Past, codes: Rows) -> Past:
    """The totals as a past of their own: each an item, with the events that are most of its items'."""
    panel, n_totals = past.panel, int(codes.max(initial=-1)) + 1
    ids = np.array([f"total {n:06}" for n in range(n_totals)], dtype=object)
    days = panel.days.append(past.days_ahead)
    events = groups.group_events(past.events, panel, days, codes, n_totals)
    occurring = {name: on.ravel() for name, on in events.intensity.items() if on.any()}
    quantity = groups.group_totals(panel, codes, n_totals)
    demand = _rows(ids, panel.days).assign(quantity=quantity.ravel())
    event_days = _rows(ids, days).assign(**occurring)
    return Past(demand, {}, planned(event_days, ids), past.horizon_days, past.settings)


def _codes(past: Past) -> list[Rows]:
    return [groups.group_codes(past.panel.item_ids, one)[0] for one in groups.margins_of(past.groups)]


def _forecast(past: Past, codes: Rows) -> Margin:
    return Margin(codes, prophet_forecast(VARIANT, totals_of(past, codes)).mean)


def _believed(forecast: Margin, mean: Array) -> Margin:
    """Between the forecasts of the totals and the sums of the items, as shares of both (geometric mean)."""
    sums = forecast.sums(mean)
    return Margin(forecast.codes, sums ** (1 - BELIEVED) * forecast.totals**BELIEVED)


def _rows(ids: Ids, days: pd.DatetimeIndex) -> pd.DataFrame:
    return pd.DataFrame(
        {"item_id": np.repeat(ids, len(days)), "day": np.tile(days.as_unit("us"), len(ids))}
    ).astype({"item_id": "str"})
