"""Days that neither the level, nor the season, nor a stockout, nor an event explains; and lasting changes of level."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.calm import event_mask
from optiflow_lib.forecasting.law import Errors, Law, below, day_quantiles, law_of, steps_of
from optiflow_lib.forecasting.level_shifts import AFTER, BEFORE, level_around, level_shifts
from optiflow_lib.forecasting.panel import Array, Panel, panel_of
from optiflow_lib.forecasting.planned import planned
from optiflow_lib.forecasting.pooled import fitted_pooled
from optiflow_lib.forecasting.regressors import no_event_days
from optiflow_lib.schemas.results import ANOMALIES

PROBABILITIES = (0.005, 0.995)
LOOK_BACK_DAYS = 90
AROUND_DAYS = 28  # on either side, from which a day's level is taken
RUN_HIGH, RUN_LOW = 3, 2  # days in a row that tell a promotion or a stockout from a single sale


@dataclass(frozen=True)
class Expected:
    """What each day should have been.

    Args:
        mean: Units, NaN where nothing around the day is known; shape (n_items, n_days).
        law: Of a day around its mean.
        regime: Number of lasting changes of level up to each day; shape (n_items, n_days).
    """

    mean: Array
    law: Law
    regime: Array


def anomalies(
    demand: pd.DataFrame,
    *,
    events: pd.DataFrame,
    items: pd.DataFrame,
    groups: Mapping[str, str],
    country: str,
    as_of: date,
) -> pd.DataFrame:
    """Days of the last three months outside the 99 % interval, and the days on which a lasting change began.

    Stockout days are unknown demand and never an anomaly; days with an event are expected to be special. The cause
    is a suggestion:

    - "level shift": 14 days in a row differ from the six weeks before; `quantity` and `expected` are then the mean
      of these days and what they would have been, `low` and `high` the interval of such a mean;
    - "promotion not recorded": three or more days in a row above; "bulk sale": fewer;
    - "stockout not recorded": two or more days in a row without any sale; "sales stopped": other days below.

    Args:
        demand: Schema `DEMAND`, ending with `as_of`.
        events: Schema `EVENTS`.
        items: Schema `ITEMS`.
        groups: Of each item_id: items that share a season.
        country: Whose public holidays; empty for none.
        as_of: The day being closed.

    Returns:
        Schema `ANOMALIES`.
    """
    panel = panel_of(demand)
    if not len(panel.item_ids):
        return ANOMALIES.empty()
    special = event_mask(panel, events, items)
    calm = Panel(panel.item_ids, panel.days, np.where(special, np.nan, panel.quantity))
    expected = expected_days(calm, groups=groups, country=country)
    recent = panel.days > pd.Timestamp(as_of) - pd.Timedelta(days=LOOK_BACK_DAYS)
    found = pd.concat([_shifts(calm, expected, recent), _single_days(calm, expected, recent)])
    found = found.drop_duplicates(["item_id", "day"]).sort_values(["item_id", "day"])
    return ANOMALIES.check(found, where="anomalies")


def expected_days(calm: Panel, *, groups: Mapping[str, str], country: str) -> Expected:
    """The season of the group times the item's level around each day, on its own side of any lasting change."""
    nothing = planned(no_event_days(), calm.item_ids)
    season = fitted_pooled(
        calm, groups=groups, events=nothing, country=country or None, horizon_days=0
    ).season
    step = steps_of(calm.quantity)
    regime = level_shifts(calm.quantity, season, step)
    mean = level_around(calm.quantity, season, regime, days=AROUND_DAYS) * season
    law = law_of(Errors.of(mean, calm.quantity), step)
    # Once more without the days that stick out: they are in the levels of their neighbours.
    less, up_to = below(calm.quantity, np.nan_to_num(mean), law)
    usual = np.where((up_to < PROBABILITIES[0]) | (less >= PROBABILITIES[1]), np.nan, calm.quantity)
    mean = level_around(usual, season, regime, days=AROUND_DAYS) * season
    return Expected(mean, law_of(Errors.of(mean, usual), step), regime)


def _single_days(calm: Panel, expected: Expected, recent: np.ndarray) -> pd.DataFrame:
    mean, actual = expected.mean[:, recent], calm.quantity[:, recent]
    low, high = day_quantiles(np.nan_to_num(mean), expected.law, PROBABILITIES)
    judged = ~np.isnan(mean)
    over, under = judged & (actual > high), judged & (actual < low)
    cause = np.where(over, "bulk sale", "sales stopped").astype(object)
    cause[_in_runs(over, RUN_HIGH)] = "promotion not recorded"
    cause[_in_runs(under & (actual == 0), RUN_LOW)] = "stockout not recorded"
    item, day = np.nonzero(over | under)
    return pd.DataFrame(
        {
            "item_id": calm.item_ids[item],
            "day": calm.days[recent][day],
            "quantity": actual[item, day],
            "expected": mean[item, day],
            "low": low[item, day],
            "high": high[item, day],
            "direction": np.where(over, "high", "low")[item, day],
            "cause": cause[item, day],
        }
    )


def _shifts(calm: Panel, expected: Expected, recent: np.ndarray) -> pd.DataFrame:
    begins = np.diff(expected.regime, axis=1, prepend=0) > 0
    rows = [_shift(calm, expected, item, day) for item, day in np.argwhere(begins & recent)]
    return pd.DataFrame(rows, columns=list(ANOMALIES.columns))


def _shift(calm: Panel, expected: Expected, item: int, day: int) -> dict[str, object]:
    before, after = (
        slice(max(day - BEFORE, 0), day),
        slice(day, day + AFTER),
    )
    usual = float(np.nanmean(calm.quantity[item, before]))
    law = expected.law.taken(slice(item, item + 1))
    variance = (law.step[0] * usual + law.dispersion[0] * usual**2) * (1 / BEFORE + 1 / AFTER)
    reach = 2.576 * float(np.sqrt(variance))  # of a 99 % interval
    now = float(np.nanmean(calm.quantity[item, after]))
    return {
        "item_id": calm.item_ids[item],
        "day": calm.days[day],
        "quantity": now,
        "expected": usual,
        "low": max(usual - reach, 0.0),
        "high": usual + reach,
        "direction": "high" if now > usual else "low",
        "cause": "level shift",
    }


def _in_runs(flagged: np.ndarray, length: int) -> np.ndarray:
    """Where at least `length` days in a row are flagged."""
    made = np.zeros_like(flagged)
    for first in range(length):
        run = np.ones_like(flagged)
        for offset in range(length):
            shift = offset - first
            moved = np.zeros_like(flagged)
            if shift >= 0:
                moved[:, : flagged.shape[1] - shift] = flagged[:, shift:]
            else:
                moved[:, -shift:] = flagged[:, :shift]
            run &= moved
        made |= run
    return made
