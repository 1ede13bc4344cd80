"""What a night suggests to order, as one draft per supplier and location."""

import json
import math
import re
from datetime import date, timedelta

import pandas as pd

from optiflow_lib.purchasing.prices import unit_prices
from optiflow_lib.schemas.operations import ORDER_LINES, ORDERS

_PLACE = ["supplier_id", "location_id"]


def drafts(
    recommendations: pd.DataFrame,
    *,
    items: pd.DataFrame,
    suppliers: pd.DataFrame,
    as_of: date,
    supplier_terms: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The suggestions of a night, grouped into one draft order per supplier and location.

    An order leaves on the supplier's first order day after `as_of` and is expected when its slowest line can be
    there: that day plus the longest lead time, rounded up to whole days. A line costs what the supplier asks for its
    quantity, else what the item costs; where neither is known it is reckoned with the cost that the suggestion
    assumed, and has no list price.

    Args:
        recommendations: Schema `RECOMMENDATIONS`; lines with an order_quantity above 0 and a supplier are ordered.
        items: Schema `ITEMS`: where each item is stocked, its cost and its VAT rate.
        suppliers: Schema `SUPPLIERS`: their order days; a supplier that is not in it takes orders every day.
        as_of: The day being closed.
        supplier_terms: Terms that hold today, as `unit_prices` takes them; None when the source has none.

    Returns:
        Schemas `ORDERS` and `ORDER_LINES`, by supplier, location and item. The order_id only says which lines
        belong together: the store gives the number.
    """
    lines = _suggested(recommendations, items).sort_values([*_PLACE, "item_id"], ignore_index=True)
    lines = _priced(lines, supplier_terms)
    orders = lines.groupby(_PLACE, as_index=False, sort=True)["lead_time"].max()
    orders["order_id"] = [f"draft {position}" for position in range(1, len(orders) + 1)]
    leaves_on = orders["supplier_id"].map(_first_order_days(orders, suppliers, as_of))
    orders["expected_on"] = pd.to_datetime(leaves_on) + pd.to_timedelta(orders["lead_time"], unit="D")
    orders = orders.assign(
        state="draft", as_of=pd.Timestamp(as_of), created_on=pd.Timestamp(as_of), note=None
    )
    lines = lines.merge(orders[[*_PLACE, "order_id"]], on=_PLACE, how="left")
    lines = lines.assign(received_quantity=0.0, edited_by=None, reason=None)
    where = f"drafts of {as_of}"
    return ORDERS.check(orders, where=where), ORDER_LINES.check(lines, where=where)


def _suggested(recommendations: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    wanted = recommendations[recommendations["order_quantity"] > 0]
    wanted = wanted[wanted["supplier_id"].notna()].rename(
        columns={"order_quantity": "quantity", "unit_cost": "assumed_cost"}
    )
    lines = wanted.merge(items[["item_id", "location_id", "unit_cost", "vat_rate"]], on="item_id")
    lead_time = [_lead_time(trace) for trace in lines["trace"]]
    return lines.assign(suggested_quantity=lines["quantity"], lead_time=pd.Series(lead_time, dtype="float64"))


def _priced(lines: pd.DataFrame, supplier_terms: pd.DataFrame | None) -> pd.DataFrame:
    known = lines["unit_cost"].where(lines["unit_cost"] >= 0)
    asked = pd.DataFrame({"list_price": known, "unit_price": known})
    if supplier_terms is not None:
        asked = unit_prices(lines, supplier_terms=supplier_terms).combine_first(asked)
    assumed = lines["assumed_cost"].clip(lower=0.0).fillna(0.0)
    return lines.assign(list_price=asked["list_price"], unit_cost=asked["unit_price"].fillna(assumed))


def _lead_time(trace: str) -> float:
    lead_time = json.loads(trace)["inputs"].get("lead_time")
    return math.nan if lead_time is None else math.ceil(lead_time)


def _first_order_days(orders: pd.DataFrame, suppliers: pd.DataFrame, as_of: date) -> dict[str, date]:
    given = suppliers.set_index("supplier_id")["order_weekdays"].dropna().to_dict()
    return {
        supplier: _first_order_day(given.get(supplier, ""), as_of)
        for supplier in orders["supplier_id"].unique()
    }


def _first_order_day(order_weekdays: str, as_of: date) -> date:
    open_on = {int(weekday) for weekday in re.findall("[1-7]", order_weekdays)}
    days = [as_of + timedelta(days=ahead) for ahead in range(1, 8)]
    return next((day for day in days if day.isoweekday() in open_on), days[0])
