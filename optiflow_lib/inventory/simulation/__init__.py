"""Policies tried on a shop's own past, day by day: what would have been short, held, ordered and lost."""

from optiflow_lib.inventory.simulation.costs import Costs, outcome
from optiflow_lib.inventory.simulation.expected import Expected, LeadTimeChances, expected_demand
from optiflow_lib.inventory.simulation.foresight import perfect_foresight
from optiflow_lib.inventory.simulation.ours import Cover, economic_levels, promised_levels
from optiflow_lib.inventory.simulation.past import Past, drawn_lead_times, order_days
from optiflow_lib.inventory.simulation.peers import (
    average_and_safety,
    min_max,
    recent_mean,
    recent_sd,
    reorder_rule,
)
from optiflow_lib.inventory.simulation.replay import Ledger, Levels, Plan, replay
from optiflow_lib.inventory.simulation.report import at_fill_rate, savings, summary, trade_off
from optiflow_lib.inventory.simulation.typed_in import typed_in_limits
from optiflow_lib.inventory.simulation.wanted import wanted

__all__ = [
    "Costs",
    "Cover",
    "Expected",
    "LeadTimeChances",
    "Ledger",
    "Levels",
    "Past",
    "Plan",
    "at_fill_rate",
    "average_and_safety",
    "drawn_lead_times",
    "economic_levels",
    "expected_demand",
    "min_max",
    "order_days",
    "outcome",
    "perfect_foresight",
    "promised_levels",
    "recent_mean",
    "recent_sd",
    "reorder_rule",
    "replay",
    "savings",
    "summary",
    "trade_off",
    "typed_in_limits",
    "wanted",
]
