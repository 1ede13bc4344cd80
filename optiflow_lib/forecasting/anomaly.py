"""Days that neither the level, nor the season, nor a stockout, nor an event explains; and lasting changes of level."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.forecasting.calm import event_mask
from optiflow_lib.forecasting.episodes import Episodes, episodes
from optiflow_lib.forecasting.law import Errors, Law, beyond, day_quantiles, law_of, steps_of
from optiflow_lib.forecasting.level_shifts import AFTERS, BEFORE, level_around, level_shifts
from optiflow_lib.forecasting.panel import Array, Panel, panel_of
from optiflow_lib.forecasting.planned import planned
from optiflow_lib.forecasting.pooled import fitted_pooled
from optiflow_lib.forecasting.regressors import no_event_days
from optiflow_lib.schemas.results import ANOMALIES

PROBABILITIES = (0.005, 0.995)
FALSE_SHARE = 0.2  # of the reported days and runs of days that are expected to be chance
LOOK_BACK_DAYS = 90
AROUND_DAYS = 28  # on either side, from which a day's level is taken
RUN_HIGH, RUN_LOW = 3, 2  # days in a row that tell a promotion or a stockout from a single sale
SURELY_USUAL = 1.5  # standard deviations, within which no day is outside its 99 % interval


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
    """Days of the last three months too far out to be chance, and the days on which a lasting change began.

    Such a day is outside its 99 % interval, and so far that at most one in five of those reported is expected to be
    chance; days in a row are judged together (`episodes`).
    Stockout days are unknown demand and never an anomaly; days with an event are expected to be special. The cause
    is a suggestion:

    - "level shift": 14 days in a row differ from the six weeks before; `quantity` and `expected` are then the mean
      of these days and what they would have been, `low` and `high` the interval of such a mean;
    - "promotion not recorded": three or more days in a row above; "bulk sale": fewer;
    - "stockout not recorded": two or more days in a row without any sale; "sales stopped": others below.

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
    found = pd.concat([_shifts(calm, expected, recent), _days(calm, expected, recent)])
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
    # Once more without the days that stick out: they are in the levels of their neighbours.
    usual = np.where(
        _sticks_out(calm.quantity, mean, law_of(Errors.of(mean, calm.quantity, step), step)),
        np.nan,
        calm.quantity,
    )
    mean = level_around(usual, season, regime, days=AROUND_DAYS) * season
    return Expected(mean, law_of(Errors.of(mean, usual, step), step), regime)


def _sticks_out(quantity: Array, mean: Array, law: Law) -> np.ndarray:
    """Days outside their 99 % interval."""
    spread, step = (np.broadcast_to(values[:, None], mean.shape) for values in (law.spread, law.step))
    far = np.abs(quantity - mean) > SURELY_USUAL * np.sqrt(step * mean + spread * mean**2)
    out = np.zeros(mean.shape, dtype=bool)
    out[far] = beyond(quantity[far], mean[far], spread[far], step[far]) <= PROBABILITIES[0]
    return out


def _days(calm: Panel, expected: Expected, recent: np.ndarray) -> pd.DataFrame:
    """A row for each day of each episode."""
    mean, actual = expected.mean[:, recent], calm.quantity[:, recent]
    found = episodes(actual, mean, expected.law, false_share=FALSE_SHARE)
    item = np.repeat(found.item, found.days)
    offset = np.arange(len(item)) - np.repeat(found.days.cumsum() - found.days, found.days)
    day = np.repeat(found.first, found.days) + offset
    low, high = day_quantiles(mean[item, day][:, None], expected.law.taken(item), PROBABILITIES)[:, :, 0]
    return pd.DataFrame(
        {
            "item_id": calm.item_ids[item],
            "day": calm.days[recent][day],
            "quantity": actual[item, day],
            "expected": mean[item, day],
            "low": low,
            "high": high,
            "direction": np.repeat(np.where(found.high, "high", "low"), found.days),
            "cause": np.repeat(_causes(actual, found), found.days),
        }
    )


def _causes(actual: Array, found: Episodes) -> NDArray[np.object_]:
    """What an episode may have been."""
    sold = [
        actual[i, first : first + n].sum()
        for i, first, n in zip(found.item, found.first, found.days, strict=True)
    ]
    high = np.where(found.days >= RUN_HIGH, "promotion not recorded", "bulk sale")
    low = np.where((found.days >= RUN_LOW) & (np.array(sold) == 0), "stockout not recorded", "sales stopped")
    return np.where(found.high, high, low).astype(object)


def _shifts(calm: Panel, expected: Expected, recent: np.ndarray) -> pd.DataFrame:
    begins = np.diff(expected.regime, axis=1, prepend=0) > 0
    rows = [_shift(calm, expected, item, day) for item, day in np.argwhere(begins & recent)]
    return pd.DataFrame(rows, columns=list(ANOMALIES.columns))


def _shift(calm: Panel, expected: Expected, item: int, day: int) -> dict[str, object]:
    before, after = (
        slice(max(day - BEFORE, 0), day),
        slice(day, day + AFTERS[0]),
    )
    usual = float(np.nanmean(calm.quantity[item, before]))
    law = expected.law.taken(slice(item, item + 1))
    variance = (law.step[0] * usual + law.dispersion[0] * usual**2) * (1 / BEFORE + 1 / AFTERS[0])
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
