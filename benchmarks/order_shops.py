"""Real demand for the order-cost benchmark; stock, costs, suppliers and lead times are simulated.

Real: M5's daily units of 1,000 random items, prices and SNAP days; freshretailnet's daily quantities, stockout hours and
holidays. Simulated, and said wherever figures are printed: cost (70 % of price), freshretailnet's price, all supply.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.real_data import M5, real_data_file
from optiflow_lib.forecasting.panel import Array, Panel
from optiflow_lib.inventory.simulation import wanted

FRESH = "FreshRetailNet-50K (huggingface.co, Dingdong-Inc), a daily sample"
FRESH_PRICE = 10.0  # the data set has none


@dataclass(frozen=True)
class Shop:
    """One data set, ready to be replayed.

    Args:
        name: Of the data set.
        panel: Demand as it was known, NaN where unknown.
        demand: What was wanted, no day unknown; shape (n_items, n_days).
        price: Of each item and day, money; shape (n_items, n_days).
        groups: Items that share a season.
        event_days: item_id, day and a column per kind of event.
        country: Whose public holidays.
        step: Smallest quantity.
    """

    name: str
    panel: Panel
    demand: Array
    price: Array
    groups: dict[str, str]
    event_days: pd.DataFrame
    country: str | None
    step: float

    @property
    def n_items(self) -> int:
        """How many items there are."""
        return len(self.panel.item_ids)


def m5_shop(n_items: int) -> Shop:
    """Items of M5's random thousand, by id; a day before an item's first sale is unknown."""
    wide = pd.read_parquet(real_data_file("m5_items_random1000_wide.parquet", data_set=M5)).sort_values("id")
    calendar = pd.read_parquet(real_data_file("m5_calendar.parquet", data_set=M5))
    wide = wide.iloc[_evenly(len(wide), n_items)]
    demand = wide.filter(regex=r"^d_\d+$").to_numpy(float)
    calendar = calendar.iloc[: demand.shape[1]]
    known = demand.copy()
    known[np.arange(demand.shape[1]) < (demand > 0).argmax(axis=1)[:, None]] = np.nan
    ids = wide["id"].to_numpy(dtype=object)
    groups = dict(zip(ids, wide["dept_id"] + "@" + wide["state_id"], strict=True))
    panel = Panel(ids, pd.DatetimeIndex(calendar["date"]), known)
    price = _m5_prices(wide, calendar)
    return Shop("M5 items", panel, demand, price, groups, _snap_days(wide, calendar), "US", 1.0)


def fresh_shop(n_items: int) -> Shop:
    """Store-products of freshretailnet; a day with a stockout hour is unknown, and estimated for the replay."""
    rows = pd.read_parquet(real_data_file("freshretailnet_daily_sample.parquet", data_set=FRESH))
    rows["id"] = rows["store_id"].astype(str) + "-" + rows["product_id"].astype(str)
    sold = rows.pivot_table(index="id", columns="date", values="quantity").astype(float).round(1)
    out = rows.pivot_table(index="id", columns="date", values="stockout_hours_6_22").reindex(sold.index) > 0
    enough = out.mean(axis=1) < 0.3
    sold, out = sold[enough], out[enough]
    at = _evenly(len(sold), n_items)
    sold, out = sold.iloc[at], out.iloc[at]
    ids = sold.index.to_numpy(dtype=object)
    known = np.where(out.to_numpy(), np.nan, sold.to_numpy())
    products = pd.read_parquet(real_data_file("freshretailnet_products.parquet", data_set=FRESH))
    category = products.set_index("product_id")["first_category_id"]
    product = pd.Series(ids).str.split("-").str[1].astype(int)
    groups = dict(zip(ids, product.map(category).astype(str), strict=True))
    panel = Panel(ids, pd.DatetimeIndex(sold.columns), known)
    demand = wanted(known, sold.to_numpy(), seed=1, item_ids=ids)
    return Shop(
        "freshretailnet",
        panel,
        demand,
        np.full(demand.shape, FRESH_PRICE),
        groups,
        _planned_days(rows, ids),
        None,
        0.1,
    )


def _planned_days(rows: pd.DataFrame, ids: NDArray[np.object_]) -> pd.DataFrame:
    """What a shop has in its calendar: holidays, and the promotions of single items."""
    days = rows.loc[rows["id"].isin(ids), ["id", "date", "holiday_flag", "activity_flag"]]
    days.columns = pd.Index(["item_id", "day", "holiday", "promotion"])
    days = days.astype({"holiday": float, "promotion": float})
    planned = days[(days[["holiday", "promotion"]] > 0).any(axis=1)]
    return planned.sort_values(["item_id", "day"], ignore_index=True)


def _evenly(n: int, wanted_items: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, n - 1, min(n, wanted_items)).round().astype(np.int64))


def _m5_prices(wide: pd.DataFrame, calendar: pd.DataFrame) -> Array:
    prices = pd.read_parquet(real_data_file("m5_sell_prices.parquet", data_set=M5))
    prices = prices.astype({"store_id": "str", "item_id": "str"}).merge(
        wide[["id", "item_id", "store_id"]], on=["item_id", "store_id"]
    )
    weekly = prices.pivot_table(index="id", columns="wm_yr_wk", values="sell_price").reindex(wide["id"])
    return weekly.reindex(columns=calendar["wm_yr_wk"]).ffill(axis=1).bfill(axis=1).to_numpy(float)


def _snap_days(wide: pd.DataFrame, calendar: pd.DataFrame) -> pd.DataFrame:
    parts = [
        wide.loc[wide["state_id"] == state, ["id"]]
        .rename(columns={"id": "item_id"})
        .merge(
            calendar.loc[calendar[f"snap_{state}"] == 1, ["date"]].rename(columns={"date": "day"}),
            how="cross",
        )
        for state in ("CA", "TX", "WI")
    ]
    return pd.concat(parts, ignore_index=True).astype({"item_id": "str"}).assign(snap=1.0)
