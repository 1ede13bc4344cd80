"""A believable last morning: what chance alone would not put on the desk of the sample's buyer."""

from dataclasses import replace

import numpy as np
import pandas as pd

from optiflow_lib.source.sample.shop import ShopHistory

DEAD_DAYS = 130
LATE_DAYS = 6


def staged(past: ShopHistory, products: pd.DataFrame) -> ShopHistory:
    """One product overstocked, one dead, one order late; sales, stock and receipts still agree."""
    fastest = np.argsort(-products["niveau"].to_numpy())
    steady = [
        i
        for i in fastest
        if products["lancement"].iloc[i] == 0 and products["fin"].iloc[i] >= past.sold.shape[1]
    ]
    if len(steady) < 6:
        return past
    return _late(_dead(_overstocked(past, steady[4]), steady[-1]), steady[1])


def _overstocked(past: ShopHistory, item: int) -> ShopHistory:
    """A buyer's mistake 12 days ago: half a year of demand came at once."""
    n_days = past.sold.shape[1]
    came = n_days - 12
    quantity = int(np.ceil(past.sold[item, -365:].mean() * 180))
    on_hand = past.on_hand.copy()
    on_hand[item, came:] += quantity
    supplier = past.lines.loc[past.lines["item"] == item, "supplier"].iloc[0]
    line = {
        "item": item,
        "ordered": came - 5,
        "received": came,
        "quantity": quantity,
        "supplier": supplier,
        "promised": came,
    }
    return replace(
        past, on_hand=on_hand, lines=pd.concat([past.lines, pd.DataFrame([line])], ignore_index=True)
    )


def _dead(past: ShopHistory, item: int) -> ShopHistory:
    """Nobody has bought it for months; orders for it stopped as well."""
    sold, returned, on_hand = past.sold.copy(), past.returned.copy(), past.on_hand.copy()
    first = sold.shape[1] - DEAD_DAYS
    sold[item, first:], returned[item, first:] = 0, 0
    on_hand[item, first:] = max(on_hand[item, first - 1], 14)
    lines = past.lines[~((past.lines["item"] == item) & (past.lines["received"] >= first))]
    missing = on_hand[item, first] - past.on_hand[item, first - 1]
    on_hand[item, first - 1] += missing
    returned[item, first - 1] += missing  # the last customers brought it back
    return replace(past, sold=sold, returned=returned, on_hand=on_hand, lines=lines.reset_index(drop=True))


def _late(past: ShopHistory, item: int) -> ShopHistory:
    """Its next delivery was promised days ago and has not come: the shelf is empty."""
    n_days = past.sold.shape[1]
    lines, sold, on_hand = past.lines.copy(), past.sold.copy(), past.on_hand.copy()
    own = lines["item"] == item
    first = n_days - LATE_DAYS
    lines = lines[~(own & (lines["ordered"] >= first - 8) | own & (lines["received"] >= first))]
    level = on_hand[item, first - 1]
    for t in range(first, n_days):
        sold[item, t] = min(sold[item, t], level)
        level = level - sold[item, t] + past.returned[item, t]
        on_hand[item, t] = level
    supplier = past.lines.loc[own, "supplier"].iloc[0]
    quantity = int(max(12, np.ceil(past.sold[item, -56:].mean() * 14)))
    line = {
        "item": item,
        "ordered": first - 9,
        "promised": first + 1,
        "received": n_days + 4,
        "quantity": quantity,
        "supplier": supplier,
    }
    return replace(
        past, sold=sold, on_hand=on_hand, lines=pd.concat([lines, pd.DataFrame([line])], ignore_index=True)
    )
