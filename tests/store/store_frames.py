"""Frames that meet any schema, seeded, and small makers of orders and alerts."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from optiflow_lib.schemas.operations import ORDER_LINES, ORDERS
from optiflow_lib.schemas.results import NIGHT_TABLES
from optiflow_lib.schemas.stock import ALERTS

NIGHT = date(2026, 10, 31)
# For tests that ask the database nothing that another test does not ask both.
on_sqlite = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
HOSTILE = (
    "0001",
    "0001@M02",
    "a@b@M01",
    "<b>é Ω ж €</b>",
    "'; DROP TABLE items; --",
    "tab\tnew\nline \\N",
    "%s :x",
)


def frame_of(table: str, *, ids=HOSTILE, seed: int = 0) -> pd.DataFrame:
    """A frame of a night's table with every item, its key sorted, its optional values missing here and there."""
    schema, rng = NIGHT_TABLES[table], np.random.default_rng(seed)
    first = next(iter(schema.key), None)
    ids = sorted(ids)
    columns = {}
    for name, column in schema.columns.items():
        values = _values(column, len(ids), rng)
        if column.nullable:
            values = pd.Series(values).where(pd.Series(rng.random(len(ids)) < 0.7))
        columns[name] = values
    frame = pd.DataFrame(columns)
    if first in ("event_id", "kpi", "made_on"):
        frame[first] = (
            [f"E{n}" for n in range(len(ids))]
            if first != "made_on"
            else pd.date_range("2026-10-01", periods=len(ids))
        )
    if "item_id" in schema.columns:
        frame["item_id"] = ids
    if "product_id" in schema.columns:  # items: the keys and the id say the same
        at = [i.rsplit("@", 1) if "@" in i else (i, "M01") for i in ids]
        frame["product_id"], frame["location_id"] = zip(*at, strict=True)
    return schema.check(frame, where=table)


def _values(column, n, rng):
    if column.choices:
        return rng.choice(column.choices, n)
    if column.kind in ("day", "time"):
        return pd.Timestamp("2026-11-01") + pd.to_timedelta(rng.integers(0, 30, n), unit="D")
    return {
        "text": lambda: rng.choice(HOSTILE, n),
        "number": lambda: rng.normal(0, 1e3, n),
        "whole": lambda: rng.integers(0, 2**40, n),
        "flag": lambda: rng.random(n) < 0.5,
    }[column.kind]()


def alert(
    subject="0001", cause="stockout", *, kind="item", opened_on=NIGHT, state="open", **values
) -> pd.DataFrame:
    """One alert as a frame."""
    row = {
        "type": cause,
        "subject_kind": kind,
        "subject": subject,
        "severity": "high",
        "state": state,
        "euros_at_risk": 12.5,
        "detail": "{}",
        "opened_on": opened_on,
        "last_seen_on": NIGHT,
    }
    return ALERTS.check(
        pd.DataFrame([row | dict.fromkeys(("resolved_on", "snoozed_until", "handled_by")) | values]),
        where="test",
    )


def suggested(quantities: dict[str, float], *, supplier="S1", location="M01", as_of=NIGHT):
    """Orders and lines of one draft as `purchasing.drafts` makes them."""
    order_id = f"{supplier} {location}"
    order = {"order_id": order_id, "supplier_id": supplier, "location_id": location, "state": "draft"}
    orders = pd.DataFrame([order | {"as_of": as_of, "created_on": as_of, "expected_on": None, "note": None}])
    lines = pd.DataFrame(
        [
            {"order_id": order_id, "item_id": item, "suggested_quantity": quantity, "quantity": quantity}
            for item, quantity in quantities.items()
        ],
        columns=["order_id", "item_id", "suggested_quantity", "quantity"],
    ).assign(received_quantity=0.0, unit_cost=2.5, vat_rate=0.2, edited_by=None, reason=None)
    if not quantities:
        return ORDERS.empty(), ORDER_LINES.empty()
    return ORDERS.check(orders, where="test"), ORDER_LINES.check(lines, where="test")


def together(*suggestions):
    """Several suggestions as one pair of frames."""
    orders, lines = zip(*suggestions, strict=True)
    return pd.concat(orders), pd.concat(lines)
