"""Days on which an item began to sell lastingly more or less than before."""

import numpy as np

from optiflow_lib.forecasting.law import Errors, law_of
from optiflow_lib.forecasting.panel import Array, Rows, ratio

BEFORE, AFTER = 42, 14  # days compared with each other
LEAST_Z, LEAST_CHANGE = 4.5, 0.3  # standard errors, and share of the level before
LEAST_KNOWN = 0.6  # of either side
NEAR = 10  # days around the strongest contrast among which a shift is placed
LASTING = 0.5  # of the change, in either week after it: a promotion is over in the second
SPIKE = 3.0  # a day counts as no more than this many times what is usual, so that one bulk sale is no shift


def level_shifts(quantity: Array, season: Array, step: Array) -> Array:
    """For each item and day, the number of shifts up to it: days with the same number share a level.

    A shift is the day where the 14 days from it on differ most from the 42 before, measured in standard errors of
    overdispersed counts; the next one is at least 42 days away.

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
        near = np.abs(np.arange(quantity.shape[1]) - day[:, None]) < BEFORE
        strong[item] = np.where(near, 0.0, strong[item])
    return np.asarray(begins.cumsum(axis=1))


def _placed(quantity: Array, season: Array, day: int) -> int:
    """The day near `day` that best parts the weeks around it into two levels, by the Poisson likelihood."""
    first, last = max(day - BEFORE, 0), min(day + AFTER + NEAR, len(quantity))
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
    made = np.zeros_like(values)
    for shift in range(1, min(days, values.shape[1] - 1) + 1):
        same = regime[:, shift:] == regime[:, :-shift]
        made[:, shift:] += np.where(same, values[:, :-shift], 0.0)
        made[:, :-shift] += np.where(same, values[:, shift:], 0.0)
    return made


def _contrasts(quantity: Array, season: Array, step: Array) -> tuple[Array, Array]:
    """Standard errors and share by which the days from t on differ from those before; (n_items, n_days)."""
    known = ~np.isnan(quantity)
    usual = ratio(np.nansum(quantity, axis=1), (season * known).sum(axis=1))[:, None] * season
    counted = np.where(known, np.minimum(quantity, SPIKE * usual + 3 * step[:, None]), 0.0)
    exposed = np.where(known, season, 0.0)
    sold_before, sold_after = _sums(counted)
    seen_before, seen_after = _sums(exposed)
    before, after = ratio(sold_before, seen_before), ratio(sold_after, seen_after)
    seen = np.where(known, counted, np.nan)
    # Judged by a week on either side: a shift is then in the scatter of few days.
    local = level_around(seen, season, np.zeros_like(season), days=7) * season
    dispersion = law_of(Errors.of(local, seen), step).dispersion[:, None]
    both = ratio(sold_before + sold_after, seen_before + seen_after)
    day = step[:, None] * both + dispersion * both**2
    error = np.sqrt(day * (ratio(1.0, seen_before) + ratio(1.0, seen_after)))
    enough = (_sums(known.astype(float))[0] >= LEAST_KNOWN * BEFORE) & (
        _sums(known.astype(float))[1] >= LEAST_KNOWN * AFTER
    )
    weeks = [ratio(_ahead(counted, first), _ahead(exposed, first)) for first in (0, 7)]
    lasts = np.all(
        [(week - before) * np.sign(after - before) >= LASTING * np.abs(after - before) for week in weeks],
        axis=0,
    )
    z = np.where(enough & lasts, ratio(after - before, error), 0.0)
    return z, np.where(before > 0, ratio(after - before, before), np.sign(after))


def _sums(values: Array) -> tuple[Array, Array]:
    """Sums of the days before t, and from t on; 0 where the window leaves the history."""
    n_days = values.shape[1]
    whole = np.concatenate([np.zeros((len(values), 1)), values.cumsum(axis=1)], axis=1)
    before, after = np.zeros((2, *values.shape))
    if n_days > BEFORE + AFTER:
        at: Rows = np.arange(BEFORE, n_days - AFTER + 1)
        before[:, at] = whole[:, at] - whole[:, at - BEFORE]
        after[:, at] = whole[:, at + AFTER] - whole[:, at]
    return before, after


def _ahead(values: Array, first: int) -> Array:
    """Sums of the seven days that begin `first` days after t; 0 beyond the history."""
    whole = np.concatenate([np.zeros((len(values), 1)), values.cumsum(axis=1)], axis=1)
    start = np.minimum(np.arange(values.shape[1]) + first, values.shape[1])
    end = np.minimum(start + 7, values.shape[1])
    return np.asarray(whole[:, end] - whole[:, start])
