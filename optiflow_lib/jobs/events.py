"""Notebook 30: what events did, and what those to come are expected to do."""

import pandas as pd

from optiflow_lib import forecasting
from optiflow_lib.jobs.demand import demand_of, events_of, items_with_zone
from optiflow_lib.jobs.night import Night, NightJob
from optiflow_lib.store import replace_night


@NightJob
def measure_events(night: Night) -> pd.DataFrame:
    """Fills `event_impact` (schema `EVENT_IMPACT`) and returns it, the greatest effect in money first."""
    impact = forecasting.event_impact(
        demand_of(night),
        events=events_of(night),
        items=items_with_zone(night),
        settings=night.settings.forecast,
        as_of=night.as_of,
    )
    replace_night(night.store, {"event_impact": impact}, as_of=night.as_of)
    return impact.sort_values("uplift_eur", ascending=False, key=abs, ignore_index=True)
