"""Notebook 40: what to order, and what somebody should look at."""

import logging

import pandas as pd

from optiflow_lib import inventory, purchasing
from optiflow_lib.jobs.demand import daily_sales_of
from optiflow_lib.jobs.items import item_terms, with_item_id
from optiflow_lib.jobs.night import Night, open_night
from optiflow_lib.schemas.source import ON_ORDER, RECEIPTS
from optiflow_lib.store import previous_alerts, read_night, replace_alerts, replace_drafts, replace_night

logger = logging.getLogger(__name__)

AUTHOR = "optiflow"


def raise_alerts(*, settings_file: str, as_of: str = "") -> pd.DataFrame:
    """Fills `classes`, `recommendations`, the draft orders and `alerts`; returns the alerts that are not resolved.

    Quantities edited by a buyer stay; alerts already acknowledged or snoozed stay so.
    """
    with open_night(settings_file, as_of) as night:
        results = _read_results(night)
        on_order, receipts = _rows(night, "on_order", ON_ORDER), _rows(night, "receipts", RECEIPTS)
        classes = inventory.classes(daily_sales_of(night), items=night.items, as_of=night.as_of)
        positions = inventory.positions(
            night.items,
            stock=with_item_id(night.inputs.read("stock"), night.settings),
            on_order=on_order,
            lead_times=results["lead_times"],
            as_of=night.as_of,
        )
        recommendations = inventory.recommendations(
            night.items,
            positions=positions,
            classes=classes,
            supplier_terms=item_terms(night.inputs, night.items),
            as_of=night.as_of,
            settings=night.settings.inventory,
            **{name: results[name] for name in ("lead_times", "interval_demand", "forecasts")},
        )
        seen = inventory.morning(
            night.items,
            positions=positions,
            classes=classes,
            recommendations=recommendations,
            daily_sales=daily_sales_of(night),
            on_order=on_order,
            receipts=receipts,
            supplier_terms=item_terms(night.inputs, night.items),
            as_of=night.as_of,
            settings=night.settings.inventory,
            **results,
        )
        raised = inventory.raised_alerts(seen)
        alerts = inventory.life_cycle(
            previous_alerts(night.store, as_of=night.as_of), raised, as_of=night.as_of
        )
        drafts = purchasing.drafts(
            recommendations,
            items=night.items,
            lead_times=results["lead_times"],
            supplier_terms=item_terms(night.inputs, night.items),
            as_of=night.as_of,
        )
        _write(night, {"classes": classes, "recommendations": recommendations}, drafts, alerts)
        return alerts[alerts["state"] != "resolved"].reset_index(drop=True)


def _read_results(night: Night) -> dict[str, pd.DataFrame]:
    names = ("lead_times", "interval_demand", "forecasts", "event_impact", "anomalies", "quality")
    return {name: read_night(night.store, name, as_of=night.as_of) for name in names}


def _rows(night: Night, table: str, schema: object) -> pd.DataFrame:
    rows = night.inputs.read(table) if night.inputs.has(table) else schema.empty()
    return with_item_id(rows, night.settings)


def _write(
    night: Night,
    tables: dict[str, pd.DataFrame],
    drafts: tuple[pd.DataFrame, pd.DataFrame],
    alerts: pd.DataFrame,
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
    )
    replace_alerts(night.store, alerts, as_of=night.as_of)
    logger.info("%d orders suggested, %d alerts", len(orders), (alerts["state"] != "resolved").sum())
