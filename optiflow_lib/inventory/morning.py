"""Everything the alerts of one night look at, joined once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.inventory.distribution import grid_of
from optiflow_lib.inventory.horizon import Horizon, horizon_of
from optiflow_lib.inventory.lines import Known
from optiflow_lib.inventory.lookup import of_items
from optiflow_lib.inventory.order_days import closed_weekdays, next_open_day
from optiflow_lib.inventory.position import arrivals, days_to_order
from optiflow_lib.settings import InventorySettings

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Events:
    """What happened and what is wrong; frames of the schemas they are named after.

    `judged` holds what a past night forecast for days that have come to pass, beside what was wanted: item_id, day,
    forecast, q10, q90, quantity. `on_order` may carry the order_id of orders of our own.
    """

    daily_sales: pd.DataFrame
    on_order: pd.DataFrame
    receipts: pd.DataFrame
    event_impact: pd.DataFrame
    anomalies: pd.DataFrame
    quality: pd.DataFrame
    accuracy: pd.DataFrame
    judged: pd.DataFrame
    closed_days: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Morning:
    """One night's decisions and what they were made from.

    Args:
        rows: One row per item: recommendations joined with items, positions, lead times and classes.
        known: What the night knew when it decided.
        events: What happened beside.
        settings: Thresholds.
    """

    rows: pd.DataFrame
    known: Known
    events: Events
    settings: InventorySettings

    @property
    def today(self) -> pd.Timestamp:
        """The day being closed."""
        return pd.Timestamp(self.known.as_of)

    @cached_property
    def horizon(self) -> Horizon:
        """Forecasts of the rows."""
        return horizon_of(self.known.forecasts, item_ids=self.rows["item_id"])

    @cached_property
    def before(self) -> Array:
        """Quantiles of each row's demand until an order of the next order day would be there."""
        return self._grid("lead_time")

    @cached_property
    def until(self) -> Array:
        """The same until the order after it would be there."""
        return self._grid("protection")

    @cached_property
    def coming(self) -> pd.DataFrame:
        """Open order lines that are counted on, with the day each may arrive on."""
        lines = arrivals(
            self.events.on_order,
            lead_times=self.known.lead_times,
            as_of=self.known.as_of,
            overdue_days=self.settings.overdue_days,
        )
        return lines[lines["counted_on"]]

    @cached_property
    def due_now(self) -> NDArray[np.bool_]:
        """Is the row's supplier asked before the next night? What can wait for it is not due now."""
        closed = closed_weekdays(self.events.daily_sales, as_of=self.known.as_of)
        nights_end = next_open_day(self.known.as_of, closed=closed, closed_days=self.events.closed_days)
        return np.asarray(self.rows["order_on"] <= pd.Timestamp(nights_end))

    @property
    def waits(self) -> pd.Series:
        """Days until an order of the next order day would be there, per row."""
        return self.rows["days_to_order"] + self.rows["lead_time"]

    @property
    def margin(self) -> Array:
        """Money earned by one unit, per row; 0 where cost or price is not known."""
        cost = self.rows["unit_cost"].fillna(self.rows["price"])
        return np.asarray((self.rows["price"] - cost).clip(lower=0).fillna(0.0), dtype=float)

    def arriving(self, within: pd.Series) -> Array:
        """Units on order that arrive in so many days, per row."""
        days = of_items(within.set_axis(self.rows["item_id"]), self.coming["item_id"])
        timely = self.coming[self.coming["days"] <= np.floor(days)]
        units = timely.groupby("item_id")["open_quantity"].sum()
        return np.asarray(of_items(units, self.rows["item_id"]).fillna(0.0), dtype=float)

    def _grid(self, interval: str) -> Array:
        demand = self.known.interval_demand
        of_items = demand[demand["interval"] == interval].set_index("item_id").reindex(self.rows["item_id"])
        return grid_of(of_items.drop(columns="interval").fillna(0.0))


def morning(
    known: Known, recommendations: pd.DataFrame, *, events: Events, settings: InventorySettings
) -> Morning:
    """Joins what is known per item with what was decided; an item's own cost stays beside the price it is bought at."""
    items = known.items.drop(columns="supplier_id")
    rows = items.merge(recommendations.drop(columns="unit_cost"), on="item_id")
    rows = rows.merge(known.positions[["item_id", "next_arrival", "reserved", "backorders"]], on="item_id")
    waits = known.lead_times.assign(days_to_order=days_to_order(known.lead_times, known.as_of))
    rows = rows.merge(
        waits[["item_id", "lead_time", "review_period", "order_on", "days_to_order"]], on="item_id"
    )
    rows = rows.merge(known.classes[["item_id", "abc"]], on="item_id")
    return Morning(rows, known, events, settings)


def alert_rows(
    type: str,  # noqa: A002 - the column's name
    subjects: pd.Series,
    *,
    severity: object,
    euros: object,
    details: Mapping[str, object],
    subject_kind: str = "item",
    opens: object = True,
    put_off: pd.Series | None = None,
) -> pd.DataFrame:
    """The columns of schema `ALERTS` that a check knows, and `opens`.

    Args:
        type: Of the alerts.
        subjects: Of the rows: item_id, supplier_id, order or kind of problem.
        severity: Of each row, or of all.
        euros: At risk.
        details: Become the JSON that the alert's sentence is filled with.
        subject_kind: What the subjects are.
        opens: May the row open an alert? If not it only keeps one that stands already.
        put_off: The day until which nothing can be done; missing: it can be done now.
    """
    columns: dict[str, object] = {"type": type, "subject_kind": subject_kind, "subject": subjects.to_numpy()}
    columns |= {"severity": severity, "euros_at_risk": euros, "opens": opens}
    columns["snoozed_until"] = pd.NaT if put_off is None else put_off.to_numpy()
    rows = pd.DataFrame(columns, index=range(len(subjects)))
    values = pd.DataFrame(dict(details), index=range(len(subjects)))
    return rows.assign(detail=[_json(row) for row in values.to_dict("records")])


def _json(values: Mapping[str, object]) -> str:
    plain = {
        name: None if pd.isna(v) else f"{v:%Y-%m-%d}" if isinstance(v, pd.Timestamp) else v
        for name, v in values.items()
    }
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)
