"""The past forecast again and again from what was known then: which candidate forecasts which item best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.calibration import empty_calibration
from optiflow_lib.forecasting.candidates import ordered
from optiflow_lib.forecasting.folds import folds_of
from optiflow_lib.forecasting.law import ERROR_SUMS, SPEEDS, Errors
from optiflow_lib.forecasting.panel import Array, Ids, Panel, Rows, ratio
from optiflow_lib.forecasting.past import Past
from optiflow_lib.forecasting.planned import planned
from optiflow_lib.forecasting.scores import REFERENCE, costs_of, scores_of
from optiflow_lib.forecasting.selection import champions_by_cost
from optiflow_lib.schemas.results import ACCURACY
from optiflow_lib.settings import ForecastSettings


@dataclass(frozen=True)
class Backtest:
    """What the past taught.

    Args:
        accuracy: Schema `ACCURACY`: every candidate on every item, and the champion.
        calibration: item_id, candidate and the sums of `law.Errors` of each champion: from them the law of what it
            forecasts is known.
    """

    accuracy: pd.DataFrame
    calibration: pd.DataFrame


def backtest(
    demand: pd.DataFrame,
    *,
    candidates: Sequence[str],
    origins: Sequence[date],
    horizon_days: int,
    regressors: pd.DataFrame,
    groups: Mapping[str, str],
    decisions: pd.DataFrame,
    settings: ForecastSettings,
) -> Backtest:
    """Scores of every candidate on every item, and the champion.

    Args:
        demand: Schema `DEMAND`; each fold sees only days up to its origin.
        candidates: Names; the seasonal naive is added, because value added is measured against it.
        origins: Last day of training of each fold.
        horizon_days: Days forecast after each origin.
        regressors: Of `regressors.event_columns`: what was planned is known in advance.
        groups: Of each item_id: items that share a season, e.g. its category.
        decisions: item_id, protection_interval (days) and critical_ratio: the decision a forecast is for.
        settings: Of the forecasts.

    Returns:
        Items without a day to judge by have the simplest candidate as champion.
    """
    names = ordered([*candidates, REFERENCE])
    past = Past(demand, groups, planned(regressors, demand["item_id"].unique()), horizon_days, settings)
    panel = past.panel
    folds, errors = folds_of(past, panel, names, origins)
    if not folds:
        return _unjudged(panel.item_ids, names)
    wanted = decisions.set_index("item_id").reindex(panel.item_ids)
    cost = costs_of(
        folds,
        names,
        interval=wanted["protection_interval"].to_numpy(dtype=float),
        critical_ratio=wanted["critical_ratio"].to_numpy(dtype=float),
    )
    champion = champions_by_cost(cost, _speeds(panel))
    scores = scores_of(folds, names, panel).assign(cost=_mean_cost(cost).ravel())
    place = np.tile(np.arange(len(panel.item_ids)), len(names))
    scores["champion"] = champion[place] == np.repeat(np.arange(len(names)), len(panel.item_ids))
    accuracy = ACCURACY.check(scores.sort_values(["item_id", "candidate"]), where="backtest")
    return Backtest(accuracy, _calibration(panel.item_ids, names, champion, errors))


def champions(accuracy: pd.DataFrame) -> pd.DataFrame:
    """item_id and candidate of each item's champion."""
    return accuracy.loc[accuracy["champion"], ["item_id", "candidate"]].reset_index(drop=True)


def _speeds(panel: Panel) -> Rows:
    recent = panel.quantity[:, -364:]
    return np.digitize(ratio(np.nansum(recent, axis=1), (~np.isnan(recent)).sum(axis=1)), SPEEDS)


def _mean_cost(cost: Array) -> Array:
    known = ~np.isnan(cost)
    return ratio(np.where(known, cost, 0.0).sum(axis=2), known.sum(axis=2), otherwise=np.nan)


def _calibration(
    item_ids: Ids, names: Sequence[str], champion: Rows, errors: Mapping[str, Errors]
) -> pd.DataFrame:
    sums = np.stack([np.stack(errors[name].arrays) for name in names])  # candidates, sums, items
    own = sums[champion, :, np.arange(len(item_ids))]
    won = np.array(names, dtype=object)[champion]
    frame = pd.DataFrame({"item_id": item_ids, "candidate": won}).astype("str")
    return frame.assign(**dict(zip(ERROR_SUMS, own.T, strict=True)))


def _unjudged(item_ids: Ids, names: Sequence[str]) -> Backtest:
    every = pd.MultiIndex.from_product([item_ids, names], names=["item_id", "candidate"]).to_frame(
        index=False
    )
    empty = {c: np.nan for c in ACCURACY.columns if c not in ("item_id", "candidate", "champion", "days")}
    rows = every.assign(days=0, champion=every["candidate"] == names[0], **empty)
    return Backtest(
        ACCURACY.check(rows.sort_values(["item_id", "candidate"]), where="backtest"), empty_calibration()
    )
