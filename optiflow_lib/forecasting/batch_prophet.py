"""Prophet for all items at once: Prophet's model, priors and keyword names, one fit for a whole long frame."""

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal, Self, Unpack

import numpy as np
import pandas as pd

from optiflow_lib.errors import ForecastError
from optiflow_lib.forecasting.prophet_map import parameters
from optiflow_lib.forecasting.prophet_map.counter import counter
from optiflow_lib.forecasting.prophet_map.fitting import fit_of
from optiflow_lib.forecasting.prophet_map.forecasts import Forecasts
from optiflow_lib.forecasting.prophet_map.joining import joined
from optiflow_lib.forecasting.prophet_map.specification import (
    Mode,
    ProphetOptions,
    Regressor,
    Seasonality,
    specified,
)
from optiflow_lib.schemas.results import FAILURES

logger = logging.getLogger(__name__)


class BatchProphet(Forecasts):
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
        solver: Literal["batch", "stan"] = "batch",
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
        self.left_to_stan: list[
            str
        ] = []  # what solver "batch" could not bring to its optimum: rarely any item

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
        self._fit = fit_of(self.specification, demand, solver=self.solver, n_threads=self.n_threads)
        self._model, self.failures = self._fit.model, self._fit.failures
        self.left_to_stan = self._fit.left_to_stan
        return self

    def fit_chunks(self, chunks: Iterable[pd.DataFrame], *, progress: bool = False) -> Self:
        """Fits chunk after chunk and keeps the parameters only: memory is bounded by the largest chunk.

        Args:
            chunks: Frames as for `fit`, all rows of an item in one of them. The forecast starts after the last
                day of all.
            progress: Show how many items are done on the terminal.

        Raises:
            DataError: as `fit`; or an item lies in two chunks.
            ForecastError: logistic growth or MCMC, whose models do not fit into a table of parameters.
        """
        if self.specification.needs_stan:
            self._refuse("fit_chunks")
        models, failures = [], []
        self.left_to_stan = []
        with counter(shown=progress) as done:
            for chunk in chunks:
                fit = fit_of(self.specification, chunk, solver=self.solver, n_threads=self.n_threads)
                models.append(fit.model)
                failures.append(fit.failures)
                self.left_to_stan += fit.left_to_stan
                done(len(fit.model.item_ids) + len(fit.failures))
        if not models:
            raise ForecastError(
                what="there is no chunk", where="BatchProphet.fit_chunks", mend="give at least one frame"
            )
        self._model, self._fit = joined(models), None
        self.failures = pd.concat(failures).sort_values("item_id", ignore_index=True)
        return self

    # --- what was found ------------------------------------------------------------------------

    @property
    def log_posterior(self) -> pd.Series:
        """Equal to Stan's lp__, by item_id; NaN for a constant series, which has none."""
        values = self._found().fitted.log_posterior
        return pd.Series(values, index=pd.Index(self.item_ids, name="item_id"), name="log_posterior")

    def parameters(self) -> pd.DataFrame:
        """One row per item, from which `from_parameters` restores the model; its attrs hold the specification.

        Raises:
            ForecastError: logistic growth or MCMC: save `to_prophet` models instead.
        """
        if self._genuine:
            self._refuse("parameters")
        return parameters.table_of(self._found())

    @classmethod
    def from_parameters(cls, table: pd.DataFrame, specification: Mapping[str, Any] | None = None) -> Self:
        """The model whose `parameters` these are: forecasts without fitting; `to_prophet` needs a fit.

        Args:
            table: Rows of `parameters()`, all or some, e.g. read back from Parquet.
            specification: Of ``table.attrs["model"]``, where that was lost on the way.
        """
        model = cls()
        model._model = parameters.restored(table, specification)
        model.specification = model._model.asked
        return model

    def to_prophet(self, item_id: str) -> Any:
        """The item's fitted `prophet.Prophet`: predict, plot_components and model_to_json work on it.

        Raises:
            ForecastError: the item was not fitted here.
        """
        if item_id in self._genuine:
            return self._genuine[item_id]
        if self._fit is None or item_id not in self.item_ids:
            raise ForecastError(
                what=f"item {item_id} was not fitted by this object",
                where="BatchProphet.to_prophet",
                mend="give its demand to fit; `failures` gives the reason if that was tried",
            )
        from optiflow_lib.forecasting import prophet  # noqa: PLC0415 - heavy

        row, setup = np.array([self.item_ids.index(item_id)]), self._fit.setup
        one = replace(setup, histories=setup.histories.taken(row))
        return prophet.filled_prophet(self.specification, one, self._found().fitted.taken(row), 0)
