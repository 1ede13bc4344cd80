"""What a fitted model says of the days ahead."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.errors import ForecastError
from optiflow_lib.forecasting.prophet_map import genuine
from optiflow_lib.forecasting.prophet_map.fitting import Fit
from optiflow_lib.forecasting.prophet_map.histories import Array
from optiflow_lib.forecasting.prophet_map.model import FittedModel

PARTS = ("trend", "weekly", "yearly", "events")


class Forecasts:
    """Forecasts of `BatchProphet`; where only Prophet knows the model, its own."""

    n_threads: int
    _model: FittedModel | None = None
    _fit: Fit | None = None

    @property
    def item_ids(self) -> list[str]:
        """The items that were fitted, sorted: the order of every array this class returns."""
        return self._found().item_ids

    def predict(
        self,
        horizon_days: int = 30,
        *,
        quantiles: Sequence[float] = (0.1, 0.5, 0.975),
        future: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """item_id, day, forecast and a column per quantile (q10, q50, q97.5), sorted by item and day.

        The forecast is Prophet's yhat and may be negative; quantiles are those of Prophet's own law around it.

        Args:
            horizon_days: Days after the last day of the demand (weeks for frequency "W").
            quantiles: Probabilities; may be empty.
            future: item_id, day and the regressors and conditions, when the model has any.

        Raises:
            ForecastError: a value of `future` is missing; item and day are named.
        """
        model, names = self._found(), _names(quantiles)
        days = model.days_ahead(horizon_days)
        if self._genuine:
            made = genuine.predicted(self._genuine, days, quantiles=quantiles, future=future)
            return made[["item_id", "day", "forecast", *names]]
        mean = model.mean(horizon_days, future)
        columns = {"forecast": mean.forecast}
        if names:
            from optiflow_lib.forecasting import intervals  # noqa: PLC0415 - numba

            deviations = intervals.day_quantiles(model.law(mean), quantiles, n_threads=self.n_threads)
            columns |= {n: mean.forecast + d for n, d in zip(names, deviations, strict=True)}
        return model.long(days, columns)

    def mean(self, horizon_days: int = 30, *, future: pd.DataFrame | None = None) -> Array:
        """The forecast of `predict` as an array, shape (n_items, horizon_days), items in the order of `item_ids`."""
        if self._genuine:
            days = self._found().days_ahead(horizon_days)
            rows = genuine.predicted(self._genuine, days, quantiles=(), future=future)
            return np.asarray(rows["forecast"], dtype=float).reshape(len(self._genuine), -1)
        return self._found().mean(horizon_days, future).forecast

    def components(self, future: pd.DataFrame | None = None, *, horizon_days: int = 30) -> pd.DataFrame:
        """item_id, day, trend, weekly, yearly, events in units; they sum to the forecast.

        Seasonalities with periods up to a week count as weekly, longer ones as yearly; holidays and regressors
        as events. A multiplicative term's units are its share of the trend.

        Args:
            future: As for `predict`; its last day then sets the horizon.
            horizon_days: Days after the last day of the demand, without `future`.
        """
        model = self._found()
        horizon = model.horizon_of(future) if future is not None and len(future) else horizon_days
        days = model.days_ahead(horizon)
        if self._genuine:
            made = genuine.predicted(self._genuine, days, quantiles=(), future=future)
            return made[["item_id", "day", *PARTS]]
        mean = model.mean(horizon, future)
        return model.long(days, {"trend": mean.trend, **mean.parts})

    def fitted(self) -> pd.DataFrame:
        """item_id, day, quantity, forecast, sd: the model over its own history, days without quantity included.

        `sd` is the noise of one day in units. Days before an item's first known day are left out.
        """
        if self._genuine:
            self._refuse("fitted")
        if self._fit is None:
            raise ForecastError(
                what="a model restored, or fitted by chunks, holds no history",
                where="BatchProphet.fitted",
                mend="fit it, or predict with it",
            )
        return self._fit.model.over(self._fit.setup.histories)

    def sample_paths(
        self,
        horizon_days: int = 30,
        *,
        n_samples: int = 1000,
        seed: int = 0,
        future: pd.DataFrame | None = None,
    ) -> NDArray[np.float32]:
        """Possible futures, shape (n_items, n_samples, horizon_days), floored at zero, in the order of `item_ids`.

        Each item draws from a generator of its own, seeded by `seed` and its id: neither chunks nor the other
        items change its paths.
        """
        from optiflow_lib.forecasting import intervals  # noqa: PLC0415 - numba

        model = self._found()
        if self._genuine:
            days = model.days_ahead(horizon_days)
            return genuine.sampled(self._genuine, days, n_samples=n_samples, seed=seed, future=future)
        mean = model.mean(horizon_days, future)
        return intervals.sample_paths(
            mean.forecast, model.law(mean), item_ids=self.item_ids, n_samples=n_samples, seed=seed
        )

    def interval_quantiles(
        self, days: int, *, quantiles: Sequence[float], future: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """item_id, mean and a column per quantile of the demand summed over the next `days`, exact, units.

        Days are not floored at zero; where that matters (slow movers), sum `sample_paths` instead.
        """
        from optiflow_lib.forecasting import intervals  # noqa: PLC0415 - numba

        if self._genuine:
            self._refuse("interval_quantiles")
        model, names = self._found(), _names(quantiles)
        mean = model.mean(days, future)
        total = mean.forecast.sum(axis=1)
        found = intervals.sum_quantiles(model.law(mean), quantiles)
        columns = {name: total + q for name, q in zip(names, found, strict=True)}
        return pd.DataFrame({"item_id": pd.Series(self.item_ids, dtype="str"), "mean": total, **columns})

    @property
    def _genuine(self) -> Mapping[str, Any]:
        return self._fit.genuine if self._fit else {}

    def _found(self) -> FittedModel:
        if self._model is None:
            raise ForecastError(what="the model is not fitted", where="BatchProphet", mend="call fit first")
        return self._model

    def _refuse(self, asked_for: str) -> None:
        raise ForecastError(
            what=f"{asked_for} does not exist for logistic growth or MCMC",
            where=f"BatchProphet.{asked_for}",
            mend="use fit and to_prophet: each item is a prophet.Prophet",
        )


def _names(quantiles: Sequence[float]) -> list[str]:
    outside = [p for p in quantiles if not 0 < p < 1]
    if outside:
        raise ForecastError(
            what=f"{outside[0]:g} is no probability",
            where="quantiles given to BatchProphet",
            mend="give numbers between 0 and 1, such as 0.9 for the 90 % quantile",
        )
    return [f"q{100 * p:g}" for p in quantiles]
