"""How Optiflow itself is doing: nights, accuracy, visits, the installation."""

from collections.abc import Mapping
from functools import cached_property

import pandas as pd

from optiflow_lib.dashboards.components.accuracy import accuracy_chart, accuracy_table, targets_table
from optiflow_lib.dashboards.components.html import Html, join
from optiflow_lib.dashboards.components.monitoring import (
    bytes_shown,
    failed_steps,
    interrupted_runs,
    runs_table,
    steps_chart,
    versions_table,
    visits_chart,
)
from optiflow_lib.dashboards.components.nights import fact_list, failure_list
from optiflow_lib.dashboards.components.overview import columns, panel
from optiflow_lib.dashboards.pages.page import Maker, Page, local_time
from optiflow_lib.dashboards.pages.visit import Visit
from optiflow_lib.jobs import views
from optiflow_lib.jobs.condition import Condition, condition
from optiflow_lib.jobs.executed import executed_steps
from optiflow_lib.jobs.targets import accuracy_targets
from optiflow_lib.texts import day, moment, number, text

RUNS_SHOWN, NIGHTS_DRAWN, VISIT_DAYS = 20, 14, 30


class Monitoring(Page):
    """Nights, accuracy, visits, installation."""

    name = "monitoring"

    @property
    def makers(self) -> Mapping[str, Maker]:
        """Regions, in the order of the page."""
        return {
            "head": self.head,
            "status": self.status,
            "nights": self._nights,
            "accuracy": self._accuracy,
            "state": self._state,
        }

    def figures(self) -> Html:
        """The night, and how the last ones went."""
        return self.printed("head", "status", "nights")

    def charts(self) -> Html:
        """Accuracy over time."""
        return self.printed("accuracy")

    def tables(self) -> Html:
        """Visits and the installation."""
        return self.printed("state")

    @property
    def followed(self) -> tuple[str, ...]:
        """This page is about the whole shop."""
        return ()

    @cached_property
    def _runs(self) -> pd.DataFrame:
        return views.runs(self.settings)

    def _nights(self) -> Html:
        latest = self._runs.iloc[::-1]
        nights = latest[latest["chain"] == "nightly"].head(NIGHTS_DRAWN).iloc[::-1]
        steps = views.steps_of_runs(self.settings, nights["run_id"])
        names = self._names(nights)
        drawn = steps_chart(steps, nights["run_id"].tolist(), names, self.language)
        shown = latest.head(RUNS_SHOWN)
        return join(
            [
                panel(
                    text("Nights and weeks", self.language),
                    interrupted_runs(views.to_go_on_with(self._runs), self.language),
                    runs_table(shown, self._notebooks(shown), self.language),
                    failed_steps(
                        steps,
                        names,
                        self.language,
                        project=self.visit.project,
                    ),
                ),
                panel(
                    text("Duration of the steps", self.language),
                    drawn,
                    failure_list(self.view.read("failures"), self.language, project=self.visit.project),
                ),
            ]
        )

    def _notebooks(self, runs: pd.DataFrame) -> dict[str, list[str]]:
        """Steps by run whose executed notebooks the reader may read."""
        if not self.visit.may_inspect:
            return {}
        return {run_id: executed_steps(self.settings, run_id) for run_id in runs["run_id"]}

    def _names(self, nights: pd.DataFrame) -> dict[str, str]:
        """A night's day; with its number when it was run several times."""
        days = [day(one, self.language, style="day") for one in nights["as_of"]]
        again = nights.groupby("as_of").cumcount()
        named = [f"{one} ({count + 1})" if count else one for one, count in zip(days, again, strict=True)]
        return dict(zip(nights["run_id"], named, strict=True))

    def _accuracy(self) -> Html:
        monitored, language = self.view.read("monitoring"), self.language
        targets = accuracy_targets(
            self.settings.monitoring,
            accuracy=self.view.read("accuracy"),
            forecasts=self.view.read("forecasts"),
        )
        return panel(
            text("Accuracy over time", language),
            targets_table(monitored, targets, language),
            accuracy_chart(monitored, targets, language),
            accuracy_table(monitored, targets, language),
        )

    def _state(self) -> Html:
        return columns(
            [
                panel(text("Connections per day", self.language), self._visits()),
                panel(text("Published night and cache", self.language), self._facts()),
            ],
            [panel(text("Versions", self.language), versions_table(self._condition.versions, self.language))],
        )

    @cached_property
    def _condition(self) -> Condition:
        return condition(self.settings)

    def _visits(self) -> Html:
        visits = views.visits_per_day(self.settings)
        recent = visits[visits["day"] > visits["day"].max() - pd.Timedelta(days=VISIT_DAYS)]
        pages = {
            "dashboard": text("Dashboard", self.language),
            "alerts": text("Alerts", self.language),
            "predictions": text("Predictions", self.language),
            "improvement": text("Improvement", self.language),
            "monitoring": text("Monitoring", self.language),
            "simulation": text("Simulation", self.language),
        }
        return visits_chart(recent, pages, self.language)

    def _facts(self) -> Html:
        language, now = self.language, self._condition
        caches = {
            "memory": text("in memory", language),
            "redis": text("Redis", language),
            "silent": text("Redis does not answer: pages compute everything", language),
        }
        return fact_list(
            [
                (text("Day closed", language), day(self.view.as_of, language)),
                (text("Published", language), moment(local_time(self.view.published_at), language)),
                (text("Tables", language), number(len(self.view.snapshot.names), language)),
                (text("Size of the published night", language), bytes_shown(now.snapshot_bytes, language)),
                (text("Size of the store", language), bytes_shown(now.store_bytes, language)),
                (text("Free on the disk", language), bytes_shown(now.free_bytes, language)),
                (text("Cache", language), caches[now.cache]),
                (text("Generation of models", language), now.generation or "–"),
            ]
        )


def opened(visit: Visit) -> Monitoring:
    """The page for one visit."""
    return Monitoring(visit)
