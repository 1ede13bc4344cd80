"""From a position to a quantity: the one place where it is computed, for one line or for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.inventory.price_breaks import PriceBreaks, cheapest_quantity

Array = NDArray[np.float64]
# What caps a quantity, and the rule that is named when it does.
LIMITS = {"sellable": "ends soon", "fresh": "shelf life", "covered": "maximum cover"}
ALLOTMENTS = ("free delivery", "minimum order", "order too small", "budget")
RULES = (
    "enough",
    "no supplier",
    "level",
    "minimum",
    "multiple",
    "price break",
    *LIMITS.values(),
    *ALLOTMENTS,
)


@dataclass(frozen=True)
class OrderInputs:
    """All that a quantity depends on; arrays of shape (n_items,), missing values NaN.

    Args:
        position: Inventory position, units.
        reorder_point: s: an order is due at this position or below.
        order_up_to: S: the position an order restores.
        minimum: Least quantity the supplier delivers.
        multiple: Packs are delivered whole: quantities are multiples of this.
        sellable: Position beyond which units would outlive the product; NaN: it does not end.
        fresh: Position beyond which units would outlive their shelf life; NaN: they keep.
        covered: Position beyond which stock would last longer than the maximum cover.
        yearly_demand: Units a year, for weighing price breaks.
        order_cost: Of one order line, money.
        holding_rate: Of the unit price, a year.
        breaks: The supplier's prices.
        has_supplier: Does anybody deliver it?
        nearest: Round to the nearest multiple instead of up.
        allotted: Quantity that the whole order's minimum, its free delivery or the budget leaves; NaN: untouched.
        allotment: Which of `ALLOTMENTS` that was; "" where `allotted` is NaN.
    """

    position: Array
    reorder_point: Array
    order_up_to: Array
    minimum: Array
    multiple: Array
    sellable: Array
    fresh: Array
    covered: Array
    yearly_demand: Array
    order_cost: Array
    holding_rate: Array
    breaks: PriceBreaks
    has_supplier: NDArray[np.bool_]
    nearest: NDArray[np.bool_]
    allotted: Array
    allotment: NDArray[np.object_]


@dataclass(frozen=True)
class Decision:
    """Quantities after each step of the rule, and the rule that decided.

    Args:
        quantity: What to order, units.
        rule: One of `RULES`.
        steps: Quantity after each rule that may change it, in order of application.
    """

    quantity: Array
    rule: NDArray[np.object_]
    steps: Mapping[str, Array]


def decide(inputs: OrderInputs) -> Decision:
    """``raw = S − IP`` when ``IP ≤ s``; then minimum, multiple, price break, limits, and the order as a whole.

    A quantity is 0 or at least the minimum, and always a multiple. Where even the minimum would exceed a limit
    nothing is ordered: somebody has to decide.
    """
    due = (
        inputs.has_supplier
        & (inputs.position <= inputs.reorder_point)
        & (inputs.order_up_to > inputs.position)
    )
    raw = np.where(due, inputs.order_up_to - inputs.position, 0.0)
    least = np.where(due, np.maximum(raw, inputs.minimum), 0.0)
    packed = np.where(due, _packed(least, inputs), 0.0)
    limit, limiting = _limit(inputs)
    cheapest = cheapest_quantity(
        packed,
        most=limit - inputs.position,
        multiple=inputs.multiple,
        breaks=inputs.breaks,
        yearly_demand=inputs.yearly_demand,
        order_cost=inputs.order_cost,
        holding_rate=inputs.holding_rate,
    )
    broken = np.where(due, cheapest, 0.0)
    capped = _capped(broken, limit, inputs)
    final = np.where(np.isnan(inputs.allotted), capped, inputs.allotted)
    steps = {"level": raw, "minimum": least, "multiple": packed, "price break": broken, "limit": capped}
    rule = _rule(inputs, steps, final, limiting)
    return Decision(final, rule, steps | {"order": final})


def packs(quantity: Array, multiple: Array) -> Array:
    """`quantity` rounded up to whole packs; binary noise below a millionth of a pack is no pack."""
    return np.asarray(np.round(np.ceil(quantity / multiple - 1e-6) * multiple, 9))


def whole_packs(quantity: Array, multiple: Array) -> Array:
    """`quantity` rounded down to whole packs, never below 0."""
    return np.asarray(np.round(np.floor(np.maximum(quantity, 0) / multiple + 1e-6) * multiple, 9))


def _packed(least: Array, inputs: OrderInputs) -> Array:
    up = packs(least, inputs.multiple)
    down = whole_packs(least, inputs.multiple)
    is_nearer = (least - down < up - least) & (down > 0) & (down >= inputs.minimum - 1e-9)
    return np.where(inputs.nearest & is_nearer, down, up)


def _limit(inputs: OrderInputs) -> tuple[Array, NDArray[np.object_]]:
    """The lowest position that something forbids to exceed, and what."""
    limits = np.stack([getattr(inputs, name) for name in LIMITS])
    known = np.where(np.isnan(limits), np.inf, limits)
    first = known.argmin(axis=0)
    return known.min(axis=0), np.array(list(LIMITS.values()), dtype=object)[first]


def _capped(quantity: Array, limit: Array, inputs: OrderInputs) -> Array:
    over = inputs.position + quantity > limit + 1e-9
    with np.errstate(invalid="ignore"):
        left = whole_packs(np.where(np.isinf(limit), 0, limit) - inputs.position, inputs.multiple)
    enough = (left >= inputs.minimum - 1e-9) & (left > 0)
    return np.where(over, np.where(enough, left, 0.0), quantity)


def _rule(
    inputs: OrderInputs, steps: Mapping[str, Array], final: Array, limiting: NDArray[np.object_]
) -> NDArray[np.object_]:
    """The last rule that changed the number; a lot that is the supplier's minimum was changed by it."""
    raw, least, packed, broken, capped = steps.values()
    lot = inputs.order_up_to - inputs.reorder_point
    is_minimum = (inputs.minimum > inputs.multiple) & (
        np.abs(lot - packs(inputs.minimum, inputs.multiple)) < 1e-6
    )
    changed = [
        (~np.isnan(inputs.allotted) & (final != capped), inputs.allotment),
        (~inputs.has_supplier, "no supplier"),
        (raw <= 0, "enough"),
        (capped != broken, limiting),
        (broken != packed, "price break"),
        ((least > raw) | is_minimum, "minimum"),
        (np.abs(packed - least) > 1e-6, "multiple"),
    ]
    rule = np.full(len(raw), "level", dtype=object)
    for holds, name in reversed(changed):
        rule = np.where(holds, name, rule)
    return rule
