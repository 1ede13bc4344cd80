"""From sales to demand: every day of an item's life, and what is unknown said to be unknown."""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    lives = _lives(sales, items, first=first, last=last)
    if lives.empty:
        return DEMAND.empty()
    sold = np.zeros(lives["n_days"].sum())
    rows, there = _rows_of(sales, lives)
    sold[rows] = sales["quantity"].to_numpy()[there]
    quantity = np.maximum(np.nan_to_num(sold), 0.0)
    if stock_history is not None:
        share = np.ones(len(sold))
        rows, there = _rows_of(stock_history, lives)
        share[rows] = _in_stock_share(stock_history)[there]
        quantity = np.where(share >= LEAST_SHARE, quantity / np.maximum(share, LEAST_SHARE), np.nan)
    return DEMAND.check(_days_of(lives).assign(quantity=quantity), where="daily demand")


def _lives(
    sales: pd.DataFrame, items: pd.DataFrame, *, first: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    """item_id, start, end, n_days, and the row at which an item's days begin; sorted by item_id."""
    sold = sales.groupby("item_id")["day"].min().rename("start").reset_index()
    lives = sold.merge(items[["item_id", "launched_on", "ends_on"]], on="item_id")
    lives["start"] = lives[["start", "launched_on"]].min(axis=1).clip(lower=first)
    lives["end"] = lives["ends_on"].fillna(last).clip(upper=last)
    lives = lives[lives["start"] <= lives["end"]].sort_values("item_id", ignore_index=True)
    lives["n_days"] = (lives["end"] - lives["start"]).dt.days + 1
    return lives.assign(row=lives["n_days"].cumsum() - lives["n_days"])


def _days_of(lives: pd.DataFrame) -> pd.DataFrame:
    days = lives["n_days"].to_numpy()
    offset = np.arange(days.sum()) - np.repeat(lives["row"].to_numpy(), days)
    return pd.DataFrame(
        {
            "item_id": np.repeat(lives["item_id"].to_numpy(), days),
            "day": np.repeat(lives["start"].to_numpy(), days) + offset.astype("timedelta64[D]"),
        }
    )


def _rows_of(known: pd.DataFrame, lives: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Rows of `_days_of(lives)` that rows of `known` (item_id, day) speak of, and which of these speak of one.

    By counting days: a join on texts and days takes four times as long for a thousand items.
    """
    item = pd.Index(lives["item_id"]).get_indexer(known["item_id"])
    start, end, row = (lives[name].to_numpy()[item] for name in ("start", "end", "row"))
    day = known["day"].to_numpy()
    there = (item >= 0) & (day >= start) & (day <= end)
    return row[there] + (day[there] - start[there]) // np.timedelta64(1, "D"), there


def _in_stock_share(stock_history: pd.DataFrame) -> NDArray[np.float64]:
    """Share of the day in stock: as recorded, otherwise none of a day that ended without stock; unknown counts as all."""
    recorded = stock_history["in_stock_share"].clip(0, 1)
    at_end = (stock_history["on_hand"] > 0).astype(float)
    return np.asarray(recorded.fillna(at_end).fillna(1.0), dtype="float64")
