"""What to make better: unusual days, forecasts that cost most, data to mend."""

from collections.abc import Iterable, Mapping
from functools import cached_property

import pandas as pd

from optiflow_lib.dashboards.components.calendar import anomaly_calendar
from optiflow_lib.dashboards.components.cards import Figure, cards
from optiflow_lib.dashboards.components.html import Html, tag
from optiflow_lib.dashboards.components.improvement import (
    MOST_ROWS,
    anomalies_table,
    quality_table,
    series_chart,
    value_added_chart,
    worst_table,
)
from optiflow_lib.dashboards.components.live import Asked, Handler, Reply
from optiflow_lib.dashboards.components.notices import empty
from optiflow_lib.dashboards.components.overview import columns, panel
from optiflow_lib.dashboards.pages.judging import Verdicts
from optiflow_lib.dashboards.pages.page import Maker, Page
from optiflow_lib.dashboards.pages.visit import Visit
from optiflow_lib.jobs.desk import Desk
from optiflow_lib.source import told
from optiflow_lib.texts import number, percent, text

SERIES_DAYS, MONTH_DAYS = 91, 30
WORST = 15


class Improvement(Page):
    """Anomalies, worst forecasts, data quality."""

    name = "improvement"

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit)
        self.day = self.item_id = ""
        self.desk = Desk(visit.settings, visit.user, visit.role)

    @property
    def makers(self) -> Mapping[str, Maker]:
        """Regions, in the order of the page."""
        return {
            "head": self.head,
            "status": self.status,
            "asking": self._asking,
            "figures": self._figures,
            "unusual": self._unusual,
            "worst": self._worst,
            "quality": self._quality,
        }

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """Choose a day of the calendar or the item of an unusual day; say what the day was."""
        return {
            "day": self._choose_day,
            "series": self._choose_item,
            "mark": self._mark,
            "judge": self._judge,
            "withdraw": self._withdraw,
        }

    def figures(self) -> Html:
        """The night, the filters, how much there is to do."""
        return self.printed("head", "status", "asking", "figures")

    def charts(self) -> Html:
        """Unusual days, and the forecasts that cost most."""
        return self.printed("unusual", "worst")

    def tables(self) -> Html:
        """Data to mend."""
        return self.printed("quality")

    def filtered(self) -> Iterable[str]:
        """All but the dialog, in which the reader may be typing."""
        return [region for region in super().filtered() if region != "asking"]

    # --- what is shown -------------------------------------------------------------------------

    def _items(self) -> pd.DataFrame:
        return self.filters.of(self.view.read("items"))

    @cached_property
    def _verdicts(self) -> Verdicts:
        """What the reader says of unusual days."""
        return Verdicts(self.desk, self.view, self.language)

    def _asking(self) -> Html:
        return self._verdicts.dialog()

    def _anomalies(self) -> pd.DataFrame:
        """Schema `ANOMALIES` of days nobody judged, with name and value (money), the greatest value first."""
        items = self._items()[["item_id", "name", "price"]]
        found = self._verdicts.open(self.view.read("anomalies")).merge(items, on="item_id")
        found["value"] = (found["quantity"] - found["expected"]) * found["price"]
        return found.sort_values("value", key=lambda value: -value.abs(), ignore_index=True)

    def _champions(self) -> pd.DataFrame:
        """Schema `ACCURACY` of the models in use with name, pattern and error_eur (money a month)."""
        items = self._items()[["item_id", "name", "price"]]
        accuracy = self.view.read("accuracy")
        used = accuracy[accuracy["champion"]].merge(items, on="item_id")
        used = used.merge(self.view.read("classes")[["item_id", "pattern"]], on="item_id", how="left")
        daily = self._daily.reindex(used["item_id"]).fillna(0.0).to_numpy()
        return used.assign(error_eur=used["wape"] * daily * used["price"] * MONTH_DAYS)

    @cached_property
    def _daily(self) -> pd.Series:
        """Mean forecast of a day, by item."""
        return self.view.read("item_forecasts").set_index("item_id")["forecast"]

    def _problems(self) -> pd.DataFrame:
        """Schema `QUALITY`, only of the items shown once a filter is set."""
        problems = self.view.read("quality")
        if not self.filters.chosen:
            return problems
        items = self._items()
        return problems[problems["subject"].isin([*items["item_id"], *items["product_id"]])]

    def _figures(self) -> Html:
        used, unusual, problems = self._champions(), self._anomalies(), self._problems()
        language = self.language
        worse = used[used["value_added"] < 0]
        figures = [
            Figure(
                "unusual_days",
                text("Unusual days", language),
                number(len(unusual), language),
                text(
                    "item-days of three months outside the 99% range, not a stockout, not an event", language
                ),
            ),
            Figure(
                "value_added",
                text("Value added", language),
                percent(float(used["value_added"].median()) if len(used) else None, language),
                text("median share of the error saved against the same day last week", language),
            ),
            Figure(
                "worse_items",
                text("Items forecast worse", language),
                number(len(worse), language),
                text("items whose model errs more than the same day last week", language),
            ),
            Figure(
                "data_problems",
                text("Data to mend", language),
                number(len(problems), language),
                text("rows of the business database that the night could not believe", language),
            ),
        ]
        return cards(figures, language)

    def _unusual(self) -> Html:
        found = self._anomalies()
        of_day = found[found["day"] == pd.Timestamp(self.day)] if self.day else found
        shown = of_day.head(MOST_ROWS)
        language = self.language
        calendar = anomaly_calendar(found, as_of=self.view.as_of, chosen=self.day, language=language)
        chosen = self._chosen_item(shown)
        listed = anomalies_table(
            shown, total=len(of_day), chosen=chosen, may_judge=self._verdicts.may, language=language
        )
        judged = self._verdicts.judged(self._items())
        every = None
        if self.day:
            every = tag("button", text("All days", language), type="button", data_do="day", data_day="")
        return columns(
            [panel(text("Unusual days", language), calendar, listed, judged, aside=every)],
            [
                panel(text("In the series", language), self._series(chosen)),
                panel(
                    text("Value added", language),
                    value_added_chart(self._champions()["value_added"], language),
                ),
            ],
        )

    def _chosen_item(self, shown: pd.DataFrame) -> str:
        if self.item_id:
            return self.item_id
        return "" if shown.empty else str(shown["item_id"].iloc[0])

    def _series(self, item_id: str) -> Html:
        items = self._items()
        item = items[items["item_id"] == item_id]
        if item.empty:
            return empty(text("Choose an item to see its days.", self.language))
        history = self.view.read_item("history", item_id).sort_values("day").tail(SERIES_DAYS)
        name = str(item["name"].iloc[0])
        drawn = series_chart(
            history, self.view.read_item("anomalies", item_id), name=name, language=self.language
        )
        more = self.link(text("Forecast of the item", self.language), "predictions", item=item_id)
        return tag("div", tag("h3", name), drawn, tag("p", more))

    def _worst(self) -> Html:
        used = self._champions()
        worst = used.sort_values("error_eur", ascending=False).head(WORST)
        links = [
            self.link(row.name, "predictions", item=row.item_id) for row in worst.itertuples(index=False)
        ]
        return panel(text("Worst forecasts", self.language), worst_table(worst, links, self.language))

    def _quality(self) -> Html:
        items = self.view.read("items")
        names = dict(zip(items["product_id"], items["name"], strict=True))
        names |= dict(zip(items["item_id"], items["name"], strict=True))
        problems = self._problems()
        shown = problems.assign(detail=[told(detail, self.language) for detail in problems["detail"]])
        return panel(text("Data to mend", self.language), quality_table(shown, names, self.language))

    # --- what is asked -------------------------------------------------------------------------

    def _choose_day(self, asked: Asked) -> Reply:
        self.day = asked.day("day").isoformat() if asked.words("day") else ""
        self.item_id = ""
        return self.renewed("unusual")

    def _choose_item(self, asked: Asked) -> Reply:
        self.item_id = asked.words("item")
        return self.renewed("unusual")

    def _mark(self, asked: Asked) -> Reply:
        self._verdicts.ask(asked)
        return Reply({"asking": self.content("asking")})

    def _judge(self, asked: Asked) -> Reply:
        told = self._verdicts.judge(asked)
        if told is None:
            return Reply({"asking": self.content("asking")})
        return self.renewed("asking", "figures", "unusual", told=told)

    def _withdraw(self, asked: Asked) -> Reply:
        return self.renewed("figures", "unusual", told=self._verdicts.withdraw(asked))


def opened(visit: Visit) -> Improvement:
    """The page for one visit."""
    return Improvement(visit)
