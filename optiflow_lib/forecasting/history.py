"""From sales to demand: every day of an item's life, and what is unknown said to be unknown."""

from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.schemas.results import DEMAND


def daily_demand(
    daily_sales: pd.DataFrame,
    *,
    items: pd.DataFrame,
    stock_history: pd.DataFrame | None,
    first_day: date,
    cutoff: date,
) -> pd.DataFrame:
    """Demand per item and day from each item's first sale (or launch, if earlier and known) to the cutoff.

    A day without a sale is a zero. A day on which the stock ran out (nothing left at its end, or in stock for
    less than the whole day) is unknown: what was sold is not what was wanted. A day of more returns than sales
    counts as zero, because a return takes back an earlier day's demand.

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
        out = _out_of_stock(stock_history)
        is_out = pd.MultiIndex.from_frame(demand[["item_id", "day"]]).isin(out)
        demand.loc[is_out, "quantity"] = np.nan
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


def _out_of_stock(stock_history: pd.DataFrame) -> pd.MultiIndex:
    share = stock_history["in_stock_share"].fillna(1.0)
    out = stock_history[(stock_history["on_hand"] <= 0) | (share < 1)]
    return pd.MultiIndex.from_frame(out[["item_id", "day"]])
