"""One row per item with all that its quantity depends on, and what had to be assumed."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.inventory.distribution import grid_of
from optiflow_lib.inventory.horizon import Horizon, horizon_of
from optiflow_lib.inventory.lookup import of_items
from optiflow_lib.inventory.position import days_to_order
from optiflow_lib.inventory.price_breaks import PriceBreaks, price_breaks_of
from optiflow_lib.schemas.results import INTERVAL_DEMAND
from optiflow_lib.settings import InventorySettings

Array = NDArray[np.float64]
# What may be assumed, in the order it is told; keys of the texts.
ASSUMPTIONS = (
    "unit cost",
    "price",
    "lead time",
    "stock of zero",
    "no demand",
    "minimum quantity of one pack",
)


@dataclass(frozen=True)
class Known:
    """What a night knows when it decides what to order; frames of the schemas they are named after.

    `supplier_terms` are those valid today with item_id, best first; an item without `interval_demand` or `forecasts`
    is expected to sell nothing.
    """

    items: pd.DataFrame
    products: pd.DataFrame
    suppliers: pd.DataFrame
    supplier_terms: pd.DataFrame
    positions: pd.DataFrame
    lead_times: pd.DataFrame
    classes: pd.DataFrame
    interval_demand: pd.DataFrame
    forecasts: pd.DataFrame
    as_of: date


@dataclass(frozen=True)
class ItemLines:
    """Items, their demand, their prices; all in the same order.

    Args:
        rows: Items joined with positions, lead times, classes and the terms of their supplier.
        before: Quantiles of demand until the next order would be there, (n_items, n_levels).
        until: The same until the order after it would be there.
        mean_before: Its mean.
        mean_until: The same of the second.
        variance: Variance of demand in the review period between the two.
        horizon: Forecasts per day.
        breaks: The supplier's prices.
    """

    rows: pd.DataFrame
    before: Array
    until: Array
    mean_before: Array
    mean_until: Array
    variance: Array
    horizon: Horizon
    breaks: PriceBreaks

    def column(self, name: str) -> Array:
        """A column of the rows as numbers."""
        return np.asarray(self.rows[name], dtype=float)


def item_lines(known: Known, settings: InventorySettings) -> ItemLines:
    """Joins what is known of each item, sorted by item_id."""
    rows = (
        known.items.merge(known.positions, on="item_id")
        .merge(known.lead_times.drop(columns="supplier_id"), on="item_id")
        .merge(known.classes[["item_id", "abc"]], on="item_id")
        .merge(known.products[["product_id", "shelf_life_days", "successor_id"]], on="product_id", how="left")
        .merge(_first_terms(known.supplier_terms), on="item_id", how="left")
        .sort_values("item_id", ignore_index=True)
    )
    names = known.products.drop_duplicates("product_id").set_index("product_id")["name"]
    rows["successor"] = of_items(names, rows["successor_id"])
    rows["days_to_order"] = days_to_order(rows, known.as_of)
    rows["protection_interval"] = rows["days_to_order"] + rows["lead_time"] + rows["review_period"]
    demand = known.interval_demand.set_index(["interval", "item_id"])
    before, until = (_of_interval(demand, name, rows["item_id"]) for name in ("lead_time", "protection"))
    rows = _with_assumptions(rows, until["mean"].isna(), settings)
    mean_before, mean_until = before["mean"].fillna(0).to_numpy(), until["mean"].fillna(0).to_numpy()
    return ItemLines(
        rows=rows,
        before=grid_of(before.fillna(0.0)),
        until=grid_of(until.fillna(0.0)),
        mean_before=mean_before,
        mean_until=np.maximum(mean_until, mean_before),
        variance=(until["sd"] ** 2 - before["sd"] ** 2).fillna(0.0).to_numpy(),
        horizon=horizon_of(known.forecasts, item_ids=rows["item_id"]),
        breaks=price_breaks_of(known.supplier_terms, item_ids=rows["item_id"], unit_cost=rows["unit_cost"]),
    )


def _first_terms(supplier_terms: pd.DataFrame) -> pd.DataFrame:
    columns = ["item_id", "minimum_quantity", "multiple"]
    return supplier_terms.drop_duplicates("item_id").reindex(columns=columns)


def _of_interval(demand: pd.DataFrame, name: str, item_ids: pd.Series) -> pd.DataFrame:
    known = demand.index.get_level_values("interval") == name
    columns = [c for c in INTERVAL_DEMAND.columns if c not in ("item_id", "interval")]
    return demand[known].droplevel("interval").reindex(item_ids)[columns]


def _with_assumptions(
    rows: pd.DataFrame, without_demand: pd.Series, settings: InventorySettings
) -> pd.DataFrame:
    """Costs, prices, minimum quantities and packs that can be reckoned with; `assumed` lists what was not given."""
    cost, price = (rows[name].where(rows[name] >= 0) for name in ("unit_cost", "price"))
    share = settings.assumed_cost_share
    least, multiple = rows["minimum_quantity"].astype(float), rows["multiple"].astype(float)
    negative = (least < 0) | (multiple < 0)
    assumed = {
        "unit cost": cost.isna(),
        "price": price.isna(),
        "lead time": rows["basis"] == "assumed",
        "stock of zero": rows["on_hand"] < 0,
        "no demand": without_demand.reset_index(drop=True),
        "minimum quantity of one pack": negative,
    }
    flags = pd.DataFrame(assumed).to_numpy(dtype=bool)
    return rows.assign(
        unit_cost=cost.fillna(price * share),
        price=price.fillna(cost / share),
        minimum_quantity=least.where(least > 0, 0.0),
        shelf_life_days=rows["shelf_life_days"].where(rows["shelf_life_days"] > 0),
        multiple=multiple.where(multiple > 0).fillna(rows["unit_step"]).clip(lower=rows["unit_step"]),
        assumed=[[name for name, holds in zip(assumed, row, strict=True) if holds] for row in flags],
    )
