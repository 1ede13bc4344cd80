"""Sales, stock and deliveries of two years as numbers per item, and the sums over a period that indicators are made of.

A sum is (numerator, denominator) per item, or (numerator, None): a choice of items adds both up before dividing.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Sums = dict[str, tuple[Array, Array | None]]
PERIOD_DAYS, YEAR_DAYS, IDLE_DAYS = 28, 364, 90
RATE_DAYS = 84  # an item's usual sale on a day in stock
STALE_DAYS = 7  # a stock level this old is still the level of a day
LEAST_YEAR_DAYS = 28  # of stock history for a mean stock


@dataclass(frozen=True)
class Facts:
    """Rows of one kind: which item (a number), which day (since 1970), and values; all of equal length."""

    item: Whole
    day: Whole
    values: dict[str, Array]

    def between(self, after: int, until: int) -> "Facts":
        """The rows of the days after `after` up to `until`."""
        inside = (self.day > after) & (self.day <= until)
        return Facts(
            self.item[inside], self.day[inside], {name: v[inside] for name, v in self.values.items()}
        )

    def sum(self, name: str, n_items: int) -> Array:
        """Sum of a value per item."""
        return np.bincount(self.item, self.values[name], minlength=n_items).astype(float)


@dataclass(frozen=True)
class Past:
    """What happened to the items.

    Args:
        cost: Of one unit, money; 0 where it is not known.
        margin: Earned by one unit, money.
        sales: quantity, revenue, sold (never negative) per item and day.
        stock: on_hand and share (of the day in stock) per item and day on sale.
        deliveries: One row per item and day of delivery, with `before`: the day of the delivery before it.
        has_history: Are there stock levels of more than one day?
    """

    cost: Array
    margin: Array
    sales: Facts
    stock: Facts
    deliveries: Facts
    has_history: bool


def past_of(
    items: pd.DataFrame,
    *,
    daily_sales: pd.DataFrame,
    stock: pd.DataFrame,
    stock_history: pd.DataFrame | None,
    receipts: pd.DataFrame,
    today: pd.Timestamp,
) -> Past:
    """The last two years of the items; see `kpis.kpis` for the arguments."""
    first = today - pd.Timedelta(days=2 * YEAR_DAYS + RATE_DAYS)
    held = stock[["item_id", "on_hand"]].assign(day=today) if stock_history is None else stock_history
    margin = (items["price"] - items["unit_cost"]).clip(lower=0).fillna(0.0)
    return Past(
        np.nan_to_num(items["unit_cost"].to_numpy(float)),
        margin.to_numpy(float),
        _sales(daily_sales[(daily_sales["day"] > first) & (daily_sales["day"] <= today)], items),
        _on_sale(held[(held["day"] > first) & (held["day"] <= today)], items),
        _facts(_deliveries(receipts, today), items, "before"),
        stock_history is not None and bool(stock_history["day"].min() < stock_history["day"].max()),
    )


def _sales(sold: pd.DataFrame, items: pd.DataFrame) -> Facts:
    facts = _facts(sold, items, "quantity", "revenue")
    quantity, revenue = facts.values["quantity"], facts.values["revenue"]
    worth = np.nan_to_num(quantity * items["price"].to_numpy(float)[facts.item])
    values = {"revenue": np.where(np.isnan(revenue), worth, revenue), "sold": np.maximum(quantity, 0)}
    return Facts(facts.item, facts.day, {"quantity": quantity} | values)


def _on_sale(held: pd.DataFrame, items: pd.DataFrame) -> Facts:
    """Stock levels of the days on which the item was in the assortment, with the share of the day in stock."""
    known = held if "in_stock_share" in held else held.assign(in_stock_share=np.nan)
    facts = _facts(known, items, "on_hand", "in_stock_share")
    on_hand, share = facts.values["on_hand"], facts.values["in_stock_share"]
    first = _day_numbers(items["launched_on"].fillna(pd.Timestamp.min.ceil("D")))[facts.item]
    last = _day_numbers(items["ends_on"].fillna(pd.Timestamp.max.floor("D")))[facts.item]
    inside = (facts.day >= first) & (facts.day <= last)
    in_stock = np.clip(np.where(np.isnan(share), on_hand > 0, share), 0, 1)
    return Facts(
        facts.item[inside], facts.day[inside], {"on_hand": on_hand[inside], "share": in_stock[inside]}
    )


def _deliveries(receipts: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    seen = receipts[(receipts["received_on"] <= today) & (receipts["received_quantity"] > 0)]
    days = seen[["item_id", "received_on"]].drop_duplicates().sort_values(["item_id", "received_on"])
    before = days.groupby("item_id")["received_on"].shift()
    known = days.assign(day=days["received_on"], before=_day_numbers(before).astype(float))
    return known[before.notna()]


def _facts(rows: pd.DataFrame, items: pd.DataFrame, *values: str) -> Facts:
    item = pd.Index(items["item_id"]).get_indexer(pd.Index(rows["item_id"]))
    known = item >= 0
    columns = {name: rows[name].to_numpy(float)[known] for name in values}
    return Facts(item[known].astype(np.int64), _day_numbers(rows["day"])[known], columns)


def _day_numbers(days: pd.Series) -> Whole:
    return np.asarray(days, dtype="datetime64[D]").astype(np.int64)


def period_sums(past: Past, end: int) -> Sums:
    """Numerators and denominators of the indicators of the period that ends with day `end`, per item."""
    n = len(past.cost)
    sold = past.sales.between(end - PERIOD_DAYS, end)
    made: Sums = {"revenue": (sold.sum("revenue", n), None), "units_sold": (sold.sum("quantity", n), None)}
    value = _level(past, end) * past.cost
    made["stock_value"] = (value, None)
    made["dead_share"] = (np.where(_is_idle(past, end), value, 0.0), value)
    if past.has_history:
        made |= _service(past, sold, end) | _year(past, end)
    return made


def _is_idle(past: Past, end: int) -> NDArray[np.bool_]:
    """Not sold for 90 days, and not new: it was stocked before (without a history nobody knows)."""
    item = np.arange(len(past.cost))
    recent = past.sales.between(end - IDLE_DAYS, end)
    sold = np.isin(item, recent.item[recent.values["sold"] > 0])
    stocked = past.stock.item[past.stock.day <= end - IDLE_DAYS] if past.has_history else item
    return ~sold & np.isin(item, stocked)


def _level(past: Past, end: int) -> Array:
    """Last stock level of each item in the week that ends with the day; NaN for all when there is none at all."""
    recent = past.stock.between(end - STALE_DAYS, end)
    if not len(recent.item):
        return np.full(len(past.cost), np.nan)
    order = np.argsort(recent.day, kind="stable")
    level = np.zeros(len(past.cost))
    level[recent.item[order]] = np.maximum(recent.values["on_hand"][order], 0)
    return level


def _service(past: Past, sold: Facts, end: int) -> Sums:
    n = len(past.cost)
    held = past.stock.between(end - PERIOD_DAYS, end)
    days = np.bincount(held.item, minlength=n).astype(float)
    if not days.any():
        return {}
    in_stock = held.sum("share", n)
    short = np.bincount(held.item, held.values["share"] < 1, minlength=n)
    lost = _usual_sale(past, end) * (days - in_stock)
    served = sold.sum("sold", n)
    cycles, clean = _cycles(past, end)
    return {
        "service": (in_stock, days),
        "stockout_days": (short.astype(float), None),
        "fill_rate": (served, served + lost),
        "lost_margin": (lost * past.margin, None),
        "cycle_service": (clean, cycles),
    }


def _usual_sale(past: Past, end: int) -> Array:
    """Mean sale of an item's days in stock in the twelve weeks that end with the day; units a day."""
    n = len(past.cost)
    held = past.stock.between(end - RATE_DAYS, end)
    full = held.values["share"] >= 1
    days = np.bincount(held.item[full], minlength=n)
    sales = past.sales.between(end - RATE_DAYS, end)
    on_full_days = np.isin(_keys(sales.item, sales.day), _keys(held.item[full], held.day[full]))
    units = np.bincount(sales.item[on_full_days], sales.values["sold"][on_full_days], minlength=n)
    return np.divide(units, days, out=np.zeros(n), where=days > 0)


def _cycles(past: Past, end: int) -> tuple[Array, Array]:
    """Cycles that a delivery of the period ended, and those of them in which no shelf was empty."""
    n = len(past.cost)
    ended = past.deliveries.between(end - PERIOD_DAYS, end)
    empty = past.stock.values["share"] < 1
    keys = np.sort(_keys(past.stock.item[empty], past.stock.day[empty]))
    until = keys.searchsorted(_keys(ended.item, ended.day))
    after = keys.searchsorted(_keys(ended.item, ended.values["before"].astype(np.int64)))
    clean = np.bincount(ended.item, until == after, minlength=n)
    return np.bincount(ended.item, minlength=n).astype(float), clean.astype(float)


def _keys(item: Whole, day: Whole) -> Whole:
    return item * 1_000_000 + day


def _year(past: Past, end: int) -> Sums:
    n = len(past.cost)
    held, sold = past.stock.between(end - YEAR_DAYS, end), past.sales.between(end - YEAR_DAYS, end)
    days = len(np.unique(held.day))
    if days <= LEAST_YEAR_DAYS:
        return {}
    mean_stock = np.bincount(held.item, np.maximum(held.values["on_hand"], 0), minlength=n) * past.cost / days
    goods = sold.sum("quantity", n) * past.cost
    return {"turns": (goods, mean_stock), "gmroi": (sold.sum("revenue", n) - goods, mean_stock)}
