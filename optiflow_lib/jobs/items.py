"""The items of a night: every product at every location where it is stocked or was sold."""

from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.schemas import item_ids
from optiflow_lib.schemas.results import ITEMS
from optiflow_lib.settings import Settings
from optiflow_lib.source import Inputs

NO_CATEGORY = "–"


def items_of(inputs: Inputs, settings: Settings) -> pd.DataFrame:
    """Schema `ITEMS`: the assortment at `inputs.as_of`, with each item's preferred supplier.

    A product that has ended is left out once nothing of it is in stock.
    """
    stocked = _stocked_pairs(inputs)
    rows = stocked.merge(inputs.read("products"), on="product_id").merge(
        inputs.read("locations")[["location_id", "name"]].rename(columns={"name": "location"}),
        on="location_id",
    )
    ended = (rows["ends_on"] < pd.Timestamp(inputs.as_of)) & (rows["on_hand"] <= 0)
    rows = _with_supplier(rows[~ended], inputs)
    rows["item_id"] = item_ids(
        rows["product_id"], rows["location_id"], main_location=settings.source.main_location
    )
    rows["category"] = rows["category"].fillna(NO_CATEGORY)
    rows["unit"] = rows["unit"].fillna("")
    rows["unit_step"] = rows["unit_step"].fillna(1.0)
    rows["vat_rate"] = rows["vat_rate"].fillna(settings.purchasing.vat_rate)
    rows["unit_cost"] = rows["cost"].fillna(rows["term_cost"])
    return ITEMS.check(rows.sort_values("item_id"), where="items of the night")


def with_item_id(rows: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """`rows` of a logical table, its (product_id, location_id) as an `item_id` in front."""
    ids = item_ids(rows["product_id"], rows["location_id"], main_location=settings.source.main_location)
    return rows.assign(item_id=ids)


def item_terms(inputs: Inputs, items: pd.DataFrame) -> pd.DataFrame:
    """Supplier terms valid at `inputs.as_of`, a row per item, supplier and price break, best rank first.

    A term that names a location wins over one that holds everywhere.
    """
    if not inputs.has("supplier_terms"):
        return pd.DataFrame(columns=["item_id", "supplier_id", "rank", "location_id", "unit_cost"])
    terms = _valid(inputs.read("supplier_terms"), inputs.as_of).rename(
        columns={"location_id": "term_location"}
    )
    rows = items[["item_id", "product_id", "location_id"]].merge(terms, on="product_id")
    rows = rows[rows["term_location"].isna() | (rows["term_location"] == rows["location_id"])]
    rows = rows.assign(everywhere=rows["term_location"].isna(), rank=rows["rank"].fillna(np.inf))
    order = ["item_id", "rank", "everywhere", "supplier_id", "from_quantity"]
    return rows.sort_values(order, na_position="first").drop(columns=["everywhere", "term_location"])


def _stocked_pairs(inputs: Inputs) -> pd.DataFrame:
    pair = ["product_id", "location_id"]
    stock = inputs.read("stock")[[*pair, "on_hand"]]
    sold = inputs.read("sales")[pair].drop_duplicates()
    return sold.merge(stock, on=pair, how="outer").fillna({"on_hand": 0.0})


def _valid(terms: pd.DataFrame, as_of: date) -> pd.DataFrame:
    day = pd.Timestamp(as_of)
    started = terms["valid_from"].isna() | (terms["valid_from"] <= day)
    return terms[started & (terms["valid_until"].isna() | (terms["valid_until"] >= day))]


def _with_supplier(rows: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    keyed = rows.assign(item_id=rows["product_id"] + "\x00" + rows["location_id"])
    preferred = item_terms(inputs, keyed).drop_duplicates("item_id")
    preferred = preferred[["item_id", "supplier_id", "unit_cost"]].rename(columns={"unit_cost": "term_cost"})
    if not inputs.has("suppliers"):
        return keyed.merge(preferred, on="item_id", how="left").assign(supplier=None)
    names = inputs.read("suppliers")[["supplier_id", "name"]].rename(columns={"name": "supplier"})
    return keyed.merge(preferred, on="item_id", how="left").merge(names, on="supplier_id", how="left")
