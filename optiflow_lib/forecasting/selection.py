"""Which candidate forecasts which item: by what its forecasts would have cost, and as simply as that allows.

An item's own few folds are noisy, those of all items that sell as fast are not. A class of items has as champion the
simplest candidate within one standard error of the least mean cost (Breiman et al. 1984). An item's own cost is shrunk
to its class's as far as the items do not differ more than their noise explains (empirical Bayes; Efron & Morris 1975);
it has a champion of its own where that is more than one standard error better than the class's.
"""

import numpy as np

from optiflow_lib.forecasting.panel import Array, Rows, ratio

LEAST_ITEMS = 8  # smaller classes are judged with all items


def champions_by_cost(cost: Array, classes: Rows) -> Rows:
    """Index of each item's champion, shape (n_items,); 0, the simplest, for items without any cost.

    Args:
        cost: Shape (n_candidates, n_items, n_folds), the simplest candidate first; NaN where nothing was judged.
        classes: Of each item; shape (n_items,).
    """
    chosen = np.zeros(cost.shape[1], dtype=np.int64)
    judged = ~np.isnan(cost).all(axis=(0, 2))
    sizes = {c: int((judged & (classes == c)).sum()) for c in np.unique(classes)}
    small = np.isin(classes, [c for c, size in sizes.items() if size < LEAST_ITEMS])
    pools = [(judged, judged & small)] + [
        (judged & (classes == c), judged & (classes == c)) for c, size in sizes.items() if size >= LEAST_ITEMS
    ]
    for pool, mine in pools:
        if mine.any():
            chosen[mine] = _chosen(cost[:, pool])[mine[pool]]
    return chosen


def _chosen(cost: Array) -> Rows:
    """Champion of each item of a pool that is judged together."""
    relative = _relative(cost)
    best = int(_mean(_mean(relative, axis=2), axis=1).argmin())
    of_class = _simplest(relative - relative[best])
    expected, error = _expected(relative - relative[of_class])
    own = expected.argmin(axis=0)
    at = np.arange(len(own))
    return np.where(expected[own, at] < -error[own, at], own, of_class)


def _relative(cost: Array) -> Array:
    """Costs over the item's mean cost."""
    scale = _mean(_mean(cost, axis=2), axis=0)
    return np.asarray(cost / np.where(scale > 0, scale, np.nan)[:, None])


def _simplest(against_best: Array) -> int:
    """The first candidate whose mean is within one standard error of the best one's.

    Folds count as observations beside items: all items of a fold share its weather.
    """
    items, folds = _mean(against_best, axis=2), _mean(against_best, axis=1)
    variance = _variance(items) / max(items.shape[1], 1) + _variance(folds) / max(folds.shape[1], 1)
    return int((_mean(items, axis=1) <= np.sqrt(variance) + 1e-12).argmax())


def _expected(against: Array) -> tuple[Array, Array]:
    """Posterior mean and standard error of each candidate's relative cost, against the class's champion."""
    folds = np.maximum((~np.isnan(against)).sum(axis=2), 1)
    own = np.nan_to_num(_mean(against, axis=2))
    centre = own.mean(axis=1, keepdims=True)
    noise = _variance(against)
    # The noise of few folds is itself uncertain: half of it is the pool's.
    noise = 0.5 * noise + 0.5 * noise.mean(axis=1, keepdims=True)
    differing = np.maximum(own.var(axis=1, keepdims=True) - (noise / folds).mean(axis=1, keepdims=True), 0.0)
    weight = ratio(differing, differing + noise / folds)
    of_centre = own.var(axis=1, keepdims=True) / own.shape[1]
    return centre + weight * (own - centre), np.sqrt(weight * noise / folds + (1 - weight) ** 2 * of_centre)


def _mean(values: Array, axis: int) -> Array:
    known = ~np.isnan(values)
    return ratio(np.where(known, values, 0.0).sum(axis=axis), known.sum(axis=axis), otherwise=np.nan)


def _variance(values: Array) -> Array:
    """Over the last axis, 0 where fewer than two values are known."""
    known = ~np.isnan(values)
    squares = np.where(known, values - _mean(values, axis=-1)[..., None], 0.0) ** 2
    return np.asarray(squares.sum(axis=-1) / np.maximum(known.sum(axis=-1) - 1, 1))
