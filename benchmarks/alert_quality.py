"""How many alerts the sample shop gets, and how many of them came true, night by night on its own past.

python -m benchmarks.alert_quality [NIGHTS]

A night sees only what was known then. Afterwards the shop's own sales, stock and receipts tell whether an
alert was right: an unavoidable stockout, when the shelf was empty before the day named; an order due, when the
position would have run out before an order of the next review; overstock, when it was still there four weeks later.

An order due is judged in a second sense too, as if nobody had followed it and nothing else had been ordered since: did
the shelf become empty before an order of the next review could have been there, or did the night expect to lose more
margin by waiting than the order line costs? (The second half is the night's own expectation, so both are printed.)
"""

import json
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from benchmarks.machine import print_header
from optiflow_lib import jobs
from optiflow_lib.jobs.night import job_settings, open_night, opened_store
from optiflow_lib.settings import Settings
from optiflow_lib.source import build_sample
from optiflow_lib.source.sample.build import LAST_DAY
from optiflow_lib.store import read_alerts, read_night

AFTER_DAYS = 35  # of the past that the last night does not see: they tell what came true
FLAPPING_DAYS = 7
STEPS = ("check_inputs", "forecast_demand", "measure_events", "find_anomalies", "raise_alerts")
SETTINGS = """
[source]
url = "sqlite:///shop.db"
sample = true

[forecast]
backtest_origins = 2
"""


def main(n_nights: int) -> None:
    """Prints alerts per 100 items and night by type, and the share of them that came true."""
    print_header(f"Alerts of the sample shop over {n_nights} nights")
    with tempfile.TemporaryDirectory() as folder:
        build_sample(Path(folder) / "shop.db")
        file = Path(folder) / "optiflow.toml"
        file.write_text(SETTINGS, encoding="utf-8")
        settings = job_settings(file)
        last = LAST_DAY - timedelta(days=AFTER_DAYS)
        nights = [last - timedelta(days=ago) for ago in range(n_nights - 1, -1, -1)]
        standing = pd.concat([_night(file, settings, as_of) for as_of in nights], ignore_index=True)
        jobs.check_inputs(settings_file=str(file), as_of=LAST_DAY.isoformat())
        truth = _Truth(file, settings.inventory.order_line_cost)
        _report(standing, nights, truth)


def _night(file: Path, settings: Settings, as_of: date) -> pd.DataFrame:
    """The alerts that stand after a night or are put off, with what was then known of their item."""
    for step in STEPS:
        getattr(jobs, step)(settings_file=str(file), as_of=as_of.isoformat())
    with opened_store(settings) as store:
        alerts = read_alerts(store, states=("open", "acknowledged", "snoozed"))
        known = read_night(store, "recommendations", as_of=as_of)
    columns = ["item_id", "inventory_position", "on_hand", "protection_interval"]
    items = len(known)
    joined = alerts.merge(known[columns], left_on="subject", right_on="item_id", how="left")
    return joined.assign(night=pd.Timestamp(as_of), items=items)


def _with_lives(standing: pd.DataFrame) -> pd.DataFrame:
    """New tonight (`is_new`), new again within a week of having closed (`again`), back after it was put off (`back`)."""
    key = ["type", "subject"]
    rows = standing.sort_values([*key, "night"], ignore_index=True)
    before = rows.groupby(key)[["night", "state"]].shift()
    is_new = rows["opened_on"] == rows["night"]
    gap = (rows["night"] - before["night"]).dt.days
    back = (before["state"] == "snoozed") & (rows["state"] == "open") & (gap == 1)
    return rows.assign(is_new=is_new, again=is_new & (gap <= 1 + FLAPPING_DAYS), back=back & ~is_new)


class _Truth:
    """What happened to the sample's items, known afterwards."""

    def __init__(self, file: Path, line_cost: float) -> None:
        self.line_cost = line_cost
        with open_night(file, LAST_DAY.isoformat()) as night:
            sales, held = night.daily_sales, night.stock_history
            history = held if held is not None else pd.DataFrame()
            self.receipts = night.book.receipts
        days = pd.date_range(sales["day"].min(), sales["day"].max())
        self.sold = (
            sales.pivot_table(index="day", columns="item_id", values="quantity").reindex(days).fillna(0.0)
        )
        self.stock = history.pivot_table(index="day", columns="item_id", values="on_hand").reindex(days)

    def ran_out_unfollowed(self, alert: pd.Series) -> bool | None:
        """Had the shelf been empty before an order of the next review, with nothing ordered after the night?

        What was sold counts as what was wanted: a day that the shop itself had nothing on is a day without stock anyway.
        """
        item, night = alert["subject"], alert["night"]
        if alert["type"] != "order_now" or item not in self.stock or item not in self.sold:
            return None
        until = night + pd.Timedelta(days=round(alert["protection_interval"]))
        days = pd.date_range(night + pd.Timedelta(days=1), until)
        own = self.receipts[(self.receipts["item_id"] == item) & (self.receipts["ordered_on"] <= night)]
        came = own.groupby("received_on")["received_quantity"].sum().reindex(days).fillna(0.0)
        left = alert["on_hand"] + (came - self.sold[item].reindex(days)).cumsum()
        return bool((left <= 0).any())

    def was_worth_it(self, alert: pd.Series) -> bool | None:
        """It ran out unfollowed, or the margin expected to be lost exceeded the cost of the line."""
        ran_out = self.ran_out_unfollowed(alert)
        return None if ran_out is None else ran_out or bool(alert["euros_at_risk"] > self.line_cost)

    def came_true(self, alert: pd.Series) -> bool | None:
        """Was the alert right? None when its kind or its item cannot be judged."""
        item, night = alert["subject"], alert["night"]
        if item not in self.stock or item not in self.sold:
            return None
        if alert["type"] == "unavoidable_stockout":
            until = pd.Timestamp(json.loads(alert["detail"])["arrival"])
            return bool((self.stock[item][night + pd.Timedelta(days=1) : until] <= 0).any())
        if alert["type"] == "order_now":
            until = night + pd.Timedelta(days=round(alert["protection_interval"]))
            wanted = self.sold[item][night + pd.Timedelta(days=1) : until].sum()
            empty = (self.stock[item][night + pd.Timedelta(days=1) : until] <= 0).any()
            return bool(empty or wanted >= alert["inventory_position"])
        if alert["type"] == "overstock":
            later = self.stock[item].get(night + pd.Timedelta(days=28))
            return bool(later > 0.5 * alert["on_hand"])
        return None


def _report(standing: pd.DataFrame, nights: list[date], truth: _Truth) -> None:
    item_nights = standing.groupby("night")["items"].first().sum() if len(standing) else 1
    rows = _with_lives(standing)
    new = rows[rows["is_new"]]
    print(
        "per 100 items and night\n| type | standing | new | of these again | back | came true |\n|"
        + " --- |" * 6
    )
    for kind in [*sorted(rows["type"].unique()), "all"]:
        own, fresh = (part if kind == "all" else part[part["type"] == kind] for part in (rows, new))
        stands = (own["state"] != "snoozed").sum()
        counts = (stands, len(fresh), own["again"].sum(), own["back"].sum())
        rates = " | ".join(f"{100 * count / item_nights:.2f}" for count in counts)
        share = "" if kind == "all" else _share(fresh, truth.came_true)
        print(f"| {kind} | {rates} | {share} |")
    due = new[new["type"] == "order_now"]
    for says, judge in (
        ("would have run out unfollowed", truth.ran_out_unfollowed),
        ("that, or more margin at risk than the line costs", truth.was_worth_it),
    ):
        print(f"order_now: {_share(due, judge)} {says}")
    print(f"{len(nights)} nights, {standing['items'].max()} items")


def _share(alerts: pd.DataFrame, judge: Callable[[pd.Series], bool | None]) -> str:
    judged = [answer for _, alert in alerts.iterrows() if (answer := judge(alert)) is not None]
    return f"{sum(judged) / len(judged):.0%} of {len(judged)}" if judged else ""


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
