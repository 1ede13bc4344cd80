"""How long the table of suggestions takes for a shop of 10,000 items, traces included; the bar is 10 s.

python -m benchmarks.suggestions [ITEMS]
"""

import sys
import time
from datetime import date

import numpy as np
import pandas as pd

from benchmarks.machine import print_header
from optiflow_lib.inventory import Known, executed, recommendations, spending_curve
from optiflow_lib.schemas import Schema
from optiflow_lib.schemas.results import FORECASTS, INTERVAL_DEMAND, INTERVAL_QUANTILES, ITEMS, PERCENTS
from optiflow_lib.schemas.source import PRODUCTS, SUPPLIERS
from optiflow_lib.schemas.stock import CLASSES, LEAD_TIMES, POSITIONS
from optiflow_lib.settings import InventorySettings

BAR_S = 10.0
NIGHT = date(2026, 10, 30)
SUPPLIER_COUNT, SAMPLES, HORIZON = 60, 200, 30


def main(n_items: int) -> None:
    """Prints the seconds of each step and whether the bar is met."""
    print_header(f"Suggestions for {n_items:,} items")
    known = shop(n_items, seed=1)
    plain, tight = InventorySettings(), InventorySettings(budget=20_000.0)
    rows, made = [], {}
    for name, settings in (("suggestions and traces", plain), ("the same within a budget", tight)):
        made[name], timing = _timed(lambda settings=settings: recommendations(known, settings))
        rows.append((name, *timing))
    suggested = made["suggestions and traces"]
    _, timing = _timed(lambda: spending_curve(suggested, interval_demand=known.interval_demand))
    rows.append(("curve of euros and margin", *timing))
    print(f"{'step':28s} {'CPU s':>7s} {'wall s':>7s}")
    for name, cpu, wall in rows:
        print(f"{name:28s} {cpu:7.2f} {wall:7.2f}")
    print(f"{(suggested['order_quantity'] > 0).sum():,} lines ordered, {suggested['value_eur'].sum():,.0f} €")
    again = [executed(trace) for trace in suggested["trace"].head(1000)]
    print("1,000 traces executed again:", again == suggested["order_quantity"].head(1000).tolist())
    print(f"bar {BAR_S:.0f} s: {'met' if rows[0][1] <= BAR_S else 'MISSED'}")


def _timed(work):
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    return result, (time.process_time() - cpu, time.perf_counter() - wall)


def shop(n: int, *, seed: int) -> Known:
    """`n` items of 60 suppliers with packs, price breaks, francos and minimum orders; two in three are due."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"{number:06d}" for number in range(n)])
    supplier = np.array([f"S{number}" for number in rng.integers(0, SUPPLIER_COUNT, n)])
    mean, cost = rng.lognormal(0, 1.2, n), rng.uniform(1, 9, n)
    lead_time, review = rng.integers(2, 15, n).astype(float), rng.choice([1.0, 3.0, 7.0], n)
    held = np.round(mean * (lead_time + review) * rng.uniform(0.3, 3, n))
    return Known(
        items=_frame(ITEMS, item_id=ids, product_id=ids, name=ids, location_id="M01", location="M01", category="–", unit="", unit_step=1.0, unit_cost=cost, price=1.4 * cost, vat_rate=0.2, supplier_id=supplier, supplier=supplier),
        products=_frame(PRODUCTS, product_id=ids, name=ids, shelf_life_days=np.where(rng.random(n) < 0.1, 30.0, np.nan)),
        suppliers=_frame(SUPPLIERS, supplier_id=np.unique(supplier), name="", free_delivery_from=400.0, minimum_order_value=100.0),
        supplier_terms=_terms(ids, supplier, cost),
        positions=_frame(POSITIONS, item_id=ids, on_hand=held, inventory_position=held, **dict.fromkeys(("reserved", "backorders", "on_order", "on_order_in_time"), 0.0)),
        lead_times=_frame(LEAD_TIMES, item_id=ids, supplier_id=supplier, lead_time=lead_time, lead_time_sd=1.0, observations=9, basis="receipts", order_on=pd.Timestamp("2026-10-31"), review_period=review),
        classes=_frame(CLASSES, item_id=ids, abc=rng.choice(["A", "B", "C"], n), xyz="X", pattern="smooth"),
        interval_demand=_interval_demand(ids, mean, lead_time, lead_time + review, rng),
        forecasts=_frame(FORECASTS, item_id=np.repeat(ids, HORIZON), day=np.tile(pd.date_range("2026-10-31", periods=HORIZON), n), forecast=np.repeat(mean, HORIZON), q10=0.0, q50=0.0, q90=0.0, model="moving_average"),
        as_of=NIGHT,
    )  # fmt: skip


def _frame(schema: Schema, **columns: object) -> pd.DataFrame:
    made = pd.DataFrame(columns)
    absent = {name: None for name in schema.columns if name not in made}
    return schema.check(made.assign(**absent), where="benchmark")


def _terms(ids: np.ndarray, supplier: np.ndarray, cost: np.ndarray) -> pd.DataFrame:
    terms = {"item_id": ids, "supplier_id": supplier, "minimum_quantity": 6.0, "multiple": 6.0}
    terms |= {"discount_kind": "all_units", "lead_time": 5.0}
    breaks = [pd.DataFrame(terms | {"from_quantity": least, "unit_cost": cost * share}) for least, share in ((0.0, 1.0), (120.0, 0.97))]  # fmt: skip
    return pd.concat(breaks).sort_values(["item_id", "from_quantity"], ignore_index=True)


def _interval_demand(
    ids: np.ndarray, mean: np.ndarray, before: np.ndarray, until: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    parts = []
    for name, days in (("lead_time", before), ("protection", until)):
        drawn = rng.negative_binomial(3, 3 / (3 + mean * days), (SAMPLES, len(ids))).astype(float)
        levels = np.quantile(drawn, np.array(PERCENTS) / 100, axis=0)
        columns = {
            "item_id": ids,
            "interval": name,
            "days": days,
            "mean": drawn.mean(axis=0),
            "sd": drawn.std(axis=0),
        }
        parts.append(_frame(INTERVAL_DEMAND, **columns, **dict(zip(INTERVAL_QUANTILES, levels, strict=True))))
    return pd.concat(parts, ignore_index=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
