"""The night on a real shop: M5's 216 FOODS_1 items of CA_1, and what its forecasts missed.

OPTIFLOW_REAL_DATA=<folder> python -m benchmarks.real_store
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.m5_store import build_store, read_store
from optiflow_lib.forecasting import metrics
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.settings import Settings, load_settings
from optiflow_lib.store import last_night, read_night

HOLD_OUT_DAYS = 28
PROJECT = Path(__file__).resolve().parent.parent
SETTINGS = """
[source]
url = "sqlite:///m5_store.db"
mapping = "{mapping}"
main_location = "CA_1"
sample = true

[paths]
notebooks = "{notebooks}"

[forecast]
country = "US"

[purchasing]
currency = "USD"
vat_rate = 0.0
"""


def main() -> None:
    """Builds the source, runs the night on it, prints its summary and its errors on the days held out."""
    store, held_out = read_store(hold_out_days=HOLD_OUT_DAYS)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "optiflow.toml"
        file.write_text(
            SETTINGS.format(mapping=PROJECT / "benchmarks" / "m5.toml", notebooks=PROJECT / "notebooks"),
            encoding="utf-8",
        )
        build_store(Path(folder) / "m5_store.db", store)
        print(
            f"M5, store CA_1: {len(store.sales)} items, real sales to {store.sales.columns[-1]:%Y-%m-%d};",
            flush=True,
        )
        print("stock, suppliers, costs and lead times are simulated.\n", flush=True)
        command = [sys.executable, "-m", "optiflow_lib.cli", "nightly", "--settings", str(file)]
        status = subprocess.run(command, check=False).returncode
        if status not in (0, 3):
            sys.exit(status)
        print_errors(load_settings(file), held_out)


def print_errors(settings: Settings, held_out: pd.DataFrame) -> None:
    """WAPE, bias and 80 % coverage over all item-days held out, beside the seasonal naive's WAPE."""
    with opened_store(settings) as store:
        day = last_night(store)
        forecasts = read_night(store, "forecasts", as_of=day)
    actual = held_out.rename_axis(columns="day").stack().rename("actual").reset_index()
    judged = forecasts.merge(actual, on=["item_id", "day"])
    covered = judged["actual"].between(judged["q10"], judged["q90"])
    by_item = judged.groupby("item_id")[["forecast", "actual"]].sum()
    print(f"\nheld out: {HOLD_OUT_DAYS} days, {len(judged)} item-days, {judged['item_id'].nunique()} items")
    print(f"WAPE per item-day      {metrics.wape(judged['actual'], judged['forecast']):.3f}")
    print(f"WAPE of 28-day totals  {metrics.wape(by_item['actual'], by_item['forecast']):.3f}")
    print(f"bias                   {metrics.bias(judged['actual'], judged['forecast']):+.3f}")
    print(f"80 % interval covers   {np.mean(covered):.1%}")
    print("champions              " + ", ".join(f"{k} {n}" for k, n in _champions(forecasts).items()))


def _champions(forecasts: pd.DataFrame) -> pd.Series:
    return forecasts.groupby("item_id")["model"].first().value_counts()


if __name__ == "__main__":
    main()
