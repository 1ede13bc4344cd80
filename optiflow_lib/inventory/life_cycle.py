"""An alert is raised once, stays while its cause holds, and closes by itself."""

from datetime import date

import pandas as pd

from optiflow_lib.schemas.results import ALERTS

KEY = ["type", "subject"]
LASTING = ["opened_on", "state", "snoozed_until", "handled_by"]
QUIET_NIGHTS = 1  # a cause must be gone this long before its alert closes: no flicker


def life_cycle(previous: pd.DataFrame, raised: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """The alerts after a night: those raised, those that wait to be sure, and those resolved tonight.

    An alert seen before keeps its first day, its state and who handled it; a snooze that is over opens it again. An
    alert whose cause is gone since last night stays one night longer (hysteresis), then is resolved.

    Args:
        previous: Schema `ALERTS`: not resolved ones, as they stood before this night.
        raised: Schema `ALERTS`: causes that hold tonight.
        as_of: The day being closed.

    Returns:
        Schema `ALERTS`.
    """
    today = pd.Timestamp(as_of)
    known = previous[previous["state"] != "resolved"]
    seen = raised.merge(known[[*KEY, *LASTING]], on=KEY, how="left", suffixes=("", "_before"))
    before = seen["state_before"].notna()
    for column in LASTING:
        seen[column] = seen[f"{column}_before"].where(before, seen[column])
    awake = (seen["state"] == "snoozed") & (seen["snoozed_until"] <= today)
    seen.loc[awake, "state"] = "open"
    seen.loc[awake, "snoozed_until"] = pd.NaT
    is_raised = pd.MultiIndex.from_frame(known[KEY]).isin(pd.MultiIndex.from_frame(raised[KEY]))
    gone = known[~is_raised].copy()
    resolved = (today - gone["last_seen_on"]).dt.days > QUIET_NIGHTS
    gone.loc[resolved, "state"] = "resolved"
    gone.loc[resolved, "resolved_on"] = today
    parts = [part for part in (seen[list(ALERTS.columns)], gone) if len(part)]
    after = pd.concat(parts) if parts else ALERTS.empty()
    return ALERTS.check(after.sort_values(KEY), where="alerts after the night")
