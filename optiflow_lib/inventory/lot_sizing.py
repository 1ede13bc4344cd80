"""How much at once: economic order quantities, discounts, dynamic lots."""

from collections.abc import Sequence
from math import sqrt

from optiflow_lib.errors import PolicyError


def economic_order_quantity(fixed_cost: float, holding_cost: float, demand: float) -> tuple[float, float]:
    """Quantity and yearly cost of ordering and holding, without the price of the goods.

    Args:
        fixed_cost: Of one order, money.
        holding_cost: Of one unit for a year, money.
        demand: Units a year.

    Source:
        Snyder & Shen, Example 3.1.
    """
    _refuse_not_positive(fixed_cost=fixed_cost, holding_cost=holding_cost, demand=demand)
    return sqrt(2 * fixed_cost * demand / holding_cost), sqrt(2 * fixed_cost * demand * holding_cost)


def quantity_with_backorders(
    fixed_cost: float, holding_cost: float, demand: float, *, backorder_cost: float
) -> tuple[float, float, float]:
    """Quantity, share of demand backordered and yearly cost (Snyder & Shen, Example 3.8)."""
    _refuse_not_positive(backorder_cost=backorder_cost)
    total = holding_cost + backorder_cost
    quantity, cost = economic_order_quantity(fixed_cost, holding_cost, demand)
    return quantity * sqrt(total / backorder_cost), holding_cost / total, cost * sqrt(backorder_cost / total)


def all_units_discount(
    fixed_cost: float, holding_rate: float, demand: float, *, breaks: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Quantity and yearly cost, goods included, when a price holds for the whole order from a quantity on.

    Args:
        fixed_cost: Of one order, money.
        holding_rate: Of the unit price, a year.
        demand: Units a year.
        breaks: (from_quantity, unit_price), the first from 0.

    Source:
        Snyder & Shen, Examples 3.5 and 3.6.
    """
    offers = []
    for least, price in breaks:
        best, _ = economic_order_quantity(fixed_cost, holding_rate * price, demand)
        quantity = max(best, least)  # below the break the price does not hold; above, cost only rises
        cost = price * demand + fixed_cost * demand / quantity + holding_rate * price * quantity / 2
        offers.append((cost, quantity))
    cost, quantity = min(offers)
    return quantity, cost


def incremental_discount(
    fixed_cost: float, holding_rate: float, demand: float, *, breaks: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Quantity and yearly cost when each price holds only for the units beyond its break (Snyder & Shen, Ex. 3.7)."""
    offers, paid_before = [], 0.0
    for n, (least, price) in enumerate(breaks):
        if n:
            paid_before += (least - breaks[n - 1][0]) * breaks[n - 1][1]
        surcharge = paid_before - least * price  # what the dearer first units cost beyond this price
        quantity = sqrt(2 * (fixed_cost + surcharge) * demand / (holding_rate * price))
        upper = breaks[n + 1][0] if n + 1 < len(breaks) else float("inf")
        if least <= quantity <= upper:
            cost = price * demand + (fixed_cost + surcharge) * demand / quantity
            offers.append((cost + holding_rate * (surcharge + price * quantity) / 2, quantity))
    cost, quantity = min(offers)
    return quantity, cost


def dynamic_lots(
    demand: Sequence[float], *, fixed_cost: float, holding_cost: float
) -> tuple[list[float], float]:
    """Cheapest lots for known demand per period, and their cost (Wagner & Whitin 1958; Snyder & Shen, Ex. 3.9).

    Args:
        demand: Units per period.
        fixed_cost: Of one order.
        holding_cost: Of one unit for one period.
    """
    n = len(demand)
    best, order_until = [0.0] * (n + 1), [0] * n
    for first in range(n - 1, -1, -1):
        held, choices = 0.0, []
        for last in range(first, n):
            held += holding_cost * (last - first) * demand[last]
            choices.append((fixed_cost + held + best[last + 1], last + 1))
        best[first], order_until[first] = min(choices)
    lots, period = [0.0] * n, 0
    while period < n:
        lots[period] = float(sum(demand[period : order_until[period]]))
        period = order_until[period]
    return lots, best[0]


def _refuse_not_positive(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise PolicyError(what=f"{name} is {value}", where="lot sizing", mend="give a number above 0")
