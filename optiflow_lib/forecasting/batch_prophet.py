"""Prophet for all items at once."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

from optiflow_lib.errors import ForecastError
from optiflow_lib.forecasting import prophet
from optiflow_lib.schemas.results import DEMAND, FAILURES

LEAST_ROWS = 2
STEP = "prophet"


class BatchProphet:
    """Prophet's model, priors and keyword names, fitted to every item of a long frame.

    Args:
        seasonality_mode: "additive" or "multiplicative".
        country_holidays: ISO country code, or None.
        solver: "stan" runs genuine Prophet, one program per item, as many at once as there are threads.
        frequency: "D" for daily buckets, "W" for weekly ones.
        n_threads: Default: the number of cores.
        arguments: Any other keyword argument of `prophet.Prophet`.
    """

    def __init__(
        self,
        *,
        seasonality_mode: Literal["additive", "multiplicative"] = "additive",
        country_holidays: str | None = None,
        solver: Literal["stan", "batch"] = "stan",
        frequency: Literal["D", "W"] = "D",
        n_threads: int | None = None,
        **arguments: Any,
    ) -> None:
        if solver != "stan":
            raise ForecastError(
                what=f"solver {solver!r} is not available", where="BatchProphet", mend='use solver="stan"'
            )
        self.frequency, self.n_threads = frequency, n_threads or os.cpu_count() or 1
        self._arguments = {"seasonality_mode": seasonality_mode, **arguments}
        self._country_holidays = country_holidays
        self._seasonalities: list[dict[str, Any]] = []
        self._regressors: dict[str, dict[str, Any]] = {}
        self._models: dict[str, Any] = {}
        self._last_day = pd.NaT
        self.failures = FAILURES.empty()

    def add_seasonality(self, **seasonality: Any) -> Self:
        """As in Prophet: name, period, fourier_order, prior_scale, mode, condition_name."""
        self._seasonalities.append(seasonality)
        return self

    def add_regressor(self, name: str, **options: Any) -> Self:
        """As in Prophet: prior_scale, standardize, mode. The column must be in `demand` and in `future`."""
        self._regressors[name] = options
        return self

    def fit(self, demand: pd.DataFrame) -> Self:
        """Fits every item; one that cannot be fitted is listed in `failures`, the others are not disturbed.

        Args:
            demand: Schema `DEMAND` with the regressors; NaN quantities are unknown.

        Raises:
            DataError: a day repeats, a quantity is infinite, or a column has the wrong type.
        """
        checked = DEMAND.check(demand, where="demand given to BatchProphet.fit")
        self._refuse_missing(checked, "demand")
        self._last_day = checked["day"].max()
        known = checked.dropna(subset="quantity").drop(columns="item_id")
        by_item = {
            str(i): known.loc[rows]
            for i, rows in checked.dropna(subset="quantity").groupby("item_id").groups.items()
        }
        fitted = self._each(
            self._fit_one, [(i, by_item.get(i, known.iloc[:0])) for i in sorted(set(checked["item_id"]))]
        )
        self._models = {item_id: model for item_id, model in fitted if not isinstance(model, str)}
        failed = [(item_id, STEP, reason) for item_id, reason in fitted if isinstance(reason, str)]
        self.failures = FAILURES.check(
            pd.DataFrame(failed, columns=["item_id", "step", "reason"]), where="failures"
        )
        return self

    def predict(
        self,
        horizon_days: int = 30,
        *,
        quantiles: Sequence[float] = (0.1, 0.5, 0.975),
        future: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """item_id, day, forecast and a column per quantile (q10, q50, q97.5), sorted by item and day.

        Args:
            horizon_days: Days after the last day of the demand (weeks for frequency "W").
            quantiles: Probabilities.
            future: item_id, day and the regressors, when the model has any.

        Raises:
            ForecastError: a regressor of `future` is missing; the first such item and day are named.
        """
        days = self._days_ahead(horizon_days, future)
        made = self._each(lambda item: self._predict_one(item, quantiles), list(days))
        columns = ["item_id", "day", "forecast", *(f"q{p * 100:g}" for p in quantiles)]
        return (
            pd.concat([rows for _, rows in made], ignore_index=True)[columns]
            if made
            else pd.DataFrame(columns=columns)
        )

    def components(self, future: pd.DataFrame | None = None, *, horizon_days: int = 30) -> pd.DataFrame:
        """item_id, day, trend, weekly, yearly, events in units; over the days of `future`, or those ahead."""
        horizon = horizon_days if future is None else int(future.groupby("item_id").size().max())
        made = self._each(
            lambda item: (item[0], prophet.predicted(self._models[item[0]], item[1])),
            list(self._days_ahead(horizon, future)),
        )
        parts = [rows.assign(item_id=item_id) for item_id, rows in made]
        columns = ["item_id", "day", "trend", "weekly", "yearly", "events"]
        return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)

    def sample_paths(
        self,
        horizon_days: int = 30,
        *,
        n_samples: int = 1000,
        seed: int = 0,
        future: pd.DataFrame | None = None,
    ) -> np.ndarray:
        """Possible futures, (n_items, n_samples, horizon_days), floored at zero, in the order of `item_ids`."""
        drawn = [
            prophet.sampled(self._models[item_id], days, n_samples=n_samples, seed=seed)
            for item_id, days in self._days_ahead(horizon_days, future)
        ]  # one after the other: Prophet draws from a generator that threads would share
        return np.maximum(np.stack(drawn), 0.0) if drawn else np.empty((0, n_samples, horizon_days))

    @property
    def item_ids(self) -> list[str]:
        """The items that were fitted, sorted."""
        return sorted(self._models)

    @property
    def log_posterior(self) -> pd.Series:
        """Stan's lp__ by item_id."""
        return pd.Series(
            {i: prophet.log_posterior(self._models[i]) for i in self.item_ids},
            name="log_posterior",
            dtype=float,
        )

    def to_prophet(self, item_id: str) -> Any:
        """The item's fitted `prophet.Prophet`: predict, plot_components and model_to_json work on it.

        Raises:
            ForecastError: the item was not fitted.
        """
        if item_id not in self._models:
            raise ForecastError(
                what=f"item {item_id} was not fitted",
                where="BatchProphet.to_prophet",
                mend="`failures` gives the reason",
            )
        return self._models[item_id]

    def _fit_one(self, item: tuple[str, pd.DataFrame]) -> tuple[str, Any]:
        item_id, history = item
        if len(history) < LEAST_ROWS:
            return item_id, f"{len(history)} known day(s): Prophet needs {LEAST_ROWS}"
        spec = prophet.ProphetSpec(
            self._arguments, self._country_holidays, tuple(self._seasonalities), self._regressors
        )
        try:
            return item_id, prophet.fitted_prophet(spec, history, seed=0)
        except Exception as error:  # whatever Stan meets in one item must not stop the others; it is listed
            return (
                item_id,
                f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}",
            )

    def _predict_one(
        self, item: tuple[str, pd.DataFrame], quantiles: Sequence[float]
    ) -> tuple[str, pd.DataFrame]:
        item_id, days = item
        model = self._models[item_id]
        made = prophet.predicted(model, days)[["day", "forecast"]].assign(item_id=item_id)
        if quantiles:
            paths = prophet.sampled(model, days, n_samples=1000, seed=0)
            for p, values in zip(quantiles, np.quantile(paths, list(quantiles), axis=0), strict=True):
                made[f"q{p * 100:g}"] = values
        return item_id, made

    def _days_ahead(
        self, horizon_days: int, future: pd.DataFrame | None
    ) -> Iterable[tuple[str, pd.DataFrame]]:
        step = pd.Timedelta(days=7 if self.frequency == "W" else 1)
        days = pd.DataFrame({"day": self._last_day + step * np.arange(1, horizon_days + 1)}).astype(
            "datetime64[us]"
        )
        if future is None:
            if self._regressors:
                raise ForecastError(
                    what=f"the model has regressors ({', '.join(self._regressors)}) and no `future` was given",
                    where="BatchProphet.predict",
                    mend="give future: item_id, day and the regressors",
                )
            return [(item_id, days) for item_id in self.item_ids]
        self._refuse_missing(future, "future")
        groups = {str(item_id): rows.drop(columns="item_id") for item_id, rows in future.groupby("item_id")}
        return [(i, days.merge(groups[i], on="day", how="left")) for i in self.item_ids if i in groups]

    def _refuse_missing(self, rows: pd.DataFrame, name: str) -> None:
        for column in self._regressors:
            missing = rows if column not in rows else rows[rows[column].isna()]
            if len(missing):
                first = missing.iloc[0]
                raise ForecastError(
                    what=f"regressor {column} is missing for item {first['item_id']} on {first['day']:%Y-%m-%d}",
                    where=f"frame {name} given to BatchProphet",
                    mend="give every item and day a value; 0 where nothing happens",
                )

    def _each(self, work: Callable[[Any], tuple[str, Any]], items: list[Any]) -> list[tuple[str, Any]]:
        """In threads: the time goes into Stan's own programs."""
        with ThreadPoolExecutor(self.n_threads) as pool:
            return list(pool.map(work, items))
