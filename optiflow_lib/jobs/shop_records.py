"""What a shop really sold, held, ordered and received, as matrices of items and days."""

from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.panel import Array
from optiflow_lib.inventory.simulation import Ledger, typed_in_limits
from optiflow_lib.jobs.night import Night
from optiflow_lib.jobs.shop_supply import order_lines

ORDERS_SEEN_DAYS = 365  # before the first day: the orders that tell the minimum and maximum in use


class Records:
    """The records of some items."""

    def __init__(self, night: Night, items: pd.DataFrame) -> None:
        self._item_ids = pd.Index(items["item_id"])
        self._sales, self._held = night.daily_sales, night.stock_history
        self._lines = order_lines(night)

    def sales(self, days: pd.DatetimeIndex) -> Array:
        """Units, (n_items, n_days)."""
        return np.maximum(np.nan_to_num(self._wide(self._sales, "day", "quantity", days)), 0.0)

    def on_hand(self, days: pd.DatetimeIndex) -> Array | None:
        """Units at each day's close, NaN where unknown; None: there is no stock history."""
        return None if self._held is None else self._wide(self._held, "day", "on_hand", days)

    def ledger(self, days: pd.DatetimeIndex) -> Ledger | None:
        """What happened; what was short is not known and left at zero."""
        held = self.on_hand(days)
        if held is None or np.isnan(held).all():
            return None
        filled = pd.DataFrame(held).ffill(axis=1).bfill(axis=1).fillna(0.0).clip(lower=0.0).to_numpy()
        ordered, received = self._orders(days)
        return Ledger(filled, self.sales(days), np.zeros_like(filled), ordered, received)

    def limits(self, begin: date) -> Array:
        """Minimum and maximum in use until `begin`, (n_items, 2)."""
        days = pd.date_range(end=pd.Timestamp(begin), periods=ORDERS_SEEN_DAYS)
        held = self.on_hand(days)
        if held is None:
            return np.full((len(self._item_ids), 2), np.nan)
        return np.column_stack(typed_in_limits(held, *self._orders(days)))

    def on_way(self, begin: date, days: pd.DatetimeIndex) -> Array:
        """Units that arrive on these days of orders sent until `begin`, (n_items, n_days)."""
        lines = self._lines[self._lines["ordered_on"] <= pd.Timestamp(begin)]
        return np.nan_to_num(self._wide(lines, "received_on", "quantity", days))

    def _orders(self, days: pd.DatetimeIndex) -> tuple[Array, Array]:
        """Units ordered and received each day, of orders sent on these days."""
        lines = self._lines[self._lines["ordered_on"] >= days[0]]
        made = (self._wide(lines, name, "quantity", days) for name in ("ordered_on", "received_on"))
        ordered, received = (np.nan_to_num(values) for values in made)
        return ordered, received

    def _wide(self, rows: pd.DataFrame, day: str, name: str, days: pd.DatetimeIndex) -> Array:
        """Sums per item and day, NaN where there is no row."""
        item, at = (
            self._item_ids.get_indexer(pd.Index(rows["item_id"])),
            days.get_indexer(pd.Index(rows[day])),
        )
        inside = (item >= 0) & (at >= 0)
        made = np.full((len(self._item_ids), len(days)), np.nan)
        made[item[inside], at[inside]] = 0.0
        np.add.at(made, (item[inside], at[inside]), rows[name].to_numpy(float)[inside])
        return made
