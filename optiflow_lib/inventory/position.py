"""What is there, what is coming, and whether it comes in time."""

from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.inventory.lookup import of_items
from optiflow_lib.schemas.stock import POSITIONS


def positions(
    items: pd.DataFrame,
    *,
    stock: pd.DataFrame,
    on_order: pd.DataFrame,
    lead_times: pd.DataFrame,
    as_of: date,
    overdue_days: int,
) -> pd.DataFrame:
    """Schema `POSITIONS` of every item.

    An open order counts towards the inventory position only when it is expected within the protection interval: one
    that comes later cannot prevent the stockout that an order of today could (OCA/stock-logistics-warehouse#582).
    A negative stock counts as zero: it is an error of booking, not a debt (that is what backorders are for).

    Args:
        items: Schema `ITEMS`.
        stock: Schema `STOCK` with item_id; an item without a row has nothing.
        on_order: Schema `ON_ORDER` with item_id.
        lead_times: Schema `LEAD_TIMES`.
        as_of: The day being closed.
        overdue_days: An order this many days late is no longer counted on.
    """
    rows = items[["item_id"]].merge(lead_times, on="item_id", how="left")
    interval = days_to_order(rows, as_of) + rows["lead_time"] + rows["review_period"]
    protected = interval.set_axis(rows["item_id"])
    coming = arrivals(on_order, lead_times=lead_times, as_of=as_of, overdue_days=overdue_days)
    counted = coming[coming["counted_on"]]
    timely = counted[counted["days"] <= np.floor(of_items(protected, counted["item_id"]))]
    held = stock.set_index("item_id").reindex(rows["item_id"])
    made = pd.DataFrame(
        {
            "item_id": rows["item_id"],
            "on_hand": held["on_hand"].fillna(0.0).to_numpy(),
            "reserved": held["reserved"].fillna(0.0).to_numpy(),
            "backorders": held["backordered"].fillna(0.0).to_numpy(),
            "on_order": of_items(_sum(on_order), rows["item_id"]).fillna(0.0),
            "on_order_in_time": of_items(_sum(timely), rows["item_id"]).fillna(0.0),
            "next_arrival": of_items(counted.groupby("item_id")["arrives_on"].min(), rows["item_id"]),
        }
    )
    there = made["on_hand"].clip(lower=0) - made["reserved"] - made["backorders"]
    made["inventory_position"] = there + made["on_order_in_time"]
    return POSITIONS.check(made.sort_values("item_id"), where="stock positions")


def days_to_order(lead_times: pd.DataFrame, as_of: date) -> pd.Series:
    """Days that pass before an order can leave: 0 when the supplier takes one on the morning after `as_of`."""
    return (lead_times["order_on"] - pd.Timestamp(as_of)).dt.days - 1


def arrivals(
    on_order: pd.DataFrame, *, lead_times: pd.DataFrame, as_of: date, overdue_days: int
) -> pd.DataFrame:
    """Open order lines with the day each may arrive on, as item_id, open_quantity, arrives_on, days, counted_on.

    A line without an expected day is expected a lead time after it was ordered; a late one any day from tomorrow,
    until it is `overdue_days` late: then nothing is counted on that may never come.
    """
    lines = on_order.merge(lead_times[["item_id", "lead_time"]], on="item_id")
    usual = lines["ordered_on"] + pd.to_timedelta(np.ceil(lines["lead_time"]), unit="D")
    expected = lines["expected_on"].fillna(usual)
    today = pd.Timestamp(as_of)
    arrives_on = expected.clip(lower=today + pd.Timedelta(days=1))
    return lines.assign(
        arrives_on=arrives_on,
        days=(arrives_on - today).dt.days,
        counted_on=(today - expected).dt.days < overdue_days,
    )


def _sum(lines: pd.DataFrame) -> pd.Series:
    return lines.groupby("item_id")["open_quantity"].sum()
