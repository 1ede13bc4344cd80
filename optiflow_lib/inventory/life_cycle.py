"""An alert is raised once, stays while its cause holds, and closes by itself."""

from collections.abc import Collection
from datetime import date

import pandas as pd

from optiflow_lib.inventory.hysteresis import KEY, is_told
from optiflow_lib.schemas.stock import ALERTS, SEVERITIES

LASTING = ["opened_on", "state", "snoozed_until", "handled_by"]


def life_cycle(
    previous: pd.DataFrame,
    raised: pd.DataFrame,
    *,
    as_of: date,
    last_night: date | None,
    ordered: Collection[str] = (),
) -> pd.DataFrame:
    """The alerts after a night: those raised, those that wait to be sure, and those resolved tonight.

    An alert seen before keeps its first day, its state and who handled it; a snooze that is over, or a cause that has
    become more urgent, opens it again. An alert whose cause held last night and is gone tonight stays one night longer
    (hysteresis: a value that swings around its threshold is one alert, not ten), then it is resolved; one that asked for
    an order is resolved at once when somebody ordered, and one that another alert tells tonight (`HIDES`) at once too.

    What is raised in state snoozed can wait for its day (`hysteresis`): it opens nothing, an alert that stands is put off
    until then, by nobody, and one that somebody acknowledged stays so. As soon as it cannot wait any longer it is open.

    Args:
        previous: Schema `ALERTS`: not resolved ones, as they stood before this night.
        raised: Schema `ALERTS`: causes that hold tonight.
        as_of: The day being closed.
        last_night: The night before this one that was run; None when there was none.
        ordered: Items of orders of our own that are on their way.

    Returns:
        Schema `ALERTS`.
    """
    known = previous[previous["state"] != "resolved"]
    is_raised = pd.MultiIndex.from_frame(known[KEY]).isin(pd.MultiIndex.from_frame(raised[KEY]))
    gone = known[~is_raised]
    is_done = (gone["type"] == "order_now") & gone["subject"].isin(list(ordered)) | is_told(gone, raised)
    waits = (gone["last_seen_on"] >= pd.Timestamp(last_night or as_of)) & ~is_done
    gone = gone.assign(
        state=gone["state"].where(waits, "resolved"),
        resolved_on=gone["resolved_on"].where(waits, pd.Timestamp(as_of)),
    )
    parts = [part for part in (_seen_again(known, raised, as_of), gone) if len(part)]
    after = pd.concat(parts) if parts else ALERTS.empty()
    return ALERTS.check(after.sort_values(KEY), where="alerts after the night")


def _seen_again(known: pd.DataFrame, raised: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """What is raised tonight, with the life it had before."""
    before, tonight = known[[*KEY, *LASTING, "severity"]], pd.Timestamp(as_of)
    seen = raised.merge(before, on=KEY, how="left", suffixes=("", "_before"))
    is_known = seen["state_before"].notna()
    until = seen["snoozed_until"].where(is_known & (seen["state"] == "snoozed"))
    for column in LASTING:
        seen[column] = seen[f"{column}_before"].where(is_known, seen[column])
    urgency = dict(zip(SEVERITIES, range(len(SEVERITIES)), strict=True))
    worse = seen["severity"].map(urgency) < seen["severity_before"].map(urgency)
    is_over = (seen["snoozed_until"] <= tonight) | seen["handled_by"].isna()
    awake = (seen["state"] == "snoozed") & is_known & is_over
    opened = (awake | worse & (seen["state"] != "open")) & until.isna()
    seen.loc[opened, "state"] = "open"
    seen.loc[opened, "snoozed_until"] = pd.NaT
    return _put_off(seen, until)[list(ALERTS.columns)]


def _put_off(seen: pd.DataFrame, until: pd.Series) -> pd.DataFrame:
    """Those that can wait are snoozed by nobody; a later day that a person chose stays, and so does what is acknowledged."""
    waits = until.notna() & (seen["state"] != "acknowledged") & ~(seen["snoozed_until"] >= until)
    return seen.assign(
        state=seen["state"].mask(waits, "snoozed"),
        snoozed_until=seen["snoozed_until"].mask(waits, until),
        handled_by=seen["handled_by"].mask(waits, None),
    )
