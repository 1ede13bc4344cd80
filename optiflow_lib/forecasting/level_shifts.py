"""Days on which an item began to sell lastingly more or less than before."""

from typing import NamedTuple

import numpy as np

from optiflow_lib.forecasting.law import Errors, law_of
from optiflow_lib.forecasting.panel import Array, Rows, ratio

BEFORE = 84  # days before, at most
AFTERS = (14, 28, 56)  # days from the shift on, compared with them: a small change takes long to show
LEAST_Z, LEAST_CHANGE = 4.1, 0.3  # standard errors, and share of the level before
LEAST_KNOWN = 0.6  # of either side
APART = 42  # days between two shifts, at least
PLACED_AFTER, NEAR = (
    42,
    14,
)  # days by which a shift is placed, days around the strongest contrast where it may be
LASTING = 0.6  # of the change, in each third of the days after it: a promotion is over in the last
SPIKE = 3.0  # standard deviations above its level, beyond which a day counts no more
QUARTILE = 0.3186  # lower one of a standard normal's absolute value
OWN_WEIGHT = 0.25  # of an item's own scatter of contrasts, beside all items'


def level_shifts(quantity: Array, season: Array, step: Array) -> Array:
    """For each item and day, the number of shifts up to it: days with the same number share a level.

    A shift is the day where the two, four or eight weeks from it on differ most from the twelve before, measured in
    standard errors of overdispersed counts, or wider ones where the item's level has always wandered more than that;
    the next one is at least six weeks away.

    Args:
        quantity: Units, NaN where unknown or special; shape (n_items, n_days).
        season: What multiplies the level; shape (n_items, n_days).
        step: Smallest quantity; shape (n_items,).

    Returns:
        Whole numbers, shape (n_items, n_days).
    """
    z, change = _contrasts(quantity, season, step)
    strong = np.where((np.abs(z) >= LEAST_Z) & (np.abs(change) >= LEAST_CHANGE), np.abs(z), 0.0)
    begins = np.zeros(quantity.shape, dtype=bool)
    while strong.any():
        item = np.flatnonzero(strong.any(axis=1))
        day = strong[item].argmax(axis=1)
        for i, d in zip(item, day, strict=True):
            begins[i, _placed(quantity[i], season[i], int(d))] = True
        near = np.abs(np.arange(quantity.shape[1]) - day[:, None]) < APART
        strong[item] = np.where(near, 0.0, strong[item])
    return np.asarray(begins.cumsum(axis=1))


def _placed(quantity: Array, season: Array, day: int) -> int:
    """The day near `day` that best parts the weeks around it into two levels, by the Poisson likelihood."""
    first, last = max(day - BEFORE, 0), min(day + PLACED_AFTER, len(quantity))
    known = ~np.isnan(quantity)
    sold, seen = np.where(known, quantity, 0.0), np.where(known, season, 0.0)

    def explained(start: int, end: int) -> float:
        total, exposure = sold[start:end].sum(), seen[start:end].sum()
        return float(total * np.log(total / exposure)) if total > 0 and exposure > 0 else 0.0

    tried = range(max(day - NEAR, first + 1), min(day + NEAR + 1, last))
    return max(tried, key=lambda t: explained(first, t) + explained(t, last))


def level_around(quantity: Array, season: Array, regime: Array, *, days: int) -> Array:
    """Level of each day from the `days` before and after it, without itself; NaN with less than a week known.

    Args:
        quantity: Units, NaN where unknown; shape (n_items, n_days).
        season: What multiplies the level; shape (n_items, n_days).
        regime: Only days of the same regime count; shape (n_items, n_days).
        days: On either side.
    """
    known = ~np.isnan(quantity)
    sold, seen, count = (
        _window_sums(values, regime, days)
        for values in (np.nan_to_num(quantity), np.where(known, season, 0.0), known.astype(float))
    )
    return np.where(count >= 7, ratio(sold, seen), np.nan)


def _window_sums(values: Array, regime: Array, days: int) -> Array:
    """Of the days around each, without itself, in its own regime."""
    n_days = values.shape[1]
    day, new = np.arange(n_days), np.diff(regime, axis=1) != 0
    border = np.zeros((len(values), 1), dtype=bool)
    begins = np.where(np.concatenate([border, new], axis=1), day, 0)
    ends = np.where(np.concatenate([new, border], axis=1), day + 1, n_days)
    first = np.maximum(np.maximum.accumulate(begins, axis=1), day - days)
    last = np.minimum(np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1], day + days + 1)
    whole = _summed(values)
    inside = np.take_along_axis(whole, last, axis=1) - np.take_along_axis(whole, first, axis=1)
    return np.asarray(np.maximum(inside - values, 0.0))


class _Days(NamedTuple):
    """Running sums over an item's days, shape (n_items, n_days + 1), and how a day varies."""

    sold: Array
    exposed: Array
    known: Array
    step: Array
    dispersion: Array

    def level(self, first: Rows, last: Rows) -> Array:
        """Sold over exposed, from `first` until before `last`, for each of both."""
        return ratio(self.sold[:, last] - self.sold[:, first], self.exposed[:, last] - self.exposed[:, first])


def _contrasts(quantity: Array, season: Array, step: Array) -> tuple[Array, Array]:
    """Standard errors and share by which the days from t on differ from those before; (n_items, n_days)."""
    known = ~np.isnan(quantity)
    seen = _without_spikes(quantity, season, step)
    days = _Days(
        _summed(np.where(known, seen, 0.0)),
        _summed(np.where(known, season, 0.0)),
        _summed(known.astype(float)),
        step[:, None],
        _scatter(seen, season, step)[1],
    )
    best, change = np.zeros((2, *quantity.shape))
    for after in AFTERS:
        z, by = _contrast(days, after)
        stronger = np.abs(z) > np.abs(best)
        best, change = np.where(stronger, z, best), np.where(stronger, by, change)
    return best, change


def _without_spikes(quantity: Array, season: Array, step: Array) -> Array:
    """Cut at what an ordinary day may reach, so that one bulk sale is no shift."""
    known = ~np.isnan(quantity)
    usual = ratio(np.nansum(quantity, axis=1), (season * known).sum(axis=1))[:, None] * season
    local, dispersion = _scatter(quantity, season, step)
    level = np.fmax(local, usual)
    return np.asarray(
        np.minimum(quantity, level + SPIKE * np.sqrt(step[:, None] * level + dispersion * level**2))
    )


def _scatter(quantity: Array, season: Array, step: Array) -> tuple[Array, Array]:
    """Each day by the week on either side, and the dispersion around it: a shift is in the scatter of few days."""
    local = level_around(quantity, season, np.zeros_like(season), days=7) * season
    return local, law_of(Errors.of(local, quantity, step), step).dispersion[:, None]


def _contrast(days: _Days, after: int) -> tuple[Array, Array]:
    """The same for one number of days after."""
    n_days = days.sold.shape[1] - 1
    t = np.arange(n_days)
    first, last = np.maximum(t - BEFORE, 0), np.minimum(t + after, n_days)
    before, now = days.level(first, t), days.level(t, last)
    seen_before, seen_now = (days.exposed[:, b] - days.exposed[:, a] for a, b in ((first, t), (t, last)))
    both = ratio(seen_before * before + seen_now * now, seen_before + seen_now)
    variance = days.step * both + days.dispersion * both**2
    z = ratio(now - before, np.sqrt(variance * (ratio(1.0, seen_before) + ratio(1.0, seen_now))))
    enough = (days.known[:, t] - days.known[:, first] >= LEAST_KNOWN * BEFORE) & (
        days.known[:, last] - days.known[:, t] >= max(LEAST_KNOWN * after, LEAST_KNOWN * AFTERS[0])
    )
    z = z / _wandering(np.where(enough, np.abs(z), np.nan))
    early, late = t + after // 3, t + after - after // 3
    parts = [(t, early), (early, late), (late, t + after)]
    lasts = np.all(
        [
            (days.level(*(np.minimum(day, n_days) for day in part)) - before) * np.sign(now - before)
            >= LASTING * np.abs(now - before)
            for part in parts
        ],
        axis=0,
    )
    change = np.where(before > 0, ratio(now - before, before), np.sign(now))
    return np.where(enough & lasts, z, 0.0), change


def _wandering(z: Array) -> Array:
    """How much more an item's contrasts scatter than chance has it, at least 1; shape (n_items, 1).

    By their lower quartile, which a shift or two do not touch; an item has few that do not overlap, so that all
    items' counts for more than its own.
    """
    compared = ~np.isnan(z).all(axis=1)
    if not compared.any():
        return np.ones((len(z), 1))
    own = np.full(len(z), np.nan)
    own[compared] = np.nanquantile(z[compared], 0.25, axis=1) / QUARTILE
    everybody = float(np.nanmedian(own))
    square = OWN_WEIGHT * np.where(compared, own, everybody) ** 2 + (1 - OWN_WEIGHT) * everybody**2
    return np.asarray(np.maximum(np.sqrt(square), 1.0))[:, None]


def _summed(values: Array) -> Array:
    """Running sums, from 0 on."""
    return np.concatenate([np.zeros((len(values), 1)), values.cumsum(axis=1)], axis=1)
