"""What is known when a forecast is made: demand so far, events planned, and which items behave alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.panel import Array, Panel, panel_of
from optiflow_lib.forecasting.planned import Planned
from optiflow_lib.forecasting.pooled import Pooled, fitted_pooled
from optiflow_lib.settings import ForecastSettings

if TYPE_CHECKING:  # Prophet is heavy, and most pasts are forecast without it
    from optiflow_lib.forecasting.kept import KeptProphet


@dataclass(frozen=True)
class Past:
    """Everything a candidate may look at.

    Args:
        demand: Schema `DEMAND`; forecasts begin on the day after its last.
        groups: Group of each item_id (its category, say): such items share a season.
        events: Of `planned.planned`, covering history and horizon: what is planned is known.
        horizon_days: Days ahead.
        settings: Country, solver and threads.
        kept: Prophets fitted earlier, by candidate: such a candidate is not fitted again.
    """

    demand: pd.DataFrame
    groups: Mapping[str, str]
    events: Planned
    horizon_days: int
    settings: ForecastSettings
    kept: Mapping[str, Sequence["KeptProphet"]] = field(default_factory=dict)

    def until(self, cutoff: pd.Timestamp) -> "Past":
        """What was known on an earlier day; events planned then are taken to be those known now."""
        return replace(self, demand=self.demand[self.demand["day"] <= cutoff], kept={})

    @cached_property
    def panel(self) -> Panel:
        """The demand as a matrix."""
        return panel_of(self.demand)

    @cached_property
    def pooled(self) -> Pooled:
        """The pooled count model: a candidate, what others fall back on, and the law around all."""
        return fitted_pooled(
            self.panel,
            groups=self.groups,
            events=self.events,
            country=self.settings.country or None,
            horizon_days=self.horizon_days,
        )

    @cached_property
    def days_ahead(self) -> pd.DatetimeIndex:
        """The days to forecast."""
        return pd.date_range(self.panel.days[-1] + pd.Timedelta(days=1), periods=self.horizon_days)

    def placed(self, rows: pd.DataFrame, column: str) -> Array:
        """A column of (item_id, day, …) rows over the panel's items and days, NaN elsewhere."""
        made = np.full(self.panel.quantity.shape, np.nan)
        item = self.panel.item_ids.searchsorted(rows["item_id"].to_numpy(dtype=object))
        made[item, self.panel.days.get_indexer(rows["day"])] = rows[column].to_numpy(dtype=float)
        return made


def chosen_means(by_candidate: Mapping[str, Array], chosen: pd.Series) -> Array:
    """Each item's row of its own candidate; `chosen` has the candidates in the order of the rows."""
    made = np.empty_like(next(iter(by_candidate.values())))
    for name in chosen.unique():
        mine = (chosen == name).to_numpy()
        made[mine] = by_candidate[name][mine]
    return made
