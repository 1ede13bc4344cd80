"""Notebook 40: what to order, and what somebody should look at."""

import logging
from datetime import date, timedelta

import pandas as pd

from optiflow_lib import inventory, purchasing
from optiflow_lib.jobs.demand import demand_of, public_holidays
from optiflow_lib.jobs.items import item_terms, with_item_id
from optiflow_lib.jobs.night import Night, NightJob
from optiflow_lib.schemas.source import SUPPLIERS
from optiflow_lib.store import (
    nights_of,
    previous_alerts,
    read_night,
    read_overrides,
    receive_from_source,
    replace_alerts,
    replace_drafts,
    replace_night,
)

logger = logging.getLogger(__name__)

AUTHOR = "optiflow"
JUDGED_DAYS = 28  # a past night's forecasts are judged by so many days
LEAST_JUDGED_DAYS = 14


@NightJob
def raise_alerts(night: Night) -> pd.DataFrame:
    """Fills `classes`, `recommendations`, the draft orders and `alerts`; returns the alerts that are not resolved.

    Quantities edited by a buyer stay, and overrides are applied until their day; what the source received of our
    orders closes them. Alerts already acknowledged or snoozed stay so.
    """
    known = _known(night)
    recommendations = inventory.recommendations(known, night.settings.inventory)
    seen = inventory.morning(known, recommendations, events=_events(night), settings=night.settings.inventory)
    standing = previous_alerts(night.store, as_of=night.as_of)
    alerts = inventory.life_cycle(
        standing,
        inventory.raised_alerts(seen, standing=standing),
        as_of=night.as_of,
        last_night=_last_night(night),
        ordered=night.book.items_ordered,
    )
    drafts = purchasing.drafts(
        recommendations,
        items=night.items,
        lead_times=known.lead_times,
        supplier_terms=known.supplier_terms,
        overrides=purchasing.in_force(read_overrides(night.store), as_of=night.as_of),
        as_of=night.as_of,
    )
    tables = {"classes": known.classes, "recommendations": recommendations}
    _write(night, tables, drafts, alerts, days=purchasing.order_days(known.lead_times))
    return alerts[alerts["state"] != "resolved"].reset_index(drop=True)


def _known(night: Night) -> inventory.Known:
    """What the night knows when it decides what to order."""
    names = ("lead_times", "interval_demand", "forecasts")
    results = {name: read_night(night.store, name, as_of=night.as_of) for name in names}
    positions = inventory.positions(
        night.items,
        stock=with_item_id(night.inputs.read("stock"), night.settings),
        on_order=night.book.on_order,
        lead_times=results["lead_times"],
        as_of=night.as_of,
        overdue_days=night.settings.inventory.overdue_days,
    )
    return inventory.Known(
        items=night.items,
        products=night.inputs.read("products"),
        suppliers=night.inputs.read("suppliers") if night.inputs.has("suppliers") else SUPPLIERS.empty(),
        supplier_terms=item_terms(night.inputs, night.items),
        positions=positions,
        classes=inventory.classes(
            night.daily_sales,
            items=night.items,
            stock_history=night.stock_history,
            as_of=night.as_of,
        ),
        as_of=night.as_of,
        **results,
    )


def _events(night: Night) -> inventory.Events:
    """What happened beside, for the alerts."""
    names = ("event_impact", "anomalies", "quality", "accuracy")
    return inventory.Events(
        daily_sales=night.daily_sales,
        on_order=night.book.on_order,
        receipts=night.book.receipts,
        judged=_judged(night),
        closed_days=public_holidays(night),
        **{name: read_night(night.store, name, as_of=night.as_of) for name in names},
    )


def _last_night(night: Night) -> date | None:
    before = [day for day in nights_of(night.store, "recommendations") if day < night.as_of]
    return max(before, default=None)


def _judged(night: Night) -> pd.DataFrame:
    """The forecasts of the oldest night of the last four weeks beside what was then wanted; censored days are missing."""
    columns = ["item_id", "day", "forecast", "q10", "q90"]
    first, last = (night.as_of - timedelta(days=days) for days in (JUDGED_DAYS, LEAST_JUDGED_DAYS))
    past = [made_on for made_on in nights_of(night.store, "forecasts") if first <= made_on <= last]
    if not past:
        forecasts = read_night(night.store, "forecasts", as_of=night.as_of).head(0)
        return forecasts[columns].assign(quantity=0.0)
    forecasts = read_night(night.store, "forecasts", as_of=min(past))
    wanted = demand_of(night)[["item_id", "day", "quantity"]]
    return forecasts[columns].merge(wanted, on=["item_id", "day"])


def _write(
    night: Night,
    tables: dict[str, pd.DataFrame],
    drafts: tuple[pd.DataFrame, pd.DataFrame],
    alerts: pd.DataFrame,
    *,
    days: pd.DataFrame,
) -> None:
    orders, lines = drafts
    replace_night(night.store, tables, as_of=night.as_of)
    replace_drafts(
        night.store,
        orders,
        lines,
        as_of=night.as_of,
        author=AUTHOR,
        prefix=night.settings.purchasing.number_prefix,
        days=days,
    )
    receive_from_source(
        night.store,
        night.book.arrived,
        finished=night.book.finished,
        open_states=purchasing.OPEN,
        as_of=night.as_of,
        author=AUTHOR,
    )
    replace_alerts(night.store, alerts, as_of=night.as_of)
    logger.info("%d orders suggested, %d alerts", len(orders), (alerts["state"] != "resolved").sum())
