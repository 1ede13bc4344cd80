"""What a day would have been without anything special: the reference of event impact and of anomalies."""

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.panel import Array, Panel
from optiflow_lib.forecasting.regressors import concerned

WEEKS_AROUND = 4


def event_mask(panel: Panel, events: pd.DataFrame, items: pd.DataFrame) -> np.ndarray:
    """True where an item has an event that day, (n_items, n_days)."""
    mask = np.zeros(panel.quantity.shape, dtype=bool)
    for event in events.itertuples():
        mine = concerned(items, scope=event.scope, zone=event.zone)
        rows = np.isin(panel.item_ids, mine.to_numpy(dtype=object))
        days = (panel.days >= event.first_day) & (panel.days <= event.last_day)
        mask[np.ix_(rows, days)] = True
    return mask


def calm_level(panel: Panel, mask: np.ndarray) -> Array:
    """Trimmed mean of the same weekday in the four weeks before and after, without events; NaN where unknown."""
    calm = np.where(mask, np.nan, panel.quantity)
    n_days = calm.shape[1]
    around = []
    for week in [*range(-WEEKS_AROUND, 0), *range(1, WEEKS_AROUND + 1)]:
        shifted = np.full_like(calm, np.nan)
        offset = 7 * week
        if offset < 0:
            shifted[:, -offset:] = calm[:, : n_days + offset]
        else:
            shifted[:, : n_days - offset] = calm[:, offset:]
        around.append(shifted)
    stacked = np.stack(around)
    known = (~np.isnan(stacked)).any(axis=0)
    level = np.full(calm.shape, np.nan)
    # A mean of what lies between the extremes: a median of small counts jumps between whole numbers.
    ordered = np.sort(stacked[:, known], axis=0)
    count = (~np.isnan(ordered)).sum(axis=0)
    trimmed = np.where((np.arange(len(ordered))[:, None] < 1) & (count > 4), np.nan, ordered)
    top = np.arange(len(ordered))[:, None] == np.where(count > 4, count - 1, -1)
    trimmed = np.where(top, np.nan, trimmed)
    level[known] = np.nansum(trimmed, axis=0) / np.maximum((~np.isnan(trimmed)).sum(axis=0), 1)
    return level
