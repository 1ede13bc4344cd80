"""From a mean to a distribution: counts that vary more than Poisson, around a level that is itself uncertain.

Demand of a day is negative binomial, ``variance = mean + dispersion · mean²``; goods that are sold by weight follow a
gamma law, ``variance = dispersion · mean²``, which does not depend on their unit. All days of a path share one error of level (lognormal): errors of a horizon are
correlated, which √time scaling overlooks. Source: Syntetos & Boylan, Intermittent Demand Forecasting (2021), ch. 4-5.
"""

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.forecasting.panel import Array, Panel

YEAR, MONTH = 364, 28
PRIOR_DAYS = 56.0  # an item's own dispersion is believed like this many days of its group's
LEAST_LEVEL_SD, MOST_LEVEL_SD = 0.03, 0.6
MOST_DISPERSION = 20.0


@dataclass(frozen=True)
class Law:
    """How demand varies around its mean, per item, arrays of shape (n_items,).

    Args:
        dispersion: Variance of a day (beyond Poisson's, where demand is counted) over the squared mean.
        level_sd: Standard deviation of the log of the level's error over a horizon.
        whole: Is demand counted in whole units?
    """

    dispersion: Array
    level_sd: Array
    whole: NDArray[np.bool_]


def fitted_law(panel: Panel) -> Law:
    """The law of each item from its last year, shrunk to that of all items where it has little history."""
    recent = panel.quantity[:, -YEAR:]
    whole = np.nansum(np.abs(recent - np.round(recent)), axis=1) == 0
    own, known_days = _own_dispersion(recent, whole)
    sold = np.nansum(recent, axis=1) > 0
    dispersion = own.copy()
    for kind in (whole, ~whole):
        group = float(np.median(own[sold & kind])) if (sold & kind).any() else 0.0
        dispersion[kind] = (known_days * own + PRIOR_DAYS * group)[kind] / (known_days + PRIOR_DAYS)[kind]
    return Law(dispersion, _level_sd(recent, dispersion, whole), whole)


def day_quantiles(mean: Array, law: Law, probabilities: tuple[float, ...]) -> Array:
    """Quantiles of one day's demand; `mean` (n_items, n_days) gives (len(probabilities), n_items, n_days)."""
    from scipy import stats  # noqa: PLC0415 - 1.5 s that only forecasting pays

    spread = ((1 + law.dispersion) * (1 + law.level_sd**2) - 1)[:, None]
    shape = 1 / np.maximum(spread, 1e-6)
    level = np.maximum(mean, 1e-9)
    made = np.empty((len(probabilities), *mean.shape))
    for n, p in enumerate(probabilities):
        counts = stats.nbinom.ppf(p, shape, shape / (shape + level))
        weights = stats.gamma.ppf(p, shape, scale=level / shape)
        made[n] = np.where(law.whole[:, None], counts, weights)
    return np.where(mean > 0, made, 0.0)


def sample_paths(mean: Array, law: Law, *, item_ids: NDArray[np.object_], n_samples: int, seed: int) -> Array:
    """Possible futures, shape (n_items, n_samples, n_days); an item's do not depend on which others are asked for."""
    made = np.empty((len(mean), n_samples, mean.shape[1]))
    for i, item_id in enumerate(item_ids):
        rng = np.random.default_rng([seed, zlib.crc32(str(item_id).encode())])
        error = rng.normal(-0.5 * law.level_sd[i] ** 2, law.level_sd[i], (n_samples, 1))
        level = mean[i] * np.exp(error)
        shape = 1 / max(law.dispersion[i], 1e-6)
        rate = rng.gamma(shape, 1 / shape, level.shape) * level
        made[i] = rng.poisson(rate) if law.whole[i] else rate
    return made


def _own_dispersion(recent: Array, whole: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Moment estimate around a local mean of the other weeks, and how many days it rests on."""
    local, weeks = _local_mean(recent)
    known = ~np.isnan(recent) & ~np.isnan(local)
    share = np.where(known, 1 / np.maximum(weeks, 1), 0.0)  # of a day's variance that is in its local mean
    mean = np.where(known, local, 0.0)
    variance = (np.where(known, recent - local, 0.0) ** 2 / (1 + share)).sum(axis=1)
    squares = (mean**2).sum(axis=1) - variance * share.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    beyond = variance - np.where(whole, mean.sum(axis=1), 0.0)
    own = np.divide(beyond, squares, out=np.zeros(len(recent)), where=squares > 0)
    return np.clip(own, 0, MOST_DISPERSION), known.sum(axis=1).astype(float)


def _local_mean(quantity: Array) -> tuple[Array, Array]:
    """Mean of the same weekday in the two weeks before and after each day, and of how many days it is."""
    frame = pd.DataFrame(quantity.T)
    stacked = np.stack([frame.shift(7 * week).to_numpy() for week in (-2, -1, 1, 2)])
    counts = (~np.isnan(stacked)).sum(axis=0)
    mean = np.where(counts > 1, np.nansum(stacked, axis=0) / np.maximum(counts, 1), np.nan)
    return mean.T, counts.T


def _level_sd(recent: Array, dispersion: Array, whole: NDArray[np.bool_]) -> Array:
    """How much a 28-day mean moves to the next beyond what chance explains; shrunk to the median of all items."""
    months = recent.shape[1] // MONTH
    if months < 3:
        return np.full(len(recent), 0.2)
    blocks = recent[:, -months * MONTH :].reshape(len(recent), months, MONTH)
    counts = (~np.isnan(blocks)).sum(axis=2)
    mean = np.divide(np.nansum(blocks, axis=2), counts, out=np.zeros(counts.shape), where=counts > MONTH / 2)
    centre = mean.mean(axis=1)
    change = np.diff(mean, axis=1) / np.maximum(centre, 1e-9)[:, None]
    chance = 2 * (whole / np.maximum(centre, 1e-9) + dispersion) / MONTH
    own = np.clip((change**2).mean(axis=1) - chance, 0, None)
    weight = 1 / (1 + MONTH / 2 * chance)  # a slow mover's changes are mostly chance
    group = float(np.median(own[centre > 0])) if (centre > 0).any() else 0.0
    return np.clip(  # type: ignore[no-any-return]
        np.sqrt(weight * own + (1 - weight) * group), LEAST_LEVEL_SD, MOST_LEVEL_SD
    )
