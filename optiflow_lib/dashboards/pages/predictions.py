"""The forecast of an item: found among all of them, shown with its past, its parts and its rivals."""

from collections.abc import Mapping
from functools import cached_property

import pandas as pd

from optiflow_lib.dashboards.components.compared import candidates_table, events_table
from optiflow_lib.dashboards.components.forecasting import Series, components_chart, forecast_chart
from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.item_picker import item_list, search_field
from optiflow_lib.dashboards.components.live import Asked, File, Handler, Reply
from optiflow_lib.dashboards.components.notices import empty
from optiflow_lib.dashboards.components.overview import panel
from optiflow_lib.dashboards.components.words import label
from optiflow_lib.dashboards.components.worklist import button
from optiflow_lib.dashboards.pages.explained import ItemFacts, find_item
from optiflow_lib.dashboards.pages.export import forecast_csv
from optiflow_lib.dashboards.pages.page import Maker, Page
from optiflow_lib.dashboards.pages.search import ItemIndex
from optiflow_lib.dashboards.pages.supposed import Suppositions
from optiflow_lib.dashboards.pages.visit import Visit
from optiflow_lib.errors import DataError
from optiflow_lib.texts import number, percent, text

ITEMS_SHOWN = 15
LEAST_HISTORY_DAYS = 91


class Predictions(Page):
    """Item picker and forecast."""

    name = "predictions"

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit)
        self.searched = visit.filters.get("search", "")
        self.item_id = visit.filters.get("item", "")

    @property
    def makers(self) -> Mapping[str, Maker]:
        """Regions, in the order of the page."""
        return {
            "head": self.head,
            "status": self.status,
            "search": lambda: search_field(self.searched, self.language),
            "items": self._items,
            "forecast": self._forecast,
            "suppose": self._suppose,
            "parts": self._parts,
        }

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """Find an item, choose it, take its forecast away, suppose something."""
        own = {"find": self._find, "pick": self._pick, "export": self._export}
        return {**own, **self._suppositions.handlers}

    def figures(self) -> Html:
        """The night, the filters, and the items beside the forecast of the chosen one."""
        head, items = self.printed("head", "status"), self.printed("search", "items")
        if not items:
            return head
        chosen = tag("div", self.printed("forecast", "suppose"), class_="stack")
        beside = [tag("section", items, class_="panel picker"), chosen]
        return join([head, tag("div", beside, class_="picking")])

    def parts(self) -> Html:
        """What the forecast is made of, its rivals, its events."""
        return self.printed("parts")

    @cached_property
    def index(self) -> ItemIndex:
        """Every item of the night, ready to be searched."""
        return ItemIndex.of(self.view)

    def filtered(self) -> list[str]:
        """All but the field in which the reader may be typing."""
        return [region for region in super().filtered() if region != "search"]

    def _facts(self) -> ItemFacts | None:
        """The item chosen; the first of the list when none is, or when it is none."""
        chosen = find_item(self.view, self.item_id) if self.item_id else None
        if chosen is not None:
            return chosen
        found = self.index.found(self.searched, self.filters).head(1)
        return None if found.empty else find_item(self.view, str(found["item_id"].iloc[0]))

    def _items(self) -> Html:
        found = self.index.found(self.searched, self.filters)
        chosen = self._facts()
        rows = [
            (
                row.item_id,
                row.name,
                " · ".join(str(part) for part in (row.item_id, row.category, row.supplier) if pd.notna(part)),
            )
            for row in found.head(ITEMS_SHOWN).itertuples()
        ]
        return item_list(
            rows, chosen=chosen.item_id if chosen else "", total=len(found), language=self.language
        )

    def _forecast(self) -> Html:
        facts = self._facts()
        if facts is None:
            return panel(text("Forecast", self.language), empty(text("Choose an item.", self.language)))
        export = button(text("Export as CSV", self.language), "export", item=facts.item_id)
        about = tag("p", " · ".join(facts.about()), class_="about")
        return panel(
            str(facts.item["name"]),
            about,
            self._key_facts(facts),
            forecast_chart(self._series(facts), self.language),
            aside=export,
        )

    @cached_property
    def _suppositions(self) -> Suppositions:
        return Suppositions(self.settings, self.view, self.language)

    def _suppose(self) -> Html:
        facts = self._facts()
        return Html() if facts is None else self._suppositions.shown(facts)

    def _key_facts(self, facts: ItemFacts) -> Html:
        forecast = self.view.read_item("forecasts", facts.item_id)
        accuracy = self.view.read_item("accuracy", facts.item_id)
        used = accuracy[accuracy["champion"]]
        suggested = facts.row("recommendations")
        model = label(str(forecast["model"].iloc[0]), self.language) if len(forecast) else "–"
        known = [
            (
                text("Expected in {days} days", self.language, days=len(forecast)),
                number(float(forecast["forecast"].sum()), self.language, decimals=1),
            ),
            (text("Model", self.language), model),
            (
                text("Forecast error", self.language),
                percent(float(used["wape"].iloc[0]) if len(used) else None, self.language),
            ),
            (
                text("In stock", self.language),
                number(None if suggested is None else float(suggested["on_hand"]), self.language, decimals=1),
            ),
            (
                text("Days of cover", self.language),
                number(None if suggested is None else float(suggested["days_of_cover"]), self.language),
            ),
        ]
        return tag(
            "dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in known], class_="key-facts"
        )

    def _series(self, facts: ItemFacts) -> Series:
        history = self.view.read_item("history", facts.item_id).sort_values("day")
        days = max(self.filters.days, LEAST_HISTORY_DAYS)
        recent = history[history["day"] > pd.Timestamp(self.view.as_of) - pd.Timedelta(days=days)]
        return Series(
            history=recent.reset_index(drop=True),
            forecast=self.view.read_item("forecasts", facts.item_id).sort_values("day"),
            anomalies=self.view.read_item("anomalies", facts.item_id),
            events=self.view.read_item("event_impact", facts.item_id),
            as_of=self.view.as_of,
        )

    def _parts(self) -> Html:
        facts = self._facts()
        if facts is None:
            return Html()
        parts = self.view.read_item("components", facts.item_id).sort_values("day")
        drawn = (
            components_chart(parts, self.language)
            if len(parts)
            else empty(text("This model has no parts to show.", self.language))
        )
        accuracy = self.view.read_item("accuracy", facts.item_id)
        events = self.view.read_item("event_impact", facts.item_id)
        panels = [
            panel(text("What the forecast is made of", self.language), drawn),
            panel(text("Compared models", self.language), candidates_table(accuracy, self.language)),
            panel(text("Events", self.language), events_table(events, self.language)),
        ]
        return tag("div", panels, class_="stack")

    def _find(self, asked: Asked) -> Reply:
        self.searched = asked.words("search")
        made = self.renewed("items").regions
        return Reply(made, query={"search": self.searched})

    def _pick(self, asked: Asked) -> Reply:
        self.item_id = self._known(asked.words("item"))
        made = self.renewed("items", "forecast", "suppose", "parts").regions
        return Reply(made, query={"item": self.item_id}, reveal="[data-region=forecast] h2")

    def _export(self, asked: Asked) -> Reply:
        item_id = self._known(asked.words("item"))
        name, content = forecast_csv(self.view, item_id, self.language)
        return Reply(file=File(name, content, "text/csv;charset=utf-8"))

    def _known(self, item_id: str) -> str:
        if find_item(self.view, item_id) is None:
            raise DataError(
                what=f"there is no item {item_id!r}", where="the forecasts", mend="search it again"
            )
        return item_id


def opened(visit: Visit) -> Predictions:
    """The page for one visit."""
    return Predictions(visit)
