"""Single days and days in a row that sold too much or too little to be chance.

A run of days is judged as one: the sum of what it sold against the law of the sum. So two days without a sale can say
what neither says alone. Of all runs of an item the least likely is kept, then the least likely of the days that are
left. Where the difference is one unit or less nobody has anything to explain, however rare it is. How unlikely it must be depends on how many were looked at, so that the expected share of false ones among those
reported is stated, for single days and for runs, above and below. Source: Benjamini & Hochberg (1995), Controlling the
false discovery rate, J. R. Statist. Soc. B 57.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.law import Law, beyond
from optiflow_lib.forecasting.panel import Array, Rows, ratio

MOST_DAYS = 7
EACH = 0.2  # of one side: no day of a run is more likely
MOST_CHANCE = 0.005  # of one side: no day inside its 99 % interval is reported alone


class Episodes(NamedTuple):
    """Runs of days, arrays of shape (n_episodes,).

    Args:
        item: Row.
        first: Column of the first day.
        days: How many.
        high: Too much, or too little?
        chance: Probability of selling so much or more, or so little or less.
    """

    item: Rows
    first: Rows
    days: Rows
    high: NDArray[np.bool_]
    chance: Array

    def taken(self, which: Rows) -> "Episodes":
        """Some of them, in the order given."""
        return Episodes(
            self.item[which], self.first[which], self.days[which], self.high[which], self.chance[which]
        )


def none() -> Episodes:
    """No episode."""
    places = np.zeros(0, dtype=np.intp)
    return Episodes(places, places, places, np.zeros(0, dtype=np.bool_), np.zeros(0))


def episodes(actual: Array, mean: Array, law: Law, *, false_share: float) -> Episodes:
    """The episodes of some days, the least likely first; no two share a day.

    Args:
        actual: Units, NaN where unknown; shape (n_items, n_days).
        mean: Expected, NaN where not judged; same shape.
        law: Of a day around its mean.
        false_share: Expected share of false ones.
    """
    asked = _Asked(actual, mean, law, _day_chance(actual, mean, law))
    families = [
        _family(asked, lengths=lengths, high=high, false_share=false_share)
        for lengths in ((1,), range(2, min(MOST_DAYS, actual.shape[1]) + 1))
        for high in (True, False)
    ]
    return _apart(_joined(families), actual.shape)


class _Asked(NamedTuple):
    """Days and their law, and how likely each day is on its own."""

    actual: Array
    mean: Array
    law: Law
    chance: Array


def _day_chance(actual: Array, mean: Array, law: Law) -> Array:
    """Of a day so far out on its side; 1 where it is not judged."""
    judged = ~np.isnan(actual - mean)
    spread, step = (np.broadcast_to(values[:, None], mean.shape)[judged] for values in (law.spread, law.step))
    chance = np.ones(mean.shape)
    chance[judged] = beyond(actual[judged], mean[judged], spread, step)
    return chance


def _family(asked: _Asked, *, lengths: Iterable[int], high: bool, false_share: float) -> Episodes:
    """Single days or runs, above or below what is expected."""
    looked_at, found = 0, [none()]
    for days in lengths:
        looked_at += int((~np.isnan(_sums(asked.actual - asked.mean, days))).sum())
        found.append(_unlikely(asked, days=days, high=high))
    runs = _apart(_joined(found), asked.actual.shape)
    allowed = false_share * np.arange(1, len(runs.chance) + 1) / max(looked_at, 1)
    below = np.flatnonzero(runs.chance <= allowed)
    return runs.taken(np.arange(below[-1] + 1 if len(below) else 0))


def _unlikely(asked: _Asked, *, days: int, high: bool) -> Episodes:
    """The runs of so many days, each rather far out on this side, that chance would hardly make."""
    side = asked.actual > asked.mean if high else asked.actual < asked.mean
    fits = _sums((side & (asked.chance <= EACH)).astype(float), days) == days
    if high and days > 1:  # where one day of them sticks out, that day is told alone
        fits &= _sums((asked.chance <= MOST_CHANCE).astype(float), days) != 1
    item, first = np.nonzero(fits)
    sold, expected, squares = (
        _sums(values, days)[item, first] for values in (asked.actual, asked.mean, asked.mean**2)
    )
    varying = ratio(squares, expected**2) * asked.law.dispersion[item]
    spread = (1 + varying) * np.exp(asked.law.level_sd[item] ** 2) - 1
    chance = beyond(sold, expected, spread, asked.law.step[item])
    n = len(item)
    runs = Episodes(item, first, np.full(n, days), np.full(n, high), chance)
    matters = np.abs(sold - expected) > asked.law.step[item]
    return runs.taken(np.flatnonzero((chance <= MOST_CHANCE) & matters))


def _sums(values: Array, days: int) -> Array:
    """Of so many days, from each day on; NaN where one of them is."""
    n = values.shape[1] - days + 1
    return np.asarray(np.sum([values[:, day : day + n] for day in range(days)], axis=0))


def _joined(parts: list[Episodes]) -> Episodes:
    item, first, days, high, chance = (np.concatenate(values) for values in zip(*parts, strict=True))
    return Episodes(item, first, days, high, chance)


def _apart(runs: Episodes, shape: tuple[int, ...]) -> Episodes:
    """The least likely ones that share no day, in the order of their probability."""
    taken, kept = np.zeros(shape, dtype=bool), []
    for run in np.lexsort((runs.first, runs.item, runs.days, runs.chance)):
        days = runs.item[run], slice(runs.first[run], runs.first[run] + runs.days[run])
        if not taken[days].any():
            taken[days] = True
            kept.append(run)
    return runs.taken(np.array(kept, dtype=np.intp))
