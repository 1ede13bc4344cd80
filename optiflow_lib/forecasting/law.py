"""From a mean to a distribution: counts that vary more than Poisson, around a level that is itself uncertain.

Demand of a day is a whole number of steps (pieces, or grams where goods are weighed) and negative binomial:
``variance = step · mean + dispersion · mean²``. All days of a path share one error of level (lognormal): errors of a
horizon are correlated, which √time scaling overlooks. Both are measured on forecasts of days that were not yet known,
so that whatever makes a forecast miss is in them: the level's error by totals of stretches, a day's dispersion around the
level that its stretch turned out to have. Sources: Syntetos & Boylan, Intermittent Demand Forecasting (2021), ch. 4-5;
of the dispersion, Morisita (1959), here for days that expect unlike demand.
"""

import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.panel import Array, Days, Rows, ratio

STEPS = (1.0, 0.5, 0.25, 0.1, 0.05, 0.01, 0.001)
MULTIPLES = 0.8  # of the days with demand
MOST_COUNTS = 2000.0  # means of more steps than this have a gamma law, which is then the same
PRIOR_INFORMATION = 40.0  # an item's own dispersion is believed as far as it is known better than this
PRIOR_TOTALS = 12.0  # an item's own error of level counts as far as it rests on more totals than this
LEVEL_AND_DAYS = (
    0.5  # power with which the error of level grows with the dispersion of days, among alike items
)
SPEEDS = np.array([0.1, 0.25, 0.5, 1, 2, 5, 20])  # classes of items, by mean demand a day in steps
LEAST_DISPERSION, MOST_DISPERSION, MOST_LEVEL_VARIANCE, LEAST_LEVEL_SD = 0.05, 20.0, 1.0, 0.02
ONE_DAY = 0.999  # share of a stretch's mean beyond which it is one day's, and tells nothing of days
LEAST_LEFT = 0.1  # of a day's dispersion, once the level was drawn towards it
HORIZON = 28.0  # days of a total, where none could be compared
DEFAULT_DISPERSION, DEFAULT_LEVEL_SD = 0.5, 0.3  # where no forecast could be compared yet


@dataclass(frozen=True)
class Law:
    """How demand varies around its mean, per item, arrays of shape (n_items,).

    Args:
        dispersion: Variance of a day beyond Poisson's, over the squared mean.
        level_sd: Standard deviation of the log of the level's error, shared by the days of a horizon.
        step: Smallest quantity, units; demand is a multiple of it.
    """

    dispersion: Array
    level_sd: Array
    step: Array

    def taken(self, rows: Rows | slice) -> "Law":
        """The law of some of the items."""
        return Law(self.dispersion[rows], self.level_sd[rows], self.step[rows])

    @property
    def spread(self) -> Array:
        """Dispersion of a day with the error of level in it."""
        return np.asarray((1 + self.dispersion) * np.exp(self.level_sd**2) - 1)


@dataclass(frozen=True)
class Errors:
    """What forecasts of a stretch of days missed, summed; arrays of shape (n_items,), added up over stretches.

    Args:
        days: Days compared.
        squares: Of the days' distances from the stretch's own level, as if that had been known beforehand.
        mean: Sum of the days' means by that level, which is the demand of these stretches.
        mean_squares: Sum of their squares, less what chance adds to them; with `squares` it tells of a day's dispersion.
        totals: Stretches compared.
        total_squares: Of the errors of the stretches' totals.
        total_mean: Sum of the totals' means.
        total_mean_squares: Sum of their squares.
    """

    days: Array
    squares: Array
    mean: Array
    mean_squares: Array
    totals: Array
    total_squares: Array
    total_mean: Array
    total_mean_squares: Array

    @classmethod
    def of(cls, mean: Array, actual: Array, step: Array) -> Self:
        """Of one stretch.

        Args:
            mean: Forecast, units, NaN where unknown; shape (n_items, n_days).
            actual: Demand, likewise.
            step: Smallest quantity, units; shape (n_items,).
        """
        known = ~np.isnan(actual) & ~np.isnan(mean)
        forecast, demand = np.where(known, mean, 0.0), np.where(known, actual, 0.0)
        total, sold = forecast.sum(axis=1), demand.sum(axis=1)
        share = ratio(forecast, total[:, None])
        alone = (share**2).sum(
            axis=1
        )  # 1/n of n alike days: what one day weighs in the level they are held against
        several = (total > 0) & (alone < ONE_DAY)
        squares = ((demand - sold[:, None] * share) ** 2).sum(axis=1)
        return cls(
            known.sum(axis=1).astype(float),
            ratio(squares * several, 1 - alone * several),
            sold * several,
            sold * np.maximum(sold - step, 0.0) * alone * several,
            known.any(axis=1).astype(float),
            (sold - total) ** 2,
            total,
            total**2,
        )

    @classmethod
    def none(cls, n_items: int) -> Self:
        """Of nothing compared."""
        return cls(*np.zeros((len(fields(cls)), n_items)))

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(*(mine + theirs for mine, theirs in zip(self.arrays, other.arrays, strict=True)))

    def scaled(self, weight: float | Array) -> "Errors":
        """As if they had been seen `weight` times."""
        return Errors(*(weight * mine for mine in self.arrays))

    @property
    def arrays(self) -> tuple[Array, ...]:
        """All fields in their order."""
        return (
            self.days,
            self.squares,
            self.mean,
            self.mean_squares,
            self.totals,
            self.total_squares,
            self.total_mean,
            self.total_mean_squares,
        )


ERROR_SUMS = tuple(field.name for field in fields(Errors))


def steps_of(quantity: Array) -> Array:
    """The greatest step of which nearly all quantities of an item are multiples; shape (n_items,).

    Not all: a day that was scaled up because stock ran out is a multiple of nothing.
    """
    sold = np.nan_to_num(quantity)
    count = (sold > 0).sum(axis=1)
    step = np.full(len(quantity), STEPS[-1])
    for candidate in reversed(STEPS):
        multiples = np.abs(sold / candidate - np.round(sold / candidate)) < 1e-6
        step[(multiples & (sold > 0)).sum(axis=1) >= MULTIPLES * count] = candidate
    return step


def law_of(errors: Errors, step: Array) -> Law:
    """The law that explains the errors, each item's own shrunk to that of the items that sell as fast."""
    mean = ratio(errors.total_mean, errors.days)
    speed = np.digitize(mean / step, SPEEDS)
    compared = (errors.days > 0) & (mean > 0)
    length = ratio(errors.days, errors.totals, otherwise=HORIZON)
    told = compared & (errors.mean_squares > 0)
    day = _dispersion(errors, length, step)
    day_of_class = _by_class(day, speed, told, np.median, DEFAULT_DISPERSION)
    information = told * errors.days / (ratio(step, mean) + np.maximum(day_of_class, 0.01)) ** 2
    day = (information * day + PRIOR_INFORMATION * day_of_class) / (information + PRIOR_INFORMATION)
    total = ratio(errors.total_squares - step * errors.total_mean, errors.total_mean_squares)
    total = total.clip(0, MOST_LEVEL_VARIANCE + day / length)
    total_of_class = _by_class(total, speed, compared, np.mean, DEFAULT_LEVEL_SD**2)
    total_of_class *= _restless(day, speed, compared)
    total = (errors.totals * total + PRIOR_TOTALS * total_of_class) / (errors.totals + PRIOR_TOTALS)
    variance = np.clip((1 + total) / (1 + day / length) - 1, LEAST_LEVEL_SD**2, MOST_LEVEL_VARIANCE)
    return Law(day, np.sqrt(np.log1p(variance)), step)


def day_quantiles(mean: Array, law: Law, probabilities: tuple[float, ...]) -> Array:
    """Quantiles of one day's demand; `mean` (n_items, n_days) gives (len(probabilities), n_items, n_days)."""
    return np.stack([_quantile(p, mean, law.spread[:, None], law.step[:, None]) for p in probabilities])


def total_quantiles(mean: Array, law: Law, probability: Array) -> Array:
    """Quantile of each item's demand over all days of `mean` (n_items, n_days), a probability per item.

    The sum has the negative binomial law of its mean and variance: days vary on their own, the level with all.
    """
    total = mean.sum(axis=1)
    varying = ratio((mean**2).sum(axis=1), total**2) * law.dispersion
    spread = (1 + varying) * np.exp(law.level_sd**2) - 1
    return _quantile(probability, total, spread, law.step)


def below(actual: Array, mean: Array, law: Law) -> tuple[Array, Array]:
    """P(demand < actual) and P(demand ≤ actual) of days, (n_items, n_days): between them a count's PIT is drawn."""
    from scipy import stats  # noqa: PLC0415 - 1.5 s that only forecasting pays

    shape = 1 / np.maximum(law.spread, 1e-6)[:, None]
    steps = np.round(actual / law.step[:, None])
    chance = shape / (shape + np.maximum(mean / law.step[:, None], 1e-9))
    return stats.nbinom.cdf(steps - 1, shape, chance), stats.nbinom.cdf(steps, shape, chance)


def beyond(actual: Array, mean: Array, spread: Array, step: Array) -> Array:
    """P(demand ≥ actual) where it is above its mean, P(demand ≤ actual) elsewhere; arrays of one shape.

    Demand is negative binomial with a variance of ``step · mean + spread · mean²``.
    """
    from scipy import special  # noqa: PLC0415 - only forecasting pays for it

    shape, steps, over = 1 / np.maximum(spread, 1e-6), np.round(actual / step), actual > mean
    odds = shape / (shape + np.maximum(mean / step, 1e-9))
    chance = np.empty(mean.shape)
    chance[over] = special.betaincc(shape[over], np.maximum(steps[over], 1.0), odds[over])
    chance[~over] = special.betainc(shape[~over], steps[~over] + 1.0, odds[~over])
    return chance


def sampled_sums(mean: Array, law: Law, until: Days, *, item_ids: NDArray[np.object_], seed: int) -> Array:
    """Possible demands until some days; an item's do not depend on which others are asked for.

    What is sold between two of these days is Poisson around the sum of its days' levels, so that only the levels are
    drawn day by day: exactly the law of the summed days.

    Args:
        mean: Shape (n_items, n_days).
        law: Of these items.
        until: How many of the days, ascending along the last axis; shape (n_items, n_samples, n_sums).
        item_ids: Seed an item's own generator, with `seed`.
        seed: Of all items.

    Returns:
        Units, shape (n_items, n_samples, n_sums).
    """
    made = np.empty(until.shape)

    def draw(i: int) -> None:
        rng = np.random.default_rng([seed, zlib.crc32(str(item_ids[i]).encode())])
        shape, days = 1 / max(law.dispersion[i], 1e-6), int(until[i].max(initial=0))
        error = rng.normal(-0.5 * law.level_sd[i] ** 2, law.level_sd[i], (until.shape[1], 1))
        level = rng.gamma(shape, 1 / shape, (until.shape[1], days)) * (mean[i, :days] / law.step[i])
        summed = np.zeros((until.shape[1], days + 1))
        np.cumsum(level * np.exp(error), axis=1, out=summed[:, 1:])
        between = np.diff(np.take_along_axis(summed, until[i], axis=1), axis=1, prepend=0.0)
        made[i] = rng.poisson(between).cumsum(axis=1) * law.step[i]

    with ThreadPoolExecutor() as pool:  # numpy draws without the GIL
        list(pool.map(draw, range(len(mean))))
    return made


def _quantile(probability: Array | float, mean: Array, spread: Array, step: Array) -> Array:
    from scipy import stats  # noqa: PLC0415

    shape = 1 / np.maximum(spread, 1e-6) + 0 * mean
    steps = np.maximum(mean / step, 1e-9)
    p = probability + 0 * mean
    few = steps < MOST_COUNTS
    made = np.empty_like(steps)
    made[few] = stats.nbinom.ppf(p[few], shape[few], shape[few] / (shape[few] + steps[few]))
    made[~few] = np.round(stats.gamma.ppf(p[~few], shape[~few], scale=steps[~few] / shape[~few]))
    return np.where(mean > 0, made * step, 0.0)


def _dispersion(errors: Errors, length: Array, step: Array) -> Array:
    """Each item's own, of days whose level is known: a level is drawn towards its days, the more the fewer they are."""
    drawn = ratio(errors.squares - step * errors.mean, errors.mean_squares).clip(0)
    return np.asarray((drawn / np.maximum(1 - drawn / length, LEAST_LEFT)).clip(0, MOST_DISPERSION))


def _restless(day: Array, speed: Rows, compared: NDArray[np.bool_]) -> Array:
    """How much less certain an item's level is than its class's, told by its days; mean 1 in each class.

    An item whose days jump has a level that jumps: few totals tell the second, many days the first.
    """
    power = (day + LEAST_DISPERSION) ** LEVEL_AND_DAYS
    return power / np.maximum(_by_class(power, speed, compared, np.mean, 1.0), 1e-9)


def _by_class(
    own: Array,
    speed: Rows,
    compared: NDArray[np.bool_],
    centre: Callable[[Array], np.floating[Any]],
    default: float,
) -> Array:
    """The centre of each speed class, of all items where a class has none."""
    everything = float(centre(own[compared])) if compared.any() else default
    made = np.full(len(own), everything)
    for one in np.unique(speed[compared]):
        made[speed == one] = centre(own[compared & (speed == one)])
    return made
