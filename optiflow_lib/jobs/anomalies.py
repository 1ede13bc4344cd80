"""Notebook 31: days that nothing known explains."""

import pandas as pd

from optiflow_lib import forecasting
from optiflow_lib.jobs.demand import demand_of, events_of, groups_of, items_with_zone
from optiflow_lib.jobs.judged_days import still_open
from optiflow_lib.jobs.night import Night, NightJob
from optiflow_lib.store import replace_night


@NightJob
def find_anomalies(night: Night) -> pd.DataFrame:
    """Fills `anomalies` (schema `ANOMALIES`) and returns it, the latest first; what somebody settled is not in it."""
    found = forecasting.anomalies(
        demand_of(night),
        events=events_of(night),
        items=items_with_zone(night),
        groups=groups_of(night),
        country=night.settings.forecast.country,
        as_of=night.as_of,
    )
    anomalies = still_open(found, night.verdicts)
    replace_night(night.store, {"anomalies": anomalies}, as_of=night.as_of)
    return anomalies.sort_values(["day", "item_id"], ascending=[False, True], ignore_index=True)
