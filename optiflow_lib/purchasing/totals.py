"""What orders come to, against what their suppliers ask for: a minimum, and a value from which delivery is free."""

import pandas as pd
from babel.numbers import get_currency_precision

from optiflow_lib.purchasing.amounts import line_amounts, order_amount

_KEY = ["order_id", "supplier_id", "location_id"]
_THRESHOLDS = {
    "free_delivery_from": "missing_to_free_delivery",
    "minimum_order_value": "missing_to_minimum",
}


def draft_totals(
    orders: pd.DataFrame, lines: pd.DataFrame, *, suppliers: pd.DataFrame, currency: str
) -> pd.DataFrame:
    """Value of each order and what is missing to its supplier's thresholds, in `currency`, without VAT.

    Values are those of the document, each line rounded. A line whose price is only assumed counts with it, and the
    order is then not `is_exact`. Thresholds hold for one delivery: one order. A threshold of 0 is none.

    Args:
        orders: Schema `ORDERS`.
        lines: Schema `ORDER_LINES`; lines of other orders are ignored.
        suppliers: Schema `SUPPLIERS`; a supplier that is not in it has no thresholds.
        currency: ISO code.

    Returns:
        order_id, supplier_id, location_id, value, vat, is_exact, free_delivery_from, missing_to_free_delivery,
        minimum_order_value, missing_to_minimum, is_below_minimum, in the order of `orders`; a threshold that is
        none, and what is missing to it, are missing.
    """
    of_order = dict(tuple(lines.groupby("order_id")))
    values = [_value(of_order.get(order_id, lines.iloc[:0]), currency) for order_id in orders["order_id"]]
    value = pd.DataFrame(values, columns=["value", "vat", "is_exact"], index=orders.index)
    totals = pd.concat([orders[_KEY], value.astype({"value": float, "vat": float, "is_exact": bool})], axis=1)
    asked = suppliers[["supplier_id", *_THRESHOLDS]]
    totals = totals.merge(asked, on="supplier_id", how="left")
    for threshold, missing in _THRESHOLDS.items():
        totals[threshold] = totals[threshold].where(totals[threshold] > 0)
        left = (totals[threshold] - totals["value"]).clip(lower=0.0)
        totals[missing] = left.round(get_currency_precision(currency))
    return totals.assign(is_below_minimum=totals["missing_to_minimum"] > 0)


def _value(lines: pd.DataFrame, currency: str) -> tuple[float, float, bool]:
    ordered = lines[lines["quantity"] > 0]
    is_exact = bool(ordered["list_price"].notna().all())
    reckoned = ordered.assign(list_price=ordered["list_price"].fillna(ordered["unit_cost"]))
    amount = order_amount(line_amounts(reckoned, currency=currency), currency=currency)
    return float(amount.subtotal), float(amount.total - amount.subtotal), is_exact
