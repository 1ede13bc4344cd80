"""What a replay cost and how well it served, per item, after a warm-up that does not count."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optiflow_lib.inventory.economics import YEAR
from optiflow_lib.inventory.simulation.past import Array, Past
from optiflow_lib.inventory.simulation.replay import Ledger

COUNTED = ("demand", "served", "days", "stockout_days", "cycles", "cycles_short", "orders")
MONEY = ("stock_value", "demand_value", "served_value", "holding", "ordering", "lost_margin", "total_cost")


@dataclass(frozen=True)
class Costs:
    """What things cost; arrays of shape (n_items,), money.

    Args:
        unit_cost: Of one unit bought.
        price: Of one unit sold.
        shortage_factor: What a unit short costs, in margins.
        holding_rate: Of the unit cost, a year.
        order_line: Of ordering and receiving one line.
    """

    unit_cost: Array
    price: Array
    shortage_factor: Array
    holding_rate: float
    order_line: float

    @property
    def holding_a_day(self) -> Array:
        """Of one unit."""
        return self.unit_cost * self.holding_rate / YEAR

    @property
    def margin(self) -> Array:
        """Earned by one unit, never negative."""
        return np.maximum(self.price - self.unit_cost, 0.0)

    @property
    def short(self) -> Array:
        """Cost of one unit short."""
        return self.margin * self.shortage_factor


def outcome(past: Past, ledger: Ledger, costs: Costs, *, warm_up: int) -> pd.DataFrame:
    """One row per item: units, days, cycles, orders and money of the days after the warm-up.

    A cycle ends when goods arrive; it is short when anything was since the arrival before. A stockout day is one that
    ends with nothing on hand. Stock is what is on hand at the days' ends, at cost.
    """
    counted = slice(warm_up, None)
    demand, short = past.demand[:, counted].sum(axis=1), ledger.short[:, counted].sum(axis=1)
    on_hand = ledger.on_hand[:, counted]
    cycles, cycles_short = _cycles(ledger, warm_up)
    orders = (ledger.ordered[:, counted] > 0).sum(axis=1)
    made = pd.DataFrame(
        {
            "demand": demand,
            "served": demand - short,
            "days": float(on_hand.shape[1]),
            "stockout_days": (on_hand <= 0).sum(axis=1).astype(float),
            "cycles": cycles,
            "cycles_short": cycles_short,
            "orders": orders.astype(float),
            "stock_value": on_hand.mean(axis=1) * costs.unit_cost,
            "demand_value": demand * costs.price,
            "served_value": (demand - short) * costs.price,
            "holding": on_hand.sum(axis=1) * costs.holding_a_day,
            "ordering": orders * costs.order_line,
            "lost_margin": short * costs.short,
        }
    )
    return made.assign(total_cost=made["holding"] + made["ordering"] + made["lost_margin"])


def _cycles(ledger: Ledger, warm_up: int) -> tuple[Array, Array]:
    """Cycles that ended after the warm-up, and those of them with a stockout."""
    n_items = len(ledger.short)
    days_short = np.insert((ledger.short > 0).cumsum(axis=1), 0, 0, axis=1)
    item, day = np.nonzero(ledger.received > 0)
    before = days_short[item, day]
    started = np.r_[-1, item[:-1]] == item
    since = before - np.where(started, np.r_[0, before[:-1]], 0)
    ended = started & (day >= warm_up)
    cycles = np.bincount(item[ended], minlength=n_items)
    short = np.bincount(item[ended & (since > 0)], minlength=n_items)
    return cycles.astype(float), short.astype(float)
