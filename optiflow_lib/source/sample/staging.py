"""A believable last morning: what chance alone would not put on the desk of the sample's buyer."""

from dataclasses import replace

import numpy as np
import pandas as pd

from optiflow_lib.source.sample.incidents import steady_sellers
from optiflow_lib.source.sample.shop import ShopHistory

DEAD_DAYS = 200  # longer than the patience with any class (settings: inventory.dead_stock_days)
LATE_DAYS = 6
OVERSTOCK_DAYS = 180
MISTAKE_DAYS = 12  # ago
FORGOTTEN_DAYS = 25  # the longest time no order was placed
FORGOTTEN_COVER = (0.5, 5.0)  # days of demand that are then still on the shelf
FAR_SUPPLIER_DAYS = 14


def staged(past: ShopHistory, products: pd.DataFrame) -> ShopHistory:
    """One product overstocked, one dead, one order late, one not ordered in time; the books still agree."""
    n_days = past.sold.shape[1]
    steady = [i for i in steady_sellers(products, n_days) if (past.lines["item"] == i).any()]
    if len(steady) < 6 or n_days < 2 * DEAD_DAYS:
        return past
    late, overstocked, dead = steady[1], steady[4], steady[-1]
    others = [i for i in steady if i not in (late, overstocked, dead)]
    return _forgotten(_late(_dead(_overstocked(past, overstocked), dead), late), others)


def _overstocked(past: ShopHistory, item: int) -> ShopHistory:
    """A buyer's mistake: half a year of demand came at once."""
    came = past.sold.shape[1] - MISTAKE_DAYS
    quantity = int(np.ceil(past.sold[item, -365:].mean() * OVERSTOCK_DAYS))
    on_hand = past.on_hand.copy()
    on_hand[item, came:] += quantity
    return _with_line(
        replace(past, on_hand=on_hand),
        item,
        promised=came,
        received=came,
        quantity=quantity,
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
    first = n_days - LATE_DAYS
    quantity = int(max(12, np.ceil(past.sold[item, -56:].mean() * 14)))
    short = _without_receipts(past, item, first=first, ordered_before=first - 8)
    return _with_line(short, item, promised=first + 1, received=n_days + 4, quantity=quantity)


def _forgotten(past: ShopHistory, items: list[int]) -> ShopHistory:
    """Nobody ordered it for weeks from a supplier far away: what is left cannot last until an order comes."""
    wait = (past.lines["promised"] - past.lines["ordered"]).groupby(past.lines["item"]).max()
    n_days = past.sold.shape[1]
    least, most = FORGOTTEN_COVER
    for item in (i for i in items if wait[i] >= FAR_SUPPLIER_DAYS):
        demand = past.sold[item, -56:].mean()
        for first in range(n_days - 1, n_days - FORGOTTEN_DAYS, -1):
            short = _without_receipts(past, item, first=first, ordered_before=n_days - FORGOTTEN_DAYS)
            if least * demand < short.on_hand[item, -1] < most * demand:
                return short
    return past


def _without_receipts(past: ShopHistory, item: int, *, first: int, ordered_before: int) -> ShopHistory:
    """The shop if nothing had come of `item` from day `first` on, nor been ordered from `ordered_before` on."""
    own = past.lines["item"] == item
    gone = own & ((past.lines["received"] >= first) | (past.lines["ordered"] >= ordered_before))
    first = min(first, int(past.lines.loc[gone, "received"].min())) if gone.any() else first
    sold, on_hand = past.sold.copy(), past.on_hand.copy()
    level = on_hand[item, first - 1]
    for t in range(first, sold.shape[1]):
        sold[item, t] = min(sold[item, t], level)
        level = level - sold[item, t] + past.returned[item, t]
        on_hand[item, t] = level
    return replace(past, sold=sold, on_hand=on_hand, lines=past.lines[~gone].reset_index(drop=True))


def _with_line(past: ShopHistory, item: int, *, promised: int, received: int, quantity: int) -> ShopHistory:
    usual = past.lines[past.lines["item"] == item].iloc[0]
    ordered = promised - (usual["promised"] - usual["ordered"])
    line = {"ordered": ordered, "promised": promised, "received": received, "quantity": quantity}
    added = pd.DataFrame([{"item": item, "supplier": usual["supplier"], **line}])
    return replace(past, lines=pd.concat([past.lines, added], ignore_index=True))
