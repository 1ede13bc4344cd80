"""Planned events, taken apart by whom they concern: everybody alike, or some items."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.panel import Ids, ratio


@dataclass(frozen=True)
class Planned:
    """Events of history and horizon.

    Args:
        shared: A row per day (the index), a column per event that all items have alike: 1 on its days.
        own: item_id, day and the columns of all other events, of `regressors.event_columns`.
    """

    shared: pd.DataFrame
    own: pd.DataFrame

    @property
    def own_names(self) -> list[str]:
        """The columns of `own` that tell of events."""
        return [c for c in self.own.columns if c not in ("item_id", "day")]


def planned(event_days: pd.DataFrame, item_ids: Ids) -> Planned:
    """Takes apart the rows of `regressors.event_columns`.

    What everybody has on the same days is said once instead of once per item: a shop of thousands of items has few
    such days. An event of different strengths (a discount) stays with the items.

    Args:
        event_days: item_id, day and a column per type of event.
        item_ids: All items of the shop.
    """
    rows = event_days[event_days["item_id"].isin(item_ids)]
    names = [c for c in event_days.columns if c not in ("item_id", "day")]
    at, days = pd.factorize(rows["day"], sort=True)
    shared, own = {}, []
    for name in names:
        values = rows[name].to_numpy(dtype=float)
        present = np.bincount(at, weights=values != 0, minlength=len(days))
        strength = np.unique(values[values != 0])
        everybody = set(present.astype(int)) <= {0, len(item_ids)}
        if everybody and len(strength) == 1:
            shared[name] = ratio(present, len(item_ids))
        elif len(strength):
            own.append(name)
    kept = rows[["item_id", "day", *own]]
    kept = kept[(kept[own] != 0).any(axis=1)] if own else kept.iloc[:0]
    index = pd.DatetimeIndex(days, name="day").as_unit("us")
    return Planned(pd.DataFrame(shared, index=index), kept.reset_index(drop=True))
