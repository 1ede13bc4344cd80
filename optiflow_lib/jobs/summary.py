"""What a night did, in the few figures a newcomer understands."""

from dataclasses import dataclass
from datetime import date

from optiflow_lib.jobs.night import opened_store
from optiflow_lib.settings import Settings
from optiflow_lib.store import read_alerts, read_night

ACTIVE = ("open", "acknowledged", "snoozed")


@dataclass(frozen=True)
class NightSummary:
    """Counts of one night; `order_value` is without VAT, in the settings' currency."""

    as_of: date
    items: int
    forecasts: int
    failed_items: int
    alerts: int
    critical_alerts: int
    orders: int
    order_lines: int
    order_value: float
    quality_problems: int


def night_summary(settings: Settings, as_of: date) -> NightSummary:
    """The figures of the night of `as_of`, read from the store."""
    with opened_store(settings) as store:
        alerts = read_alerts(store, states=ACTIVE)
        recommended = read_night(store, "recommendations", as_of=as_of)
        ordered = recommended[recommended["order_quantity"] > 0]
        return NightSummary(
            as_of=as_of,
            items=len(read_night(store, "items", as_of=as_of)),
            forecasts=read_night(store, "forecasts", as_of=as_of)["item_id"].nunique(),
            failed_items=read_night(store, "failures", as_of=as_of)["item_id"].nunique(),
            alerts=len(alerts),
            critical_alerts=int((alerts["severity"] == "critical").sum()),
            orders=ordered["supplier_id"].nunique(),
            order_lines=len(ordered),
            order_value=float(ordered["value_eur"].sum()),
            quality_problems=len(read_night(store, "quality", as_of=as_of)),
        )
