"""What another location has too much of, for one that will run out before an order could arrive."""

import numpy as np
import pandas as pd

from optiflow_lib.inventory.distribution import expected_short, quantile
from optiflow_lib.inventory.economics import YEAR
from optiflow_lib.inventory.morning import Array, Morning
from optiflow_lib.inventory.order_rule import whole_packs

COVERED = 0.9  # of the demand until an order could arrive: a transfer brings no more than that
COLUMNS = ("item_id", "transfer_from", "transfer_quantity", "transfer_gain")


def transfers(seen: Morning) -> pd.DataFrame:
    """Best transfer for each item that is short of something before an order of today could arrive.

    A location gives what it has above its order-up-to level and the days of cover of its class. The transfer is weighed
    against buying, which comes too late for this demand: it saves the margin that would be lost until an order is
    there, and what holding the surplus costs until it is sold, and costs `transfer_cost`.

    Returns:
        item_id, transfer_from (location's name), transfer_quantity (units), transfer_gain (money, above 0).
    """
    rows = seen.rows
    short, surplus = _shortage(seen), _surplus(seen)
    takers, givers = np.flatnonzero(short > 0), np.flatnonzero(surplus > 0)
    pairs = pd.DataFrame({"product_id": rows["product_id"].iloc[takers], "to": takers}).merge(
        pd.DataFrame({"product_id": rows["product_id"].iloc[givers], "giver": givers}), on="product_id"
    )
    if pairs.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    taker, giver = pairs["to"].to_numpy(), pairs["giver"].to_numpy()
    step = rows["unit_step"].to_numpy(float)[taker]
    quantity = whole_packs(np.minimum(short[taker], surplus[giver]), step)
    gain = _saved_margin(seen, taker, quantity) + _saved_holding(seen, giver, quantity)
    offers = pd.DataFrame(
        {
            "item_id": rows["item_id"].to_numpy()[taker],
            "transfer_from": rows["location"].to_numpy()[giver],
            "transfer_quantity": quantity,
            "transfer_gain": gain - seen.settings.transfer_cost,
        }
    )
    paying = offers[(offers["transfer_gain"] > 0) & (offers["transfer_quantity"] > 0)]
    best = paying.sort_values(["item_id", "transfer_gain", "transfer_from"]).drop_duplicates(
        "item_id", keep="last"
    )
    return best.reset_index(drop=True)


def usable(seen: Morning) -> Array:
    """Units that can be sold until an order of today would be there: on hand and arriving, less what is promised."""
    there = seen.rows["on_hand"].clip(lower=0) - seen.rows["reserved"] - seen.rows["backorders"]
    return np.asarray(np.maximum(there.to_numpy(float) + seen.arriving(seen.waits), 0))


def _shortage(seen: Morning) -> Array:
    return np.maximum(quantile(seen.before, COVERED) - usable(seen), 0)


def _surplus(seen: Morning) -> Array:
    rows = seen.rows
    limit = rows["abc"].map(seen.settings.overstock_days).to_numpy(float)
    kept = np.maximum(rows["order_up_to_level"].to_numpy(float), seen.horizon.until(limit))
    free = (rows["on_hand"] - rows["reserved"] - rows["backorders"]).to_numpy(float)
    return np.asarray(np.maximum(np.minimum(rows["inventory_position"].to_numpy(float) - kept, free), 0))


def _saved_margin(seen: Morning, taker: Array, quantity: Array) -> Array:
    grid, held = seen.before[taker], usable(seen)[taker]
    return np.asarray(
        seen.margin[taker] * (expected_short(grid, held) - expected_short(grid, held + quantity))
    )


def _saved_holding(seen: Morning, giver: Array, quantity: Array) -> Array:
    cost = seen.rows["unit_cost"].fillna(0.0).to_numpy(float)[giver] * seen.settings.holding_rate
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        years = np.minimum(_surplus(seen)[giver] / seen.horizon.daily[giver] / 2 / YEAR, 1.0)
    return np.asarray(quantity * cost * np.nan_to_num(years, nan=1.0))
