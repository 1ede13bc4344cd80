"""Orders, lines, items and suppliers as the store and the source give them, with names that attack their reader."""

from datetime import date

import pandas as pd

from optiflow_lib.schemas.operations import ORDER_LINES, ORDERS
from optiflow_lib.schemas.results import ITEMS
from optiflow_lib.schemas.source import SUPPLIERS
from optiflow_lib.schemas.stock import LEAD_TIMES, RECOMMENDATIONS
from optiflow_lib.settings import PurchasingSettings

NIGHT = date(2026, 10, 31)  # a Saturday
COMPANY = PurchasingSettings(
    company="Maison Optiflow", address="12 rue des Halles, 75001 Paris", vat_id="FR00 000 000 000"
)
HOSTILE = (
    "<b>bold</b> & <para></para> <img src='file:///etc/passwd'/> <a href=\"x\">",
    "W" * 300,
    "mot " * 75,
    "\x00\x01control\x7f\ttab\r\nnew line",
    "\u202egnp.exe",
    "中文 日本語 \U0001f98a",
    "=HYPERLINK(0)",
    "e\u0301" * 20,
    "",
    "&amp; &#60; %s {name} {0}",
)


def items_of(names, *, location="M01", unit="pièce", **values) -> pd.DataFrame:
    """Schema `ITEMS`: an item per name, with ids 0001, 0002, …"""
    ids = [f"{n:04d}" for n in range(1, len(names) + 1)]
    defaults = {"unit_cost": 2.5, "price": 4.0, "vat_rate": 0.2, "supplier_id": "F01", "supplier": "Dupont"}
    rows = pd.DataFrame({"item_id": ids, "product_id": ids, "name": names}).assign(
        location_id=location, location="Boutique du Marais", category="Épicerie", unit=unit, unit_step=1.0,
        launched_on=None, ends_on=None, **(defaults | values),
    )  # fmt: skip
    return ITEMS.check(rows, where="test")


def order_of(*, order_id="BC-2026-000001", state="approved", **values) -> pd.Series:
    """A row of schema `ORDERS`."""
    row = {
        "order_id": order_id, "supplier_id": "F01", "location_id": "M01", "state": state, "as_of": NIGHT,
        "created_on": NIGHT, "expected_on": date(2026, 11, 6), "note": None,
    }  # fmt: skip
    return ORDERS.check(pd.DataFrame([row | values]), where="test").iloc[0]


def lines_of(
    quantities, *, unit_cost=2.5, list_price=2.5, vat_rate=0.2, order_id="BC-2026-000001"
) -> pd.DataFrame:
    """Schema `ORDER_LINES`: a line per quantity, of items 0001, 0002, …"""
    ids = [f"{n:04d}" for n in range(1, len(quantities) + 1)]
    rows = pd.DataFrame({"item_id": ids, "quantity": quantities, "suggested_quantity": quantities}).assign(
        order_id=order_id, unit_cost=unit_cost, list_price=list_price, vat_rate=vat_rate, received_quantity=0.0,
        edited_by=None, reason=None,
    )  # fmt: skip
    return ORDER_LINES.check(rows, where="test")


def supplier_of(**values) -> pd.Series:
    """A row of schema `SUPPLIERS`."""
    row = {
        "supplier_id": "F01", "name": "Dupont & Fils", "language": "fr", "email": "ventes@dupont.example",
        "address": "8 quai du Port, 13002 Marseille",
    }  # fmt: skip
    return suppliers_of(row | values).iloc[0]


def suppliers_of(*rows) -> pd.DataFrame:
    """Schema `SUPPLIERS`."""
    return SUPPLIERS.check(pd.DataFrame(list(rows)), where="test") if rows else SUPPLIERS.empty()


def suggestions(*rows) -> pd.DataFrame:
    """Schema `RECOMMENDATIONS`: (item_id, supplier_id, order_quantity) each."""
    made = [
        dict.fromkeys(RECOMMENDATIONS.columns, 0.0)
        | {"item_id": item_id, "supplier_id": supplier, "order_quantity": quantity, "unit_cost": 1.75}
        | {"rule": "level", "trace": "{}"}
        for item_id, supplier, quantity in rows
    ]
    return RECOMMENDATIONS.check(pd.DataFrame(made), where="test")


def lead_times_of(*rows) -> pd.DataFrame:
    """Schema `LEAD_TIMES`: (item_id, order_on, lead_time) each."""
    made = pd.DataFrame(list(rows), columns=["item_id", "order_on", "lead_time"]).assign(
        supplier_id="F01", lead_time_sd=0.5, observations=9, basis="receipts", review_period=1.0
    )
    return LEAD_TIMES.check(made, where="test")
