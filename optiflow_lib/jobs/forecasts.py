"""Notebook 20: what will be wanted, per item and day, and until an order would arrive."""

import logging
from datetime import timedelta

import numpy as np
import pandas as pd

from optiflow_lib import forecasting, inventory
from optiflow_lib.jobs.demand import daily_sales_of, demand_of, public_holidays, regressors_of
from optiflow_lib.jobs.items import item_terms, with_item_id
from optiflow_lib.jobs.night import Night, open_night
from optiflow_lib.jobs.training import champions_of
from optiflow_lib.schemas.source import RECEIPTS, SUPPLIERS
from optiflow_lib.store import replace_night

logger = logging.getLogger(__name__)


def forecast_demand(*, settings_file: str, as_of: str = "") -> pd.DataFrame:
    """Forecasts every item with its champion; fills `lead_times`, `forecasts`, `components`, `interval_demand`.

    An item that cannot be fitted gets a baseline and a row in `failures`; it never stops the night.
    Returns schema `FORECASTS`.
    """
    with open_night(settings_file, as_of) as night:
        demand = demand_of(night)
        champions, accuracy = champions_of(night, demand)
        learned = lead_times_of(night)
        lead_times = learned.frame
        draws = learned.draws(
            n_samples=night.settings.forecast.sample_paths, seed=night.settings.forecast.seed
        )
        made = forecasting.forecast_items(
            demand,
            champions=champions,
            regressors=_regressors(night, demand, longest=_longest(night, draws, lead_times)),
            item_ids=lead_times["item_id"].tolist(),
            lead_time_draws=draws,
            review_periods=lead_times["review_period"].to_numpy(),
            settings=night.settings.forecast,
        )
        tables = {
            "lead_times": lead_times,
            "accuracy": accuracy,
            "forecasts": made.forecasts,
            "components": made.components,
            "interval_demand": made.interval_demand,
            "failures": made.failures,
        }
        replace_night(night.store, tables, as_of=night.as_of)
        logger.info(
            "%d items forecast, %d failures listed", made.forecasts["item_id"].nunique(), len(made.failures)
        )
        return made.forecasts


def lead_times_of(night: Night) -> inventory.LearnedLeadTimes:
    """How long an order of each item takes, and when its supplier can be asked."""
    inputs = night.inputs
    receipts = inputs.read("receipts") if inputs.has("receipts") else RECEIPTS.empty()
    suppliers = inputs.read("suppliers") if inputs.has("suppliers") else SUPPLIERS.empty()
    return inventory.learned_lead_times(
        with_item_id(receipts, night.settings),
        supplier_terms=item_terms(inputs, night.items),
        suppliers=suppliers,
        items=night.items,
        as_of=night.as_of,
        settings=night.settings.inventory,
        closed=inventory.closed_weekdays(daily_sales_of(night), as_of=night.as_of),
        closed_days=public_holidays(night),
    )


def _longest(night: Night, draws: np.ndarray, lead_times: pd.DataFrame) -> int:
    longest = int((draws.max(axis=1) + lead_times["review_period"].to_numpy()).max()) if len(draws) else 0
    return max(longest, night.settings.forecast.horizon_days)


def _regressors(night: Night, demand: pd.DataFrame, *, longest: int) -> pd.DataFrame:
    first_day = demand["day"].min().date() if len(demand) else night.as_of
    return regressors_of(night, first_day=first_day, last_day=night.as_of + timedelta(days=longest))
