"""What is there, how long an order takes, what to order and what to look at."""

from optiflow_lib.inventory.alerts import raised_alerts
from optiflow_lib.inventory.alternatives import alternatives
from optiflow_lib.inventory.classify import classes
from optiflow_lib.inventory.explanation import explain
from optiflow_lib.inventory.hindsight import changed_lines, in_hindsight, override_record
from optiflow_lib.inventory.kpi_definitions import KPI_DEFINITIONS
from optiflow_lib.inventory.kpis import added_up, kpi_sums, kpis
from optiflow_lib.inventory.lead_time import LearnedLeadTimes, learned_lead_times
from optiflow_lib.inventory.life_cycle import life_cycle
from optiflow_lib.inventory.lines import Known
from optiflow_lib.inventory.morning import Events, morning
from optiflow_lib.inventory.order_days import closed_weekdays, order_chances
from optiflow_lib.inventory.position import positions
from optiflow_lib.inventory.quantity import recommendations
from optiflow_lib.inventory.sentences import sentence
from optiflow_lib.inventory.spending import spending_curve
from optiflow_lib.inventory.trace import executed

__all__ = [
    "KPI_DEFINITIONS",
    "Events",
    "Known",
    "LearnedLeadTimes",
    "added_up",
    "alternatives",
    "changed_lines",
    "classes",
    "closed_weekdays",
    "executed",
    "explain",
    "in_hindsight",
    "kpi_sums",
    "kpis",
    "learned_lead_times",
    "life_cycle",
    "morning",
    "order_chances",
    "override_record",
    "positions",
    "raised_alerts",
    "recommendations",
    "sentence",
    "spending_curve",
]
