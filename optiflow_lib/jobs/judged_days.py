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
SHIFT, SHIFT_DAYS = "level shift", 14  # the day on which a level changed is found again some days off


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
    """The unusual days (schema `ANOMALIES`) that nobody has judged; a shift taken for real also where it is found anew."""
    shifts = verdicts[(verdicts["verdict"] == "real") & (verdicts["cause"] == SHIFT)]
    around = pd.Timedelta(days=SHIFT_DAYS)
    near = shifts.assign(day=shifts["day"] - around, last_day=shifts["last_day"] + around)
    settled = _covered(anomalies, verdicts) | (_covered(anomalies, near) & (anomalies["cause"] == SHIFT))
    return anomalies[~settled].reset_index(drop=True)


def _covered(rows: pd.DataFrame, verdicts: pd.DataFrame) -> pd.Series:
    """Which rows (item_id, day) lie within the days of a verdict on their item."""
    covered = pd.Series(data=False, index=rows.index)
    concerned = rows[rows["item_id"].isin(verdicts["item_id"])] if len(verdicts) else rows.iloc[:0]
    for one in verdicts.itertuples() if len(concerned) else ():
        of_item = concerned["day"][concerned["item_id"] == one.item_id]
        covered.loc[of_item.index[of_item.between(one.day, one.last_day)]] = True
    return covered
