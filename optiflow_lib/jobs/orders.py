"""An order with everything its documents show."""

import json
import logging
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from optiflow_lib import purchasing
from optiflow_lib.errors import DataError, OrderError
from optiflow_lib.jobs.items import item_terms
from optiflow_lib.jobs.night import inputs_folder, opened_store
from optiflow_lib.schemas.source import SUPPLIERS
from optiflow_lib.settings import PurchasingSettings, Settings
from optiflow_lib.source import open_inputs
from optiflow_lib.store import (
    Store,
    keep_document,
    read_document,
    read_night,
    read_order_lines,
    read_order_steps,
    read_orders,
)

logger = logging.getLogger(__name__)

_NAMED = ["item_id", "product_id", "location_id", "location", "name", "unit"]
_ADDRESSED = ["supplier_id", "name", "language", "email", "address"]


@dataclass(frozen=True)
class OrderParts:
    """An order as it is printed.

    A draft shows the names of the night that suggested it. Once it is approved they are kept with it, with the
    supplier and the company: printing it again gives the same document, whatever has changed since.

    Args:
        order: A row of schema `ORDERS`.
        lines: Schema `ORDER_LINES`.
        steps: Schema `ORDER_STEPS`: who took it to which state and when.
        items: The columns of schema `ITEMS` that name its items.
        supplier: A row of schema `SUPPLIERS`.
        company: Who orders.
    """

    order: pd.Series
    lines: pd.DataFrame
    steps: pd.DataFrame
    items: pd.DataFrame
    supplier: pd.Series
    company: PurchasingSettings

    @property
    def approved_on(self) -> date | None:
        """The day it was approved; None for a draft."""
        approved = self.steps.loc[self.steps["state"] == "approved", "at"]
        return None if approved.empty else approved.iloc[-1].date()


def order_parts(settings: Settings, order_id: str) -> OrderParts:
    """The order, its lines, steps, items and supplier.

    Raises:
        OrderError: there is no such order.
        DataError: the frozen inputs of the night that suggested it are gone, and it was never printed.
    """
    with opened_store(settings) as store:
        order = _order(store, order_id)
        lines = read_order_lines(store, order_ids=[order_id])
        steps = read_order_steps(store, order_ids=[order_id])
        content = read_document(store, order_id)
        if content is None:
            content = _content(settings, store, order, lines)
            if order["state"] != "draft":
                content = keep_document(store, order_id, content)
    shown = json.loads(content)
    return OrderParts(
        order,
        lines,
        steps,
        items=pd.DataFrame(shown["items"], columns=_NAMED, dtype="str"),
        supplier=pd.Series(shown["supplier"], dtype="object"),
        company=PurchasingSettings(**shown["company"]),
    )


def draft_totals(settings: Settings) -> pd.DataFrame:
    """What each draft comes to and what is missing to its supplier's thresholds, as `purchasing.draft_totals` says.

    Without the frozen inputs of their night the thresholds are unknown, and the log says so.
    """
    with opened_store(settings) as store:
        orders = read_orders(store, states=["draft"])
        lines = read_order_lines(store, order_ids=orders["order_id"].tolist())
    nights = orders["as_of"].unique()  # one at most: every draft follows the last night
    try:
        suppliers = _suppliers(settings, nights[0].date()) if len(nights) else SUPPLIERS.empty()
    except DataError as error:  # the list of orders must not need what may be cleaned away
        logger.warning("thresholds of suppliers are unknown: %s", error.what)
        suppliers = SUPPLIERS.empty()
    return purchasing.draft_totals(orders, lines, suppliers=suppliers, currency=settings.purchasing.currency)


def line_price(
    settings: Settings, store: Store, *, order_id: str, item_id: str, quantity: float
) -> dict[str, float]:
    """unit_cost and list_price that the supplier asks for another quantity; empty where nothing is known.

    Raises:
        OrderError: there is no such order.
    """
    order = _order(store, order_id)
    inputs = open_inputs(inputs_folder(settings), order["as_of"].date())
    items = read_night(store, "items", as_of=order["as_of"].date())
    line = pd.DataFrame([{"item_id": item_id, "supplier_id": order["supplier_id"], "quantity": quantity}])
    terms = item_terms(inputs, items[items["item_id"] == item_id])
    price = purchasing.unit_prices(line[line["quantity"] > 0], supplier_terms=terms).dropna()
    if price.empty:
        return {}
    return {"unit_cost": float(price["unit_price"].iloc[0]), "list_price": float(price["list_price"].iloc[0])}


def _order(store: Store, order_id: str) -> pd.Series:
    orders = read_orders(store)
    found = orders[orders["order_id"] == order_id]
    if found.empty:
        raise OrderError(
            what=f"there is no order {order_id}",
            where="orders of the store",
            mend="`optiflow orders list` shows their numbers",
        )
    return found.iloc[0]


def _content(settings: Settings, store: Store, order: pd.Series, lines: pd.DataFrame) -> str:
    """What the order's documents show beside its lines, as JSON."""
    items = read_night(store, "items", as_of=order["as_of"].date())
    named = items.loc[items["item_id"].isin(lines["item_id"]), _NAMED]
    shown: dict[str, Any] = {
        "items": named.to_dict("records"),
        "supplier": _supplier(settings, order),
        "company": settings.purchasing.model_dump(),
    }
    return json.dumps(shown, sort_keys=True)


def _supplier(settings: Settings, order: pd.Series) -> dict[str, str | None]:
    suppliers = _suppliers(settings, order["as_of"].date())
    named = suppliers.loc[suppliers["supplier_id"] == order["supplier_id"], _ADDRESSED]
    if named.empty:
        return dict.fromkeys(_ADDRESSED) | {"supplier_id": order["supplier_id"], "name": order["supplier_id"]}
    return {name: None if pd.isna(value) else value for name, value in named.iloc[0].items()}


def _suppliers(settings: Settings, as_of: date) -> pd.DataFrame:
    inputs = open_inputs(inputs_folder(settings), as_of)
    return inputs.read("suppliers") if inputs.has("suppliers") else SUPPLIERS.empty()
