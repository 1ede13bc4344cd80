"""Which items matter (ABC), which are regular (XYZ), and what their demand looks like."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.schemas.stock import CLASSES

Array = NDArray[np.float64]
YEAR_DAYS, WEEKS = 364, 52
LEAST_DAYS = 3  # known of a week; fewer say nothing of it
SMOOTHED_WEEKS = 5  # of the season
LEAST_WEEKLY_UNITS = 20.0  # of a category; below, the season of the whole shop is its own
ASSUMED_MARGIN = 0.3  # of the price where the cost is not known
ADI_LIMIT, CV2_LIMIT = 1.32, 0.49  # Syntetos, Boylan & Croston (2005)


def classes(
    daily_sales: pd.DataFrame, *, items: pd.DataFrame, stock_history: pd.DataFrame | None, as_of: date
) -> pd.DataFrame:
    """Classes of every item from its last 52 weeks, from its launch (or first sale) on.

    ABC: items by margin, the first 80 % of it A, to 95 % B, the rest C. XYZ: coefficient of variation of weekly
    demand up to .5, up to 1, above; days out of stock are unknown, not zero, and the category's season is divided out.
    Pattern: mean interval between days with demand against 1.32 and squared coefficient of variation of their sizes
    against .49 (Syntetos & Boylan).

    Args:
        daily_sales: Schema `DAILY_SALES`.
        items: Schema `ITEMS`; without a price or cost the quantity ranks.
        stock_history: item_id, day, on_hand, in_stock_share; None: every day counts as in stock.
        as_of: The day being closed.

    Returns:
        Schema `CLASSES`.
    """
    rows = items.sort_values("item_id", ignore_index=True)
    first = pd.Timestamp(as_of - timedelta(days=YEAR_DAYS - 1))
    sold = _by_day(daily_sales, "quantity", rows["item_id"], first, missing=0.0)
    margin = (rows["price"] - rows["unit_cost"]).fillna(rows["price"] * ASSUMED_MARGIN).fillna(1.0)
    demand = _known(sold, rows, stock_history, first)
    made = pd.DataFrame(
        {
            "item_id": rows["item_id"],
            "abc": _abc(sold.sum(axis=1) * margin.to_numpy(float)),
            "xyz": _xyz(demand, rows["category"]),
            "pattern": _patterns(demand),
        }
    )
    return CLASSES.check(made, where="classes")


def _by_day(
    rows: pd.DataFrame, name: str, item_ids: pd.Series, first: pd.Timestamp, *, missing: float
) -> Array:
    """A value per item and day of the year, (n_items, YEAR_DAYS)."""
    item = pd.Index(item_ids).get_indexer(pd.Index(rows["item_id"]))
    at = (rows["day"] - first).dt.days.to_numpy()
    inside = (item >= 0) & (at >= 0) & (at < YEAR_DAYS)
    made = np.full((len(item_ids), YEAR_DAYS), missing)
    made[item[inside], at[inside]] = rows[name].to_numpy(float)[inside]
    return made


def _known(sold: Array, rows: pd.DataFrame, stock_history: pd.DataFrame | None, first: pd.Timestamp) -> Array:
    """Demand per day; NaN where it is unknown: out of stock, or before the item's launch (else its first sale)."""
    demand = np.maximum(sold, 0.0)
    day = np.arange(YEAR_DAYS)
    first_sale = np.where((demand > 0).any(axis=1), (demand > 0).argmax(axis=1), 0)
    launched = (rows["launched_on"] - first).dt.days.to_numpy(float)
    demand[day < np.where(np.isnan(launched), first_sale, launched)[:, None]] = np.nan
    if stock_history is not None:
        share = stock_history["in_stock_share"].fillna((stock_history["on_hand"] > 0).astype(float))
        held = _by_day(stock_history.assign(share=share), "share", rows["item_id"], first, missing=1.0)
        demand[held < 1] = np.nan
    return demand


def _abc(margin: Array) -> NDArray[np.object_]:
    earned = np.maximum(margin, 0)
    order = np.argsort(-earned, kind="stable")
    total = earned.sum()
    before = (np.cumsum(earned[order]) - earned[order]) / total if total > 0 else np.ones(len(margin))
    made = np.empty(len(margin), dtype=object)
    made[order] = np.select([before < 0.8, before < 0.95], ["A", "B"], default="C")
    return made


def _xyz(demand: Array, category: pd.Series) -> NDArray[np.str_]:
    weekly = _weekly(demand)
    level = _mean(weekly)
    shop = _season(weekly, level)
    season = np.tile(shop, (len(weekly), 1))
    for name in category.unique():
        mine = (category == name).to_numpy()
        if level[mine].sum() >= LEAST_WEEKLY_UNITS:
            season[mine] = _season(weekly[mine], level[mine])
    plain = weekly / season
    mean = _mean(plain)
    spread = np.sqrt(_mean((plain - mean[:, None]) ** 2))
    variation = np.divide(spread, mean, out=np.full(len(mean), np.inf), where=mean > 0)
    return np.select([variation <= 0.5, variation <= 1], ["X", "Y"], default="Z")


def _weekly(demand: Array) -> Array:
    """Demand of each week, unknown days filled by the others of the week; NaN where too few are known."""
    days = demand.reshape(len(demand), WEEKS, 7)
    known = (~np.isnan(days)).sum(axis=2)
    total = np.nansum(days, axis=2)
    return np.where(known >= LEAST_DAYS, 7 * total / np.maximum(known, 1), np.nan)


def _season(weekly: Array, level: Array) -> Array:
    """How far each week lies above or below the level of the items known in it, smoothed over five weeks."""
    expected = np.where(np.isnan(weekly), 0.0, level[:, None]).sum(axis=0)
    ratio = np.divide(np.nansum(weekly, axis=0), expected, out=np.ones(WEEKS), where=expected > 0)
    smooth = pd.Series(ratio).rolling(SMOOTHED_WEEKS, center=True, min_periods=1).mean().to_numpy()
    return np.asarray(np.maximum(smooth, 0.1))


def _patterns(demand: Array) -> NDArray[np.str_]:
    is_sale = demand > 0
    number, days = is_sale.sum(axis=1), (~np.isnan(demand)).sum(axis=1)
    sizes = np.where(is_sale, demand, np.nan)
    mean = _mean(sizes)
    variance = _mean((sizes - mean[:, None]) ** 2)
    squared = np.divide(variance, mean**2, out=np.zeros(len(mean)), where=mean > 0)
    rare = days > ADI_LIMIT * number
    uneven = squared > CV2_LIMIT
    return np.select([rare & uneven, rare, uneven], ["lumpy", "intermittent", "erratic"], default="smooth")


def _mean(values: Array) -> Array:
    """Mean of what is known in each row; 0 where nothing is."""
    known = (~np.isnan(values)).sum(axis=1)
    return np.asarray(np.nansum(values, axis=1) / np.maximum(known, 1))
