"""What is there, what is coming, and whether it comes in time."""

from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.schemas.results import POSITIONS


def positions(
    items: pd.DataFrame, *, stock: pd.DataFrame, on_order: pd.DataFrame, lead_times: pd.DataFrame, as_of: date
) -> pd.DataFrame:
    """Schema `POSITIONS` of every item.

    An open order counts towards the inventory position only when it is expected within the protection interval: one
    that comes later cannot prevent the stockout that an order of today could (OCA/stock-logistics-warehouse#582).
    A late order (expected before today) is still expected; so is one without a day.

    Args:
        items: Schema `ITEMS`.
        stock: Schema `STOCK` with item_id; an item without a row has nothing.
        on_order: Schema `ON_ORDER` with item_id.
        lead_times: Schema `LEAD_TIMES`.
        as_of: The day being closed.
    """
    rows = items[["item_id"]].merge(
        lead_times[["item_id", "lead_time", "review_period"]], on="item_id", how="left"
    )
    interval = (rows["lead_time"] + rows["review_period"]).set_axis(rows["item_id"])
    today = pd.Timestamp(as_of)
    open_lines = on_order[on_order["item_id"].isin(rows["item_id"])]
    expected = open_lines["expected_on"].clip(lower=today + pd.Timedelta(days=1))
    wait = (expected - today).dt.days.fillna(0)
    in_time = wait.to_numpy() <= np.floor(interval.reindex(open_lines["item_id"]).to_numpy())
    coming = open_lines.groupby("item_id")["open_quantity"].sum()
    timely = open_lines[in_time].groupby("item_id")["open_quantity"].sum()
    arrival = expected.groupby(open_lines["item_id"]).min()
    held = (
        stock.set_index("item_id")[["on_hand", "reserved", "backordered"]]
        .reindex(rows["item_id"])
        .fillna(0.0)
    )
    made = pd.DataFrame(
        {
            "item_id": rows["item_id"],
            "on_hand": held["on_hand"].to_numpy(),
            "reserved": held["reserved"].to_numpy(),
            "backorders": held["backordered"].to_numpy(),
            "on_order": rows["item_id"].map(coming).fillna(0.0),
            "on_order_in_time": rows["item_id"].map(timely).fillna(0.0),
            "next_arrival": rows["item_id"].map(arrival),
        }
    )
    made["inventory_position"] = (
        made["on_hand"] - made["reserved"] + made["on_order_in_time"] - made["backorders"]
    )
    return POSITIONS.check(made.sort_values("item_id"), where="stock positions")
