"""The past forecast again and again from what was known then: which candidate forecasts which item best."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.candidates import SIMPLICITY, candidate_means, ordered
from optiflow_lib.forecasting.law import day_quantiles, fitted_law
from optiflow_lib.forecasting.panel import Array, Ids, Panel, panel_of
from optiflow_lib.schemas.results import ACCURACY
from optiflow_lib.settings import ForecastSettings

PROBABILITIES = (0.1, 0.5, 0.9)
REFERENCE = "seasonal_naive"
LEAST_TRAINING_DAYS = 28


def rolling_origins(cutoff: date, *, n: int, step: int) -> list[date]:
    """The last day of training of `n` folds of `step` days each; the last fold ends with `cutoff`."""
    return [cutoff - timedelta(days=step * fold) for fold in range(n, 0, -1)]


def backtest(
    demand: pd.DataFrame,
    *,
    candidates: Sequence[str],
    origins: Sequence[date],
    horizon_days: int,
    regressors: pd.DataFrame,
    settings: ForecastSettings,
) -> pd.DataFrame:
    """Scores of every candidate on every item, and the champion.

    Args:
        demand: Schema `DEMAND`; each fold sees only days up to its origin.
        candidates: Names; the seasonal naive is added, because value added is measured against it.
        origins: Last day of training of each fold.
        horizon_days: Days forecast after each origin.
        regressors: Of `regressors.event_columns`: what was planned is known in advance.
        settings: Of the forecasts.

    Returns:
        Schema `ACCURACY`; items without a day to judge by have the first of `SIMPLICITY` as champion.
    """
    names = ordered([*candidates, REFERENCE])
    panel = panel_of(demand)
    folds = [
        _fold(
            demand,
            panel,
            names,
            origin=origin,
            horizon_days=horizon_days,
            regressors=regressors,
            settings=settings,
        )
        for origin in origins
    ]
    judged = pd.concat([fold for fold in folds if fold is not None] or [_no_days()])
    scores = _scores(judged, panel, names)
    return ACCURACY.check(_with_champions(scores, judged), where="backtest")


def champions(accuracy: pd.DataFrame) -> pd.DataFrame:
    """item_id and candidate of each item's champion."""
    return accuracy.loc[accuracy["champion"], ["item_id", "candidate"]].reset_index(drop=True)


def _fold(
    demand: pd.DataFrame,
    panel: Panel,
    names: Sequence[str],
    *,
    origin: date,
    horizon_days: int,
    regressors: pd.DataFrame,
    settings: ForecastSettings,
) -> pd.DataFrame | None:
    """Forecasts and actual demand of one fold, one row per item, candidate and day."""
    last = pd.Timestamp(origin)
    training = demand[demand["day"] <= last]
    if training.empty or training["day"].nunique() < LEAST_TRAINING_DAYS:
        return None
    means = candidate_means(
        names, training, event_days=regressors, horizon_days=horizon_days, settings=settings
    )
    law = fitted_law(means.panel)
    days = pd.date_range(last + pd.Timedelta(days=1), periods=horizon_days)
    rows = panel.item_ids.searchsorted(means.panel.item_ids)
    actual = panel.between(days[0], days[-1])[rows]
    parts = [
        _long(name, means.panel.item_ids, days, actual, mean, day_quantiles(mean, law, PROBABILITIES))
        for name, mean in means.by_candidate.items()
        if name in names
    ]
    return pd.concat(parts).assign(origin=last)


def _long(
    name: str, item_ids: Ids, days: pd.DatetimeIndex, actual: Array, mean: Array, quantiles: Array
) -> pd.DataFrame:
    judged = pd.DataFrame(
        {
            "item_id": np.repeat(item_ids, len(days)),
            "day": np.tile(days, len(item_ids)),
            "actual": actual.ravel(),
            "forecast": mean.ravel(),
        }
        | {f"q{p * 100:g}": q.ravel() for p, q in zip(PROBABILITIES, quantiles, strict=True)}
    )
    return judged.dropna(subset="actual").assign(candidate=name)


def _no_days() -> pd.DataFrame:
    numbers = ("actual", "forecast", "q10", "q50", "q90")
    empty = {"item_id": "str", "candidate": "str", "day": "datetime64[us]", "origin": "datetime64[us]"}
    return pd.DataFrame(
        {c: pd.Series(dtype=t) for c, t in empty.items()} | {c: pd.Series(dtype=float) for c in numbers}
    )


def _scores(judged: pd.DataFrame, panel: Panel, names: Sequence[str]) -> pd.DataFrame:
    rows = _with_losses(judged)
    sums = rows.groupby(["item_id", "candidate"]).agg(
        days=("actual", "size"), error=("error", "sum"), absolute=("absolute", "sum"), actual=("actual", "sum"),
        covered=("covered", "mean"), pinball=("pinball", "mean"), percent=("percent", "mean"), sold=("sold", "mean"),
    )  # fmt: skip
    every = pd.MultiIndex.from_product([panel.item_ids, names], names=["item_id", "candidate"])
    sums = sums.reindex(every).reset_index()
    scale = pd.Series(_naive_scale(panel), index=panel.item_ids).reindex(sums["item_id"]).to_numpy()
    mean_error = sums["absolute"] / sums["days"]
    naive = sums["item_id"].map(sums[sums["candidate"] == REFERENCE].set_index("item_id")["absolute"])
    with np.errstate(divide="ignore", invalid="ignore"):
        scored = sums.assign(
            days=sums["days"].fillna(0),
            wape=sums["absolute"] / sums["actual"],
            bias=sums["error"] / sums["actual"],
            mase=mean_error / scale,
            mape=sums["percent"],
            mape_excluded_share=1 - sums["sold"],
            coverage_80=sums["covered"],
            value_added=1 - sums["absolute"] / naive,
        )
    return scored.replace([np.inf, -np.inf], np.nan)


def _with_losses(judged: pd.DataFrame) -> pd.DataFrame:
    error = judged["forecast"] - judged["actual"]
    sold = judged["actual"] > 0
    losses = [_pinball(judged["actual"], judged[f"q{p * 100:g}"], p) for p in PROBABILITIES]
    return judged.assign(
        error=error,
        absolute=error.abs(),
        covered=judged["actual"].between(judged["q10"], judged["q90"]),
        sold=sold,
        percent=(error.abs() / judged["actual"]).where(sold),
        pinball=sum(losses) / len(losses),
    )


def _pinball(actual: pd.Series, quantile: pd.Series, probability: float) -> pd.Series:
    short = actual - quantile
    return np.maximum(probability * short, (probability - 1) * short)


def _naive_scale(panel: Panel) -> Array:
    """In-sample mean |y_t − y_{t−7}|, the denominator of MASE."""
    change = np.abs(panel.quantity[:, 7:] - panel.quantity[:, :-7])
    known = (~np.isnan(change)).sum(axis=1)
    return np.divide(np.nansum(change, axis=1), known, out=np.full(len(change), np.nan), where=known > 0)  # type: ignore[no-any-return]


def _with_champions(scores: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """Least pinball; a simpler candidate within one standard error over the folds is preferred."""
    by_fold = _with_losses(judged).groupby(["item_id", "candidate", "origin"])["pinball"].mean()
    folds = by_fold.groupby(["item_id", "candidate"]).agg(["mean", "std", "size"])
    folds["standard_error"] = folds["std"].fillna(0) / np.sqrt(folds["size"])
    ranked = scores.merge(folds[["mean", "standard_error"]], on=["item_id", "candidate"], how="left")
    ranked["rank"] = ranked["candidate"].map(SIMPLICITY.index)
    best = ranked.sort_values(["item_id", "mean", "rank"]).drop_duplicates("item_id").set_index("item_id")
    allowed = (best["mean"] + best["standard_error"]).reindex(ranked["item_id"]).to_numpy()
    within = (ranked["mean"] <= allowed) | ranked["mean"].isna()
    chosen = ranked[within].sort_values(["item_id", "rank"]).drop_duplicates("item_id")
    key = pd.MultiIndex.from_frame(chosen[["item_id", "candidate"]])
    is_champion = pd.MultiIndex.from_frame(scores[["item_id", "candidate"]]).isin(key)
    return scores.assign(champion=is_champion).sort_values(["item_id", "candidate"])
