"""What receipts say about a supplier: how long each order took, and whether it takes longer now."""

from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.inventory.lead_time_law import ENOUGH

ABSURD_DAYS = 365
RECENT_LINES = 30  # of an item: older ones no longer tell how the supplier delivers today
RECENT_ORDERS = 60  # of a supplier
LAST_ORDERS = 5  # compared with the history before them


def observed_lines(receipts: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """Lead times of the last order lines of each item, as item_id, supplier_id, order_line_id, days, weight.

    A line that came in parts is several rows: a unit of it waited `days` with probability `weight`, its share of the
    quantity; the weights of a line sum to one. Rows received after `as_of`, before they were ordered, a year late,
    or without a quantity are left out.

    Args:
        receipts: Schema `RECEIPTS` with item_id.
        as_of: The day being closed.
    """
    seen = _plausible(receipts, as_of)
    total = seen.groupby(["supplier_id", "item_id", "order_line_id"])["received_quantity"].transform("sum")
    seen = seen.assign(weight=seen["received_quantity"] / total)
    lines = seen.groupby(["item_id", "supplier_id", "order_line_id"], as_index=False)["ordered_on"].max()
    lines = lines.sort_values(["ordered_on", "order_line_id"])
    recent = lines.groupby(["item_id", "supplier_id"]).tail(RECENT_LINES)
    key = ["item_id", "supplier_id", "order_line_id"]
    kept = seen.merge(recent[key], on=key).sort_values([*key, "received_on"], ignore_index=True)
    return kept[[*key, "days", "weight"]]


def observed_orders(receipts: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """Lead time of each supplier's orders, oldest first, as supplier_id, ordered_on, received_on, days.

    The lines sent on one day are one order, whose lead time is their mean: twenty lines that came late together are
    one late delivery, not twenty.
    """
    seen = _plausible(receipts, as_of)
    orders = seen.groupby(["supplier_id", "ordered_on"], as_index=False).agg(
        days=("days", "mean"), received_on=("received_on", "max")
    )
    return orders.sort_values(["supplier_id", "received_on", "ordered_on"], ignore_index=True)


def drifting_suppliers(receipts: pd.DataFrame, *, as_of: date, standard_errors: float = 2.0) -> pd.DataFrame:
    """Suppliers whose last five orders took longer than history + 2σ/√5, as supplier_id, recent, usual (days).

    Args:
        receipts: Schema `RECEIPTS` with item_id.
        as_of: The day being closed.
        standard_errors: σ/√5 above the history from which a supplier counts.
    """
    orders = observed_orders(receipts, as_of=as_of)
    last = orders.groupby("supplier_id").tail(LAST_ORDERS)
    usual = orders.drop(last.index).groupby("supplier_id")["days"].agg(["mean", "std", "size"])
    recent = last.groupby("supplier_id")["days"].mean().rename("recent")
    compared = usual.join(recent, how="inner")
    limit = compared["mean"] + standard_errors * compared["std"] / np.sqrt(LAST_ORDERS)
    drifts = compared[(compared["size"] >= ENOUGH) & (compared["recent"] > limit)]
    return drifts.rename(columns={"mean": "usual"})[["recent", "usual"]].reset_index()


def _plausible(receipts: pd.DataFrame, as_of: date) -> pd.DataFrame:
    seen = receipts[(receipts["received_on"] <= pd.Timestamp(as_of)) & (receipts["received_quantity"] > 0)]
    days = (seen["received_on"] - seen["ordered_on"]).dt.days
    return seen.assign(days=days)[days.between(0, ABSURD_DAYS)]
