"""Small frames of one shop, each row named by what differs from an ordinary one."""

from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.schemas.results import FORECASTS, INTERVAL_DEMAND, INTERVAL_QUANTILES, ITEMS, PERCENTS
from optiflow_lib.schemas.source import ON_ORDER, PRODUCTS, RECEIPTS, STOCK, SUPPLIERS
from optiflow_lib.schemas.stock import CLASSES, LEAD_TIMES, POSITIONS

NIGHT = date(2026, 10, 30)  # a Friday
TODAY = pd.Timestamp(NIGHT)


def day(ahead: int) -> pd.Timestamp:
    """The day so many days after the night (before it when negative)."""
    return TODAY + pd.Timedelta(days=ahead)


def _frame(schema, usual, rows):
    return schema.check(
        pd.DataFrame([usual | row for row in rows], columns=list(schema.columns)), where="test"
    )


def items(*rows: dict) -> pd.DataFrame:
    """Items A, B, … of supplier S1 at 2 € a piece, sold at 3 €."""
    usual = {"location_id": "M01", "location": "Paris", "category": "Tea", "unit": "piece", "unit_step": 1.0}
    usual |= {"unit_cost": 2.0, "price": 3.0, "vat_rate": 0.2, "supplier_id": "S1", "supplier": "Tea & Co"}
    usual |= {"launched_on": None, "ends_on": None}
    named = [
        {"item_id": name, "product_id": name, "name": f"Tea {name}"} | row
        for name, row in zip("ABCDEFGH", rows or ({},), strict=False)
    ]
    return _frame(ITEMS, usual, [row | {"product_id": row["item_id"]} for row in named])


def products(*rows: dict) -> pd.DataFrame:
    """Products A, B, … as the source lists them."""
    usual = {"category": "Tea", "unit": "piece"}
    named = zip("ABCDEFGH", rows or ({},), strict=False)
    return _frame(PRODUCTS, usual, [{"product_id": name, "name": f"Tea {name}"} | row for name, row in named])


def suppliers(*rows: dict) -> pd.DataFrame:
    """Suppliers S1, S2, … that take orders every day."""
    named = [
        {"supplier_id": f"S{n}", "name": f"Supplier {n}"} | row for n, row in enumerate(rows or ({},), 1)
    ]
    return _frame(SUPPLIERS, {}, named)


def terms(*rows: dict) -> pd.DataFrame:
    """Terms valid today with item_id: of S1, at 2 €, without minimum."""
    usual = {
        "item_id": "A",
        "supplier_id": "S1",
        "minimum_quantity": np.nan,
        "multiple": np.nan,
        "from_quantity": np.nan,
        "unit_cost": 2.0,
        "discount_kind": None,
        "lead_time": np.nan,
    }
    return pd.DataFrame([usual | row for row in rows], columns=list(usual))


def receipts(*waits: int, item="A", supplier="S1", every=10, **values) -> pd.DataFrame:
    """One order line per wait, ordered `every` days apart, the last one received some days ago."""
    first = len(waits) * every + max([0, *waits])
    rows = [
        {
            "order_line_id": f"{supplier}-{item}-{n}",
            "ordered_on": day(-first + n * every),
            "received_on": day(-first + n * every + wait),
        }
        for n, wait in enumerate(waits)
    ]
    usual = {"product_id": item, "location_id": "M01", "supplier_id": supplier, "promised_on": None}
    usual |= {"ordered_quantity": 10.0, "received_quantity": 10.0} | values
    return _frame(RECEIPTS, usual, rows).assign(item_id=item)


def stock(**on_hand: float) -> pd.DataFrame:
    """Stock per item; ``A=5`` is five on hand."""
    rows = [
        {"product_id": name, "on_hand": held, "reserved": 0.0, "backordered": 0.0}
        for name, held in on_hand.items()
    ]
    made = _frame(STOCK, {"location_id": "M01"}, rows)
    return made.assign(item_id=made["product_id"])


def on_order(*rows: dict) -> pd.DataFrame:
    """Open order lines of 10 A from S1, ordered five days ago, expected in two days."""
    usual = {"product_id": "A", "location_id": "M01", "supplier_id": "S1", "open_quantity": 10.0}
    usual |= {"ordered_on": day(-5), "expected_on": day(2)}
    made = _frame(ON_ORDER, usual, [{"order_line_id": f"L{n}"} | row for n, row in enumerate(rows)])
    return made.assign(item_id=made["product_id"])


def lead_times(*rows: dict) -> pd.DataFrame:
    """Lead time of A, B, …: always four days, ordered tomorrow and every day after."""
    usual = {"supplier_id": "S1", "lead_time": 4.0, "lead_time_sd": 0.0, "observations": 9}
    usual |= {"basis": "receipts", "order_on": day(1), "review_period": 1.0}
    named = zip("ABCDEFGH", rows or ({},), strict=False)
    return _frame(LEAD_TIMES, usual, [{"item_id": name} | row for name, row in named])


def classes(*abc: str) -> pd.DataFrame:
    """Classes of A, B, …."""
    rows = [{"item_id": name, "abc": letter} for name, letter in zip("ABCDEFGH", abc or "A", strict=False)]
    return _frame(CLASSES, {"xyz": "X", "pattern": "smooth"}, rows)


def positions(*rows: dict) -> pd.DataFrame:
    """Positions of A, B, …: nothing there."""
    usual = dict.fromkeys(
        ("on_hand", "reserved", "backorders", "on_order", "on_order_in_time", "inventory_position"), 0.0
    )
    named = zip("ABCDEFGH", rows or ({},), strict=False)
    return _frame(POSITIONS, usual | {"next_arrival": None}, [{"item_id": n} | row for n, row in named])


def forecasts(*daily: float, days: int = 30) -> pd.DataFrame:
    """The same demand every day for A, B, …."""
    rows = [
        {
            "item_id": name,
            "day": day(n + 1),
            "forecast": mean,
            "q10": 0.6 * mean,
            "q50": mean,
            "q90": 1.5 * mean,
        }
        for name, mean in zip("ABCDEFGH", daily, strict=False)
        for n in range(days)
    ]
    return _frame(FORECASTS, {"model": "moving_average"}, rows)


def interval_demand(
    *daily: float, before: float = 4, until: float = 5, samples: int = 20_000
) -> pd.DataFrame:
    """Poisson demand of A, B, … over the lead time and over the protection interval (days)."""
    rng = np.random.default_rng(7)
    rows = []
    for name, mean in zip("ABCDEFGH", daily, strict=False):
        first = rng.poisson(mean * before, samples).astype(float)
        both = first + rng.poisson(mean * (until - before), samples)
        for interval, drawn, days in (("lead_time", first, before), ("protection", both, until)):
            levels = dict(zip(INTERVAL_QUANTILES, np.quantile(drawn, np.array(PERCENTS) / 100), strict=True))
            rows.append(
                {"item_id": name, "interval": interval, "days": days, "mean": drawn.mean(), "sd": drawn.std()}
                | levels
            )
    return _frame(INTERVAL_DEMAND, {}, rows)
