"""Which lines of the business database are orders of ours that somebody typed in there: no unit is counted twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

_SAME = ["item_id", "supplier_id"]
_PART = ["order_line_id", *_SAME, "ordered_on", "received_on", "open", "quantity"]
MATCH = ["order_id", "item_id", "order_line_id", "received_on", "open", "quantity"]
SMALLEST = 1e-6  # below every unit's step: what is left of three times 0.1 out of 0.3 is nothing


@dataclass
class _Part:
    """Units of a source line that are not matched yet."""

    line: Any
    left: float


def source_parts(on_order: pd.DataFrame | None, receipts: pd.DataFrame) -> pd.DataFrame:
    """The lines of the business database, taken apart: what arrived on each day, what is open, what was given up.

    A line that is neither open any more nor fully received was closed short: its rest is given up. Without a table of
    open orders that cannot be told, and only what arrived is known.

    Args:
        on_order: Schema `ON_ORDER` with item_id; None when the source has none.
        receipts: Schema `RECEIPTS` with item_id.

    Returns:
        order_line_id, item_id, supplier_id, ordered_on, received_on (missing: not arrived), open and quantity (above
        0); first ordered first, of one line what arrived first.
    """
    arrived = receipts[receipts["received_quantity"] > 0]
    parts = [arrived.rename(columns={"received_quantity": "quantity"}).assign(open=False)]
    if on_order is not None:
        pending = on_order[on_order["open_quantity"] > 0].rename(columns={"open_quantity": "quantity"})
        parts += [pending.assign(open=True), _given_up(arrived, pending)]
    found = pd.concat([part.reindex(columns=_PART) for part in parts if len(part)] or [_no_parts()])
    order = ["ordered_on", "order_line_id", "received_on"]
    return found.sort_values([*order, "item_id"], kind="stable", ignore_index=True)


def matches(placed: pd.DataFrame, parts: pd.DataFrame, *, overdue_days: int) -> pd.DataFrame:
    """The units of the business database that are units of our order lines, first come, first matched.

    A line of the same item and supplier that was ordered on or after our order's day is ours, until ours is so late
    that nobody counts on it: what is ordered after that is another order. Orders that have arrived keep their units,
    so that a later order of ours cannot be taken for them.

    Args:
        placed: Schema `PLACED_LINES` with item_id; cancelled orders are not matched.
        parts: As `source_parts` gives them.
        overdue_days: An order this many days late is no longer counted on.

    Returns:
        order_id, item_id, order_line_id, received_on (missing: not arrived), open, and quantity (above 0); no unit of
        a part and no unit of ours is in two rows.
    """
    ours = placed[(placed["state"] != "cancelled") & (placed["quantity"] > 0)]
    ours = ours.sort_values(["ordered_on", "order_id", "item_id"], kind="stable")
    late = pd.Timedelta(days=overdue_days)
    ours = ours.assign(until=(ours["expected_on"] + late).fillna(pd.Timestamp.max.floor("D")))
    earliest = ours["ordered_on"].min()
    known = parts[parts["ordered_on"] >= earliest] if len(ours) else parts.iloc[:0]
    candidates = {
        key: [_Part(line, line.quantity) for line in lines.itertuples(index=False)]
        for key, lines in known.groupby(_SAME, sort=False)
    }
    rows = [row for line in ours.itertuples(index=False) for row in _taken(line, candidates)]
    made = pd.DataFrame(rows, columns=MATCH)
    return made.astype({"received_on": "datetime64[us]", "open": bool, "quantity": float})


def _taken(line: Any, candidates: dict[Any, list[_Part]]) -> Iterator[tuple[Any, ...]]:
    missing = line.quantity
    for part in candidates.get((line.item_id, line.supplier_id), ()):
        if missing <= SMALLEST or part.line.ordered_on > line.until:
            return
        if part.left <= SMALLEST or part.line.ordered_on < line.ordered_on:
            continue
        taken = min(missing, part.left)
        part.left -= taken
        missing -= taken
        theirs = part.line
        yield (line.order_id, line.item_id, theirs.order_line_id, theirs.received_on, theirs.open, taken)


def _given_up(arrived: pd.DataFrame, pending: pd.DataFrame) -> pd.DataFrame:
    lines = arrived.groupby("order_line_id", as_index=False).agg(
        {"item_id": "first", "supplier_id": "first", "ordered_on": "first"}
        | {"ordered_quantity": "max", "received_quantity": "sum"}
    )
    still_open = (
        pending.groupby("order_line_id")["quantity"].sum().reindex(lines["order_line_id"]).fillna(0.0)
    )
    rest = lines["ordered_quantity"] - lines["received_quantity"] - still_open.to_numpy()
    return lines.assign(quantity=rest, open=False, received_on=np.datetime64("NaT", "us"))[rest > SMALLEST]


def _no_parts() -> pd.DataFrame:
    days = dict.fromkeys(("ordered_on", "received_on"), "datetime64[us]")
    return pd.DataFrame(columns=_PART).astype(days | {"open": bool, "quantity": float})
