"""What a supplier asks for a quantity: its list price, and the price with the discount that the quantity earns."""

import numpy as np
import pandas as pd

_TERM = ["item_id", "supplier_id", "from_quantity", "unit_cost", "discount_kind"]


def unit_prices(lines: pd.DataFrame, *, supplier_terms: pd.DataFrame) -> pd.DataFrame:
    """List price and price of one unit of each line.

    With `all_units` discounts (the default) every unit has the price of the last break reached; with `incremental`
    ones each unit has the price of its own stretch, and the line's price is their mean. Prices below 0 are unknown.

    Args:
        lines: item_id, supplier_id and quantity (above 0).
        supplier_terms: Terms that hold today: item_id, supplier_id, unit_cost, and if there are breaks from_quantity
            and discount_kind; of terms for the same item, supplier and from_quantity the first counts.

    Returns:
        list_price and unit_price with the index of `lines`; missing where the supplier's price is unknown.
    """
    breaks = _breaks(lines, supplier_terms)
    by_line = breaks.groupby("line")
    reached = breaks[(breaks["from_quantity"] <= breaks["quantity"]) | breaks["is_first"]]
    last_price = reached.groupby("line")["unit_cost"].last()
    until = by_line["from_quantity"].shift(-1).fillna(np.inf).clip(upper=breaks["quantity"])
    of_stretch = (until - breaks["from_quantity"].where(~breaks["is_first"], 0.0)).clip(lower=0.0)
    mean_price = (of_stretch * breaks["unit_cost"]).groupby(breaks["line"]).sum() / by_line[
        "quantity"
    ].first()
    incremental = by_line["discount_kind"].first() == "incremental"
    prices = pd.DataFrame(
        {
            "list_price": by_line["unit_cost"].first(),
            "unit_price": mean_price.where(incremental, last_price),
        }
    )
    return prices.reindex(range(len(lines))).set_axis(lines.index)


def _breaks(lines: pd.DataFrame, supplier_terms: pd.DataFrame) -> pd.DataFrame:
    """A row per line and break, least quantity first."""
    key = ["item_id", "supplier_id"]
    terms = supplier_terms.reindex(columns=_TERM).astype({"from_quantity": float, "unit_cost": float})
    terms = terms[terms["unit_cost"] >= 0].fillna({"from_quantity": 0.0})
    terms = terms.drop_duplicates([*key, "from_quantity"]).sort_values("from_quantity", kind="stable")
    numbered = lines[[*key, "quantity"]].assign(line=range(len(lines)))
    breaks = numbered.merge(terms, on=key).sort_values(["line", "from_quantity"], ignore_index=True)
    return breaks.assign(is_first=~breaks["line"].duplicated())
