"""What a quantity is expected to cost, in money: lost margin, stock, order lines and goods."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optiflow_lib.inventory.distribution import expected_short
from optiflow_lib.inventory.price_breaks import PriceBreaks, average_price

Array = NDArray[np.float64]
YEAR = 365.0


@dataclass(frozen=True)
class Economics:
    """What is needed to weigh one quantity of an item against another; arrays of shape (n_items,).

    Args:
        until: Quantiles of demand until the order after the next would be there, (n_items, n_levels).
        position: Inventory position, units.
        safe_level: Least position after a review; what lies above it waits for its turn.
        lot: Usual lot, units.
        per_review: Mean demand of a review period, units.
        daily: Mean demand of a day, units.
        margin: Earned by one unit, money.
        shortage_factor: What a unit short costs, in margins.
        holding_a_day: Of one unit, money.
        order_cost: Of one order line, money.
        breaks: The supplier's prices.
    """

    until: Array
    position: Array
    safe_level: Array
    lot: Array
    per_review: Array
    daily: Array
    margin: Array
    shortage_factor: Array
    holding_a_day: Array
    order_cost: Array
    breaks: PriceBreaks

    def take(self, rows: NDArray[np.int64]) -> "Economics":
        """That of some items."""
        return Economics(*(_of(getattr(self, f.name), rows) for f in fields(self)))


@dataclass(frozen=True)
class ExpectedCost:
    """Money per line, relative to a shop that has just its safe level and orders nothing; arrays (n_items,).

    Args:
        lost_margin: Shortage cost of what is not served until the order after the next would be there.
        holding: Of what lies above the safe level, until it is sold.
        ordering: The line now, less the later lines that the quantity makes unnecessary.
        goods: Above or below the supplier's first price.
    """

    lost_margin: Array
    holding: Array
    ordering: Array
    goods: Array

    @property
    def total(self) -> Array:
        """All of it."""
        return self.lost_margin + self.holding + self.ordering + self.goods


def expected_cost(quantity: ArrayLike, economics: Economics) -> ExpectedCost:
    """What ordering `quantity` now is expected to cost, as one step of policy improvement on the usual lots.

    Stock x above the safe level is sold in x/d days, which costs ``h x²/2d``; it saves the average cost ``g`` of those
    days, ``g = K d/Q + h Q/2`` in usual lots Q (``K/R`` with an order at every review). At the economic lot both balance.

    Args:
        quantity: Units, (n_items,).
        economics: Of the items.

    Source:
        Tijms (2003), A First Course in Stochastic Models, section 6.2 (relative values, policy improvement).
    """
    e, units = economics, np.asarray(quantity, dtype=float)
    position = e.position + units
    extra = np.maximum(position - e.safe_level, 0)
    has_lots = e.lot > e.per_review
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        days = np.where(extra > 0, extra / e.daily, 0.0)
        saved_lines = e.order_cost * extra / np.maximum(e.lot, e.per_review)
    usual_stock = np.where(has_lots, e.holding_a_day * e.lot / 2, 0.0)
    days = np.minimum(days, 100 * YEAR)  # what nobody wants is held for good
    return ExpectedCost(
        lost_margin=e.margin * e.shortage_factor * expected_short(e.until, position),
        holding=e.holding_a_day * extra * days / 2 - usual_stock * days,
        ordering=np.where(units > 0, e.order_cost, 0.0) - np.nan_to_num(saved_lines),
        goods=units * np.nan_to_num(average_price(units, e.breaks) - e.breaks.price[:, 0]),
    )


def economic_lot(*, daily: Array, order_cost: float, holding_a_day: Array) -> Array:
    """Units: ``√(2 K d / h)``, 0 where an order line costs nothing, a unit's holding is unknown or nothing is wanted."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        lot = np.sqrt(2 * order_cost * daily / holding_a_day)
    return np.where(np.isfinite(lot), lot, 0.0)


def _of(values: Any, rows: NDArray[np.int64]) -> Any:
    return values.take(rows) if isinstance(values, PriceBreaks) else values[rows]
