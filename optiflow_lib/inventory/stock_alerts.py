"""Alerts on stock: too little, too much, or the wrong quantity to buy."""

import json

import numpy as np
import pandas as pd

from optiflow_lib.inventory.distribution import chance_above, expected_short
from optiflow_lib.inventory.economics import YEAR
from optiflow_lib.inventory.hysteresis import LIMITS
from optiflow_lib.inventory.lookup import of_items
from optiflow_lib.inventory.morning import Array, Morning, alert_rows
from optiflow_lib.inventory.order_rule import LIMITS as CAPS
from optiflow_lib.inventory.trace import price_break_gain
from optiflow_lib.inventory.transfers import transfers, usable

LONG_COVER_DAYS = 180
FIRST_RECEIPT_DAYS = 60
BY_WHOLE_ORDER = ("free delivery", "minimum order")  # rules that order what is not due by itself


def stockouts(seen: Morning) -> pd.DataFrame:
    """Nothing on hand and demand expected; high instead of critical when an arrival is due in time.

    It stays until there is enough for a day: one piece that a customer brought back is no delivery.
    """
    days = LIMITS["stockout"]
    least = np.maximum(seen.horizon.daily * days.closes, _steps(seen))
    bad = (seen.rows["on_hand"] <= days.opens) | (seen.rows["on_hand"] < least)
    out = seen.rows[bad & (seen.horizon.daily > 0) & _sold_now(seen)]
    covered = out["on_order_in_time"] > 0
    return alert_rows(
        "stockout",
        out["item_id"],
        severity=np.where(covered, "high", "critical"),
        euros=out["euros_at_risk"].to_numpy(),
        details={
            "arrival": out["next_arrival"].where(covered).to_numpy(),
            "quantity": out["order_quantity"].to_numpy(),
            "left": out["on_hand"].clip(lower=0).to_numpy(),
            **_transfers(seen, out["item_id"]),
        },
        opens=out["on_hand"].to_numpy() <= days.opens,
    )


def unavoidable_stockouts(seen: Morning) -> pd.DataFrame:
    """Even an order sent on the next order day comes too late: P(stockout before it arrives) is one half or more."""
    held = usable(seen)
    chance = chance_above(seen.before, held)
    limit = LIMITS["unavoidable_stockout"]
    bad = (seen.rows["on_hand"] > 0) & (chance >= limit.closes) & _sold_now(seen)
    short = expected_short(seen.before, held) * seen.margin
    arrival = seen.today + pd.to_timedelta(np.ceil(seen.waits), unit="D")
    items = seen.rows.loc[bad, "item_id"]
    return alert_rows(
        "unavoidable_stockout",
        items,
        severity="critical",
        euros=short[bad],
        details={"chance": chance[bad], "arrival": arrival[bad].to_numpy(), **_transfers(seen, items)},
        opens=chance[bad] >= limit.opens,
    )


def orders_due(seen: Morning) -> pd.DataFrame:
    """An order that has to leave before the next night.

    Not for a shelf that is empty while a delivery is on its way, and not for what only fills up an order: both are
    told elsewhere. One that was told and not placed is put off until the eve of its supplier's next order day: nothing
    can be done about it before, and it is no news then. A price break that the quantity was raised to is told with it.
    """
    is_told = (seen.rows["on_hand"] <= 0) & (seen.rows["on_order_in_time"] > 0)
    is_own = ~seen.rows["rule"].isin(BY_WHOLE_ORDER) | (
        seen.rows["inventory_position"] <= seen.rows["reorder_point"]
    )
    due = (seen.rows["order_quantity"] > 0) & ~is_told & is_own
    lines, now = seen.rows[due], seen.due_now[due]
    before, gain = _gains(lines, least=seen.settings.price_break_least_gain)
    return alert_rows(
        "order_now",
        lines["item_id"],
        severity="high",
        euros=lines["euros_at_risk"].to_numpy(),
        details={
            "quantity": lines["order_quantity"].to_numpy(),
            "chance": lines["stockout_probability"].to_numpy(),
            "before": before,
            "gain": gain,
        },
        opens=now,
        put_off=(lines["order_on"] - pd.Timedelta(days=1)).where(~now),
    )


def overstock(seen: Morning) -> pd.DataFrame:
    """More than the level an order would restore, and than will be sold in the days allowed for the class.

    It stays until a tenth less than that is left. At risk is what holding the excess costs until it is sold.
    """
    rows, limit = seen.rows, seen.rows["abc"].map(seen.settings.overstock_days)
    allowed = np.maximum(rows["order_up_to_level"], seen.horizon.until(limit))
    share = LIMITS["overstock"]
    over = (rows["inventory_position"] > share.closes * allowed) & (seen.horizon.daily > 0)
    bad, excess = rows[over], (rows["inventory_position"] - allowed)[over].clip(lower=0)
    tied = excess * bad["unit_cost"].fillna(0.0)
    half_way = excess / seen.horizon.daily[over] / 2
    return alert_rows(
        "overstock",
        bad["item_id"],
        severity="medium",
        euros=(tied * seen.settings.holding_rate * half_way / YEAR).to_numpy(),
        details={
            "cover": bad["days_of_cover"].to_numpy(),
            "allowed": limit[over].to_numpy(),
            "tied": tied.to_numpy(),
        },
        opens=bad["inventory_position"].to_numpy() > share.opens * np.asarray(allowed)[over],
    )


def dead_stock(seen: Morning) -> pd.DataFrame:
    """In stock, received and launched long ago, and not sold for 90 days (class C: 180); at risk is a year's holding."""
    rows, sales = seen.rows, seen.events.daily_sales
    sold = of_items(sales[sales["quantity"] > 0].groupby("item_id")["day"].max(), rows["item_id"])
    received = of_items(seen.events.receipts.groupby("item_id")["received_on"].min(), rows["item_id"])
    since = pd.concat([sold, received.where(sold.isna()), rows["launched_on"].where(sold.isna())], axis=1)
    idle = (seen.today - since.max(axis=1)).dt.days.fillna(LONG_COVER_DAYS)
    is_new = ((seen.today - received).dt.days <= FIRST_RECEIPT_DAYS) | (
        (seen.today - rows["launched_on"]).dt.days <= FIRST_RECEIPT_DAYS
    )
    dead = (rows["on_hand"] > 0) & (idle >= rows["abc"].map(seen.settings.dead_stock_days)) & ~is_new
    bad = rows[dead]
    tied = (bad["on_hand"] * bad["unit_cost"]).fillna(0.0)
    return alert_rows(
        "dead_stock",
        bad["item_id"],
        severity="medium",
        euros=(tied * seen.settings.holding_rate).to_numpy(),
        details={"days": idle[dead].to_numpy(), "tied": tied.to_numpy()},
    )


def minimum_excess(seen: Morning) -> pd.DataFrame:
    """An item is due whose least order lasts for half a year and more, or which a limit forbids to order at all."""
    rows = seen.rows
    inputs = [json.loads(trace)["inputs"] for trace in rows["trace"]]
    least = np.array([max(given["minimum_quantity"], given["multiple"]) for given in inputs], dtype=float)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        cover = np.where(seen.horizon.daily > 0, least / seen.horizon.daily, np.nan)
    withheld = (
        rows["rule"].isin(CAPS.values()) & (rows["order_quantity"] == 0) & (rows["rule"] != "ends soon")
    )
    long = (cover > LONG_COVER_DAYS) & (rows["order_quantity"] > 0)
    bad = withheld | long
    return alert_rows(
        "moq_excess",
        rows.loc[bad, "item_id"],
        severity=np.where(withheld[bad], "medium", "info"),
        euros=np.where(withheld, rows["euros_at_risk"], 0.0)[bad],
        details={"cover": cover[bad], "least": least[bad], "withheld": withheld[bad].to_numpy()},
    )


def price_break_gains(seen: Morning) -> pd.DataFrame:
    """The quantity of an order due now was raised to a price break that saves enough a year, and no *order now* says so."""
    least = seen.settings.price_break_least_gain
    rows = seen.rows[(seen.rows["rule"] == "price break") & seen.due_now]
    before, gain = _gains(rows, least=least * LIMITS["price_break_gain"].closes)
    told = ~np.isnan(gain)
    return alert_rows(
        "price_break_gain",
        rows.loc[told, "item_id"],
        severity="info",
        euros=0.0,
        details={
            "quantity": rows.loc[told, "order_quantity"].to_numpy(),
            "before": before[told],
            "gain": gain[told],
        },
        opens=gain[told] >= least * LIMITS["price_break_gain"].opens,
    )


def _gains(lines: pd.DataFrame, *, least: float) -> tuple[Array, Array]:
    """Quantity without the price break, and money a year that it saves; NaN where there is none or it saves less."""
    told = [
        price_break_gain(trace) if rule == "price break" else (np.nan, np.nan)
        for trace, rule in zip(lines["trace"], lines["rule"], strict=True)
    ]
    before, gain = np.array(told, dtype=float).reshape(-1, 2).T
    enough = np.nan_to_num(gain, nan=-1.0) >= least
    return np.where(enough, before, np.nan), np.where(enough, gain, np.nan)


def _transfers(seen: Morning, item_ids: pd.Series) -> dict[str, object]:
    """What another location could send, for the details of an alert."""
    offered = transfers(seen).set_index("item_id").reindex(pd.Index(item_ids))
    return {name: offered[name].to_numpy() for name in offered}


def _steps(seen: Morning) -> Array:
    """The smallest quantity of each row's product."""
    return np.asarray(seen.rows["unit_step"], dtype=float)


def _sold_now(seen: Morning) -> pd.Series:
    """Is the product on sale: launched, and not ended?"""
    launched = seen.rows["launched_on"].isna() | (seen.rows["launched_on"] <= seen.today)
    return launched & (seen.rows["ends_on"].isna() | (seen.rows["ends_on"] > seen.today))
