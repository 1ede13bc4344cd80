"""The order book of a night: what is on its way and what has arrived, the source and our own orders together."""

from dataclasses import dataclass

import pandas as pd

from optiflow_lib import purchasing
from optiflow_lib.jobs.items import with_item_id
from optiflow_lib.schemas import Schema
from optiflow_lib.schemas.operations import ENTERED_RECEIPTS, PLACED_LINES
from optiflow_lib.schemas.source import ON_ORDER, RECEIPTS
from optiflow_lib.settings import Settings
from optiflow_lib.source import Inputs


@dataclass(frozen=True)
class Book:
    """Orders as the night sees them; frames carry an item_id.

    Args:
        on_order: Schema `ON_ORDER` and order_id: the open lines of the source, then ours that it does not show.
        receipts: Schema `RECEIPTS`: those of the source, then what people entered that it does not show.
        standing: Our lines, as `purchasing.line_standing` gives them.
        matched: Units of the source that are ours, as `purchasing.matches` gives them.
    """

    on_order: pd.DataFrame
    receipts: pd.DataFrame
    standing: pd.DataFrame
    matched: pd.DataFrame

    @property
    def arrived(self) -> pd.DataFrame:
        """order_id, item_id, received_on and quantity: what the source received of our orders."""
        came = self.matched[self.matched["received_on"].notna()]
        return came[["order_id", "item_id", "received_on", "quantity"]]

    @property
    def items_ordered(self) -> frozenset[str]:
        """Items of orders of ours that are on their way."""
        return frozenset(self.standing.loc[self.standing["state"].isin(purchasing.OPEN), "item_id"])

    @property
    def finished(self) -> list[str]:
        """Orders on their way of which something came and nothing more will."""
        on_way = self.standing[self.standing["state"].isin(purchasing.OPEN)]
        came = on_way["arrived"] + on_way["entered"]
        by_order = on_way.assign(came=came > 0).groupby("order_id")[["finished", "came"]]
        done = by_order.agg({"finished": "all", "came": "any"})
        numbers: list[str] = done.index[done["finished"] & done["came"]].tolist()
        return numbers


def book_of(inputs: Inputs, settings: Settings) -> Book:
    """The order book from a night's frozen inputs; those frozen without our orders are the source's alone."""
    placed = _rows(inputs, settings, PLACED_LINES, "placed_lines")
    entered = _rows(inputs, settings, ENTERED_RECEIPTS, "entered_receipts")
    on_order = _rows(inputs, settings, ON_ORDER, "on_order")
    receipts = _rows(inputs, settings, RECEIPTS, "receipts")
    matched = purchasing.matches(
        placed,
        on_order if inputs.has("on_order") else None,
        receipts,
        overdue_days=settings.inventory.overdue_days,
    )
    standing = purchasing.line_standing(placed, entered, matched)
    return Book(
        on_order=purchasing.all_on_order(on_order, standing),
        receipts=purchasing.all_receipts(receipts, entered, standing),
        standing=standing,
        matched=matched,
    )


def _rows(inputs: Inputs, settings: Settings, schema: Schema, table: str) -> pd.DataFrame:
    rows = schema.check(inputs.read(table), where=f"frozen {table}") if inputs.has(table) else schema.empty()
    return with_item_id(rows, settings)
