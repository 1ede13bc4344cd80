"""What the study notebooks are made of: figures and tables that a data scientist starts from."""

from optiflow_lib.studies.charts import Chart
from optiflow_lib.studies.models import models_chart, models_table, models_tried
from optiflow_lib.studies.orders import OrderLine, alternatives_chart, demand_chart, order_line, rules_table
from optiflow_lib.studies.policies import (
    cost_chart,
    policies_replayed,
    policies_table,
    stock_chart,
    trade_off_chart,
)

__all__ = [
    "Chart",
    "OrderLine",
    "alternatives_chart",
    "cost_chart",
    "demand_chart",
    "models_chart",
    "models_table",
    "models_tried",
    "order_line",
    "policies_replayed",
    "policies_table",
    "rules_table",
    "stock_chart",
    "trade_off_chart",
]
