"""How many alerts the sample shop gets, and how many of them came true, night by night on its own past.

python -m benchmarks.alert_quality [NIGHTS]

A night sees only what was known then. Afterwards the shop's own sales, stock and receipts tell whether an
alert was right: an unavoidable stockout, when the shelf was empty before the day named; an order due, when the
position would have run out before an order of the next review; overstock, when it was still there four weeks later.
"""

import json
import sys
import tempfile
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
        truth = _Truth(file)
        _report(standing, nights, truth)


def _night(file: Path, settings: Settings, as_of: date) -> pd.DataFrame:
    """The alerts that stand after a night, with what was then known of their item."""
    for step in STEPS:
        getattr(jobs, step)(settings_file=str(file), as_of=as_of.isoformat())
    with opened_store(settings) as store:
        alerts = read_alerts(store, states=("open", "acknowledged", "snoozed"))
        known = read_night(store, "recommendations", as_of=as_of)
    columns = ["item_id", "inventory_position", "on_hand", "protection_interval"]
    items = len(known)
    joined = alerts.merge(known[columns], left_on="subject", right_on="item_id", how="left")
    is_new = joined["opened_on"] == pd.Timestamp(as_of)
    return joined.assign(night=pd.Timestamp(as_of), items=items, is_new=is_new)


class _Truth:
    """What happened to the sample's items, known afterwards."""

    def __init__(self, file: Path) -> None:
        with open_night(file, LAST_DAY.isoformat()) as night:
            sales, held = night.daily_sales, night.stock_history
            history = held if held is not None else pd.DataFrame()
        days = pd.date_range(sales["day"].min(), sales["day"].max())
        self.sold = (
            sales.pivot_table(index="day", columns="item_id", values="quantity").reindex(days).fillna(0.0)
        )
        self.stock = history.pivot_table(index="day", columns="item_id", values="on_hand").reindex(days)

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
    new = standing[standing["is_new"]]
    right = new.assign(right=[truth.came_true(alert) for _, alert in new.iterrows()])
    print(f"{'type':22s} {'standing':>9s} {'new':>7s}   per 100 items and night {'came true':>10s}")
    for kind in sorted(standing["type"].unique()):
        judged = right.loc[(right["type"] == kind) & right["right"].notna(), "right"].astype(float)
        share = f"{judged.mean():9.0%} of {len(judged)}" if len(judged) else "        –"
        print(
            f"{kind:22s} {_rate(standing, kind, item_nights):9.2f} {_rate(new, kind, item_nights):7.2f} {share:>34s}"
        )
    print(f"{'all':22s} {100 * len(standing) / item_nights:9.2f} {100 * len(new) / item_nights:7.2f}")
    print(f"{len(nights)} nights, {standing['items'].max()} items")


def _rate(alerts: pd.DataFrame, kind: str, item_nights: int) -> float:
    return float(100 * (alerts["type"] == kind).sum() / item_nights)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
