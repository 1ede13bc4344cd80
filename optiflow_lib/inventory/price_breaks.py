"""What a quantity costs where the price falls with it, and whether to order more for a better price."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PriceBreaks:
    """Prices by quantity, from the first on ascending; rows are filled up with infinite quantities.

    Args:
        least: Quantity from which each price holds, (n_items, n_breaks); the first is 0.
        price: Of one unit, money; NaN: unknown.
        incremental: Does a price hold only for the units beyond its quantity? (n_items,)
    """

    least: Array
    price: Array
    incremental: NDArray[np.bool_]

    def take(self, rows: NDArray[np.int64]) -> "PriceBreaks":
        """Those of some items."""
        return PriceBreaks(self.least[rows], self.price[rows], self.incremental[rows])


def price_breaks_of(terms: pd.DataFrame, *, item_ids: pd.Series, unit_cost: ArrayLike) -> PriceBreaks:
    """The prices of each item's first supplier.

    Args:
        terms: Terms valid today with item_id, best first: a row per item, supplier and price break.
        item_ids: Of the rows wanted.
        unit_cost: Price where the terms name none, (n_items,).
    """
    wanted = ["item_id", "supplier_id", "from_quantity", "unit_cost", "discount_kind"]
    known = terms.reindex(columns=wanted)
    best = known.drop_duplicates("item_id").set_index("item_id")["supplier_id"]
    known = known[known["supplier_id"].eq(known["item_id"].map(best)) & (known["unit_cost"] >= 0)]
    known = known.assign(least=known["from_quantity"].fillna(0).clip(lower=0))
    known = known.drop_duplicates(["item_id", "least"]).sort_values(["item_id", "least"])
    number = known.groupby("item_id").cumcount()
    width = int(number.max()) + 1 if len(known) else 1
    row = pd.Index(item_ids).get_indexer(known["item_id"])
    kept = row >= 0
    least, price = np.full((len(item_ids), width), np.inf), np.full((len(item_ids), width), np.nan)
    least[row[kept], number[kept]] = known["least"][kept]
    price[row[kept], number[kept]] = known["unit_cost"][kept]
    price[:, 0] = np.where(np.isnan(price[:, 0]), np.asarray(unit_cost, dtype=float), price[:, 0])
    least[:, 0] = (
        0.0  # below the first quantity named the first price holds: the minimum quantity is a rule of its own
    )
    kind = known.loc[known["discount_kind"].eq("incremental"), "item_id"]
    return PriceBreaks(least, price, pd.Index(item_ids).isin(kind))


def average_price(quantity: ArrayLike, breaks: PriceBreaks) -> Array:
    """Money a unit of an order of `quantity` costs, (n_items,); of the first unit where nothing is ordered."""
    units = np.asarray(quantity, dtype=float)
    row = np.arange(len(units))
    reached = (breaks.least <= units[:, None] + 1e-9).sum(axis=1) - 1
    all_units = breaks.price[row, np.maximum(reached, 0)]
    upper = np.c_[breaks.least[:, 1:], np.full(len(units), np.inf)]
    inside = np.clip(np.minimum(upper, units[:, None]) - breaks.least, 0, None)
    paid = np.where(inside > 0, inside * breaks.price, 0.0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        incremental = np.where(units > 0, paid / units, breaks.price[:, 0])
    return np.where(breaks.incremental, incremental, all_units)


def yearly_cost(
    quantity: ArrayLike,
    breaks: PriceBreaks,
    *,
    yearly_demand: Array,
    order_cost: Array,
    holding_rate: Array,
) -> Array:
    """Money a year if every order is `quantity`: goods, order lines and half a lot held (Snyder & Shen, section 3.4)."""
    units = np.asarray(quantity, dtype=float)
    price = average_price(units, breaks)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        lines = np.where(units > 0, order_cost * yearly_demand / units, np.inf)
    return np.asarray(price * yearly_demand + lines + holding_rate * price * units / 2)


def cheapest_quantity(
    quantity: Array,
    *,
    most: Array,
    multiple: Array,
    breaks: PriceBreaks,
    yearly_demand: Array,
    order_cost: Array,
    holding_rate: Array,
) -> Array:
    """`quantity`, or the quantity of a price break above it that costs less a year, no more than `most`."""
    weighed = {"yearly_demand": yearly_demand, "order_cost": order_cost, "holding_rate": holding_rate}
    best, cost = quantity.copy(), yearly_cost(quantity, breaks, **weighed)
    for n in range(1, breaks.least.shape[1]):
        known = np.isfinite(breaks.least[:, n])
        at_break = np.where(known, breaks.least[:, n], 0.0)
        offer = np.round(np.ceil(at_break / multiple - 1e-6) * multiple, 9)
        allowed = known & (quantity > 0) & (offer > quantity) & (offer <= most + 1e-9)
        offered = yearly_cost(np.where(allowed, offer, quantity), breaks, **weighed)
        better = allowed & (offered < cost - 1e-9)
        best, cost = np.where(better, offer, best), np.where(better, offered, cost)
    return best
