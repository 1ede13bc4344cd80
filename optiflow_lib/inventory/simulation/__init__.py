"""Policies tried on a shop's own past, day by day: what would have been short, held, ordered and lost."""

from optiflow_lib.inventory.simulation.past import Past, drawn_lead_times, order_days
from optiflow_lib.inventory.simulation.replay import Ledger, Levels, Plan, replay

__all__ = ["Ledger", "Levels", "Past", "Plan", "drawn_lead_times", "order_days", "replay"]
