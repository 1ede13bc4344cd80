"""From sales to demand: every day of an item's life, and what is unknown said to be unknown."""

from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.schemas.results import DEMAND

LEAST_SHARE = 0.75  # of a day in stock, from which its sales tell its demand


def daily_demand(
    daily_sales: pd.DataFrame,
    *,
    items: pd.DataFrame,
    stock_history: pd.DataFrame | None,
    first_day: date,
    cutoff: date,
) -> pd.DataFrame:
    """Demand per item and day from each item's first sale (or launch, if earlier and known) to the cutoff.

    A day without a sale is a zero. A day on which the stock ran out is unknown: what was sold is not what was
    wanted. Where it is known that stock lasted for at least three quarters of the day, what was sold is scaled up
    to the whole day instead: stock runs out on days of much demand, and leaving them all out would forecast too
    little (benchmarks.accuracy_censoring). A day of more returns than sales counts as zero, because a return takes
    back an earlier day's demand.

    Args:
        daily_sales: Schema `DAILY_SALES`.
        items: Needs item_id, launched_on, ends_on; items without any sale have no rows in the result.
        stock_history: item_id, day, on_hand, in_stock_share; None when unknown.
        first_day: Nothing before this day.
        cutoff: Nothing after this day is seen.

    Returns:
        Schema `DEMAND`, sorted by item_id and day; `quantity` is NaN where unknown.
    """
    first, last = pd.Timestamp(first_day), pd.Timestamp(cutoff)
    sales = daily_sales[daily_sales["day"].between(first, last)]
    grid = _grid(sales, items, first=first, last=last)
    demand = grid.merge(sales[["item_id", "day", "quantity"]], on=["item_id", "day"], how="left")
    demand["quantity"] = demand["quantity"].fillna(0.0).clip(lower=0.0)
    if stock_history is not None:
        share = demand.merge(_in_stock_shares(stock_history), on=["item_id", "day"], how="left")["share"]
        share = share.fillna(1.0).to_numpy()
        demand["quantity"] = np.where(
            share >= LEAST_SHARE, demand["quantity"] / np.maximum(share, LEAST_SHARE), np.nan
        )
    return DEMAND.check(demand.sort_values(["item_id", "day"], ignore_index=True), where="daily demand")


def _grid(
    sales: pd.DataFrame, items: pd.DataFrame, *, first: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    sold = sales.groupby("item_id")["day"].min().rename("start").reset_index()
    lives = sold.merge(items[["item_id", "launched_on", "ends_on"]], on="item_id")
    lives["start"] = lives[["start", "launched_on"]].min(axis=1).clip(lower=first)
    lives["end"] = lives["ends_on"].fillna(last).clip(upper=last)
    lives = lives[lives["start"] <= lives["end"]].sort_values("item_id")
    days = (lives["end"] - lives["start"]).dt.days.to_numpy() + 1
    offset = np.arange(days.sum()) - np.repeat(np.cumsum(days) - days, days)
    return pd.DataFrame(
        {
            "item_id": np.repeat(lives["item_id"].to_numpy(), days),
            "day": np.repeat(lives["start"].to_numpy(), days) + offset.astype("timedelta64[D]"),
        }
    )


def _in_stock_shares(stock_history: pd.DataFrame) -> pd.DataFrame:
    """Share of the day in stock: as recorded, otherwise none of a day that ended without stock."""
    recorded = stock_history["in_stock_share"].clip(0, 1)
    at_end = (stock_history["on_hand"] > 0).astype(float)
    return stock_history[["item_id", "day"]].assign(share=recorded.fillna(at_end))
