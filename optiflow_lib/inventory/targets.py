"""The least position that keeps a promise of service, from the demand an order must last for.

After a review the position is spread evenly over one lot above the level b asked for here (the (R, s, nQ) model,
exact for backorders), so neither the undershoot below the reorder point nor the rounding up to packs is guessed.
X_L is demand until the next order would be there, X_{L+R} until the order after it, d R that of a review period:

* cycle service with lots, ``[E(X_{L+R} − b)⁺ − E(X_L − b)⁺] / (d R)``: an order is sent with the position U below b,
  and U is spread like what is left of a review period's demand;
* cycle service with an order at every review that saw demand, ``P(X_{L+R} > b | X_R > 0)``: a review without
  demand starts no cycle, which for slow movers is most of them;
* fill rate, ``E(X_{L+R} − y)⁺ − E(X_L − y)⁺`` averaged over a lot: what one review period is short of.

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
        idle: Chance that a review period sees no demand.
        lot: Least quantity ordered at once, units.
        rounding: Most that rounding up to packs adds: multiple − step.
        step: Smallest quantity stocked.
    """

    before: Array
    until: Array
    per_review: Array
    idle: Array
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
    low = quantile(needs.before, promised)
    level = _least(lambda y: _cycles_short(needs, y) <= 1 - promised, low, needs.until[:, -1])
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
    allowed = (1 - promised) * needs.per_review / (promised if lost_sales else 1)
    level = _least(
        lambda y: short_per_review(needs, y) <= allowed, np.zeros(len(promised)), needs.until[:, -1]
    )
    return _on_step(level, needs.step)


def short_per_review(needs: Needs, level: Array) -> Array:
    """Units short in one review period when the position after reviews is spread from `level` over one lot."""
    low, high = level - needs.step / 2, level + needs.spread + needs.step / 2
    spread_out = (_area(needs, low) - _area(needs, high)) / (high - low)
    at_once = expected_short(needs.until, level) - expected_short(needs.before, level)
    return np.where(needs.spread > 0, spread_out, at_once)


def critical_ratio(
    *, margin: ArrayLike, shortage_factor: ArrayLike, holding_a_day: ArrayLike, cycle_days: ArrayLike
) -> Array:
    """Cycle service that pays best, ``Cu / (Cu + Co)``; missing where there is no margin to lose.

    Args:
        margin: Earned by one unit, money.
        shortage_factor: What a unit short costs, in margins.
        holding_a_day: Of one unit, money.
        cycle_days: How long one unit more is held: the time between two orders.
    """
    under = np.asarray(margin, dtype=float) * np.asarray(shortage_factor, dtype=float)
    over = np.asarray(holding_a_day, dtype=float) * np.asarray(cycle_days, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(under > 0, under / (under + over), np.nan))


def _cycles_short(needs: Needs, level: Array) -> Array:
    """Share of replenishment cycles with a stockout."""
    width = needs.spread + needs.step
    reached = _chance(needs.until, level, width) - needs.idle * _chance(needs.before, level, width)
    short = expected_short(needs.until, level) - expected_short(needs.before, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(needs.has_lots, short / needs.per_review, reached / (1 - needs.idle))
    return np.where(needs.per_review > 0, share, 0.0)


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
