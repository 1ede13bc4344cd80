"""The first page of the morning: how the shop stands, what is at risk, what is on its way."""

from collections.abc import Iterable, Mapping
from functools import cached_property

import pandas as pd

from optiflow_lib.dashboards.components.cards import Figure, cards
from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.live import Asked, File, Handler, Reply
from optiflow_lib.dashboards.components.nights import night_state
from optiflow_lib.dashboards.components.overview import (
    Risk,
    columns,
    deliveries_table,
    orders_table,
    panel,
    risks_table,
    sales_chart,
    stock_chart,
)
from optiflow_lib.dashboards.components.worklist import button
from optiflow_lib.dashboards.pages.alert_rows import alert_rows, sentences
from optiflow_lib.dashboards.pages.indicators import Indicator, indicators, stock_by_category
from optiflow_lib.dashboards.pages.order_cards import shown_orders
from optiflow_lib.dashboards.pages.page import Maker, Page
from optiflow_lib.dashboards.pages.visit import Visit
from optiflow_lib.inventory import KPI_DEFINITIONS
from optiflow_lib.jobs import views
from optiflow_lib.texts import money, number, percent, text

FIRST = (
    "revenue",
    "euros_at_risk",
    "order_value",
    "stock_value",
    "days_of_cover",
    "service",
    "dead_share",
    "wape",
)
MORE = (
    "units_sold",
    "fill_rate",
    "lost_margin",
    "stockout_days",
    "cycle_service",
    "turns",
    "gmroi",
    "bias",
    "coverage_80",
)
RISKS = 8
DELIVERIES = 8


class Dashboard(Page):
    """Key figures, sales, stock, risks, orders."""

    name = "dashboard"

    @property
    def makers(self) -> Mapping[str, Maker]:
        """Regions, in the order of the page."""
        return {
            "head": self.head,
            "status": self.status,
            "figures": self._figures,
            "charts": self._charts,
            "tables": self._tables,
        }

    def figures(self) -> Html:
        """What is seen first: the night, the filters, the key figures."""
        return self.printed("head", "status", "figures")

    def charts(self) -> Html:
        """Sales and stock."""
        return self.printed("charts")

    def tables(self) -> Html:
        """Risks, orders, deliveries, the night."""
        return self.printed("tables")

    @cached_property
    def _day(self) -> views.Day:
        return views.read_day(self.settings)

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """Take the page along to a meeting."""
        return {"sheet": self._sheet}

    def figures_of(self, names: Iterable[str]) -> list[Figure]:
        """Key figures of the filters; those the night does not know are left out."""
        known = indicators(self.view, self.filters)
        return [self._figure(name, known[name]) for name in names if name in known]

    def _sheet(self, _asked: Asked) -> Reply:
        from optiflow_lib.dashboards.pages.monday import monday_pdf  # noqa: PLC0415 - it builds on this page

        name, content = monday_pdf(self)
        return Reply(file=File(name, content, "application/pdf"))

    def _figures(self) -> Html:
        first, more = self.figures_of(FIRST), self.figures_of(MORE)
        rest = tag("details", tag("summary", text("More figures", self.language)), cards(more, self.language))
        take = button(text("Page for the meeting (PDF)", self.language), "sheet", kind="quiet")
        beside = tag("div", rest if more else None, take, class_="below-cards")
        return join([cards(first, self.language), beside])

    def _figure(self, name: str, indicator: Indicator) -> Figure:
        definition = KPI_DEFINITIONS[name]
        return Figure(
            key=name,
            label=text(definition.name, self.language),
            shown=self._shown(indicator.value, definition.shown_as),
            meaning=text(definition.formula, self.language),
            value=indicator.value,
            previous=indicator.previous,
            last_year=indicator.last_year,
            better=definition.better,
            trend=indicator.trend,
            share=definition.shown_as == "percent",
        )

    def _shown(self, value: float, shown_as: str) -> str:
        if shown_as == "money":
            return money(value, self.language, currency=self.settings.purchasing.currency)
        if shown_as == "percent":
            return percent(value, self.language, decimals=1)
        if shown_as == "days":
            return text("{days} days", self.language, days=number(value, self.language))
        return number(value, self.language, decimals=1)

    def revenue(self) -> tuple[pd.Series, pd.Series]:
        """Sales by day, and what is expected, in money."""
        sold = self.filters.of(self.view.read("daily_totals")).groupby("day")["revenue"].sum()
        return sold, self.filters.of(self.view.read("daily_forecast")).groupby("day")["revenue"].sum()

    def _charts(self) -> Html:
        sold, expected = self.revenue()
        sales = sales_chart(
            sold, expected, as_of=self.view.as_of, period_days=self.filters.days, language=self.language
        )
        stock = stock_chart(stock_by_category(self.view, self.filters), self.language)
        return columns(
            [panel(text("Sales and forecast", self.language), sales)],
            [panel(text("Stock value and cover", self.language), stock)],
        )

    def _tables(self) -> Html:
        everything = self.link(text("All alerts", self.language), "alerts")
        drafts = self.link(text("To the drafts", self.language), "alerts")
        nights = self.link(text("Monitoring", self.language), "monitoring")
        return columns(
            [
                panel(
                    text("Top risks", self.language),
                    risks_table(self.risks(), self.language),
                    aside=everything,
                ),
                panel(
                    text("Orders in progress", self.language),
                    orders_table(self.orders(), self.language),
                    aside=drafts,
                ),
            ],
            [
                panel(text("Last night", self.language), self._night(), aside=nights),
                panel(text("Expected deliveries", self.language), self._deliveries()),
            ],
        )

    def risks(self) -> list[Risk]:
        """The alerts to do with most money at risk."""
        view = self.view
        rows = alert_rows(
            self._day.alerts[self._day.alerts["state"] == "open"],
            items=view.read("items"),
            suppliers=view.read("suppliers"),
        )
        top = self.filters.of(rows).head(RISKS)
        said = sentences(top, self.language)
        return [
            Risk(row.severity, row.type, self.link(words, "alerts", alert=row.key), words, row.euros_at_risk)
            for row, words in zip(top.itertuples(), said, strict=True)
        ]

    def orders(self) -> pd.DataFrame:
        """Orders in progress: order_id, supplier, state, expected_on, value."""
        lines, shown = self._day.lines, shown_orders(self._day, self.filters)
        worth = (lines["quantity"] * lines["unit_cost"]).groupby(lines["order_id"]).sum()
        return shown.assign(
            value=shown["order_id"].map(worth).fillna(0.0),
            supplier=self._supplier_names(shown["supplier_id"]),
        )

    def _deliveries(self) -> Html:
        items = self.filters.of(self.view.read("items"))[["item_id", "unit_cost"]]
        coming = self.view.read("on_order").merge(items, on="item_id")
        coming["value"] = coming["open_quantity"] * coming["unit_cost"]
        by = coming.groupby(["expected_on", "supplier_id"], dropna=False)
        summed = by["value"].sum().reset_index()
        summed = summed.sort_values("expected_on").head(DELIVERIES)
        named = summed.assign(supplier=self._supplier_names(summed["supplier_id"]))
        return deliveries_table(named, as_of=self.view.as_of, language=self.language)

    def last_run(self) -> pd.Series | None:
        """A row of schema `RUNS`; None when no night was run as a chain."""
        nightly = self._day.runs[self._day.runs["chain"] == "nightly"]
        return None if nightly.empty else nightly.iloc[-1]

    def _night(self) -> Html:
        return night_state(
            self.last_run(),
            failures=self.view.read("failures"),
            problems=len(self.view.read("quality")),
            items=len(self.view.read("items")),
            language=self.language,
            project=self.visit.project,
        )

    def _supplier_names(self, supplier_ids: pd.Series) -> pd.Series:
        names = self.view.read("suppliers").set_index("supplier_id")["name"]
        return supplier_ids.map(names).fillna(supplier_ids)


def opened(visit: Visit) -> Dashboard:
    """The page for one visit."""
    return Dashboard(visit)
