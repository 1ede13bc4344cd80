"""The items of a shop's past that can be replayed, with their class, terms and prices; and why others cannot."""

from collections.abc import Collection, Mapping
from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib import inventory
from optiflow_lib.errors import DataError
from optiflow_lib.jobs.items import item_terms
from optiflow_lib.jobs.night import Night
from optiflow_lib.schemas.reasons import NO_SUPPLIER, NO_VALUE, SHORT_HISTORY

LEAST_HISTORY_DAYS = 56  # known of an item before it is replayed
FILTERS = ("item_id", "abc", "category", "supplier_id", "location_id")


def replayed_items(
    night: Night, *, begin: date, days_known: pd.Series, keep: Mapping[str, Collection[str]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The items that can be replayed, and those asked for that cannot.

    Args:
        night: Its inputs.
        begin: The evening before the first day replayed: classes are those of that evening.
        days_known: Days of demand known until then, by item_id.
        keep: Values wanted of some of `FILTERS`; every item where it is empty.

    Returns:
        Items (schema `ITEMS` and abc, minimum_quantity, multiple, shelf_life_days; prices and costs known or assumed),
        and item_id, name, reason of those left out; both by item_id.

    Raises:
        DataError: `keep` names a column that is none of `FILTERS`, or no item is left.
    """
    rows = _kept(_with_terms(night, begin), keep)
    reason = np.select(
        [
            (rows["item_id"].map(days_known).fillna(0) < LEAST_HISTORY_DAYS).to_numpy(),
            rows["supplier_id"].isna().to_numpy(),
            rows["price"].isna().to_numpy(),
        ],
        [
            SHORT_HISTORY.format(days=LEAST_HISTORY_DAYS),
            NO_SUPPLIER,
            NO_VALUE,
        ],
        default="",
    )
    left_out = rows[["item_id", "name"]].assign(reason=reason)[reason != ""].reset_index(drop=True)
    kept = rows[reason == ""].reset_index(drop=True)
    if kept.empty:
        told = f"; {left_out['item_id'].iloc[0]}: {left_out['reason'].iloc[0]}" if len(left_out) else ""
        raise DataError(
            what=f"no item can be replayed{told}",
            where=f"items of {night.as_of}",
            mend="ask for other items or a later first day; give items a supplier, a price or a cost",
        )
    return kept, left_out


def _with_terms(night: Night, begin: date) -> pd.DataFrame:
    """All items with class, least order, pack, shelf life; prices and costs assumed where one of them is missing."""
    settings = night.settings.inventory
    terms = item_terms(night.inputs, night.items).drop_duplicates("item_id")
    rows = night.items.merge(
        terms.reindex(columns=["item_id", "minimum_quantity", "multiple"]), on="item_id", how="left"
    )
    rows = rows.merge(
        night.inputs.read("products")[["product_id", "shelf_life_days"]], on="product_id", how="left"
    )
    classes = inventory.classes(
        night.daily_sales, items=night.items, stock_history=night.stock_history, as_of=begin
    )
    rows = rows.merge(classes[["item_id", "abc"]], on="item_id").sort_values("item_id", ignore_index=True)
    cost, price = (rows[name].where(rows[name] > 0) for name in ("unit_cost", "price"))
    multiple = rows["multiple"].where(rows["multiple"] > 0).fillna(rows["unit_step"])
    return rows.assign(
        unit_cost=cost.fillna(price * settings.assumed_cost_share),
        price=price.fillna(cost / settings.assumed_cost_share),
        minimum_quantity=rows["minimum_quantity"].fillna(0.0).clip(lower=0.0),
        multiple=multiple.clip(lower=rows["unit_step"]),
    )


def _kept(rows: pd.DataFrame, keep: Mapping[str, Collection[str]]) -> pd.DataFrame:
    for column, values in keep.items():
        if column not in FILTERS:
            raise DataError(
                what=f"items cannot be chosen by {column}",
                where="the items to be replayed",
                mend=f"choose by {', '.join(FILTERS)}",
            )
        unknown = sorted(set(values) - set(rows[column].dropna()))
        if unknown:
            raise DataError(
                what=f"no item has {column} {unknown[0]}",
                where="the items to be replayed",
                mend=f"name some of {', '.join(sorted(set(rows[column].dropna()))[:12])}",
            )
        rows = rows[rows[column].isin(list(values))]
    return rows
