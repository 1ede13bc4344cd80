"""A fitted model of many items: what forecasts need, without the demand it was fitted to."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.forecasting.calendar import Array, Calendar
from optiflow_lib.forecasting.prophet_map.deviation import Law
from optiflow_lib.forecasting.prophet_map.fitted import Fitted
from optiflow_lib.forecasting.prophet_map.histories import (
    Days,
    Histories,
    days_from,
    future_values,
    refuse_other_than_flags,
)
from optiflow_lib.forecasting.prophet_map.mean import Mean, mean_of
from optiflow_lib.forecasting.prophet_map.specification import Specification


@dataclass(frozen=True)
class FittedModel:
    """Specification, columns and parameters; buckets (days, or weeks) count from `first_day`.

    Forecasts start after `last_bucket`, the last one of the demand, known or not.
    """

    asked: Specification
    calendar: Calendar
    fitted: Fitted
    first_day: np.datetime64
    last_bucket: int

    @property
    def item_ids(self) -> list[str]:
        """Sorted as the demand's items are."""
        return [str(item_id) for item_id in self.fitted.item_ids]

    def days_ahead(self, horizon: int) -> Days:
        """The days of the next `horizon` buckets."""
        buckets = self.last_bucket + np.arange(1, horizon + 1)
        return days_from(self.first_day, buckets, self.asked.bucket_days)

    def horizon_of(self, future: pd.DataFrame) -> int:
        """Buckets from the last one of the demand to the last day of `future`."""
        last = pd.to_datetime(future["day"]).max().to_numpy().astype("datetime64[D]")
        bucket = int((last - self.first_day).astype(int)) // self.asked.bucket_days
        return max(bucket - self.last_bucket, 0)

    def mean(self, horizon: int, future: pd.DataFrame | None) -> Mean:
        """The mean of the next buckets.

        Raises:
            ForecastError: a regressor or condition has no value for an item and day.
        """
        days = self.days_ahead(horizon)
        own = future_values(future, own=self.asked.own_names(), item_ids=self.fitted.item_ids, days=days)
        where = "frame future given to BatchProphet"
        refuse_other_than_flags(
            own, self.asked.conditions(), item_ids=self.fitted.item_ids, days=days, where=where
        )
        buckets = self.last_bucket + np.arange(1, horizon + 1)
        return mean_of(self.asked, self.calendar, self.fitted, buckets=buckets, days=days, own=own)

    def law(self, mean: Mean) -> Law:
        """Prophet's law of the deviations from that mean."""
        found, n = self.fitted, len(self.fitted.item_ids)
        size = np.abs(found.delta).sum(axis=1) / found.n_changepoints + 1e-8
        return Law(
            chance=np.minimum(found.n_changepoints / found.span, 1.0),
            bend=size / found.span * found.scale if self.asked.growth != "flat" else np.zeros(n),
            noise=found.sigma * found.scale,
            ahead=self.last_bucket + 1 - found.end,
            factor=np.abs(1 + mean.factor),
        )

    def over(self, histories: Histories) -> pd.DataFrame:
        """item_id, day, quantity, forecast, sd over the history, from each item's first known day on."""
        kept = np.isin(histories.item_ids, self.fitted.item_ids)
        own = {name: np.nan_to_num(values[kept]) for name, values in histories.own.items()}
        buckets = np.arange(histories.quantity.shape[1])
        days = histories.days
        mean = mean_of(self.asked, self.calendar, self.fitted, buckets=buckets, days=days, own=own)
        sd = np.repeat((self.fitted.sigma * self.fitted.scale)[:, None], len(buckets), axis=1)
        columns = {"quantity": histories.quantity[kept], "forecast": mean.forecast, "sd": sd}
        began: NDArray[np.bool_] = buckets >= self.fitted.start[:, None]
        return self.long(days, columns)[began.ravel()].reset_index(drop=True)

    def long(self, days: Days, columns: Mapping[str, Array]) -> pd.DataFrame:
        """A frame of item_id, day and some matrices, items × days."""
        item_ids = pd.Series(self.item_ids, dtype="str")
        keys = {
            "item_id": item_ids.repeat(len(days)).reset_index(drop=True),
            "day": np.tile(days.astype("datetime64[us]"), len(item_ids)),
        }
        return pd.DataFrame(keys | {name: values.ravel() for name, values in columns.items()})
