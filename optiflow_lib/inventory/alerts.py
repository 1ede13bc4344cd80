"""What somebody should look at this morning; definitions and severities as in docs/alerts.md."""

from collections.abc import Callable

import pandas as pd

from optiflow_lib.inventory import model_alerts, stock_alerts, supply_alerts
from optiflow_lib.inventory.hysteresis import is_told, lasting
from optiflow_lib.inventory.morning import Morning
from optiflow_lib.schemas.stock import ALERTS

CHECKS: tuple[Callable[[Morning], pd.DataFrame], ...] = (
    stock_alerts.stockouts,
    stock_alerts.unavoidable_stockouts,
    stock_alerts.orders_due,
    stock_alerts.overstock,
    stock_alerts.dead_stock,
    stock_alerts.minimum_excess,
    stock_alerts.price_break_gains,
    supply_alerts.events_not_covered,
    supply_alerts.late_orders,
    supply_alerts.drifts,
    model_alerts.anomalies,
    model_alerts.drifting_models,
    model_alerts.data_quality,
)


def raised_alerts(seen: Morning, *, standing: pd.DataFrame | None = None) -> pd.DataFrame:
    """Every alert whose cause holds tonight, schema `ALERTS`, most euros at risk first.

    One per type and subject, and one per cause. They are open, or snoozed where nothing can be done before a day.

    Args:
        seen: What the night knows.
        standing: Alerts of the night before that are not resolved, schema `ALERTS`: their causes are gone only beyond
            the limit that closes them.
    """
    before = ALERTS.empty() if standing is None else standing
    found = pd.concat([check(seen) for check in CHECKS], ignore_index=True)
    strong = lasting(found, before)
    told = strong[~is_told(strong, strong)]
    opened = told.assign(
        state=told["snoozed_until"].isna().map({True: "open", False: "snoozed"}),
        opened_on=seen.today,
        last_seen_on=seen.today,
        resolved_on=pd.NaT,
        handled_by=None,
    )
    ranked = opened.sort_values(["euros_at_risk", "type", "subject"], ascending=[False, True, True])
    return ALERTS.check(ranked.drop_duplicates(["type", "subject"]), where="raised alerts")
