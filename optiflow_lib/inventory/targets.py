"""The least position that keeps a promise of service, from the demand an order must last for.

After a review the position is spread evenly over one lot above the level b asked for here (the (R, s, nQ) model,
exact for backorders), so neither the undershoot below the reorder point nor the rounding up to packs is guessed.
X_L is demand until the next order would be there, X_{L+R} until the order after it, X_R that of the review period
between, with mean d R:

* the share of a review period's units that are short, ``F(y) = [E(X_{L+R} − y)⁺ − E(X_L − y)⁺] / (d R)``, averaged over
  a lot, is 1 − fill rate;
* with lots that last for longer than a review period, F(b) is also the chance that a cycle ends short: an order is sent
  with the position U below b, and U is spread like what is left of X_R;
* with an order at every review that saw demand it is ``P(X_{L+R} > y | X_R > 0)``, averaged over what rounding adds:
  a review without demand starts no cycle, which for slow movers is most of them.

Where less than one unit is wanted in a review period, F is a small difference of two areas known only from quantiles;
it equals ``P(X_L + J > y)``, J being the rank of a unit among those of its review period, and is read off X_{L+R} moved by
``E J − d R``. The condition X_R > 0 moves it by ``E(X_R | X_R > 0) − d R`` in the same way.

Source: Hadley & Whitin (1963), ch. 5; Silver, Pyke & Thomas (2017), Inventory and Production Management, ch. 7;
Axsäter (2015), Inventory Control, ch. 5.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optiflow_lib.inventory.distribution import expected_short, expected_square_short, quantile

Array = NDArray[np.float64]
HALVINGS = 40


@dataclass(frozen=True)
class Needs:
    """The demand that the next order must last for, arrays of shape (n_items,) but for the quantiles.

    Args:
        before: Quantiles of demand until the next order would be there, (n_items, n_levels).
        until: The same until the order after it would be there.
        per_review: Mean demand of one review period, units.
        variance: Its variance.
        lot: Least quantity ordered at once, units.
        rounding: Most that rounding up to packs adds: multiple − step.
        step: Smallest quantity stocked.
    """

    before: Array
    until: Array
    per_review: Array
    variance: Array
    lot: Array
    rounding: Array
    step: Array

    @property
    def spread(self) -> Array:
        """How far the position after a review lies above its least value, at most."""
        return np.asarray(np.where(self.has_lots, self.lot - self.step, self.rounding))

    @property
    def has_lots(self) -> NDArray[np.bool_]:
        """Does one lot last longer than one review period?"""
        return np.asarray((self.lot > self.per_review) & (self.lot > self.step))

    @property
    def is_slow(self) -> NDArray[np.bool_]:
        """Is less than one unit wanted in a review period?"""
        return np.asarray(self.per_review < self.step)

    @property
    def mean_rank(self) -> Array:
        """E J: mean rank of a unit among those of its review period, units."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            size = self.variance / self.per_review + self.per_review
        return np.asarray(np.where(self.per_review > 0, (size + self.step) / 2, self.step))

    @property
    def mean_if_any(self) -> Array:
        """E(X_R | X_R > 0): mean demand of the review periods that see any, units."""
        idle = idle_chance(self.per_review / self.step, self.variance / self.step**2)
        return np.asarray(self.per_review / np.maximum(1 - idle, 1e-9))


def idle_chance(mean: ArrayLike, variance: ArrayLike) -> Array:
    """P(no demand) of a count with this mean and variance: negative binomial, Poisson when it varies no more."""
    m = np.maximum(np.asarray(mean, dtype=float), 1e-12)
    excess = np.maximum(np.asarray(variance, dtype=float) - m, 1e-9 * m)
    return np.asarray(np.exp(-(m * m / excess) * np.log1p(excess / m)))


def level_for_cycle_service(needs: Needs, service_level: ArrayLike) -> Array:
    """Least position after a review such that at most 1 − α of the replenishment cycles see a stockout.

    Args:
        needs: Demand, lot and step of each item.
        service_level: α, in (0, 1).

    Returns:
        Multiples of the step, (n_items,), no less than the α-quantile of demand over the lead time.
    """
    promised = np.broadcast_to(np.asarray(service_level, dtype=float), len(needs.step))
    low, high = quantile(needs.before, promised), needs.until[:, -1] + needs.mean_if_any
    level = _least(lambda y: _cycles_short(needs, y) <= 1 - promised, low, high)
    return _on_step(level, needs.step)


def level_for_fill_rate(needs: Needs, fill_rate: ArrayLike, *, lost_sales: bool) -> Array:
    """Least position after a review such that the share β of demand is served from stock.

    Args:
        needs: Demand, lot and step of each item.
        fill_rate: β, in (0, 1).
        lost_sales: Is demand out of stock lost (``(1 − β)/β`` of what is served may then be short), or does it wait?

    Returns:
        Multiples of the step, (n_items,).
    """
    promised = np.broadcast_to(np.asarray(fill_rate, dtype=float), len(needs.step))
    allowed = (1 - promised) / (promised if lost_sales else 1)
    low, high = np.zeros(len(promised)), needs.until[:, -1] + needs.mean_rank
    return _on_step(_least(lambda y: share_short(needs, y, needs.spread) <= allowed, low, high), needs.step)


def share_short(needs: Needs, level: Array, width: Array) -> Array:
    """F averaged over positions from `level` to `level + width`: the share of a review period's units that are short."""
    short = expected_short(needs.until, level) - expected_short(needs.before, level)
    if (width > 0).any():
        low, high = level - needs.step / 2, level + width + needs.step / 2
        short = np.where(width > 0, (_area(needs, low) - _area(needs, high)) / (high - low), short)
    moved = level - (needs.mean_rank - needs.per_review)
    slow = _chance(needs.until, moved, width + needs.step)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        fast = short / needs.per_review
    return np.where(needs.per_review > 0, np.where(needs.is_slow, slow, fast), 0.0)


def critical_ratio(
    *, margin: ArrayLike, shortage_factor: ArrayLike, holding_a_day: ArrayLike, cycle_days: ArrayLike
) -> Array:
    """Cycle service that pays best, ``Cu / (Cu + Co)``; missing where there is no margin to lose.

    Args:
        margin: Earned by one unit, money.
        shortage_factor: What a unit short costs, in margins.
        holding_a_day: Of one unit, money.
        cycle_days: How long one unit more is held before it can save a sale again: the time a lot lasts, never less
            than lead time and review period, for a sale is lost once, not at each review of a lead time.

    Source:
        Snyder & Shen, 4.3; for lost sales Janakiraman, Seshadri & Shanthikumar (2007), A comparison of the optimal
        costs of two canonical inventory systems, Operations Research 55.
    """
    under = np.asarray(margin, dtype=float) * np.asarray(shortage_factor, dtype=float)
    over = np.asarray(holding_a_day, dtype=float) * np.asarray(cycle_days, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.asarray(np.where(under > 0, under / (under + over), np.nan))


def _cycles_short(needs: Needs, level: Array) -> Array:
    """Share of replenishment cycles with a stockout."""
    moved = level - (needs.mean_if_any - needs.per_review)
    at_reviews = _chance(needs.until, moved, needs.rounding + needs.step)
    in_lots = share_short(needs, level, np.zeros(len(level)))
    return np.where(needs.per_review > 0, np.where(needs.has_lots, in_lots, at_reviews), 0.0)


def _chance(grid: Array, level: Array, width: Array) -> Array:
    """P(demand > y) averaged over the positions y from `level` on, one step apart, `width` in all."""
    return (expected_short(grid, level) - expected_short(grid, level + width)) / width


def _area(needs: Needs, level: Array) -> Array:
    return expected_square_short(needs.until, level) - expected_square_short(needs.before, level)


def _least(is_enough: Callable[[Array], NDArray[np.bool_]], low: Array, high: Array) -> Array:
    """The least level between `low` and `high` that is enough; `high` where none is."""
    enough = is_enough(low)
    below, above = low.copy(), np.maximum(high, low)
    for _ in range(HALVINGS):
        middle = (below + above) / 2
        good = is_enough(middle)
        above, below = np.where(good, middle, above), np.where(good, below, middle)
    return np.where(enough, low, above)


def _on_step(level: Array, step: Array) -> Array:
    return np.asarray(np.round(np.maximum(np.ceil(level / step - 1e-6), 0) * step, 9))
