"""What somebody should look at this morning; definitions and severities as in docs/glossary.md."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.inventory.distribution import chance_above, expected_short, grid_of
from optiflow_lib.inventory.receipts import drifting_suppliers
from optiflow_lib.schemas.results import ALERTS
from optiflow_lib.settings import InventorySettings

UNAVOIDABLE = 0.5
LONG_COVER_DAYS = 180
FIRST_RECEIPT_DAYS = 60
RECENT_DAYS = 7


@dataclass(frozen=True)
class Morning:
    """Everything the alerts of one night look at; frames of the schemas they are named after.

    `rows` is one row per item: recommendations joined with items, classes and positions.
    """

    rows: pd.DataFrame
    interval_demand: pd.DataFrame
    forecasts: pd.DataFrame
    event_impact: pd.DataFrame
    anomalies: pd.DataFrame
    quality: pd.DataFrame
    daily_sales: pd.DataFrame
    on_order: pd.DataFrame
    receipts: pd.DataFrame
    supplier_terms: pd.DataFrame
    as_of: date
    settings: InventorySettings

    @property
    def margin(self) -> pd.Series:
        """Money earned by one unit, per row."""
        return (self.rows["price"] - self.rows["unit_cost"]).clip(lower=0).fillna(0.0)


def morning(
    items: pd.DataFrame,
    *,
    positions: pd.DataFrame,
    classes: pd.DataFrame,
    recommendations: pd.DataFrame,
    lead_times: pd.DataFrame,
    **rest: object,
) -> Morning:
    """Joins what is known per item; `rest` are the other fields of `Morning`."""
    known = items.drop(columns=["supplier_id", "unit_cost"]).merge(recommendations, on="item_id")
    known = known.merge(positions[["item_id", "next_arrival", "reserved", "backorders"]], on="item_id")
    known = known.merge(lead_times[["item_id", "lead_time", "review_period"]], on="item_id")
    return Morning(rows=known.merge(classes[["item_id", "abc"]], on="item_id"), **rest)  # type: ignore[arg-type]


def raised_alerts(seen: Morning) -> pd.DataFrame:
    """Every alert whose cause holds tonight, schema `ALERTS` in state open, most euros at risk first."""
    found = pd.concat([check(seen) for check in CHECKS], ignore_index=True)
    today = pd.Timestamp(seen.as_of)
    opened = found.assign(
        state="open",
        opened_on=today,
        last_seen_on=today,
        resolved_on=pd.NaT,
        snoozed_until=pd.NaT,
        handled_by=None,
    )
    unique = opened.sort_values(["type", "subject", "euros_at_risk"]).drop_duplicates(
        ["type", "subject"], keep="last"
    )
    ranked = unique.sort_values(["euros_at_risk", "type", "subject"], ascending=[False, True, True])
    return ALERTS.check(ranked, where="raised alerts")


def _alerts(
    type: str,  # noqa: A002 - the column's name
    subjects: pd.Series,
    *,
    severity: object,
    euros: object,
    details: Mapping[str, object],
    subject_kind: str = "item",
) -> pd.DataFrame:
    columns = {
        "type": type,
        "subject_kind": subject_kind,
        "subject": subjects.to_numpy(),
        "severity": severity,
    }
    rows = pd.DataFrame(columns | {"euros_at_risk": euros}, index=range(len(subjects)))
    values = pd.DataFrame(dict(details), index=range(len(subjects)))
    return rows.assign(detail=[_json(row) for row in values.to_dict("records")])


def _json(values: Mapping[str, object]) -> str:
    plain = {
        name: None if pd.isna(v) else f"{v:%Y-%m-%d}" if isinstance(v, pd.Timestamp) else v
        for name, v in values.items()
    }
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)


def _interval(seen: Morning, interval: str, rows: pd.DataFrame) -> np.ndarray:
    demand = seen.interval_demand[seen.interval_demand["interval"] == interval].set_index("item_id")
    return grid_of(demand.reindex(rows["item_id"]))


def _stockouts(seen: Morning) -> pd.DataFrame:
    """Nothing on hand and demand expected; high instead of critical when an arrival is due in time."""
    wanted = seen.rows["item_id"].map(seen.forecasts.groupby("item_id")["forecast"].sum()).fillna(0.0)
    out = seen.rows[(seen.rows["on_hand"] <= 0) & (wanted > 0)]
    covered = out["on_order_in_time"] > 0
    return _alerts(
        "stockout",
        out["item_id"],
        severity=np.where(covered, "high", "critical"),
        euros=out["euros_at_risk"].to_numpy(),
        details={
            "arrival": out["next_arrival"].where(covered).to_numpy(),
            "quantity": out["order_quantity"].to_numpy(),
        },
    )


def _unavoidable(seen: Morning) -> pd.DataFrame:
    """Even an order of today comes too late: P(stockout before it arrives) is one half or more."""
    held = seen.rows[seen.rows["on_hand"] > 0].reset_index(drop=True)
    grid = _interval(seen, "lead_time", held)
    usable = np.maximum(held["inventory_position"], 0)
    chance = chance_above(grid, usable)
    bad = chance >= UNAVOIDABLE
    short = expected_short(grid, usable) * (held["price"] - held["unit_cost"]).clip(lower=0).fillna(0.0)
    return _alerts(
        "unavoidable_stockout",
        held.loc[bad, "item_id"],
        severity="critical",
        euros=short[bad].to_numpy(),
        details={"chance": chance[bad], "lead_time": held.loc[bad, "lead_time"].to_numpy()},
    )


def _order_now(seen: Morning) -> pd.DataFrame:
    due = seen.rows[seen.rows["order_quantity"] > 0]
    return _alerts(
        "order_now",
        due["item_id"],
        severity="high",
        euros=due["euros_at_risk"].to_numpy(),
        details={
            "quantity": due["order_quantity"].to_numpy(),
            "chance": due["stockout_probability"].to_numpy(),
        },
    )


def _events_not_covered(seen: Morning) -> pd.DataFrame:
    """What can be in stock by the event's end is less than p80 of the demand until then."""
    coming = seen.event_impact[seen.event_impact["to_come"] & (seen.event_impact["uplift_units"] > 0)]
    rows = coming.merge(
        seen.rows[["item_id", "inventory_position", "order_quantity", "price", "unit_cost"]], on="item_id"
    )
    if rows.empty:
        return _nothing()
    days = seen.forecasts.merge(rows[["item_id", "event_id", "last_day"]], on="item_id")
    inside = days[days["day"] <= days["last_day"]]
    wanted = inside.groupby(["item_id", "event_id"])["forecast"].sum().rename("wanted").reset_index()
    spread = (
        inside.assign(up=inside["q90"] - inside["forecast"])
        .groupby(["item_id", "event_id"])["up"]
        .apply(lambda up: np.sqrt((up**2).sum()) * 0.8416 / 1.2816)
    )
    rows = rows.merge(wanted, on=["item_id", "event_id"]).merge(
        spread.reset_index(), on=["item_id", "event_id"]
    )
    need = rows["wanted"] + rows["up"].clip(lower=0)
    reach = rows["inventory_position"] + rows["order_quantity"]
    bad = rows[(reach < need) & (rows["inventory_position"] < need - rows["order_quantity"])]
    missing = (need - reach)[bad.index]
    worst = bad.assign(missing=missing).sort_values("missing").drop_duplicates("item_id", keep="last")
    margin = (worst["price"] - worst["unit_cost"]).clip(lower=0).fillna(0.0)
    return _alerts(
        "event_not_covered",
        worst["item_id"],
        severity="high",
        euros=(worst["missing"] * margin).to_numpy(),
        details={
            "event": worst["name"].to_numpy(),
            "first_day": worst["first_day"].to_numpy(),
            "missing": worst["missing"].to_numpy(),
        },
    )


def _late_orders(seen: Morning) -> pd.DataFrame:
    late = seen.on_order[
        (seen.on_order["expected_on"] < pd.Timestamp(seen.as_of)) & (seen.on_order["open_quantity"] > 0)
    ]
    late = late.merge(seen.rows[["item_id", "on_hand", "euros_at_risk", "name"]], on="item_id")
    days = (pd.Timestamp(seen.as_of) - late["expected_on"]).dt.days
    return _alerts(
        "order_late",
        late["order_line_id"],
        severity=np.where(late["on_hand"] <= 0, "high", "medium"),
        euros=late["euros_at_risk"].to_numpy(),
        details={
            "days": days.to_numpy(),
            "item_id": late["item_id"].to_numpy(),
            "item": late["name"].to_numpy(),
            "supplier": late["supplier_id"].to_numpy(),
        },
        subject_kind="order",
    )


def _overstock(seen: Morning) -> pd.DataFrame:
    """More than the level an order would restore, and than the cover allowed for its class."""
    limit = seen.rows["abc"].map(seen.settings.overstock_days)
    daily = seen.rows["item_id"].map(seen.forecasts.groupby("item_id")["forecast"].mean()).fillna(0.0)
    allowed = np.maximum(seen.rows["order_up_to_level"], daily * limit)
    over = (seen.rows["inventory_position"] > allowed) & (daily > 0)
    bad = seen.rows[over]
    tied = (bad["inventory_position"] - allowed[over]) * bad["unit_cost"].fillna(0.0)
    return _alerts(
        "overstock",
        bad["item_id"],
        severity="medium",
        euros=(tied * seen.settings.holding_rate).to_numpy(),
        details={
            "cover": bad["days_of_cover"].to_numpy(),
            "allowed": limit[over].to_numpy(),
            "tied": tied.to_numpy(),
        },
    )


def _dead_stock(seen: Morning) -> pd.DataFrame:
    """In stock, received long ago, and not sold for 90 days (class C: 180)."""
    today = pd.Timestamp(seen.as_of)
    sold = seen.daily_sales[seen.daily_sales["quantity"] > 0].groupby("item_id")["day"].max()
    idle = (today - seen.rows["item_id"].map(sold)).dt.days.fillna(LONG_COVER_DAYS * 2)
    received = seen.rows["item_id"].map(seen.receipts.groupby("item_id")["received_on"].min())
    old = ~((today - received).dt.days <= FIRST_RECEIPT_DAYS)
    dead = (seen.rows["on_hand"] > 0) & (idle >= seen.rows["abc"].map(seen.settings.dead_stock_days)) & old
    bad = seen.rows[dead]
    tied = (bad["on_hand"] * bad["unit_cost"]).fillna(0.0)
    return _alerts(
        "dead_stock",
        bad["item_id"],
        severity="medium",
        euros=(tied * seen.settings.holding_rate).to_numpy(),
        details={"days": idle[dead].to_numpy(), "tied": tied.to_numpy()},
    )


def _minimum_excess(seen: Morning) -> pd.DataFrame:
    """The supplier's minimum lasts for half a year and more."""
    least = seen.supplier_terms.drop_duplicates("item_id").set_index("item_id")["minimum_quantity"]
    daily = seen.rows["item_id"].map(seen.forecasts.groupby("item_id")["forecast"].mean())
    cover = seen.rows["item_id"].map(least) / daily.where(daily > 0)
    bad = seen.rows[(cover > LONG_COVER_DAYS) & (seen.rows["order_quantity"] > 0)]
    days = cover[bad.index]
    return _alerts(
        "moq_excess", bad["item_id"], severity="info", euros=0.0, details={"cover": days.to_numpy()}
    )


def _drifts(seen: Morning) -> pd.DataFrame:
    drifts = drifting_suppliers(seen.receipts, as_of=seen.as_of)
    return _alerts(
        "supplier_drift",
        drifts["supplier_id"],
        severity="medium",
        euros=0.0,
        details={"recent": drifts["recent"].to_numpy(), "usual": drifts["usual"].to_numpy()},
        subject_kind="supplier",
    )


def _anomalies(seen: Morning) -> pd.DataFrame:
    since = pd.Timestamp(seen.as_of) - pd.Timedelta(days=RECENT_DAYS)
    recent = (
        seen.anomalies[seen.anomalies["day"] > since]
        .sort_values("day")
        .drop_duplicates("item_id", keep="last")
    )
    return _alerts(
        "sales_anomaly",
        recent["item_id"],
        severity="info",
        euros=0.0,
        details={
            "day": recent["day"].to_numpy(),
            "quantity": recent["quantity"].to_numpy(),
            "expected": recent["expected"].to_numpy(),
            "cause": recent["cause"].to_numpy(),
        },
    )


def _data_quality(seen: Morning) -> pd.DataFrame:
    """One alert a kind of problem, not one a row: the list is on the page."""
    counted = seen.quality.groupby("check").size().rename("rows").reset_index()
    return _alerts(
        "data_quality",
        counted["check"],
        severity="high",
        euros=0.0,
        details={"rows": counted["rows"].to_numpy()},
        subject_kind="night",
    )


def _nothing() -> pd.DataFrame:
    return _alerts("order_now", pd.Series(dtype="str"), severity="info", euros=0.0, details={})


CHECKS: tuple[Callable[[Morning], pd.DataFrame], ...] = (
    _stockouts,
    _unavoidable,
    _order_now,
    _events_not_covered,
    _late_orders,
    _overstock,
    _dead_stock,
    _minimum_excess,
    _drifts,
    _anomalies,
    _data_quality,
)
