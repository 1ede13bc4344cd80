"""Days that neither the level, nor a stockout, nor an event explains."""

from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.calm import calm_level, event_mask
from optiflow_lib.forecasting.law import Errors, day_quantiles, law_of, steps_of
from optiflow_lib.forecasting.panel import Panel, panel_of
from optiflow_lib.schemas.results import ANOMALIES

PROBABILITIES = (0.005, 0.995)
LOOK_BACK_DAYS = 90
SHIFT_DAYS, SHIFT_SHARE = 14, 0.5


def anomalies(
    demand: pd.DataFrame, *, events: pd.DataFrame, items: pd.DataFrame, as_of: date
) -> pd.DataFrame:
    """Days of the last three months outside the 99 % interval around a calm day's level.

    Stockout days are unknown demand and never an anomaly; days with an event are expected to be special. The
    cause is a suggestion: "level shift" when most days of the fortnight around it deviate the same way, otherwise
    "bulk sale" or "sales stopped".

    Args:
        demand: Schema `DEMAND`, ending with `as_of`.
        events: Schema `EVENTS`.
        items: Schema `ITEMS`.
        as_of: The day being closed.

    Returns:
        Schema `ANOMALIES`.
    """
    panel = panel_of(demand)
    if not len(panel.item_ids):
        return ANOMALIES.empty()
    mask = event_mask(panel, events, items)
    level = calm_level(panel, mask)
    law = law_of(Errors.of(level, np.where(mask, np.nan, panel.quantity)), steps_of(panel.quantity))
    recent = panel.days > pd.Timestamp(as_of) - pd.Timedelta(days=LOOK_BACK_DAYS)
    low, high = day_quantiles(np.nan_to_num(level[:, recent]), law, PROBABILITIES)
    actual, judged = panel.quantity[:, recent], ~mask[:, recent] & ~np.isnan(level[:, recent])
    above, below = judged & (actual > high), judged & (actual < low)
    side = np.sign(actual - level[:, recent])
    found = _rows(panel, panel.days[recent], above | below, actual, level[:, recent], low, high)
    found["direction"] = np.where(found["quantity"] > found["expected"], "high", "low")
    found["cause"] = _causes(side, above | below, found["direction"])
    return ANOMALIES.check(found.sort_values(["item_id", "day"]), where="anomalies")


def _rows(
    panel: Panel, days: pd.DatetimeIndex, found: np.ndarray, actual: np.ndarray, *bounds: np.ndarray
) -> pd.DataFrame:
    item, day = np.nonzero(found)
    columns = {"item_id": panel.item_ids[item], "day": days[day], "quantity": actual[item, day]}
    return pd.DataFrame(
        columns | {n: b[item, day] for n, b in zip(("expected", "low", "high"), bounds, strict=True)}
    )


def _causes(side: np.ndarray, found: np.ndarray, direction: pd.Series) -> np.ndarray:
    """A shift has its neighbours on the same side; a single day has not."""
    window = np.ones(SHIFT_DAYS)
    flagged = np.where(found, side, 0.0)
    around = np.apply_along_axis(lambda row: np.convolve(row, window, mode="same"), 1, flagged)
    item, day = np.nonzero(found)
    shifted = np.abs(around[item, day]) > SHIFT_SHARE * SHIFT_DAYS
    single = np.where(direction == "high", "bulk sale", "sales stopped")
    return np.where(shifted, "level shift", single)
