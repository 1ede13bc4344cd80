"""Scores of candidates over the folds of a backtest: each item's error measures, calibration and cost of decisions.

The measures of `metrics`, for all items at once.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.folds import Fold
from optiflow_lib.forecasting.law import below, day_quantiles, total_quantiles
from optiflow_lib.forecasting.panel import Array, Panel, Rows, ratio

PROBABILITIES = (0.1, 0.5, 0.9)
COVERAGES = (0.5, 0.8, 0.95)
REFERENCE = "seasonal_naive"


def scores_of(folds: Sequence[Fold], names: Sequence[str], panel: Panel) -> pd.DataFrame:
    """One row per item and candidate: days, wape, bias, mase, mape, …, value_added; not yet the cost."""
    scale = naive_scale(panel)
    naive = _sums(folds, REFERENCE)["absolute"]
    parts = [_measures(_sums(folds, name), scale, naive).assign(candidate=name) for name in names]
    for part in parts:
        part.insert(0, "item_id", panel.item_ids)
    return pd.concat(parts, ignore_index=True)


def costs_of(folds: Sequence[Fold], names: Sequence[str], *, interval: Array, critical_ratio: Array) -> Array:
    """Pinball loss of each item's order-up-to level over its protection interval, units a day.

    Each fold is cut into stretches as long as an item's interval (the fold's length at most); days whose demand is
    unknown are left out of both sides.

    Args:
        folds: Of `folds_of`.
        names: Candidates.
        interval: Days that one order must last, shape (n_items,).
        critical_ratio: Probability with which it should, shape (n_items,).

    Returns:
        Shape (n_candidates, n_items, n_folds), NaN where nothing could be judged.
    """
    made = np.full((len(names), len(interval), len(folds)), np.nan)
    for f, fold in enumerate(folds):
        length = np.clip(np.round(interval), 1, fold.actual.shape[1]).astype(int)
        for days in np.unique(length):
            rows = np.flatnonzero(length == days)
            for n, name in enumerate(names):
                made[n, rows, f] = _fold_cost(fold, name, rows, int(days), critical_ratio[rows])
    return made


def naive_scale(panel: Panel) -> Array:
    """In-sample mean |y_t − y_{t−7}|, the denominator of MASE; shape (n_items,)."""
    change = np.abs(panel.quantity[:, 7:] - panel.quantity[:, :-7])
    return _share(np.nansum(change, axis=1), (~np.isnan(change)).sum(axis=1))


def _fold_cost(fold: Fold, name: str, rows: Rows, days: int, ratio: Array) -> Array:
    law = fold.laws[name].taken(rows)
    lost, judged = np.zeros(len(rows)), np.zeros(len(rows))
    for first in range(0, fold.actual.shape[1] - days + 1, days):
        part = slice(first, first + days)
        actual, mean = fold.actual[rows, part], fold.means[name][rows, part]
        known = ~np.isnan(actual) & ~np.isnan(mean)
        wanted = np.where(known, actual, 0.0).sum(axis=1)
        short = wanted - total_quantiles(np.where(known, mean, 0.0), law, ratio)
        lost += np.maximum(ratio * short, (ratio - 1) * short)
        judged += known.sum(axis=1)
    return _share(lost, judged)


def _sums(folds: Sequence[Fold], name: str) -> dict[str, Array]:
    parts = [_fold_sums(fold, name) for fold in folds]
    return {key: np.sum([part[key] for part in parts], axis=0) for key in parts[0]}


def _fold_sums(fold: Fold, name: str) -> dict[str, Array]:
    known = ~np.isnan(fold.actual) & ~np.isnan(fold.means[name])
    actual, mean = np.where(known, fold.actual, 0.0), np.where(known, fold.means[name], 0.0)
    law, error = fold.laws[name], mean - actual
    sold = known & (actual > 0)
    columns = {
        "days": known,
        "error": error,
        "absolute": np.abs(error),
        "actual": actual,
        "sold": sold,
        "percent": np.where(sold, np.abs(error) / np.where(sold, actual, 1), 0.0),
        "pinball": _pinball(actual, day_quantiles(mean, law, PROBABILITIES)) * known,
    }
    under, upto = below(actual, mean, law)
    for share in COVERAGES:
        columns[f"coverage_{share * 100:g}"] = _inside(under, upto, (1 - share) / 2, (1 + share) / 2) * known
    return {key: values.sum(axis=1).astype(float) for key, values in columns.items()}


def _pinball(actual: Array, quantiles: Array) -> Array:
    losses = []
    for p, quantile in zip(PROBABILITIES, quantiles, strict=True):
        short = actual - quantile
        losses.append(np.maximum(p * short, (p - 1) * short))
    return np.asarray(np.mean(losses, axis=0))


def _inside(under: Array, upto: Array, low: float, high: float) -> Array:
    """Share of a count's probability band [P(<y), P(≤y)] between two probabilities: the expected randomised PIT."""
    width = np.maximum(upto - under, 1e-12)
    return np.asarray(np.clip(np.minimum(upto, high) - np.maximum(under, low), 0, None) / width)


def _measures(sums: dict[str, Array], scale: Array, naive: Array) -> pd.DataFrame:
    days = sums["days"]
    measures = {
        "days": days,
        "wape": _share(sums["absolute"], sums["actual"]),
        "bias": _share(sums["error"], sums["actual"]),
        "mase": _share(_share(sums["absolute"], days), scale),
        "mape": _share(sums["percent"], sums["sold"]),
        "mape_excluded_share": 1 - _share(sums["sold"], days),
        "pinball": _share(sums["pinball"], days),
        "value_added": 1 - _share(sums["absolute"], naive),
    }
    covered = {f"coverage_{s * 100:g}": _share(sums[f"coverage_{s * 100:g}"], days) for s in COVERAGES}
    return pd.DataFrame(measures | covered)


def _share(numerator: Array, denominator: Array) -> Array:
    return ratio(numerator, denominator, otherwise=np.nan)
