"""What stands on an order's documents, whatever their form."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from optiflow_lib.purchasing.amounts import LineAmount, OrderAmount, line_amounts, order_amount
from optiflow_lib.purchasing.plain import plain
from optiflow_lib.settings import PurchasingSettings


@dataclass(frozen=True)
class PaperLine:
    """One line: a product, how much of it, and what it costs."""

    product_id: str
    name: str
    unit: str
    amount: LineAmount


@dataclass(frozen=True)
class Paper:
    """An order as it is printed. Words are as the business database holds them, not yet made printable."""

    order_id: str
    state: str
    ordered_on: date
    expected_on: date | None
    company: PurchasingSettings
    supplier: pd.Series
    deliver_to: str
    lines: tuple[PaperLine, ...]
    amount: OrderAmount

    @property
    def is_valid(self) -> bool:
        """May the supplier act on it? Not on a draft, nor on an order that was cancelled."""
        return self.state not in ("draft", "cancelled")


def order_paper(
    order: pd.Series,
    lines: pd.DataFrame,
    *,
    items: pd.DataFrame,
    supplier: pd.Series,
    company: PurchasingSettings,
    approved_on: date | None,
) -> Paper:
    """Brings together what an order's document shows.

    Args:
        order: A row of schema `ORDERS`.
        lines: Its lines, schema `ORDER_LINES`.
        items: Schema `ITEMS`.
        supplier: A row of schema `SUPPLIERS`.
        company: Who orders.
        approved_on: The day of the order; None: the day the draft was made.
    """
    of_order = paper_lines(lines, items=items, currency=company.currency)
    places = items.loc[items["location_id"] == order["location_id"], "location"]
    return Paper(
        order_id=order["order_id"],
        state=order["state"],
        ordered_on=approved_on or order["created_on"].date(),
        expected_on=None if pd.isna(order["expected_on"]) else order["expected_on"].date(),
        company=company,
        supplier=supplier,
        deliver_to=places.iloc[0] if len(places) else order["location_id"],
        lines=of_order,
        amount=order_amount((line.amount for line in of_order), currency=company.currency),
    )


def paper_lines(lines: pd.DataFrame, *, items: pd.DataFrame, currency: str) -> tuple[PaperLine, ...]:
    """The lines of an order with the names of their items; lines of quantity 0 are left out.

    An item that is not in `items` is named by its id alone.
    """
    known = items.set_index("item_id")
    amounts = line_amounts(lines[lines["quantity"] > 0], currency=currency)
    return tuple(_line(amount, known) for amount in amounts)


def _line(amount: LineAmount, known: pd.DataFrame) -> PaperLine:
    if amount.item_id not in known.index:
        return PaperLine(amount.item_id, "", "", amount)
    item = known.loc[amount.item_id]
    return PaperLine(item["product_id"], item["name"], item["unit"], amount)


def address_lines(address: object) -> list[str]:
    """The lines of an address that was written on several, or on one with commas."""
    if not isinstance(address, str):
        return []
    separator = "\n" if "\n" in address.strip() else ", "
    return [line for line in map(plain, address.split(separator)) if line]
