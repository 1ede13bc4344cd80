"""Stock and open orders have no history of their own in most databases: what they were on an earlier day."""

from datetime import date

import pandas as pd

from optiflow_lib.schemas.source import ON_ORDER, STOCK

LINE = ["order_line_id", "product_id", "location_id", "supplier_id"]


def as_they_stood(
    frames: dict[str, pd.DataFrame],
    received_later: pd.DataFrame | None,
    *,
    as_of: date,
    last_day: date | None,
) -> list[str]:
    """Puts `stock` and `on_order` of `frames` back to a day before the source's last; says how, in plain words.

    Stock comes from the stock history of that day; open orders are those of today that were already placed, and
    lines received since. Without a history they stay as they are today, and the note says so.
    """
    if last_day is None or as_of >= last_day:
        return []
    notes = []
    day = pd.Timestamp(as_of)
    if "stock_history" in frames:
        history = frames["stock_history"]
        then = history[history["day"] == day].drop(columns=["day", "in_stock_share"])
        frames["stock"] = STOCK.check(then, where=f"stock history of {as_of}")
        notes.append(f"stock is that of the stock history on {as_of}")
    else:
        notes.append("stock is today's: the source has no stock history")
    if "on_order" in frames:
        frames["on_order"] = _open_then(frames["on_order"], received_later, day)
        notes.append(f"open orders are those placed by {as_of} and not received by then")
    return notes


def _open_then(
    open_now: pd.DataFrame, received_later: pd.DataFrame | None, day: pd.Timestamp
) -> pd.DataFrame:
    lines = [open_now]
    if received_later is not None:
        names = {"received_quantity": "open_quantity", "promised_on": "expected_on"}
        lines.append(received_later.rename(columns=names)[list(ON_ORDER.columns)])
    known = pd.concat(lines)
    placed = known[known["ordered_on"] <= day]
    days = ["ordered_on", "expected_on"]
    summed = placed.groupby([*LINE, *days], dropna=False, as_index=False)["open_quantity"].sum()
    return ON_ORDER.check(summed, where="orders open then")
