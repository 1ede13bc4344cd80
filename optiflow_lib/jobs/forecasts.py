"""Notebook 20: what will be wanted, per item and day, and until an order would arrive."""

import logging
from datetime import timedelta

import numpy as np
import pandas as pd

from optiflow_lib import forecasting
from optiflow_lib.jobs.decisions import lead_times_of
from optiflow_lib.jobs.demand import demand_of, groups_of, regressors_of
from optiflow_lib.jobs.night import Night, NightJob
from optiflow_lib.jobs.training import kept_parameters, learned_by
from optiflow_lib.store import forget_generations, replace_night, save_generation

logger = logging.getLogger(__name__)


@NightJob
def forecast_demand(night: Night) -> pd.DataFrame:
    """Forecasts every item with its champion; fills `lead_times`, `forecasts`, `components`, `interval_demand`.

    An item that cannot be fitted gets a baseline and a row in `failures`; it never stops the night.
    Returns schema `FORECASTS`.
    """
    demand = demand_of(night)
    learned = lead_times_of(night)
    lead_times = learned.frame
    past = learned_by(night, demand, times=lead_times)
    draws = learned.draws(n_samples=night.settings.forecast.sample_paths, seed=night.settings.forecast.seed)
    made = forecasting.forecast_items(
        demand,
        champions=forecasting.champions(past.accuracy),
        calibration=past.calibration,
        groups=groups_of(night),
        regressors=_regressors(night, demand, longest=_longest(night, draws, lead_times)),
        item_ids=lead_times["item_id"].tolist(),
        lead_time_draws=draws,
        review_periods=lead_times["review_period"].to_numpy(),
        settings=night.settings.forecast,
        parameters=kept_parameters(night),
    )
    tables = {
        "lead_times": lead_times,
        "accuracy": past.accuracy,
        "forecasts": made.forecasts,
        "components": made.components,
        "interval_demand": made.interval_demand,
        "failures": made.failures,
    }
    replace_night(night.store, tables, as_of=night.as_of)
    _keep(night, made.parameters)
    logger.info(
        "%d items forecast, %d failures listed", made.forecasts["item_id"].nunique(), len(made.failures)
    )
    return made.forecasts


def _keep(night: Night, parameters: forecasting.Parameters) -> None:
    """The night's parameters stay with its run, as long as its results do."""
    if not parameters.tables:
        return
    folder = night.settings.paths.runs / "parameters"
    manifest = {"as_of": night.as_of.isoformat(), "models": parameters.described}
    save_generation(folder, parameters.tables, manifest)
    forget_generations(folder, keep=night.settings.store.keep_nights)


def _longest(night: Night, draws: np.ndarray, lead_times: pd.DataFrame) -> int:
    longest = int((draws.max(axis=1) + lead_times["review_period"].to_numpy()).max()) if len(draws) else 0
    return max(longest, night.settings.forecast.horizon_days)


def _regressors(night: Night, demand: pd.DataFrame, *, longest: int) -> pd.DataFrame:
    first_day = demand["day"].min().date() if len(demand) else night.as_of
    return regressors_of(night, first_day=first_day, last_day=night.as_of + timedelta(days=longest))
