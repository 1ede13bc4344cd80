"""Orders of the store beside their supplier's terms and the names of their items."""

import math
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from optiflow_lib.dashboards.components.drafts import OrderCard, order_cards
from optiflow_lib.dashboards.components.html import Html
from optiflow_lib.dashboards.pages.filters import Filters
from optiflow_lib.jobs.views import Day, View
from optiflow_lib.settings import InventorySettings
from optiflow_lib.texts import Language

SHOWN = ("draft", "approved", "sent", "partly_received")


@dataclass(frozen=True)
class Looked:
    """Which order the reader is about to approve, and which order's lines are open."""

    confirming: str = ""
    opened: str = ""


def cards_of(
    day: Day,
    view: View,
    filters: Filters,
    *,
    may: Collection[str],
    looked: Looked,
    rules: InventorySettings,
    language: Language,
) -> Html:
    """The orders in progress of the filters, drafts first; `rules` hold the budgets."""
    orders = shown_orders(day, filters)
    cards = [_card(order, day, view, rules) for _, order in orders.iterrows()]
    whole = not filters.chosen and rules.budget is not None  # a part of the drafts says nothing about it
    return order_cards(
        cards,
        may=may,
        confirming=looked.confirming,
        open_id=looked.opened,
        budget=float(rules.budget or math.nan) if whole else math.nan,
        language=language,
    )


def kept_of(day: Day, view: View, filters: Filters) -> pd.DataFrame:
    """Quantities that people keep for items of the filters: schema `OVERRIDES` with `name`, the item's."""
    items = filters.of(view.read("items"))[["item_id", "name"]]
    return day.kept.merge(items, on="item_id")


def shown_orders(day: Day, filters: Filters) -> pd.DataFrame:
    """Orders that are not received or cancelled, of the location and supplier chosen, drafts first."""
    orders = day.orders[day.orders["state"].isin(SHOWN)]
    for column, value in filters.chosen.items():
        orders = orders[orders[column] == value] if column in orders else orders
    rank = orders["state"].map({state: place for place, state in enumerate(SHOWN)})
    return orders.assign(rank=rank).sort_values(["rank", "order_id"]).drop(columns="rank")


def _card(order: pd.Series, day: Day, view: View, rules: InventorySettings) -> OrderCard:
    items = view.read("items")
    suppliers = view.read("suppliers").set_index("supplier_id")
    terms = suppliers.loc[order["supplier_id"]] if order["supplier_id"] in suppliers.index else None
    places = items.drop_duplicates("location_id").set_index("location_id")["location"]
    lines = day.lines[day.lines["order_id"] == order["order_id"]]
    names = lines["item_id"].map(items.set_index("item_id")["name"]).fillna(lines["item_id"])
    return OrderCard(
        order_id=str(order["order_id"]),
        state=str(order["state"]),
        supplier=str(order["supplier_id"] if terms is None else terms["name"]),
        location=str(places.get(order["location_id"], order["location_id"])),
        expected_on=order["expected_on"],
        lines=lines.assign(name=names).sort_values("name"),
        free_delivery_from=float("nan") if terms is None else float(terms["free_delivery_from"]),
        minimum_value=float("nan") if terms is None else float(terms["minimum_order_value"]),
        budget=float(rules.supplier_budgets.get(str(order["supplier_id"]), math.nan)),
    )
