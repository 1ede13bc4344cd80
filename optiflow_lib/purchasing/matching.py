"""Which lines of the business database are orders of ours that somebody typed in there: no unit is counted twice."""

import numpy as np
import pandas as pd

_SAME = ["item_id", "supplier_id"]
_PART = ["order_line_id", *_SAME, "ordered_on", "received_on", "open", "quantity"]
SMALLEST = 1e-6  # below every unit's step: what is left of three times 0.1 out of 0.3 is nothing


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


def matches(
    placed: pd.DataFrame, on_order: pd.DataFrame | None, receipts: pd.DataFrame, *, overdue_days: int
) -> pd.DataFrame:
    """The units of the business database that are units of our order lines, first come, first matched.

    A line of the same item and supplier that was ordered on or after our order's day is ours, until ours is so late
    that nobody counts on it: what is ordered after that is another order. Orders that have arrived keep their units,
    so that a later order of ours cannot be taken for them.

    Args:
        placed: Schema `PLACED_LINES` with item_id; cancelled orders are not matched.
        on_order: Schema `ON_ORDER` with item_id; None when the source has none.
        receipts: Schema `RECEIPTS` with item_id.
        overdue_days: An order this many days late is no longer counted on.

    Returns:
        order_id, item_id, order_line_id, received_on (missing: not arrived), open, and quantity (above 0); no unit of
        a part and no unit of ours is in two rows.
    """
    ours = placed[(placed["state"] != "cancelled") & (placed["quantity"] > 0)]
    ours = ours.sort_values(["ordered_on", "order_id", "item_id"], kind="stable", ignore_index=True)
    pending = None if on_order is None else _possible(on_order, ours)
    parts = source_parts(pending, _possible(receipts, ours))
    last_days = ours["expected_on"] + pd.Timedelta(days=overdue_days)
    taken = _first_come(ours.assign(until=last_days), parts)
    line, part, quantity = (list(column) for column in zip(*taken, strict=True)) if taken else ([], [], [])
    theirs = parts.loc[part, ["order_line_id", "received_on", "open"]].reset_index(drop=True)
    owner = ours.loc[line, ["order_id", "item_id"]].reset_index(drop=True)
    return owner.join(theirs).assign(quantity=np.asarray(quantity, dtype=float))


def _possible(rows: pd.DataFrame, ours: pd.DataFrame) -> pd.DataFrame:
    """The lines of the source that may be ours: years of receipts are not."""
    recent = rows[rows["ordered_on"] >= ours["ordered_on"].min()]
    return recent[recent["item_id"].isin(ours["item_id"].unique())]


def _first_come(ours: pd.DataFrame, parts: pd.DataFrame) -> list[tuple[int, int, float]]:
    """Rows of ours, rows of parts and the units that they share."""
    numbers = {key: rows.tolist() for key, rows in parts.groupby(_SAME, sort=False).groups.items()}
    left, ordered_on = parts["quantity"].tolist(), parts["ordered_on"].tolist()
    first = dict.fromkeys(
        numbers, 0
    )  # the parts of a key before this one are taken, or older than any order to come
    taken = []
    for line in ours[[*_SAME, "ordered_on", "until", "quantity"]].itertuples():
        key = (line.item_id, line.supplier_id)
        candidates, missing = numbers.get(key, ()), line.quantity
        while first.get(key, 0) < len(candidates) and missing > SMALLEST:
            part = candidates[first[key]]
            if ordered_on[part] > line.until:
                break
            shared = min(missing, left[part]) if ordered_on[part] >= line.ordered_on else 0.0
            if shared > 0:
                taken.append((line.Index, part, shared))
            left[part] -= shared
            missing -= shared
            if left[part] <= SMALLEST or ordered_on[part] < line.ordered_on:
                first[key] += 1
    return taken


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
