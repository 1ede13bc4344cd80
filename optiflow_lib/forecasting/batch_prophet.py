"""Prophet for all items at once: Prophet's model, priors and keyword names, one fit for a whole long frame."""

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, Self, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.errors import ForecastError
from optiflow_lib.forecasting.calendar import Array, Calendar
from optiflow_lib.forecasting.prophet_map import genuine, parameters
from optiflow_lib.forecasting.prophet_map.fitted import Fitted
from optiflow_lib.forecasting.prophet_map.histories import days_from, future_values, histories_of
from optiflow_lib.forecasting.prophet_map.mean import Mean, mean_of
from optiflow_lib.forecasting.prophet_map.setup import Setup, setup_of
from optiflow_lib.forecasting.prophet_map.specification import (
    Mode,
    ProphetOptions,
    Regressor,
    Seasonality,
    specified,
)
from optiflow_lib.schemas.results import FAILURES

logger = logging.getLogger(__name__)
STEP = "prophet"
PARTS = ("trend", "weekly", "yearly", "events")


class BatchProphet:
    """Prophet's model fitted to every item of a long frame, each item as if it were fitted alone.

    Args:
        country_holidays: A country's code such as "FR": its public holidays, as `Prophet.add_country_holidays`.
        solver: "batch" finds the exact optimum of all items at once; "stan" runs genuine Prophet for each.
            Logistic growth and MCMC always go to Stan.
        frequency: "D" for daily rows, "W" for one row a week; a horizon then counts weeks.
        n_threads: Default: the number of cores. Results do not depend on it.
        prophet: Prophet's own keyword arguments, with Prophet's defaults.

    Raises:
        ForecastError: an argument is unknown or out of range.
    """

    def __init__(
        self,
        *,
        country_holidays: str | None = None,
        solver: Literal["stan", "batch"] = "stan",
        frequency: Literal["D", "W"] = "D",
        n_threads: int | None = None,
        **prophet: Unpack[ProphetOptions],
    ) -> None:
        self.specification = specified(prophet, country_holidays=country_holidays, frequency=frequency)
        if solver not in ("stan", "batch"):
            raise ForecastError(
                what=f"there is no solver {solver!r}", where="BatchProphet", mend='give "batch" or "stan"'
            )
        if self.specification.needs_stan and solver == "batch":
            logger.warning("logistic growth and MCMC are fitted by Stan, one item after the other")
        self.solver = "stan" if self.specification.needs_stan else solver
        self.n_threads = n_threads or os.cpu_count() or 1
        self.failures = FAILURES.empty()
        self._calendar = Calendar((), {})
        self._fitted: Fitted | None = None
        self._setup: Setup | None = None
        self._genuine: dict[str, Any] = {}
        self._first_day = np.datetime64("1970-01-01")
        self._last_bucket = -1

    # --- the model -----------------------------------------------------------------------------

    def add_seasonality(
        self,
        name: str,
        period: float,
        fourier_order: int,
        *,
        prior_scale: float | None = None,
        mode: Mode | None = None,
        condition_name: str | None = None,
    ) -> Self:
        """As in Prophet; `condition_name` is a column of booleans in `demand` and in `future`."""
        asked = self.specification
        scale = asked.seasonality_prior_scale if prior_scale is None else prior_scale
        asked.add(
            Seasonality(name, period, fourier_order, scale, mode or asked.seasonality_mode, condition_name)
        )
        return self

    def add_regressor(
        self,
        name: str,
        *,
        prior_scale: float | None = None,
        standardize: Literal["auto"] | bool = "auto",
        mode: Mode | None = None,
    ) -> Self:
        """As in Prophet; `name` is a column of `demand` and of `future`."""
        asked = self.specification
        scale = asked.holidays_prior_scale if prior_scale is None else prior_scale
        asked.add(Regressor(name, scale, mode or asked.seasonality_mode, standardize))
        return self

    # --- fitting -------------------------------------------------------------------------------

    def fit(self, demand: pd.DataFrame) -> Self:
        """Fits every item; one that cannot be fitted is listed in `failures` and disturbs no other.

        Args:
            demand: Schema `DEMAND` with the columns the model's regressors and conditions name. An absent day
                or NaN quantity is unknown. The forecast starts after the frame's last day, known or not.

        Raises:
            DataError: a day repeats, a quantity is infinite or of the wrong type, a regressor is missing.
        """
        asked = self.specification
        own = asked.own_names() + (["cap"] if asked.growth == "logistic" else [])
        histories = histories_of(
            demand, bucket_days=asked.bucket_days, own=own, where="demand given to BatchProphet.fit"
        )
        self._first_day, self._last_bucket = histories.first_day, histories.quantity.shape[1] - 1
        setup = setup_of(asked, histories)
        fitted, failed = self._solved(setup)
        self._setup, self._calendar, self._fitted = setup, setup.calendar, fitted
        rows = [(item_id, STEP, reason) for item_id, reason in sorted([*setup.failed, *failed])]
        self.failures = FAILURES.check(
            pd.DataFrame(rows, columns=["item_id", "step", "reason"]), where="failures"
        )
        return self

    def _solved(self, setup: Setup) -> tuple[Fitted, list[tuple[str, str]]]:
        if self.solver == "batch":
            raise ForecastError(
                what="the batched solver is not part of this version",
                where="BatchProphet.fit",
                mend='use solver="stan"',
            )
        from optiflow_lib.forecasting import prophet  # noqa: PLC0415 - heavy, and only for Stan

        fits = prophet.fitted_by_stan(self.specification, setup, n_threads=self.n_threads)
        ids = setup.histories.item_ids
        failed = [(str(i), fit.reason) for i, fit in zip(ids, fits, strict=True) if fit.reason]
        self._genuine = {str(i): fit.model for i, fit in zip(ids, fits, strict=True) if fit.model}
        kept = np.flatnonzero([not fit.reason for fit in fits])
        return prophet.with_stan_parameters(setup, fits).taken(kept), failed

    # --- what was found ------------------------------------------------------------------------

    @property
    def item_ids(self) -> list[str]:
        """The items that were fitted, sorted: the order of every array this class returns."""
        return [str(item_id) for item_id in self._found().item_ids]

    @property
    def log_posterior(self) -> pd.Series:
        """Equal to Stan's lp__, by item_id."""
        found = self._found()
        return pd.Series(
            found.log_posterior, index=pd.Index(self.item_ids, name="item_id"), name="log_posterior"
        )

    def parameters(self) -> pd.DataFrame:
        """One row per item, from which `from_parameters` restores the model; its attrs hold the specification.

        Raises:
            ForecastError: logistic growth or MCMC: save `to_prophet` models instead.
        """
        self._refuse_genuine("parameters")
        return parameters.table_of(
            self.specification,
            self._calendar,
            self._found(),
            first_day=self._first_day,
            last_bucket=self._last_bucket,
        )

    @classmethod
    def from_parameters(cls, table: pd.DataFrame, specification: Mapping[str, Any] | None = None) -> Self:
        """The model whose `parameters` these are: forecasts without fitting; `to_prophet` needs a fit.

        Args:
            table: Rows of `parameters()`, all or some, e.g. read back from Parquet.
            specification: Of ``table.attrs["model"]``, where that was lost on the way.
        """
        kept = parameters.restored(table, specification)
        model = cls(solver="stan")
        model.specification, model._calendar, model._fitted = kept.asked, kept.calendar, kept.fitted
        model._first_day, model._last_bucket = kept.first_day, kept.last_bucket
        return model

    def to_prophet(self, item_id: str) -> Any:
        """The item's fitted `prophet.Prophet`: predict, plot_components and model_to_json work on it.

        Raises:
            ForecastError: the item was not fitted here.
        """
        if item_id in self._genuine:
            return self._genuine[item_id]
        if self._setup is None or item_id not in self.item_ids:
            raise ForecastError(
                what=f"item {item_id} was not fitted by this object",
                where="BatchProphet.to_prophet",
                mend="fit it; `failures` gives the reason if that was tried",
            )
        from optiflow_lib.forecasting import prophet  # noqa: PLC0415 - heavy

        row = self.item_ids.index(item_id)
        place = int(np.flatnonzero(self._setup.histories.item_ids == item_id)[0])
        one = replace(self._setup, histories=self._setup.histories.taken(np.array([place])))
        return prophet.filled_prophet(self.specification, one, self._found().taken(np.array([row])), 0)

    # --- forecasts -----------------------------------------------------------------------------

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
        days = self._days_ahead(horizon_days)
        names = [f"q{100 * p:g}" for p in quantiles]
        if self._genuine:
            made = genuine.predicted(self._genuine, days, quantiles=quantiles, future=future)
            return made[["item_id", "day", "forecast", *names]]
        mean = self._mean(days, future)
        columns = {"forecast": mean.forecast}
        if names:
            from optiflow_lib.forecasting import intervals  # noqa: PLC0415 - numba

            deviations = intervals.day_quantiles(self._law(mean), quantiles)
            columns |= {n: mean.forecast + d for n, d in zip(names, deviations, strict=True)}
        return self._long(days, columns)

    def mean(self, horizon_days: int = 30, *, future: pd.DataFrame | None = None) -> Array:
        """The forecast of `predict` as an array, shape (n_items, horizon_days), items in the order of `item_ids`."""
        days = self._days_ahead(horizon_days)
        if self._genuine:
            rows = genuine.predicted(self._genuine, days, quantiles=(), future=future)
            return np.asarray(rows["forecast"], dtype=float).reshape(len(self._genuine), -1)
        return self._mean(days, future).forecast

    def components(self, future: pd.DataFrame | None = None, *, horizon_days: int = 30) -> pd.DataFrame:
        """item_id, day, trend, weekly, yearly, events in units; they sum to the forecast.

        Seasonalities with periods up to a week count as weekly, longer ones as yearly; holidays and regressors
        as events. A multiplicative term's units are its share of the trend.

        Args:
            future: As for `predict`; its last day then sets the horizon.
            horizon_days: Days after the last day of the demand, without `future`.
        """
        days = self._days_ahead(horizon_days)
        if future is not None and len(future):
            last = pd.to_datetime(future["day"]).max().to_numpy().astype("datetime64[D]")
            buckets = int((last - self._first_day).astype(int)) // self.specification.bucket_days
            days = self._days_ahead(max(buckets - self._last_bucket, 0))
        if self._genuine:
            made = genuine.predicted(self._genuine, days, quantiles=(), future=future)
            return made[["item_id", "day", *PARTS]]
        mean = self._mean(days, future)
        return self._long(days, {"trend": mean.trend, **mean.parts})

    def fitted(self) -> pd.DataFrame:
        """item_id, day, quantity, forecast, sd: the model over its own history, days without quantity included.

        `sd` is the noise of one day in units. Days before an item's first known day are left out.
        """
        self._refuse_genuine("fitted")
        if self._setup is None:
            raise ForecastError(
                what="a restored model holds no history",
                where="BatchProphet.fitted",
                mend="fit the model, or predict with it",
            )
        found, histories = self._found(), self._setup.histories
        kept = np.isin(histories.item_ids, found.item_ids)
        own = {name: np.nan_to_num(values[kept]) for name, values in histories.own.items()}
        buckets = np.arange(histories.quantity.shape[1])
        mean = mean_of(
            self.specification, self._calendar, found, buckets=buckets, days=histories.days, own=own
        )
        sd = np.repeat((found.sigma * found.scale)[:, None], len(buckets), axis=1)
        columns = {"quantity": histories.quantity[kept], "forecast": mean.forecast, "sd": sd}
        rows = self._long(histories.days, columns)
        return rows[(buckets >= found.start[:, None]).ravel()].reset_index(drop=True)

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

        days = self._days_ahead(horizon_days)
        if self._genuine:
            return genuine.sampled(self._genuine, days, n_samples=n_samples, seed=seed, future=future)
        mean = self._mean(days, future)
        return intervals.sample_paths(
            mean.forecast, self._law(mean), item_ids=self.item_ids, n_samples=n_samples, seed=seed
        )

    def interval_quantiles(
        self, days: int, *, quantiles: Sequence[float], future: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """item_id, mean and a column per quantile of the demand summed over the next `days`, exact, units.

        Days are not floored at zero; where that matters (slow movers), sum `sample_paths` instead.
        """
        from optiflow_lib.forecasting import intervals  # noqa: PLC0415 - numba

        self._refuse_genuine("interval_quantiles")
        mean = self._mean(self._days_ahead(days), future)
        total = mean.forecast.sum(axis=1)
        found = intervals.sum_quantiles(self._law(mean), quantiles)
        columns = {f"q{100 * p:g}": total + q for p, q in zip(quantiles, found, strict=True)}
        return pd.DataFrame({"item_id": pd.Series(self.item_ids, dtype="str"), "mean": total, **columns})

    # --- inside --------------------------------------------------------------------------------

    def _found(self) -> Fitted:
        if self._fitted is None:
            raise ForecastError(what="the model is not fitted", where="BatchProphet", mend="call fit first")
        return self._fitted

    def _refuse_genuine(self, asked_for: str) -> None:
        if self._genuine:
            raise ForecastError(
                what=f"{asked_for} does not exist for logistic growth or MCMC",
                where=f"BatchProphet.{asked_for}",
                mend="use to_prophet: each item is a prophet.Prophet",
            )

    def _days_ahead(self, horizon: int) -> NDArray[np.datetime64]:
        self._found()
        buckets = self._last_bucket + np.arange(1, horizon + 1)
        return days_from(self._first_day, buckets, self.specification.bucket_days)

    def _mean(self, days: NDArray[np.datetime64], future: pd.DataFrame | None) -> Mean:
        found = self._found()
        own = future_values(future, own=self.specification.own_names(), item_ids=found.item_ids, days=days)
        buckets = self._last_bucket + np.arange(1, len(days) + 1)
        return mean_of(self.specification, self._calendar, found, buckets=buckets, days=days, own=own)

    def _law(self, mean: Mean) -> Any:
        from optiflow_lib.forecasting.intervals import Law  # noqa: PLC0415 - numba

        found = self._found()
        grows = self.specification.growth != "flat"
        size = np.abs(found.delta).sum(axis=1) / found.n_changepoints + 1e-8
        return Law(
            chance=np.minimum(found.n_changepoints / found.span, 1.0),
            bend=size / found.span * found.scale if grows else np.zeros(len(size)),
            noise=found.sigma * found.scale,
            ahead=self._last_bucket + 1 - found.end,
            factor=np.abs(1 + mean.factor),
        )

    def _long(self, days: NDArray[np.datetime64], columns: Mapping[str, Array]) -> pd.DataFrame:
        item_ids = pd.Series(self.item_ids, dtype="str")
        keys = {
            "item_id": item_ids.repeat(len(days)).reset_index(drop=True),
            "day": np.tile(days.astype("datetime64[us]"), len(item_ids)),
        }
        return pd.DataFrame(keys | {name: values.ravel() for name, values in columns.items()})
