"""What a line cannot decide alone: the supplier's minimum order, free delivery, and the budget."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.inventory.economics import expected_cost
from optiflow_lib.inventory.price_breaks import average_price
from optiflow_lib.inventory.priorities import Lines, pack_list

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Allotted:
    """What the whole order leaves of each line.

    Args:
        quantity: Units; NaN where the line is left as it was.
        reason: One of `order_rule.ALLOTMENTS`, "" where it was left.
    """

    quantity: Array
    reason: NDArray[np.object_]


@dataclass(frozen=True)
class OrderRules:
    """What one order has to be worth, money; arrays of shape (n_items,), equal for the lines of one order.

    Args:
        order: Which order a line belongs to: a number, −1 for none.
        least_value: Below it the supplier does not deliver; 0: anything.
        free_from: From it on delivery is free; 0: always.
        delivery_cost: What a delivery that is not free costs.
    """

    order: NDArray[np.int64]
    least_value: Array
    free_from: Array
    delivery_cost: float


def filled(quantity: Array, lines: Lines, rules: OrderRules, *, most: Array) -> Allotted:
    """Orders filled up to the supplier's minimum or to free delivery where it pays; an order too small is dropped.

    Packs that bring most per euro come first, none beyond `most` (the limits of each line). An order is filled when
    what the packs cost, holding included, is less than what they and the free delivery save.

    Args:
        quantity: What each line asks for, units.
        lines: The lines.
        rules: Of their orders.
        most: Largest quantity of each line.
    """
    made = Allotted(np.full(len(quantity), np.nan), np.full(len(quantity), "", dtype=object))
    value = pd.Series(_paid(quantity, lines)).groupby(rules.order).sum()
    for number, of_order in value[value > 0].items():
        own = np.flatnonzero(rules.order == number)
        wanted = (float(rules.least_value[own[0]]), float(rules.free_from[own[0]]))
        if number < 0 or of_order >= max(wanted):
            continue
        asked = quantity[own]
        grown, reason = _one_filled(asked, lines.take(own), of_order, wanted, rules.delivery_cost, most[own])
        changed = own[grown != asked]
        made.quantity[changed], made.reason[changed] = grown[grown != asked], reason
    return made


def _one_filled(
    asked: Array, lines: Lines, value: float, wanted: tuple[float, float], delivery_cost: float, most: Array
) -> tuple[Array, str]:
    """The best of leaving the order, filling it and dropping it, by the cost each saves."""
    least, free = wanted
    nothing = np.zeros(len(asked))
    if value >= least:
        best, quantity, reason = 0.0, asked, ""
    else:
        dropped = float((_cost(asked, lines) - _cost(nothing, lines)).sum())
        best, quantity, reason = dropped, nothing, "order too small"
    offered = pack_list(lines, start=asked, stop=most)
    reached = value + offered["euros"].cumsum().to_numpy()
    for target, name in ((least, "minimum order"), (free, "free delivery")):
        enough = np.flatnonzero(reached >= max(target, least) - 1e-9)
        if value >= target or not len(enough):
            continue
        grown = _grown_to(max(target, least), asked, lines, offered.iloc[: enough[0] + 1])
        saved = delivery_cost if value < free <= _paid(grown, lines).sum() + 1e-9 else 0.0
        gain = float((_cost(asked, lines) - _cost(grown, lines)).sum()) + saved
        if gain > best:
            best, quantity, reason = gain, grown, name
    return quantity, reason


def _grown_to(value: float, asked: Array, lines: Lines, taken: pd.DataFrame) -> Array:
    """Lines with the packs `taken`, the last of them cut to what the order needs to be worth `value`.

    Where a line could grow by many packs they are weighed several at a time: as they are, the order would exceed
    what free delivery asks for by up to that many.
    """
    grown, final = asked.copy(), taken.iloc[-1]
    reached = taken.groupby("row")["quantity"].max()
    grown[reached.index] = reached.to_numpy()
    row, pack = int(final["row"]), float(lines.multiple[int(final["row"])])
    price = float(average_price(grown, lines.economics.breaks)[row])  # fewer units are never cheaper each
    before = max(final["quantity"] - final["units"], float(lines.minimum[row]) - pack)
    spare = min((_paid(grown, lines).sum() - value) / price, grown[row] - before - pack)
    grown[row] -= pack * max(np.floor(spare / pack + 1e-6), 0.0)
    return np.round(grown, 9)


def within_budget(
    quantity: Array, lines: Lines, *, budgets: list[tuple[NDArray[np.bool_], float]]
) -> Allotted:
    """Quantities cut to what the budgets can pay: packs that bring most per euro first, then those that still fit.

    Args:
        quantity: What each line asks for, units.
        lines: The lines.
        budgets: Which lines share how much money; all of them hold.
    """
    left = quantity.copy()
    for shares, money in budgets:
        asked = np.where(shares, left, 0.0)
        if _paid(asked, lines).sum() > money + 1e-9:
            offered = pack_list(lines, start=np.zeros(len(quantity)), stop=asked)
            left = np.where(shares, _afforded(offered, money, len(quantity)), left)
    cut = left < quantity - 1e-9
    return Allotted(np.where(cut, left, np.nan), np.where(cut, "budget", "").astype(object))


def _afforded(offered: pd.DataFrame, money: float, n_items: int) -> Array:
    quantity, stopped, rest = np.zeros(n_items), np.zeros(n_items, dtype=bool), money
    for pack in offered.itertuples():
        if not stopped[pack.row] and pack.euros <= rest + 1e-9:
            quantity[pack.row], rest = pack.quantity, rest - pack.euros
        else:
            stopped[pack.row] = True  # the packs after it need it
    return quantity


def _cost(quantity: Array, lines: Lines) -> Array:
    return np.asarray(expected_cost(quantity, lines.economics).total)


def _paid(quantity: Array, lines: Lines) -> Array:
    return np.asarray(quantity * np.nan_to_num(average_price(quantity, lines.economics.breaks)))
