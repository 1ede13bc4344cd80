"""The past forecast again: what each candidate would have said at an origin, and the law around it known then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.candidates import candidate_means
from optiflow_lib.forecasting.law import Errors, Law, law_of, steps_of
from optiflow_lib.forecasting.panel import Array, Panel, Rows
from optiflow_lib.forecasting.past import Past

LEAST_TRAINING_DAYS = 28
BASE_WEIGHT = 0.25  # of the pooled model's own past errors: what a candidate's folds showed counts more


@dataclass(frozen=True)
class Fold:
    """Forecasts of one origin beside what was wanted; rows as in the whole panel, NaN for items that were not yet.

    Args:
        origin: Last day known.
        actual: Shape (n_items, horizon), NaN where unknown.
        means: By candidate, shape (n_items, horizon).
        laws: By candidate: what was known at the origin about the errors of earlier folds; over all items.
    """

    origin: pd.Timestamp
    actual: Array
    means: dict[str, Array]
    laws: dict[str, Law]


def rolling_origins(cutoff: date, *, n: int, step: int) -> list[date]:
    """The last day of training of `n` folds of `step` days each; the last fold ends with `cutoff`."""
    return [cutoff - timedelta(days=step * fold) for fold in range(n, 0, -1)]


def folds_of(
    past: Past, panel: Panel, names: Sequence[str], origins: Sequence[date]
) -> tuple[list[Fold], dict[str, Errors]]:
    """Forecasts at every origin, and the errors of each candidate over all of them.

    An origin with less than four weeks of history before it is left out. `past` gives all but the demand's end.
    """
    n_items, horizon = len(panel.item_ids), past.horizon_days
    errors = {name: Errors.none(n_items) for name in names}
    folds = []
    for origin in sorted(origins):
        last = pd.Timestamp(origin)
        known = past.until(last)
        if len(known.panel.days) < LEAST_TRAINING_DAYS:
            continue
        rows = np.asarray(panel.item_ids.searchsorted(known.panel.item_ids), dtype=np.int64)
        made = candidate_means(names, known).by_candidate
        base = _spread(known.pooled.errors(known.panel).scaled(BASE_WEIGHT), rows, n_items)
        step = np.ones(n_items)
        step[rows] = steps_of(known.panel.quantity)
        laws = {name: law_of(base + errors[name], step) for name in names}
        actual = panel.between(last + pd.Timedelta(days=1), last + pd.Timedelta(days=horizon))
        means = {name: _rows(made[name], rows, n_items) for name in names}
        folds.append(Fold(last, actual, means, laws))
        errors = {name: errors[name] + Errors.of(means[name], actual, step) for name in names}
    return folds, errors


def _rows(mean: Array, rows: Rows, n_items: int) -> Array:
    made = np.full((n_items, mean.shape[1]), np.nan)
    made[rows] = mean
    return made


def _spread(errors: Errors, rows: Rows, n_items: int) -> Errors:
    """`errors` of some items among all; the others have none."""
    made = []
    for values in errors.arrays:
        whole = np.zeros(n_items)
        whole[rows] = values
        made.append(whole)
    return Errors(*made)
