"""What people said of unusual days, as a night takes it: events by name, days not learned from, days that are settled."""

import numpy as np
import pandas as pd

from optiflow_lib.jobs.items import with_item_id
from optiflow_lib.schemas.operations import KNOWN_VERDICTS
from optiflow_lib.schemas.source import EVENTS
from optiflow_lib.settings import Settings
from optiflow_lib.source import Inputs

TABLE = "day_verdicts"  # among the frozen inputs
# All marked events of a direction share a column of the models: one each would slow every fit down.
EVENT_TYPES = {"high": "marked high", "low": "marked low"}
# The day on which a level changed is found again some days off; shifts that are nearer to each other are one.
SHIFT, SHIFTS_APART_DAYS = "level shift", 42


def verdicts_known(inputs: Inputs, settings: Settings) -> pd.DataFrame:
    """Schema `KNOWN_VERDICTS` and item_id: what stood when the night began; no row where nothing was frozen of it."""
    rows = inputs.read(TABLE) if inputs.has(TABLE) else KNOWN_VERDICTS.empty()
    return with_item_id(KNOWN_VERDICTS.check(rows, where=f"frozen {TABLE}"), settings)


def marked_events(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Schema `EVENTS`: the days that somebody explained by an event, each for its item alone."""
    marked = verdicts[verdicts["verdict"] == "event"]
    if marked.empty:
        return EVENTS.empty()
    named = marked["item_id"] + " " + marked["day"].dt.strftime("%Y-%m-%d")
    rows = marked[["day", "last_day"]].rename(columns={"day": "first_day"})
    rows = rows.assign(
        event_id="marked " + named,
        name=marked["event"],
        type=marked["direction"].map(EVENT_TYPES),
        scope="item:" + marked["item_id"],
        zone=None,
        discount=np.nan,
        planned_uplift=np.nan,
    )
    return EVENTS.check(rows, where="events marked by people")


def without_masked(demand: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """`demand` whose masked days are unknown: as little is learned from them as from a day without stock."""
    masked = _covered(demand, verdicts[verdicts["verdict"] == "masked"])
    return demand.assign(quantity=demand["quantity"].where(~masked)) if masked.any() else demand


def still_open(anomalies: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """The unusual days (schema `ANOMALIES`) that nobody has judged; a shift taken for real also where it is found anew.

    One verdict settles one shift: the nearest of its direction, less than six weeks away. A level that goes back, or
    changes once more, is told again.
    """
    settled = _covered(anomalies, verdicts) | _found_anew(anomalies, verdicts)
    return anomalies[~settled].reset_index(drop=True)


def episode_end(anomalies: pd.DataFrame, day: pd.Timestamp, *, as_of: pd.Timestamp) -> pd.Timestamp:
    """The last day of what began on `day`: the days in a row of the same kind, or all days of a new level.

    Args:
        anomalies: Schema `ANOMALIES`, of one item; `day` is one of its days.
        day: The day that is judged.
        as_of: The last day there is.
    """
    seen = anomalies.set_index("day")[["direction", "cause"]]
    if seen.loc[day, "cause"] == SHIFT:
        return as_of
    alike = seen.index[(seen == seen.loc[day]).all(axis=1)]
    last = day
    while last + pd.Timedelta(days=1) in alike:
        last += pd.Timedelta(days=1)
    return last


def _found_anew(anomalies: pd.DataFrame, verdicts: pd.DataFrame) -> pd.Series:
    """Which rows are the shift of a verdict "real", placed on another day by a later night."""
    anew = pd.Series(data=False, index=anomalies.index)
    shifts = anomalies[anomalies["cause"] == SHIFT]
    for one in verdicts[(verdicts["verdict"] == "real") & (verdicts["cause"] == SHIFT)].itertuples():
        same = shifts[(shifts["item_id"] == one.item_id) & (shifts["direction"] == one.direction)]
        away = (same["day"] - one.day).abs()
        if len(away) and away.min() < pd.Timedelta(days=SHIFTS_APART_DAYS):
            anew[away.idxmin()] = True
    return anew


def _covered(rows: pd.DataFrame, verdicts: pd.DataFrame) -> pd.Series:
    """Which rows (item_id, day) lie within the days of a verdict on their item."""
    covered = pd.Series(data=False, index=rows.index)
    concerned = rows[rows["item_id"].isin(verdicts["item_id"])] if len(verdicts) else rows.iloc[:0]
    for one in verdicts.itertuples() if len(concerned) else ():
        of_item = concerned["day"][concerned["item_id"] == one.item_id]
        covered.loc[of_item.index[of_item.between(one.day, one.last_day)]] = True
    return covered
