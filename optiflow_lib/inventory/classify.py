"""Which items matter (ABC), which are regular (XYZ), and what their demand looks like."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from optiflow_lib.schemas.results import CLASSES

YEAR_DAYS = 364
WEEKS = 52
ADI_LIMIT, CV2_LIMIT = 1.32, 0.49  # Syntetos, Boylan & Croston (2005)


def classes(daily_sales: pd.DataFrame, *, items: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Classes of every item from its last 52 weeks.

    ABC: items by margin, the first 80 % of it A, to 95 % B, the rest C. XYZ: coefficient of variation of weekly
    sales up to .5, up to 1, above. Pattern: average interval between demands against 1.32 and squared coefficient
    of variation of their sizes against .49 (Syntetos & Boylan).

    Args:
        daily_sales: Schema `DAILY_SALES`.
        items: Schema `ITEMS`; without a price or cost the quantity ranks.
        as_of: The day being closed.

    Returns:
        Schema `CLASSES`.
    """
    first = pd.Timestamp(as_of - timedelta(days=YEAR_DAYS - 1))
    year = daily_sales[(daily_sales["day"] >= first) & (daily_sales["day"] <= pd.Timestamp(as_of))]
    rows = items[["item_id", "price", "unit_cost"]].sort_values("item_id", ignore_index=True)
    units = rows["item_id"].map(year.groupby("item_id")["quantity"].sum()).fillna(0.0)
    margin = (rows["price"] - rows["unit_cost"]).fillna(rows["price"] * 0.3).fillna(1.0)
    made = pd.DataFrame(
        {
            "item_id": rows["item_id"],
            "abc": _abc(units * margin),
            "xyz": _xyz(year, rows["item_id"], first),
            "pattern": _patterns(year, rows["item_id"], first, as_of),
        }
    )
    return CLASSES.check(made, where="classes")


def _abc(margin: pd.Series) -> np.ndarray:
    order = np.argsort(-margin.clip(lower=0).to_numpy(), kind="stable")
    share = np.cumsum(margin.clip(lower=0).to_numpy()[order])
    before = np.r_[0, share[:-1]] / share[-1] if len(share) and share[-1] > 0 else np.ones(len(share))
    made = np.empty(len(margin), dtype=object)
    made[order] = np.where(before < 0.8, "A", np.where(before < 0.95, "B", "C"))
    return made


def _xyz(year: pd.DataFrame, item_ids: pd.Series, first: pd.Timestamp) -> np.ndarray:
    week = (year["day"] - first).dt.days // 7
    weekly = year.assign(week=week).pivot_table(
        index="item_id", columns="week", values="quantity", aggfunc="sum"
    )
    sold = weekly.reindex(index=item_ids, columns=range(WEEKS)).fillna(0.0).to_numpy()
    mean = sold.mean(axis=1)
    variation = np.divide(sold.std(axis=1), mean, out=np.full(len(mean), np.inf), where=mean > 0)
    return np.where(variation <= 0.5, "X", np.where(variation <= 1, "Y", "Z"))


def _patterns(year: pd.DataFrame, item_ids: pd.Series, first: pd.Timestamp, as_of: date) -> np.ndarray:
    sold = (
        year[year["quantity"] > 0]
        .groupby("item_id")["quantity"]
        .agg(["size", "mean", "std"])
        .reindex(item_ids)
    )
    days = (pd.Timestamp(as_of) - first).days + 1
    interval = days / sold["size"]
    squared = (sold["std"].fillna(0) / sold["mean"]) ** 2
    rare, uneven = (interval > ADI_LIMIT).fillna(value=True), (squared > CV2_LIMIT).fillna(value=False)
    return np.select([rare & uneven, rare, uneven], ["lumpy", "intermittent", "erratic"], default="smooth")
