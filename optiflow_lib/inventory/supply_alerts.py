"""Alerts on what is to come: late orders, slower suppliers, events that stock cannot cover."""

import numpy as np
import pandas as pd

from optiflow_lib.inventory.distribution import chance_above, expected_short, quantile
from optiflow_lib.inventory.hysteresis import LIMITS, by_strength
from optiflow_lib.inventory.lookup import of_items
from optiflow_lib.inventory.morning import Array, Morning, alert_rows
from optiflow_lib.inventory.receipts import drifting_suppliers

ORDER = ["supplier_id", "location_id", "ordered_on", "expected_on"]  # lines that are one order
OPENS_A_STOCKOUT = 0.5  # chance of running out before a new order could replace the late one


def late_orders(seen: Morning) -> pd.DataFrame:
    """Orders past their day; high when an item would run out without them before a new order could arrive.

    The lines of one order are one alert, named by its first line, received or not; one of ours by its number.
    """
    late = _by_order(_late_lines(seen), names=_order_names(seen))
    suppliers = seen.known.suppliers.set_index("supplier_id")["name"]
    return alert_rows(
        "order_late",
        late["subject"],
        severity=np.where(late["opens"], "high", "medium"),
        euros=late["at_risk"].to_numpy(),
        details={
            "days": (seen.today - late["expected_on"]).dt.days.to_numpy(),
            "item_id": late["item_id"].to_numpy(),
            "item": late["item"].to_numpy(),
            "lines": late["lines"].to_numpy(),
            "supplier": of_items(suppliers, late["supplier_id"]).fillna(late["supplier_id"]).to_numpy(),
        },
        subject_kind="order",
    )


def _by_order(lines: pd.DataFrame, *, names: pd.Series) -> pd.DataFrame:
    """One row per order, told by the item at which most is at risk."""
    ranked = lines.sort_values(["at_risk", "order_line_id"], ascending=[False, True])
    late = ranked.groupby([*ORDER, "number"], as_index=False).agg(
        item=("name", "first"),
        item_id=("item_id", "first"),
        lines=("item_id", "nunique"),
        opens=("opens", "any"),
        at_risk=("at_risk", "sum"),
    )
    first_line = names.reindex(pd.MultiIndex.from_frame(late[ORDER])).to_numpy()
    late["subject"] = late["number"].where(late["number"] != "", first_line)
    return late.sort_values("subject", ignore_index=True)


def _order_names(seen: Morning) -> pd.Series:
    """The first line of each order, open or received: an order keeps its name when a part of it comes."""
    received = seen.events.receipts.rename(columns={"promised_on": "expected_on"})
    lines = pd.concat([part[[*ORDER, "order_line_id"]] for part in (seen.events.on_order, received)])
    return lines.groupby(ORDER)["order_line_id"].min()


def _late_lines(seen: Morning) -> pd.DataFrame:
    """Late lines with the chance and the margin that a stockout before a new order could arrive would cost."""
    open_lines = seen.events.on_order
    late = open_lines[(open_lines["expected_on"] < seen.today) & (open_lines["open_quantity"] > 0)]
    late_units = of_items(late.groupby("item_id")["open_quantity"].sum(), seen.rows["item_id"]).fillna(0.0)
    there = seen.rows["on_hand"].clip(lower=0) + seen.arriving(seen.waits) - late_units
    held = np.maximum(there - seen.rows["reserved"] - seen.rows["backorders"], 0)
    opens = (chance_above(seen.before, held) >= OPENS_A_STOCKOUT) | (seen.rows["on_hand"] <= 0)
    risk = seen.rows[["item_id", "name"]].assign(
        opens=opens, at_risk=expected_short(seen.before, held) * seen.margin
    )
    number = late["order_id"].fillna("") if "order_id" in late else ""
    return late.assign(number=number).merge(risk, on="item_id")


def drifts(seen: Morning) -> pd.DataFrame:
    """Suppliers that deliver more slowly than they used to."""
    strong, weak = (
        drifting_suppliers(seen.events.receipts, as_of=seen.known.as_of, standard_errors=limit)
        for limit in LIMITS["supplier_drift"]
    )
    found = by_strength(strong, weak, key="supplier_id")
    return alert_rows(
        "supplier_drift",
        found["supplier_id"],
        severity="medium",
        euros=0.0,
        details={"recent": found["recent"].to_numpy(), "usual": found["usual"].to_numpy()},
        subject_kind="supplier",
        opens=found["opens"].to_numpy(),
    )


def events_not_covered(seen: Morning) -> pd.DataFrame:
    """Stock that can be there is less than p80 of demand until an event ends, and a later order would come too late.

    An event that starts after an order of the next review would be there is not looked at yet: nothing is lost by
    waiting. One that goes on beyond that day is looked at until that day. An alert stays until p90 is there.
    """
    strong, weak = (_worst_events(seen, covered=level) for level in LIMITS["event_not_covered"])
    worst = by_strength(strong, weak, key="item_id")
    return alert_rows(
        "event_not_covered",
        worst["item_id"],
        severity="high",
        euros=(worst["missing"] * worst["margin"]).to_numpy(),
        details={
            "event": worst["name"].to_numpy(),
            "first_day": worst["first_day"].to_numpy(),
            "missing": worst["missing"].to_numpy(),
        },
        opens=worst["opens"].to_numpy(),
    )


def _worst_events(seen: Morning, *, covered: float) -> pd.DataFrame:
    """The event of each item of whose demand most is missing, with `missing` units; only where something is."""
    impact = seen.events.event_impact
    coming = impact[impact["to_come"] & (impact["uplift_units"] > 0)]
    rows = coming.merge(_reach(seen, covered), on="item_id")
    ahead = (rows["first_day"] - seen.today).dt.days
    rows = rows[ahead <= rows["protected"]]
    until = np.minimum((rows["last_day"] - seen.today).dt.days, np.floor(rows["protected"]))
    at = seen.rows["item_id"].searchsorted(rows["item_id"])
    wanted = seen.horizon.take(at).until(until) * rows["spread"]
    ordered = np.where(rows["waits"] <= until, rows["order_quantity"], 0.0)
    missing = wanted - rows["position"] - ordered
    worst = rows.assign(missing=missing)[missing > 0].sort_values(["missing", "event_id"])
    return worst.drop_duplicates("item_id", keep="last")


def _reach(seen: Morning, covered: float) -> pd.DataFrame:
    """What each item has, and how far that quantile of its demand lies above the mean."""
    rows = seen.rows
    return pd.DataFrame(
        {
            "item_id": rows["item_id"],
            "position": rows["inventory_position"],
            "order_quantity": rows["order_quantity"],
            "waits": seen.waits,
            "protected": rows["protection_interval"],
            "margin": seen.margin,
            "spread": _spread(seen, covered),
        }
    )


def _spread(seen: Morning, covered: float) -> Array:
    demand = seen.known.interval_demand
    mean = demand[demand["interval"] == "protection"].set_index("item_id")["mean"]
    expected = of_items(mean, seen.rows["item_id"]).fillna(0.0).to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        spread = quantile(seen.until, covered) / expected
    return np.where(expected > 0, spread, 1.0)
