"""What each event did to each item, and what those to come are expected to do."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.calm import calm_level, event_mask
from optiflow_lib.forecasting.panel import Panel, panel_of
from optiflow_lib.forecasting.regressors import items_in
from optiflow_lib.schemas.results import EVENT_IMPACT
from optiflow_lib.settings import ForecastSettings

PAST_DAYS = 400
Z_80 = 1.2816  # of an 80 % interval
PRIOR_UNITS = 20.0  # an item's own effect counts as far as it rests on more calm sales than this


def event_impact(
    demand: pd.DataFrame,
    *,
    events: pd.DataFrame,
    items: pd.DataFrame,
    settings: ForecastSettings,
    as_of: date,
) -> pd.DataFrame:
    """Uplift per event and item: what was sold beyond a calm day's level, or is expected to be.

    A past event is compared with the same weekdays around it; one to come takes the item's mean effect of that
    type of event, shrunk to the type's mean over all items, and the planned uplift where there is no past at all.

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
    calm = calm_level(panel, event_mask(panel, near, items))
    past = near[near["first_day"] <= today]
    measured = pd.concat(
        [_measured(event, panel, calm, items) for event in past.itertuples()] or [_nothing()]
    )
    coming = near[near["first_day"] > today]
    expected = [_expected(event, measured, panel, calm, items) for event in coming.itertuples()]
    impact = pd.concat([measured, *expected]).merge(items[["item_id", "price", "unit_cost"]], on="item_id")
    impact["uplift_eur"] = impact["uplift_units"] * (impact["price"] - impact["unit_cost"])
    return EVENT_IMPACT.check(impact.sort_values(["event_id", "item_id"]), where="event impact")


def _measured(event: Any, panel: Panel, calm: np.ndarray, items: pd.DataFrame) -> pd.DataFrame:
    rows, days = _where(event, panel, items)
    actual, level = panel.quantity[np.ix_(rows, days)], calm[np.ix_(rows, days)]
    known = ~np.isnan(actual) & ~np.isnan(level)
    base = np.where(known, level, 0.0).sum(axis=1)
    units = np.where(known, actual - level, 0.0).sum(axis=1)
    # Calm days vary like overdispersed counts; the level itself rests on eight of them.
    sd = np.sqrt(np.maximum(base, 0) * 1.5 * (1 + 1 / 8) + 0.25 * known.sum(axis=1))
    return _rows(event, panel.item_ids[rows], units, sd, base, to_come=False)[known.any(axis=1)]


def _expected(
    event: Any, measured: pd.DataFrame, panel: Panel, calm: np.ndarray, items: pd.DataFrame
) -> pd.DataFrame:
    rows, _ = _where(event, panel, items)
    length = (event.last_day - event.first_day).days + 1
    level = np.nan_to_num(np.nanmean(np.where(np.isnan(calm[rows]), 0.0, calm[rows])[:, -56:], axis=1))
    base = level * length
    same = measured[measured["type"] == event.type]
    planned = event.planned_uplift if not np.isnan(event.planned_uplift) else 0.0
    totals = same.groupby("item_id")[["uplift_units", "base"]].sum()
    pooled = totals["uplift_units"].sum() / totals["base"].sum() if totals["base"].sum() > 0 else planned
    own = totals.reindex(panel.item_ids[rows]).fillna(0.0)
    percent = ((own["uplift_units"] + PRIOR_UNITS * pooled) / (own["base"] + PRIOR_UNITS)).to_numpy()
    sd = np.sqrt(np.maximum(base * (1 + np.maximum(percent, 0)), 0) * 1.5 + (0.3 * base) ** 2)
    return _rows(event, panel.item_ids[rows], percent * base, sd, base, to_come=True)


def _where(event: Any, panel: Panel, items: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    scope = event.scope if isinstance(event.scope, str) else "all"
    rows = np.flatnonzero(np.isin(panel.item_ids, items_in(scope, items).to_numpy(dtype=object)))
    days = np.flatnonzero((panel.days >= event.first_day) & (panel.days <= event.last_day))
    return rows, days


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
