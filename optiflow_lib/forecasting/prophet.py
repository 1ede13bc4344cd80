"""The one file that knows the package prophet: its names (ds, y, yhat), its attributes and its noise."""

import logging
import multiprocessing
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.prophet_map.fitted import Array, Fitted
from optiflow_lib.forecasting.prophet_map.histories import Histories
from optiflow_lib.forecasting.prophet_map.setup import Setup
from optiflow_lib.forecasting.prophet_map.specification import Specification

# A process must import Prophet (3 s) before its first fit (0.1 s, most of it Python: threads gain nothing).
LEAST_ITEMS_FOR_PROCESSES = 48
_OPTIONS = (
    "growth",
    "n_changepoints",
    "changepoint_range",
    "yearly_seasonality",
    "weekly_seasonality",
    "daily_seasonality",
    "seasonality_mode",
    "seasonality_prior_scale",
    "holidays_prior_scale",
    "changepoint_prior_scale",
    "mcmc_samples",
    "interval_width",
    "uncertainty_samples",
    "scaling",
    "holidays_mode",
)
_PARAMETERS = ("k", "m", "delta", "beta", "sigma_obs")


@dataclass(frozen=True)
class StanFit:
    """What Stan found for one item, or why it found nothing."""

    reason: str = ""
    parameters: Mapping[str, Array] | None = None
    columns: tuple[str, ...] = ()
    log_posterior: float = np.nan
    model: Any = None


def new_prophet(asked: Specification) -> Any:
    """An unfitted `prophet.Prophet` of this model."""
    with quiet():
        from prophet import Prophet  # noqa: PLC0415 - 3 s and 160 MB that only this file's callers pay

        changepoints = None if asked.changepoints is None else list(asked.changepoints)
        options = {name: getattr(asked, name) for name in _OPTIONS}
        model = Prophet(changepoints=changepoints, holidays=_holidays(asked), **options)
        if asked.country_holidays:
            model.add_country_holidays(asked.country_holidays)
        for s in asked.seasonalities.values():
            model.add_seasonality(s.name, s.period, s.order, s.prior_scale, s.mode, s.condition)
        for r in asked.regressors.values():
            model.add_regressor(r.name, r.prior_scale, r.standardize, r.mode)
    return model


def fitted_by_stan(asked: Specification, setup: Setup, *, n_threads: int) -> list[StanFit]:
    """Genuine Prophet for every item, in processes when there are many; one failure stops no other item."""
    rows = [(asked, item_rows(setup.histories, i)) for i in range(len(setup.histories.item_ids))]
    if len(rows) < LEAST_ITEMS_FOR_PROCESSES or n_threads < 2:
        return [_fitted_one(row) for row in rows]
    # spawn: forking a process that already runs threads can deadlock
    with ProcessPoolExecutor(n_threads, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(_fitted_one, rows, chunksize=8))


def with_stan_parameters(setup: Setup, fits: list[StanFit]) -> Fitted:
    """Stan's parameters in the arrays that both solvers share; Prophet's columns are found by name."""
    fitted = setup.fitted
    place = {column.name: i for i, column in enumerate(setup.calendar.columns)}
    values = {
        name: getattr(fitted, name).copy() for name in ("k", "m", "delta", "beta", "sigma", "log_posterior")
    }
    for i, fit in enumerate(fits):
        if fit.parameters is None:
            continue
        for name in ("k", "m"):
            values[name][i] = fit.parameters[name].item()
        values["sigma"][i] = fit.parameters["sigma_obs"].item()
        delta = fit.parameters["delta"].ravel()
        values["delta"][i, : len(delta)] = delta
        for name, value in zip(fit.columns, fit.parameters["beta"].ravel(), strict=True):
            if name in place:  # Prophet puts a column of zeros where a model has none
                values["beta"][i, place[name]] = value
        values["log_posterior"][i] = fit.log_posterior
    return replace(fitted, **values)


def item_rows(histories: Histories, item: int) -> pd.DataFrame:
    """One item's known rows as Prophet wants them."""
    known = np.flatnonzero(~np.isnan(histories.quantity[item]))
    own = {name: values[item, known] for name, values in histories.own.items()}
    days = pd.DatetimeIndex(histories.days[known])
    return pd.DataFrame({"ds": days, "y": histories.quantity[item, known], **own})


def filled_prophet(asked: Specification, setup: Setup, fitted: Fitted, item: int) -> Any:
    """A fitted `prophet.Prophet` with given parameters: predict, plot_components, model_to_json work."""
    model = new_prophet(asked)
    with quiet():
        inputs = model.preprocess(item_rows(setup.histories, item))
    place = {column.name: i for i, column in enumerate(setup.calendar.columns)}
    beta = [fitted.beta[item, place[c]] if c in place else 0.0 for c in inputs.X.columns]
    model.params = {
        "k": fitted.k[item].reshape(1, 1),
        "m": fitted.m[item].reshape(1, 1),
        "delta": fitted.delta[item, : fitted.n_changepoints[item]].reshape(1, -1),
        "beta": np.array(beta).reshape(1, -1),
        "sigma_obs": fitted.sigma[item].reshape(1, 1),
        "lp__": fitted.log_posterior[item].reshape(1, 1),
    }
    return model


def predicted(model: Any, days: pd.DataFrame) -> pd.DataFrame:
    """day, forecast, trend, weekly, yearly and events of a genuine model, in units (see `Mean`)."""
    with quiet():
        samples, model.uncertainty_samples = model.uncertainty_samples, 0
        made = model.predict(_named(days))
        model.uncertainty_samples = samples
    trend, forecast = made["trend"].to_numpy(), made["yhat"].to_numpy()
    parts = {"weekly": np.zeros(len(made)), "yearly": np.zeros(len(made))}
    for name, seasonality in model.seasonalities.items():
        part = "weekly" if seasonality["period"] <= 7 else "yearly"
        parts[part] += made[name].to_numpy() * (trend if seasonality["mode"] == "multiplicative" else 1.0)
    events = forecast - trend - parts["weekly"] - parts["yearly"]
    return pd.DataFrame(
        {"day": days["day"].to_numpy(), "forecast": forecast, "trend": trend, **parts, "events": events}
    )


def sampled(model: Any, days: pd.DataFrame, *, n_samples: int, seed: int) -> Array:
    """Possible futures by Prophet's own sampler, shape (n_samples, n_days), units, not floored."""
    state = np.random.get_state()  # noqa: NPY002 - Prophet draws from the global generator
    np.random.seed(seed)  # noqa: NPY002
    samples, model.uncertainty_samples = model.uncertainty_samples, n_samples
    try:
        with quiet():
            drawn = model.predictive_samples(_named(days))["yhat"]
    finally:
        model.uncertainty_samples = samples
        np.random.set_state(state)  # noqa: NPY002
    return np.asarray(drawn, dtype=float).T[:n_samples]


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings and log lines of prophet and cmdstanpy."""
    loggers = [logging.getLogger(name) for name in ("prophet", "prophet.models", "prophet.plot", "cmdstanpy")]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


def _fitted_one(row: tuple[Specification, pd.DataFrame]) -> StanFit:
    asked, history = row
    try:
        model = new_prophet(asked)
        with quiet():
            model.fit(history)
    except Exception as error:
        return StanFit(f"{type(error).__name__}: {(str(error).splitlines() or ['no message'])[0]}")
    log_posterior = model.params["lp__"].mean() if "lp__" in model.params else np.nan
    columns = tuple(_columns(model))
    if asked.needs_stan:
        model.stan_fit = model.stan_backend = None  # they hold temporary files
        return StanFit(columns=columns, log_posterior=float(log_posterior), model=model)
    parameters = {name: model.params[name] for name in _PARAMETERS}
    return StanFit(parameters=parameters, columns=columns, log_posterior=float(log_posterior))


def _columns(model: Any) -> list[str]:
    with quiet():
        features, *_ = model.make_all_seasonality_features(model.history)
    return list(features.columns)


def _holidays(asked: Specification) -> pd.DataFrame | None:
    if not asked.holidays:
        return None
    default = asked.holidays_prior_scale
    return pd.DataFrame(
        {
            "holiday": [h.name for h in asked.holidays],
            "ds": pd.DatetimeIndex([h.day for h in asked.holidays]),
            "lower_window": [h.lower_window for h in asked.holidays],
            "upper_window": [h.upper_window for h in asked.holidays],
            "prior_scale": [default if h.prior_scale is None else h.prior_scale for h in asked.holidays],
        }
    )


def _named(days: pd.DataFrame) -> pd.DataFrame:
    return days.rename(columns={"day": "ds", "quantity": "y"})
