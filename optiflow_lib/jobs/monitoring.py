"""Notebook 90, and a part of 50: what past nights forecast, beside what was then sold."""

from datetime import timedelta

import pandas as pd

from optiflow_lib.forecasting import metrics
from optiflow_lib.jobs.demand import demand_of
from optiflow_lib.jobs.night import Night, NightJob
from optiflow_lib.schemas.results import MONITORING
from optiflow_lib.store import read_night, replace_night

# Nights compared: yesterday's, last week's, and those whose whole horizon has come to pass.
AGES_DAYS = (1, 7, 14, 21, 28)


@NightJob
def monitor_models(night: Night) -> pd.DataFrame:
    """Fills `monitoring` and returns it (schema `MONITORING`), the oldest night first."""
    monitored = past_accuracy(night)
    replace_night(night.store, {"monitoring": monitored}, as_of=night.as_of)
    return monitored


def past_accuracy(night: Night) -> pd.DataFrame:
    """Schema `MONITORING`: the forecasts of past nights against demand known today; stockout days are left out."""
    actual = demand_of(night)[["item_id", "day", "quantity"]].dropna()
    rows = [_accuracy(night, actual, age) for age in sorted(AGES_DAYS, reverse=True)]
    return MONITORING.check(
        pd.DataFrame([r for r in rows if r], columns=list(MONITORING.columns)), where="monitoring"
    )


def _accuracy(night: Night, actual: pd.DataFrame, age: int) -> dict[str, object] | None:
    made_on = night.as_of - timedelta(days=age)
    judged = read_night(night.store, "forecasts", as_of=made_on).merge(actual, on=["item_id", "day"])
    if judged.empty:
        return None
    mape, excluded = metrics.mape(judged["quantity"], judged["forecast"])
    return {
        "made_on": made_on,
        "items": judged["item_id"].nunique(),
        "days": len(judged),
        "wape": metrics.wape(judged["quantity"], judged["forecast"]),
        "bias": metrics.bias(judged["quantity"], judged["forecast"]),
        "mape": mape,
        "mape_excluded_share": excluded,
        "coverage_80": metrics.coverage(judged["quantity"], judged["q10"], judged["q90"]),
    }
