"""One item explained: gathered from the published night and from what people have ordered since."""

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from optiflow_lib.dashboards.components.explanation import Marks, Outlook, demand_chart, stock_chart
from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.item_detail import (
    Addable,
    Arrival,
    DraftLine,
    addition_form,
    arrivals_table,
    quantity_form,
    sentences_list,
)
from optiflow_lib.inventory import explain
from optiflow_lib.jobs.views import Day, View
from optiflow_lib.texts import Language, text


@dataclass(frozen=True)
class ItemFacts:
    """One item of a published night.

    Args:
        view: The night.
        item: A row of schema `ITEMS`.
    """

    view: View
    item: pd.Series

    @property
    def item_id(self) -> str:
        """Its id."""
        return str(self.item["item_id"])

    def row(self, name: str) -> pd.Series | None:
        """The item's row of a published frame; None when it has none."""
        rows = self.view.read_item(name, self.item_id)
        return None if rows.empty else rows.iloc[0]

    def about(self) -> list[str]:
        """Id, category, supplier and place, its classes: what stands below its name."""
        classes = self.row("classes")
        known = [self.item[column] for column in ("item_id", "category", "supplier", "location")]
        rank = [] if classes is None else [f"{classes['abc']}{classes['xyz']}"]
        return [str(value) for value in known if pd.notna(value)] + rank


def find_item(view: View, item_id: str) -> ItemFacts | None:
    """The item of this id; None when the night does not know it."""
    items = view.read("items")
    found = items[items["item_id"] == item_id]
    return None if found.empty else ItemFacts(view, found.iloc[0])


def why(facts: ItemFacts, language: Language) -> Html:
    """The sentences and charts behind an item's suggestion."""
    suggested = facts.row("recommendations")
    if suggested is None:
        return tag("p", text("The night suggests nothing about this item.", language), class_="about")
    told = json.loads(suggested["trace"])
    intervals = facts.view.read_item("interval_demand", facts.item_id)
    protection = intervals[intervals["interval"] == "protection"]
    demand = (
        None if protection.empty else demand_chart(protection.iloc[0], _marks(suggested, facts), language)
    )
    return join(
        [
            sentences_list(explain(suggested["trace"], language)),
            _part(text("Demand until the next order arrives", language), demand),
            _part(text("Stock in the coming days", language), _ahead(facts, suggested, told, language)),
            arrivals_table(_arrivals(facts), language),
        ]
    )


def draft_line(facts: ItemFacts, day: Day) -> DraftLine | None:
    """The item's line of a draft; None when it is in none."""
    drafts = day.orders.loc[day.orders["state"] == "draft", "order_id"]
    lines = day.lines[(day.lines["item_id"] == facts.item_id) & day.lines["order_id"].isin(drafts)]
    if lines.empty:
        return None
    line = lines.iloc[0]
    return DraftLine(
        order_id=str(line["order_id"]),
        item_id=facts.item_id,
        suggested=float(line["suggested_quantity"]),
        quantity=float(line["quantity"]),
        multiple=_multiple(facts),
        unit=str(facts.item["unit"]),
        unit_step=float(facts.item["unit_step"]),
        last_day=facts.view.as_of,
    )


def addable(facts: ItemFacts, day: Day) -> Addable | None:
    """The item as it can be added to its supplier's draft; None when it is in one, or no supplier is known."""
    if draft_line(facts, day) is not None or pd.isna(facts.item["supplier_id"]):
        return None
    named = facts.item["supplier"]
    return Addable(
        item_id=facts.item_id,
        supplier=str(facts.item["supplier_id"] if pd.isna(named) else named),
        multiple=_multiple(facts),
        unit=str(facts.item["unit"]),
        unit_step=float(facts.item["unit_step"]),
    )


def line_form(facts: ItemFacts, day: Day, language: Language) -> Html:
    """Where a person changes the item's quantity in its draft, or adds the item to its supplier's."""
    line, possible = draft_line(facts, day), addable(facts, day)
    if line is not None:
        return quantity_form(line, language)
    if possible is not None:
        return addition_form(possible, language)
    words = text("No supplier of this item is known: it cannot be ordered.", language)
    return tag("p", words, class_="about")


def _multiple(facts: ItemFacts) -> float:
    """Units of a pack; the least that can be sold where no pack is known."""
    suggested = facts.row("recommendations")
    inputs = {} if suggested is None else json.loads(suggested["trace"])["inputs"]
    return float(inputs.get("multiple") or facts.item["unit_step"])


def _part(title: str, content: Html | None) -> list[Html]:
    return [] if content is None else [tag("h3", title), content]


def _marks(suggested: pd.Series, facts: ItemFacts) -> Marks:
    return Marks(
        on_hand=float(suggested["on_hand"]),
        position=float(suggested["inventory_position"]),
        reorder_point=float(suggested["reorder_point"]),
        chance=float(suggested["stockout_probability"]),
        unit_step=float(facts.item["unit_step"]),
    )


def _ahead(facts: ItemFacts, suggested: pd.Series, told: dict[str, Any], language: Language) -> Html | None:
    forecasts = facts.view.read_item("forecasts", facts.item_id)
    if forecasts.empty:
        return None
    lead_time = facts.row("lead_times")
    outlook = Outlook(
        on_hand=float(suggested["on_hand"]) - float(told["inputs"].get("backorders") or 0.0),
        forecast=forecasts.set_index("day")["forecast"].sort_index(),
        arrivals=_coming(facts),
        order_quantity=float(suggested["order_quantity"]),
        lead_time=float("nan") if lead_time is None else float(lead_time["lead_time"]),
    )
    return stock_chart(outlook, language)


def _on_order(facts: ItemFacts) -> pd.DataFrame:
    rows = facts.view.read_item("on_order", facts.item_id)
    return rows[rows["open_quantity"] > 0].sort_values("expected_on")


def _coming(facts: ItemFacts) -> pd.Series:
    rows = _on_order(facts).dropna(subset="expected_on")
    tomorrow = pd.Timestamp(facts.view.as_of) + pd.Timedelta(days=1)
    day = rows["expected_on"].clip(lower=tomorrow)
    return rows["open_quantity"].groupby(day).sum()


def _arrivals(facts: ItemFacts) -> list[Arrival]:
    names = facts.view.read("suppliers").set_index("supplier_id")["name"]
    today = pd.Timestamp(facts.view.as_of)
    return [
        Arrival(
            row.expected_on,
            row.open_quantity,
            str(names.get(row.supplier_id, row.supplier_id)),
            bool(row.expected_on <= today),
        )
        for row in _on_order(facts).itertuples()
    ]
