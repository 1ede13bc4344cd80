"""How much is sold of an item just now: discounted sums of its demand over those of its season."""

from itertools import product

import numpy as np

from optiflow_lib.forecasting.panel import Array, Rows, ratio

FAST, SLOW = (7.0, 10.0, 14.0, 28.0, 56.0), 182.0  # half-lives in days
SHARES = (0.1, 0.25, 0.5)  # of the slow level
HORIZON, WEEK, ORIGINS = (
    28,
    7,
    12,
)  # days of a stretch by which the speeds are chosen, of a young shop's, how many
LEAST_STRETCHES = 3  # of 28 days, else a shop is young
OTHERS = 3  # items of other groups by which the speeds of a group are judged too
HETEROGENEITY = 0.5  # shape of the gamma prior of levels within a group: most sell less than the mean item


def level(quantity: Array, season: Array, half_life: float, prior_mean: Array) -> Array:
    """Posterior mean of the level after the last day; shape (n_items,).

    A gamma prior of shape `HETEROGENEITY` around `prior_mean` stands for an item that is new; discounting makes the
    level follow its demand (a gamma-Poisson filter, Harvey & Fernandes 1989).

    Args:
        quantity: Units, NaN where unknown; shape (n_items, n_days).
        season: What multiplies the level each day; shape (n_items, n_days).
        half_life: Days after which a day counts half.
        prior_mean: Level of a new item of the group; shape (n_items,).
    """
    return _level(*_sold_and_exposed(quantity, season), half_life, prior_mean)


def _sold_and_exposed(quantity: Array, season: Array) -> tuple[Array, Array]:
    """Quantities and seasons of the known days, zero elsewhere: what levels of several half-lives share."""
    known = ~np.isnan(quantity)
    return np.where(known, quantity, 0.0), season * known


def _level(sold: Array, exposed: Array, half_life: float, prior_mean: Array) -> Array:
    weight = 0.5 ** (np.arange(sold.shape[1])[::-1] / half_life)
    prior = HETEROGENEITY / np.maximum(prior_mean, 1e-6)
    return np.asarray((sold @ weight + HETEROGENEITY) / (exposed @ weight + prior))


def prior_means(quantity: Array, season: Array, codes: Rows, n_groups: int) -> Array:
    """Mean level of the items of each item's group over the last year; shape (n_items,)."""
    recent = slice(-364, None)
    known = ~np.isnan(quantity[:, recent])
    exposed = (season[:, recent] * known).sum(axis=1)
    own = ratio(np.nansum(quantity[:, recent], axis=1), exposed)
    count = np.bincount(codes, weights=exposed > 0, minlength=n_groups)
    return np.asarray((np.bincount(codes, weights=own, minlength=n_groups) / np.maximum(count, 1))[codes])


def stretches_of(n_days: int) -> tuple[list[int], int]:
    """Days after which stretches begin whose end is known, the latest first, and how many days each lasts.

    A young shop cannot compare enough stretches of four weeks, and a level that rested on a few weeks missed more than
    today's does: it compares weeks, after levels that rested on at least half of what is known.
    """
    monthly = _origins(n_days, HORIZON, least_known=2 * HORIZON)
    if len(monthly) >= LEAST_STRETCHES:
        return monthly, HORIZON
    weekly = _origins(n_days, WEEK, least_known=(n_days + 1) // 2)
    return weekly, WEEK


def _origins(n_days: int, stretch: int, *, least_known: int) -> list[int]:
    origins = (n_days - stretch * k for k in range(1, ORIGINS + 1))
    return [origin for origin in origins if origin >= least_known]


def chosen_speeds(
    quantity: Array, season: Array, prior_mean: Array, codes: Rows, n_groups: int
) -> tuple[Array, Array]:
    """Half-life of the fast level and share of the slow one, per item; those that served its group best.

    Judged on the totals of up to twelve stretches of 28 days (a young shop's of weeks), by the deviance of
    overdispersed counts.
    """
    n_days = quantity.shape[1]
    origins, stretch = stretches_of(n_days)
    choices = list(product(FAST, SHARES))
    cost = np.zeros((len(choices), n_groups))
    sold, exposure = _sold_and_exposed(quantity, season[:, :n_days])
    for origin in origins:
        ahead = slice(origin, origin + stretch)
        known = ~np.isnan(quantity[:, ahead])
        actual, exposed = np.nansum(quantity[:, ahead], axis=1), (season[:, ahead] * known).sum(axis=1)
        seen = (~np.isnan(quantity[:, :origin])).sum(axis=1) >= min(HORIZON, origin)
        levels = {h: _level(sold[:, :origin], exposure[:, :origin], h, prior_mean) for h in (*FAST, SLOW)}
        for n, (fast, share) in enumerate(choices):
            mean = exposed * ((1 - share) * levels[fast] + share * levels[SLOW])
            cost[n] += np.bincount(codes, weights=_deviance(actual, mean) * seen, minlength=n_groups)
    # A group of few items is judged with others.
    cost += cost.sum(axis=1, keepdims=True) * min(OTHERS / max(len(quantity), 1), 1.0)
    best = cost.argmin(axis=0)[codes] if origins else np.full(len(codes), choices.index((28.0, 0.25)))
    made = np.array(choices)[best]
    return made[:, 0], made[:, 1]


def two_speed_level(
    quantity: Array, season: Array, prior_mean: Array, *, fast: Array, slow_share: Array
) -> Array:
    """The level of each item by its own speeds, of `chosen_speeds`."""
    sold, exposed = _sold_and_exposed(quantity, season)
    slow = _level(sold, exposed, SLOW, prior_mean)
    made = np.empty(len(quantity))
    for half_life in np.unique(fast):
        mine = fast == half_life
        made[mine] = _level(sold[mine], exposed[mine], float(half_life), prior_mean[mine])
    return np.asarray((1 - slow_share) * made + slow_share * slow)


def _deviance(actual: Array, mean: Array, dispersion: float = 0.1) -> Array:
    """Negative binomial deviance: big totals are not punished for being big."""
    mean = np.maximum(mean, 1e-3)
    log = np.log(np.maximum(actual, 1e-12) / mean)
    shape = 1 / dispersion
    return np.asarray(2 * (actual * log - (actual + shape) * np.log((actual + shape) / (mean + shape))))
