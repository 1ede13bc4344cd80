"""What was expected at the close of each day of the demand that an order must last for."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.inventory.simulation.past import Array, Days


@dataclass(frozen=True)
class LeadTimeChances:
    """The law of each item's lead time as it was known.

    Args:
        days: Possible lead times, whole days; shape (n_items, n_values).
        chance: Of each; rows sum to one; shape (n_items, n_values).
    """

    days: Days
    chance: Array

    @classmethod
    def of(cls, observed: Sequence[Sequence[float]]) -> Self:
        """Each item's observations, all as likely."""
        counted = [np.unique(np.asarray(days, dtype=np.int64), return_counts=True) for days in observed]
        width = max((len(values) for values, _ in counted), default=0)
        days, chance = np.zeros((len(counted), width), dtype=np.int64), np.zeros((len(counted), width))
        for row, (values, counts) in enumerate(counted):
            days[row, : len(values)], chance[row, : len(values)] = values, counts / counts.sum()
        return cls(days, chance)


@dataclass(frozen=True)
class Expected:
    """Moments of demand over intervals that begin on the day after; arrays (n_items,) of one day or (n_items, n_days).

    Args:
        before: Mean demand until an order sent now would be there, units.
        before_variance: Its variance.
        until: Mean demand until the order of the next review would be there.
        until_variance: Its variance.
        daily: Mean demand of a day, over all that was forecast.
    """

    before: Array
    before_variance: Array
    until: Array
    until_variance: Array
    daily: Array

    @classmethod
    def over_days(cls, days: Sequence["Expected"]) -> Self:
        """Days side by side, (n_items, n_days)."""
        return cls(*(np.stack([getattr(day, f.name) for day in days], axis=1) for f in fields(cls)))

    def taken(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Expected":
        """That of some items."""
        return Expected(*(getattr(self, f.name)[rows] for f in fields(self)))


def expected_demand(
    mean: Array, *, dispersion: Array, level_sd: Array, step: Array, lead_times: LeadTimeChances, review: Days
) -> Expected:
    """Moments over the lead time, and over lead time and review period, of one evening's forecast.

    Days vary on their own (variance ``step · m + dispersion · m²``) around a level whose error they share; the lead
    time is a mixture. These are the moments of the night's sample paths.

    Args:
        mean: Forecast of the days to come, units; shape (n_items, horizon_days).
        dispersion: Variance of a day beyond Poisson's over the squared mean, (n_items,).
        level_sd: Standard deviation of the log of the level's error, (n_items,).
        step: Smallest quantity, units, (n_items,).
        lead_times: As known that day; no longer than the horizon.
        review: Days between this chance to order and the next, (n_items,).
    """
    sums = _Sums(mean, dispersion, level_sd, step)
    before = sums.moments(lead_times.days, lead_times.chance)
    until = sums.moments(lead_times.days + review[:, None], lead_times.chance)
    return Expected(*before, *until, mean.mean(axis=1))


class _Sums:
    """Demand of the first days of a forecast, of any number of them."""

    def __init__(self, mean: Array, dispersion: Array, level_sd: Array, step: Array) -> None:
        self.total = np.cumsum(np.insert(mean, 0, 0.0, axis=1), axis=1)
        self.own = dispersion[:, None] * np.cumsum(np.insert(mean**2, 0, 0.0, axis=1), axis=1)
        self.growth = np.exp(level_sd**2)[:, None]
        self.step = step[:, None]

    def moments(self, days: Days, chance: Array) -> tuple[Array, Array]:
        """Mean and variance over a random number of days, (n_items,)."""
        at = np.minimum(days, self.total.shape[1] - 1)
        total = np.take_along_axis(self.total, at, axis=1)
        own = np.take_along_axis(self.own, at, axis=1)
        square = self.step * total + (own + total**2) * self.growth
        mean = (chance * total).sum(axis=1)
        return mean, np.maximum((chance * square).sum(axis=1) - mean**2, 0.0)
