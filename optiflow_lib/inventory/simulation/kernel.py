"""The replay itself, compiled: items one after the other, each day by day."""

from typing import Any

import numpy as np

from optiflow_lib.inventory.simulation.compiled import compiled


@compiled
def _quantity(position: float, level: float, minimum: float, multiple: float) -> float:
    """`order_rule.decide` without limits and breaks: what the level asks for, the minimum, whole packs."""
    wanted = max(level - position, minimum)
    return float(round(np.ceil(wanted / multiple - 1e-6) * multiple, 9))


@compiled
def _replay_item(
    demand: Any,
    lead_times: Any,
    can_order: Any,
    arriving: Any,
    terms: Any,
    levels: Any,
    planned: Any,
    lost_sales: Any,
    ledger: Any,
) -> None:
    n_days = len(demand)
    due = np.zeros(n_days + 1)  # the last place takes what arrives after the end
    due[:n_days] = arriving
    hand, coming, waiting = terms[0], arriving.sum(), 0.0
    for t in range(n_days):
        hand += due[t]
        coming -= due[t]
        late = min(hand, waiting)
        served = min(hand - late, demand[t])
        hand -= late + served
        short = demand[t] - served
        waiting = 0.0 if lost_sales else waiting - late + short
        quantity = 0.0
        if len(planned):
            quantity = planned[t]
        elif can_order[t]:
            position = hand + coming - waiting
            if position <= levels[0, t] and position < levels[1, t]:
                quantity = _quantity(position, levels[1, t], terms[1], terms[2])
        if quantity > 0:
            coming += quantity
            due[min(t + 1 + lead_times[t], n_days)] += quantity
        ledger[0, t], ledger[1, t], ledger[2, t] = hand, served + late, short
        ledger[3, t], ledger[4, t] = quantity, due[t]


@compiled
def replayed(
    demand: Any,
    lead_times: Any,
    can_order: Any,
    arriving: Any,
    terms: Any,
    levels: Any,
    planned: Any,
    lost_sales: Any,
    ledger: Any,
) -> None:
    """Fills the ledger of all items.

    Args:
        demand: (n_items, n_days), units.
        lead_times: (n_items, n_days), days.
        can_order: (n_items, n_days), flags.
        arriving: (n_items, n_days), units of earlier orders.
        terms: (n_items, 3): opening stock, minimum, multiple.
        levels: (n_items, 2, n_days): reorder point and order-up-to level; not looked at when there is a plan.
        planned: (n_items, n_days), units, or (n_items, 0): there is no plan.
        lost_sales: Is demand out of stock lost?
        ledger: (n_items, 5, n_days), filled: on hand, sold, short, ordered, received.
    """
    for i in range(len(demand)):
        _replay_item(
            demand[i],
            lead_times[i],
            can_order[i],
            arriving[i],
            terms[i],
            levels[i],
            planned[i],
            lost_sales,
            ledger[i],
        )
