"""The policy of one who knows every customer and every lorry beforehand: what the others are measured by."""

from typing import Any

import numpy as np

from optiflow_lib.inventory.simulation.compiled import compiled
from optiflow_lib.inventory.simulation.costs import Costs
from optiflow_lib.inventory.simulation.past import Past
from optiflow_lib.inventory.simulation.replay import Plan


def perfect_foresight(past: Past, costs: Costs) -> Plan:
    """Orders of least holding, ordering and lost margin for demand and lead times that are known.

    Wagner & Whitin's recursion over the mornings on which an order can arrive, with the choice to let demand go. What
    is there at the beginning is sold first. Minima and multiples are respected by buying early.

    Source:
        Wagner & Whitin (1958), Dynamic version of the economic lot size model, Management Science 5(1).
    """
    sent = _latest_order(past)
    plan = np.zeros(past.shape)
    need = _beyond_opening(past)
    planned_arrivals(need, sent, costs.holding_a_day, costs.short, float(costs.order_line), plan)
    return Plan(_in_packs(plan, past))


def _latest_order(past: Past) -> Any:
    """For each morning the evening whose order arrives then, the latest of several; −1: none, (n_items, n_days)."""
    n_days = past.shape[1]
    sent = np.full(past.shape, -1, dtype=np.int64)
    for day in range(n_days):
        arrival = day + 1 + past.lead_times[:, day]
        rows = np.flatnonzero(past.can_order[:, day] & (arrival < n_days))
        sent[rows, arrival[rows]] = day
    return sent


def _beyond_opening(past: Past) -> Any:
    """Demand that the opening stock, and what is on its way then, does not serve, (n_items, n_days)."""
    left, need = past.opening.copy(), np.empty(past.shape)
    for day in range(past.shape[1]):
        left += past.on_way[:, day]
        need[:, day] = np.maximum(past.demand[:, day] - left, 0.0)
        left = np.maximum(left - past.demand[:, day], 0.0)
    return need


def _in_packs(plan: Any, past: Past) -> Any:
    """The plan in whole packs and at least the minimum: what is bought too early is bought less of later."""
    made, over = np.zeros_like(plan), np.zeros(len(plan))
    for day in range(plan.shape[1]):
        lacking = np.maximum(plan[:, day] - over, 0.0)
        packs = np.ceil(np.maximum(lacking, past.minimum) / past.multiple - 1e-6) * past.multiple
        made[:, day] = np.where(lacking > 1e-9, packs, 0.0)
        over = np.where(plan[:, day] > 0, over + made[:, day] - plan[:, day], over)
    return made


@compiled
def planned_arrivals(need: Any, sent: Any, holding: Any, short: Any, order_line: float, plan: Any) -> None:
    """Fills `plan` (n_items, n_days) with quantities at the evenings they are sent.

    Args:
        need: (n_items, n_days), units to be served.
        sent: (n_items, n_days), evening whose order arrives that morning; −1: none does.
        holding: (n_items,), money per unit and day.
        short: (n_items,), money per unit not served.
        order_line: Money.
        plan: Zeros to be filled.
    """
    n_items, n_days = need.shape
    for i in range(n_items):
        cost, until = np.zeros(n_days + 1), np.zeros(n_days, dtype=np.int64)
        for t in range(n_days - 1, -1, -1):
            cost[t], until[t] = cost[t + 1] + short[i] * need[i, t], -1
            if sent[i, t] < 0:
                continue
            spent = order_line
            for last in range(t, n_days):
                spent += holding[i] * need[i, last] * (last - t)
                if spent >= cost[t]:
                    break
                if spent + cost[last + 1] < cost[t]:
                    cost[t], until[t] = spent + cost[last + 1], last
        t = 0
        while t < n_days:
            if until[t] >= 0:
                plan[i, sent[i, t]] = need[i, t : until[t] + 1].sum()
                t = until[t]
            t += 1
