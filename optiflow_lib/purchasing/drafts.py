"""What a night suggests to order, as one draft per supplier and location."""

from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.purchasing.overrides import with_overrides
from optiflow_lib.purchasing.prices import unit_prices
from optiflow_lib.schemas.operations import ORDER_LINES, ORDERS

_PLACE = ["supplier_id", "location_id"]


def drafts(
    recommendations: pd.DataFrame,
    *,
    items: pd.DataFrame,
    lead_times: pd.DataFrame,
    supplier_terms: pd.DataFrame,
    overrides: pd.DataFrame,
    as_of: date,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The suggestions of a night, grouped into one draft order per supplier and location.

    An order is expected when its slowest line can be there: the day on which the supplier takes it plus the line's
    lead time, rounded up to whole days. A line costs what the supplier asks for its quantity, else what the item
    costs; where neither is known it is reckoned with the cost that the suggestion assumed, and has no list price.

    Args:
        recommendations: Schema `RECOMMENDATIONS`; lines with an order_quantity above 0 and a supplier are ordered.
        items: Schema `ITEMS`: where each item is stocked, its cost and its VAT rate.
        lead_times: Schema `LEAD_TIMES`; without those of any of its lines the day of an order is not known.
        supplier_terms: Terms that hold today, as `unit_prices` takes them.
        overrides: As `in_force` gives them: what is ordered of an item when it is due, whatever is suggested.
        as_of: The day being closed.

    Returns:
        Schemas `ORDERS` and `ORDER_LINES`, by supplier, location and item. The order_id only says which lines
        belong together: the store gives the number.
    """
    lines = with_overrides(_suggested(recommendations, items, lead_times), overrides)
    lines = _priced(lines.sort_values([*_PLACE, "item_id"], ignore_index=True), supplier_terms)
    orders = lines.groupby(_PLACE, as_index=False, sort=True)[["leaves_on", "expected_on"]].max()
    orders["order_id"] = [f"draft {position}" for position in range(1, len(orders) + 1)]
    orders = orders.assign(
        state="draft", as_of=pd.Timestamp(as_of), created_on=pd.Timestamp(as_of), note=None
    )
    lines = lines.merge(orders[[*_PLACE, "order_id"]], on=_PLACE, how="left")
    lines = lines.assign(received_quantity=0.0)
    where = f"drafts of {as_of}"
    return ORDERS.check(orders, where=where), ORDER_LINES.check(lines, where=where)


def order_days(lead_times: pd.DataFrame) -> pd.DataFrame:
    """When the supplier would take an order of each item, and when it would be there.

    Args:
        lead_times: Schema `LEAD_TIMES`.

    Returns:
        item_id, leaves_on, expected_on.
    """
    days = pd.to_timedelta(np.ceil(lead_times["lead_time"]), unit="D")
    leaves_on = lead_times["order_on"]
    return lead_times[["item_id"]].assign(leaves_on=leaves_on, expected_on=leaves_on + days)


def _suggested(recommendations: pd.DataFrame, items: pd.DataFrame, lead_times: pd.DataFrame) -> pd.DataFrame:
    wanted = recommendations[recommendations["order_quantity"] > 0]
    wanted = wanted[wanted["supplier_id"].notna()].rename(
        columns={"order_quantity": "quantity", "unit_cost": "assumed_cost"}
    )
    expected = order_days(lead_times)
    lines = wanted.merge(items[["item_id", "location_id", "unit_cost", "vat_rate"]], on="item_id")
    return lines.merge(expected, on="item_id", how="left").assign(suggested_quantity=lines["quantity"])


def _priced(lines: pd.DataFrame, supplier_terms: pd.DataFrame) -> pd.DataFrame:
    known = lines["unit_cost"].where(lines["unit_cost"] >= 0)
    asked_for = lines["quantity"].where(lines["quantity"] > 0, lines["suggested_quantity"])
    asked = unit_prices(lines.assign(quantity=asked_for), supplier_terms=supplier_terms).fillna(
        {"list_price": known, "unit_price": known}
    )
    assumed = lines["assumed_cost"].clip(lower=0.0).fillna(0.0)
    return lines.assign(list_price=asked["list_price"], unit_cost=asked["unit_price"].fillna(assumed))
