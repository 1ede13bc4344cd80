"""What the words of the tables are called on a page; English here, French in `texts/fr/dashboards.po`."""

from optiflow_lib.dashboards.components.notices import Tone
from optiflow_lib.texts import Language, text

ALERT_TYPES = {
    "stockout": "Out of stock",
    "unavoidable_stockout": "Will run out",
    "order_now": "Order now",
    "event_not_covered": "Event not covered",
    "order_late": "Order late",
    "overstock": "Too much stock",
    "dead_stock": "Dead stock",
    "moq_excess": "Minimum too high",
    "price_break_gain": "Price break",
    "supplier_drift": "Slower supplier",
    "sales_anomaly": "Unusual sales",
    "model_drift": "Forecast drifts",
    "data_quality": "Data to mend",
}
SEVERITIES = {"critical": "Critical", "high": "High", "medium": "Medium", "info": "For information"}
ALERT_STATES = {
    "open": "To do",
    "acknowledged": "Seen",
    "snoozed": "Put off",
    "resolved": "Resolved",
}
ORDER_STATES = {
    "draft": "Draft",
    "approved": "Approved",
    "sent": "Sent",
    "partly_received": "Partly received",
    "received": "Received",
    "cancelled": "Cancelled",
}
RUN_STATES = {
    "running": "Running",
    "done": "Done",
    "partial": "Done with failures",
    "failed": "Failed",
    "interrupted": "Interrupted",
}
CANDIDATES = {
    "moving_average": "Moving average",
    "seasonal_naive": "Same day last week",
    "weekday_average": "Average of the weekday",
    "croston": "Croston",
    "sba": "Syntetos–Boylan",
    "tsb": "Teunter–Syntetos–Babai",
    "pooled": "Shape shared by similar items",
    "reconciled": "Shared shape, in line with totals",
    "prophet": "Prophet",
    "prophet_plain": "Prophet without events",
    "prophet_additive": "Prophet, additive",
    "prophet_monthly": "Prophet with days of the month",
    "prophet_recent": "Prophet at the recent level",
    "prophet_windows": "Prophet with the days around events",
    "prophet_three_years": "Prophet on three years",
    "prophet_group": "Prophet of the category",
    "blend": "Shared shape and Prophet",
    "blend_recent": "Shared shape and recent Prophet",
    "average": "Mean of several Prophets",
}
STEPS = {
    "10_quality": "Inputs and their quality",
    "20_forecasts": "Forecasts of demand",
    "30_events": "Effect of events",
    "31_anomalies": "Search for unusual days",
    "40_alerts": "Alerts and drafts",
    "50_kpis": "Key figures",
    "60_publish": "Publication",
    "70_train": "Training of the models",
    "80_validate": "Validation of the models",
    "90_monitor": "Check of past forecasts",
}
CHAINS = {"nightly": "Night", "weekly": "Week"}
TONES: dict[str, Tone] = {
    "critical": "bad",
    "high": "warn",
    "medium": "info",
    "draft": "info",
    "approved": "good",
    "received": "good",
    "cancelled": "bad",
    "done": "good",
    "partial": "warn",
    "failed": "bad",
    "interrupted": "bad",
}
_ALL = {
    **ALERT_TYPES,
    **SEVERITIES,
    **ALERT_STATES,
    **ORDER_STATES,
    **RUN_STATES,
    **CANDIDATES,
    **STEPS,
    **CHAINS,
}


def label(word: str, language: Language) -> str:
    """A word of a table as the reader says it; one that is not known stays as it is."""
    return text(_ALL.get(word, word), language)
