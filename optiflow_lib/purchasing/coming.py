"""What is on its way and what has arrived, told once: the business database and our own orders together."""

import numpy as np
import pandas as pd

from optiflow_lib.purchasing.matching import SMALLEST

OPEN = ("approved", "sent", "partly_received")  # on its way, or about to be
_LINE = ["order_id", "item_id"]


def line_standing(placed: pd.DataFrame, entered: pd.DataFrame, matched: pd.DataFrame) -> pd.DataFrame:
    """How each order line of ours stands once what the business database shows of it is known.

    What a person entered and what the business database received are the same units as far as they go.

    Args:
        placed: Schema `PLACED_LINES` with item_id.
        entered: Schema `ENTERED_RECEIPTS` with item_id.
        matched: As `matching.matches` gives it.

    Returns:
        `placed` and entered, arrived (received by the source), shown (by the source, arrived or not), open (units on
        their way that the source does not show, never negative) and finished (nothing of it will come any more).
    """
    of_line = pd.MultiIndex.from_frame(placed[_LINE])
    units = {
        "entered": _sum(entered, of_line).clip(lower=0.0),
        "arrived": _sum(matched[matched["received_on"].notna()], of_line),
        "shown": _sum(matched, of_line),
    }
    pending = _sum(matched[matched["open"]], of_line)
    standing = placed.assign(**{name: values.to_numpy() for name, values in units.items()})
    only_entered = (standing["entered"] - standing["arrived"]).clip(lower=0.0)
    missing = (standing["quantity"] - standing["shown"] - only_entered).clip(lower=0.0)
    missing = missing.where(missing > SMALLEST, 0.0)
    is_open = standing["state"].isin(OPEN)
    nothing_due = (missing == 0) & (pending.to_numpy() <= SMALLEST)
    return standing.assign(open=missing.where(is_open, 0.0), finished=nothing_due | ~is_open)


def all_on_order(on_order: pd.DataFrame, standing: pd.DataFrame) -> pd.DataFrame:
    """Schema `ON_ORDER` with item_id and order_id: the lines of the source, then ours that it does not show.

    Args:
        on_order: Schema `ON_ORDER` with item_id.
        standing: As `line_standing` gives it.
    """
    ours = standing[standing["open"] > 0].sort_values(_LINE)
    ours = ours.assign(order_line_id=line_names(ours), open_quantity=ours["open"])
    both = [part for part in (on_order.assign(order_id=None), ours) if len(part)]
    columns = [*on_order.columns, *(["order_id"] if "order_id" not in on_order else [])]
    joined = pd.concat(both, ignore_index=True) if both else on_order.assign(order_id=None)
    return joined[columns].astype({"order_id": "str"})


def all_receipts(receipts: pd.DataFrame, entered: pd.DataFrame, standing: pd.DataFrame) -> pd.DataFrame:
    """Schema `RECEIPTS` with item_id: those of the source, then what people entered that it does not show.

    Of each of our lines the first units entered are those that the source received; what was taken back is taken from
    the last ones. They were ordered on the day the supplier took the order: the wait for it is no lead time.
    """
    told = ["supplier_id", "ordered_on", "sent_on", "leaves_on", "expected_on", "quantity", "arrived"]
    lines = standing[[*_LINE, *told]]
    rows = entered[entered["quantity"] > 0].rename(columns={"quantity": "units"})
    rows = rows.sort_values([*_LINE, "received_on"], kind="stable").merge(lines, on=_LINE)
    total = _sum(entered, pd.MultiIndex.from_frame(rows[_LINE])).clip(lower=0.0).to_numpy()
    after = rows.groupby(_LINE)["units"].cumsum()
    last, first = np.minimum(after, total), np.minimum(after - rows["units"], total)
    kept = last.clip(lower=rows["arrived"]) - first.clip(lower=rows["arrived"])
    rows = rows.assign(
        ordered_on=_taken_on(rows),
        received_quantity=kept,
        ordered_quantity=rows["quantity"],
        promised_on=rows["expected_on"],
        order_line_id=line_names(rows),
    )[kept > SMALLEST]
    both = [part for part in (receipts, rows.reindex(columns=receipts.columns)) if len(part)]
    return pd.concat(both, ignore_index=True) if both else receipts


def line_names(lines: pd.DataFrame) -> pd.Series:
    """An order_line_id of our own for each line: no source's numbers look like it."""
    return lines["order_id"] + " " + lines["item_id"]


def _taken_on(rows: pd.DataFrame) -> pd.Series:
    """The day on which the supplier took the order of each receipt, not after it came."""
    asked = rows["sent_on"].fillna(rows["ordered_on"])
    taken = asked.where(asked >= rows["leaves_on"], rows["leaves_on"]).fillna(asked)
    return taken.where(taken <= rows["received_on"], asked)


def _sum(rows: pd.DataFrame, lines: pd.MultiIndex) -> pd.Series:
    return rows.groupby(_LINE)["quantity"].sum().reindex(lines).fillna(0.0)
