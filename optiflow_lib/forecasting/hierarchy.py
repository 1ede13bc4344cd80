"""Groups of items: Prophet forecasts their totals, where volume, season and events carry signal, and items share them."""

import numpy as np
import pandas as pd

from optiflow_lib.forecasting import groups
from optiflow_lib.forecasting.panel import Array, Ids
from optiflow_lib.forecasting.past import Past
from optiflow_lib.forecasting.prophets import Variant, for_span, prophet_model

SHARE_HALF_LIFE = 28.0
HETEROGENEITY = 0.5  # shape of the gamma prior of an item's share
GROUP_VARIANT = Variant(yearly=3, monthly=5)


def group_forecasts(past: Past) -> tuple[Array, Array]:
    """Prophet's fit and forecast of each group's total: (n_groups, n_days) and (n_groups, horizon_days), units a day.

    A group that cannot be fitted has the sum of the pooled model's forecasts, and no fit (NaN).
    """
    codes, names = groups.group_codes(past.panel.item_ids, past.groups)
    totals = groups.group_totals(past.panel, codes, len(names))
    days = past.panel.days.append(past.days_ahead)
    ids = np.array([f"group {n:06}" for n in range(len(names))], dtype=object)
    events = groups.group_events(past.events, past.panel, days, codes, len(names))
    frame = _frame(ids, days, totals, events)
    used = [name for name in events.intensity if name in frame]
    variant = for_span(GROUP_VARIANT, days=len(past.panel.days))
    model = prophet_model(variant, past.settings, holidays=None, regressors=used)
    ahead = frame["day"].isin(past.days_ahead)
    model.fit(frame[~ahead])
    rows = ids.searchsorted(np.array(model.item_ids, dtype=object))
    forecast = np.zeros((len(ids), past.horizon_days))
    np.add.at(forecast, codes, past.pooled.mean)
    forecast[rows] = np.maximum(model.mean(past.horizon_days, future=frame[ahead] if used else None), 0.0)
    fitted = np.full(totals.shape, np.nan)
    found = model.fitted()
    fitted[ids.searchsorted(found["item_id"].to_numpy(dtype=object)), days.get_indexer(found["day"])] = found[
        "forecast"
    ]
    return fitted, forecast


def group_prophet_means(past: Past) -> Array:
    """Each item's recent share of its group, times Prophet's forecast of the group; (n_items, horizon_days)."""
    codes, _ = groups.group_codes(past.panel.item_ids, past.groups)
    fitted, forecast = group_forecasts(past)
    own = np.maximum(fitted, 0.0)[codes]
    known = ~np.isnan(past.panel.quantity) & ~np.isnan(own)
    weight = 0.5 ** (np.arange(known.shape[1])[::-1] / SHARE_HALF_LIFE) * known
    expected = (np.nan_to_num(own) * weight).sum(axis=1)
    count = np.bincount(codes, minlength=len(forecast))[codes]
    sold = (np.nan_to_num(past.panel.quantity) * weight).sum(axis=1)
    # The prior: the items of a group sell alike, which is believed like half a unit sold.
    share = (sold + HETEROGENEITY) / (expected + HETEROGENEITY * count)
    shared = (expected > 0) & ~past.panel.unsold
    return np.where(shared[:, None], share[:, None] * forecast[codes], past.pooled.mean)


def _frame(ids: Ids, days: pd.DatetimeIndex, totals: Array, events: groups.GroupEvents) -> pd.DataFrame:
    """Schema `DEMAND` of the groups over `days`, unknown after the history, with a column per event that occurred."""
    ahead = np.full((len(ids), len(days) - totals.shape[1]), np.nan)
    columns = {"quantity": np.hstack([totals, ahead]), **events.intensity}
    frame = {name: values.ravel() for name, values in columns.items() if name == "quantity" or values.any()}
    return pd.DataFrame(
        {"item_id": np.repeat(ids, len(days)), "day": np.tile(days.as_unit("us"), len(ids))} | frame
    )
