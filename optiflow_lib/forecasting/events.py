"""What each event did to each item, and what those to come are expected to do."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.calm import calm_level, event_mask
from optiflow_lib.forecasting.law import Errors, Law, law_of, steps_of
from optiflow_lib.forecasting.panel import Array, Ids, Panel, Rows, panel_of, ratio
from optiflow_lib.forecasting.regressors import concerned
from optiflow_lib.schemas.results import EVENT_IMPACT
from optiflow_lib.settings import ForecastSettings

PAST_DAYS = 400
Z_80 = 1.2816  # of an 80 % interval
PRIOR_UNITS = 20.0  # an item's own effect counts as far as it rests on more calm sales than this
CATEGORY_UNITS = 100.0  # and a category's
EFFECT_SD = 0.3  # of the share by which demand grows, from one event of a type to the next
RECENT_DAYS = 56


def event_impact(
    demand: pd.DataFrame,
    *,
    events: pd.DataFrame,
    items: pd.DataFrame,
    settings: ForecastSettings,
    as_of: date,
) -> pd.DataFrame:
    """Uplift per event and item: what was sold beyond a calm day's level, or is expected to be.

    A past event is compared with the same weekdays around it, whose scatter gives the interval. One to come takes
    the item's own effect of that type of event, shrunk to that of its category and of all items, and the planned
    uplift where there is no past at all.

    Args:
        demand: Schema `DEMAND`, ending with `as_of`.
        events: Schema `EVENTS`.
        items: Schema `ITEMS`; `uplift_eur` is units × (price − cost), missing where one of them is.
        settings: The horizon: events that begin within it are to come.
        as_of: The day being closed.

    Returns:
        Schema `EVENT_IMPACT`.
    """
    today = pd.Timestamp(as_of)
    horizon = today + pd.Timedelta(days=settings.horizon_days)
    near = events[
        (events["last_day"] > today - pd.Timedelta(days=PAST_DAYS)) & (events["first_day"] <= horizon)
    ]
    panel = panel_of(demand)
    if near.empty or not len(panel.item_ids):
        return EVENT_IMPACT.empty()
    mask = event_mask(panel, near, items)
    calm = calm_level(panel, mask)
    step = steps_of(panel.quantity)
    law = law_of(Errors.of(calm, np.where(mask, np.nan, panel.quantity), step), step)
    known = _Calm(panel, calm, law, items)
    past = near[near["first_day"] <= today]
    measured = pd.concat([_measured(event, known) for event in past.itertuples()] or [_nothing()])
    expected = [_expected(event, measured, known) for event in near[near["first_day"] > today].itertuples()]
    impact = pd.concat([measured, *expected]).merge(items[["item_id", "price", "unit_cost"]], on="item_id")
    impact["uplift_eur"] = impact["uplift_units"] * (impact["price"] - impact["unit_cost"])
    return EVENT_IMPACT.check(impact.sort_values(["event_id", "item_id"]), where="event impact")


@dataclass(frozen=True)
class _Calm:
    """What days without events say: their level (n_items, n_days) and the scatter around it."""

    panel: Panel
    level: Array
    law: Law
    items: pd.DataFrame

    def concerned(self, event: Any) -> Rows:
        mine = concerned(self.items, scope=event.scope, zone=event.zone).to_numpy(dtype=object)
        return np.flatnonzero(np.isin(self.panel.item_ids, mine))

    def variance(self, level: Array, rows: Rows) -> Array:
        """Of the sum of days (n_items, n_days) whose levels are known."""
        day = self.law.step[rows, None] * level + self.law.dispersion[rows, None] * level**2
        return np.asarray(day.sum(axis=1))


def _measured(event: Any, calm: _Calm) -> pd.DataFrame:
    rows = calm.concerned(event)
    days = (calm.panel.days >= event.first_day) & (calm.panel.days <= event.last_day)
    actual, level = calm.panel.quantity[np.ix_(rows, days)], calm.level[np.ix_(rows, days)]
    known = ~np.isnan(actual) & ~np.isnan(level)
    base = np.where(known, level, 0.0)
    units = np.where(known, actual - level, 0.0).sum(axis=1)
    # The level of a day itself rests on six of the eight same weekdays around it.
    spread = calm.variance(base, rows) * (1 + 1 / 6) + calm.law.step[rows] * np.maximum(units, 0)
    made = _rows(event, calm.panel.item_ids[rows], units, np.sqrt(spread), base.sum(axis=1), to_come=False)
    return made[known.any(axis=1)]


def _expected(event: Any, measured: pd.DataFrame, calm: _Calm) -> pd.DataFrame:
    rows = calm.concerned(event)
    length = (event.last_day - event.first_day).days + 1
    recent = calm.level[rows][:, -RECENT_DAYS:]
    level = ratio(np.nansum(recent, axis=1), (~np.isnan(recent)).sum(axis=1))
    base, item_ids = level * length, calm.panel.item_ids[rows]
    percent = _effect(event, measured, calm.items, item_ids)
    day = np.repeat((level * (1 + np.maximum(percent, 0)))[:, None], length, axis=1)
    spread = calm.variance(day, rows) + (EFFECT_SD * base) ** 2
    return _rows(event, item_ids, percent * base, np.sqrt(spread), base, to_come=True)


def _effect(event: Any, measured: pd.DataFrame, items: pd.DataFrame, item_ids: Ids) -> Array:
    """Expected share by which each item's demand grows: its own, in as far as it sold, or its category's."""
    planned = 0.0 if np.isnan(event.planned_uplift) else float(event.planned_uplift)
    same = measured[measured["type"] == event.type].merge(items[["item_id", "category"]], on="item_id")
    sums = ["uplift_units", "base"]
    whole = same[sums].sum()
    of_all = whole["uplift_units"] / whole["base"] if whole["base"] > 0 else planned
    category = items.set_index("item_id")["category"].reindex(item_ids)
    by_category = same.groupby("category")[sums].sum().reindex(category).fillna(0.0)
    prior = (by_category["uplift_units"] + CATEGORY_UNITS * of_all) / (by_category["base"] + CATEGORY_UNITS)
    own = same.groupby("item_id")[sums].sum().reindex(item_ids).fillna(0.0)
    effect = (own["uplift_units"].to_numpy() + PRIOR_UNITS * prior.to_numpy()) / (
        own["base"].to_numpy() + PRIOR_UNITS
    )
    return np.asarray(effect, dtype=float)


def _rows(
    event: Any, item_ids: np.ndarray, units: np.ndarray, sd: np.ndarray, base: np.ndarray, *, to_come: bool
) -> pd.DataFrame:
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(base > 0, units / base, np.nan)
    return pd.DataFrame(
        {
            "event_id": event.event_id,
            "item_id": item_ids,
            "name": event.name,
            "type": event.type,
            "first_day": event.first_day,
            "last_day": event.last_day,
            "to_come": to_come,
            "uplift_units": units,
            "uplift_low": units - Z_80 * sd,
            "uplift_high": units + Z_80 * sd,
            "uplift_percent": percent,
            "base": base,
        }
    )


def _nothing() -> pd.DataFrame:
    return EVENT_IMPACT.empty().assign(base=pd.Series(dtype=float))
