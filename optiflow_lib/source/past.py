"""What stock and open orders were on an earlier day: most databases keep only changes, or no history at all."""

from datetime import date

import pandas as pd

from optiflow_lib.schemas.source import ON_ORDER, STOCK, STOCK_HISTORY

PAIR = ["product_id", "location_id"]


def every_evening(history: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """Schema `STOCK_HISTORY` with a row for each day from an item's first one to `as_of`.

    A day without a row ended with the stock of the evening before: a history may hold only changes.
    """
    ordered = history.sort_values([*PAIR, "day"], ignore_index=True)
    following = ordered.groupby(PAIR)["day"].shift(-1).fillna(pd.Timestamp(as_of) + pd.Timedelta(days=1))
    lasts = (following - ordered["day"]).dt.days
    if (lasts == 1).all():
        return history
    rows = ordered.loc[ordered.index.repeat(lasts)]
    later = rows.groupby(level=0).cumcount()
    filled = rows.assign(
        day=rows["day"] + pd.to_timedelta(later, unit="D"),
        in_stock_share=rows["in_stock_share"].where(later == 0),
    )
    return STOCK_HISTORY.check(filled, where="stock history, every evening")


def as_they_stood(
    frames: dict[str, pd.DataFrame],
    received_later: pd.DataFrame | None,
    *,
    as_of: date,
    last_day: date | None,
) -> list[str]:
    """Puts `stock` and `on_order` of `frames` back to a day before the source's last; says how, in plain words.

    Stock is the last known of each item in the stock history up to that day; open orders are those of today that were
    already placed, and lines received since. Without a history stock stays as it is today, and the note says so.
    """
    if last_day is None or as_of >= last_day:
        return []
    notes = []
    if "stock_history" in frames:
        frames["stock"] = _stock_then(frames["stock_history"], as_of)
        notes.append(f"stock is that of the stock history on {as_of}")
    else:
        notes.append("stock is today's: the source has no stock history")
    if "on_order" in frames:
        frames["on_order"] = _open_then(frames["on_order"], received_later, pd.Timestamp(as_of))
        notes.append(f"open orders are those placed by {as_of} and not received by then")
    return notes


def _stock_then(history: pd.DataFrame, as_of: date) -> pd.DataFrame:
    known = history[history["day"] <= pd.Timestamp(as_of)].sort_values("day")
    last = known.drop_duplicates(PAIR, keep="last")[[*PAIR, "on_hand"]]
    return STOCK.check(last.sort_values(PAIR), where=f"stock history of {as_of}")


def _open_then(
    open_now: pd.DataFrame, received_later: pd.DataFrame | None, day: pd.Timestamp
) -> pd.DataFrame:
    lines = [open_now]
    if received_later is not None:
        names = {"received_quantity": "open_quantity", "promised_on": "expected_on"}
        lines.append(received_later.rename(columns=names)[list(ON_ORDER.columns)])
    known = pd.concat([rows for rows in lines if len(rows)] or [open_now])
    placed = known[known["ordered_on"] <= day]
    # One line arrives in parts, and today's expected day may differ from the one first promised: a row per line.
    first = placed.drop_duplicates("order_line_id").set_index("order_line_id")
    quantity = placed.groupby("order_line_id")["open_quantity"].sum()
    rows = first.assign(open_quantity=quantity).sort_index().reset_index()
    return ON_ORDER.check(rows, where="orders open then")
