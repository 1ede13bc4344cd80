"""The page that `page_speed` measures, in our dashboards: 6 key figures, 2 charts, a table of 1000 rows, a choice."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from optiflow_lib.dashboards.components import cards as card_parts
from optiflow_lib.dashboards.components import charts, filters
from optiflow_lib.dashboards.components.html import Html, join
from optiflow_lib.dashboards.components.live import Asked, Live, Reply, container
from optiflow_lib.dashboards.components.tables import Column, table
from optiflow_lib.dashboards.pages import Visit
from optiflow_lib.texts import money, number

FOLDER = "OPTIFLOW_PAGE_SPEED"  # environment variable: where `write_data` put its files
CATEGORIES = ("Grocery", "Drinks", "Fresh", "Garden", "Home")


def write_data(folder: Path) -> None:
    """Sales of five categories on 1,095 days, and 1,000 items."""
    random = np.random.default_rng(1)
    days = pd.date_range("2024-01-01", periods=1095)
    sales = pd.DataFrame(random.gamma(9, 100, (len(days), len(CATEGORIES))), days, CATEGORIES)
    sales.rename_axis("day").reset_index().to_parquet(folder / "sales.parquet")
    items = {
        "item": [f"{place:04d}" for place in range(1000)],
        "name": [f"Article number {place}" for place in range(1000)],
        "category": random.choice(CATEGORIES, 1000),
        "on_hand": random.integers(0, 500, 1000),
        "forecast": random.gamma(2, 20, 1000).round(1),
        "value": random.gamma(2, 400, 1000).round(2),
    }
    pd.DataFrame(items).to_parquet(folder / "items.parquet")


def read(name: str) -> pd.DataFrame:
    """One of the two frames, as it is now."""
    return pd.read_parquet(Path(os.environ[FOLDER]) / f"{name}.parquet")


def key_figures(sales: pd.DataFrame, items: pd.DataFrame) -> Mapping[str, float]:
    """Six numbers, the same on both pages."""
    return {
        "Sales": float(sales[list(CATEGORIES)].iloc[-28:].sum().sum()),
        "Stock value": float(items["value"].sum()),
        "Units": float(items["on_hand"].sum()),
        "Forecast": float(items["forecast"].sum()),
        "Empty": float((items["on_hand"] == 0).sum()),
        "Items": float(len(items)),
    }


@dataclass(frozen=True)
class Page:
    """The page of one visit."""

    visit: Visit
    sales: pd.DataFrame
    items: pd.DataFrame

    def figures(self) -> Html:
        """Cards."""
        shown = [
            card_parts.Figure(name.lower(), name, money(value, "en"), name, value)
            for name, value in key_figures(self.sales, self.items).items()
        ]
        return card_parts.cards(shown, "en")

    def charts(self) -> Html:
        """The choice, its chart, and stock by category."""
        choice = filters.Choice("category", "Category", {name: name for name in CATEGORIES}, CATEGORIES[0])
        stock = self.items.groupby("category")["value"].sum()
        bars = charts.bars(list(stock.index), charts.numbers(stock), name="Stock")
        return join(
            (
                container("speed", "choice", filters.select(choice, do="choose")),
                container("speed", "sales", self.sales_chart(CATEGORIES[0])),
                charts.chart([bars], name="stock", told="Stock by category."),
            )
        )

    def sales_chart(self, category: str) -> Html:
        """Sales of a category."""
        line = charts.line(
            charts.days(self.sales["day"]), charts.numbers(self.sales[category]), name=category
        )
        return charts.chart([line], name="sales", told=f"Sales of {category}.")

    def table(self) -> Html:
        """All items."""
        items = self.items
        columns = [
            Column("Item", items["item"].tolist()),
            Column("Name", items["name"].tolist()),
            Column("Category", items["category"].tolist()),
            Column("On hand", [number(value, "en") for value in items["on_hand"]], numeric=True),
            Column(
                "Forecast", [number(value, "en", decimals=1) for value in items["forecast"]], numeric=True
            ),
            Column("Value", [money(value, "en") for value in items["value"]], numeric=True),
        ]
        return table(columns, caption="Items")

    def controls(self) -> Live:
        """What redraws the chart."""

        def choose(asked: Asked) -> Reply:
            return Reply({"sales": self.sales_chart(asked.one_of("category", CATEGORIES))})

        return Live("speed", handlers={"choose": choose}, render=dict, language="en")


def opened(visit: Visit) -> Page:
    """Reads the data of one visit."""
    return Page(visit, read("sales"), read("items"))
