"""What the last months would have been under other policies: asked for here, replayed in a process of its own."""

from collections.abc import Mapping

import pandas as pd

from optiflow_lib.dashboards.components.calculating import calculating
from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.live import Asked, Handler, Reply
from optiflow_lib.dashboards.components.notices import empty, fault
from optiflow_lib.dashboards.components.overview import panel
from optiflow_lib.dashboards.components.simulating import (
    POLICIES,
    items_table,
    left_out_list,
    policies_table,
    policy_name,
    simulation_form,
    trade_off_chart,
)
from optiflow_lib.dashboards.pages.filters import SHARED
from optiflow_lib.dashboards.pages.page import Maker, Page
from optiflow_lib.dashboards.pages.visit import Visit
from optiflow_lib.errors import DataError, OptiflowError
from optiflow_lib.jobs.worker import Progress, Task
from optiflow_lib.texts import day, number, text

PERIODS = {"28": 28, "91": 91, "182": 182, "364": 364}
USUAL_DAYS, USUAL = "91", ("ours", "present", "erp_rule", "foresight")
WAIT_S = 0.2
ITEMS_SHOWN = 20


class Simulation(Page):
    """Policies and period, what service costs, the items behind it."""

    name = "simulation"

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit)
        wanted = visit.filters.get("policies", "").split("-")
        self.policies = [key for key in POLICIES if key in wanted] or list(USUAL)
        self.days = visit.filters.get("days", USUAL_DAYS)
        if self.days not in PERIODS:
            self.days = USUAL_DAYS
        self.behind = ""
        self._task: Task | None = None
        self._progress: Progress | None = None
        self._made: Mapping[str, pd.DataFrame] | None = None
        self._error: OptiflowError | None = None

    @property
    def makers(self) -> Mapping[str, Maker]:
        """Regions, in the order of the page."""
        return {
            "head": self.head,
            "status": self.status,
            "asked": self._asked,
            "result": self._result,
            "behind": self._behind,
        }

    @property
    def followed(self) -> tuple[str, ...]:
        """The period has a field of its own here."""
        return tuple(name for name in SHARED if name != "period")

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """Simulate, look how far it is, show the items behind a policy."""
        return {"simulate": self._simulate, "simulate_wait": self._wait, "behind": self._choose}

    def figures(self) -> Html:
        """The night, the filters, and what can be asked."""
        return self.printed("head", "status", "asked")

    def charts(self) -> Html:
        """What service costs under each policy."""
        return self.printed("result")

    def tables(self) -> Html:
        """The items behind it."""
        return self.printed("behind")

    def filtered(self) -> list[str]:
        """Nothing: a filter counts for the next simulation, and what is shown stays."""
        return []

    # --- what is shown -------------------------------------------------------------------------

    def _asked(self) -> Html:
        language = self.language
        periods = {
            "28": text("the last 28 days", language),
            "91": text("the last 3 months", language),
            "182": text("the last 6 months", language),
            "364": text("the last 12 months", language),
        }
        about = text(
            "The shop's own days are replayed: each policy knows every evening only what was known then.",
            language,
        )
        form = simulation_form(self.policies, self.days, periods, language)
        return panel(text("What would have been?", language), tag("p", about, class_="about"), form)

    def _result(self) -> Html:
        language, now = self.language, self._progress
        title = text("Service against stock", language)
        if self._error is not None:
            mend = text("Choose a shorter period or other items.", language)
            said = text("This cannot be simulated.", language)
            return panel(title, fault(said, self._error, language, project=self.visit.project, mend=mend))
        if now is not None and now.state != "done":
            return panel(title, calculating(now.state, now.seconds, now.before, language))
        if self._made is None:
            return panel(title, empty(text("Choose policies and a period, then simulate.", language)))
        made = self._made
        compared = policies_table(
            made["summary"],
            made["savings"],
            chosen=self.behind,
            currency=self.settings.purchasing.currency,
            language=language,
        )
        chart = trade_off_chart(made["curves"], made["summary"], language)
        left_out = left_out_list(made["left_out"], made["assumed"], language)
        return panel(title, tag("p", self._period(made), class_="about"), chart, compared, left_out)

    def _period(self, made: Mapping[str, pd.DataFrame]) -> str:
        (period,) = made["period"].itertuples()
        return text(
            "{first} to {last}, {items} items; money is scaled to a year.",
            self.language,
            first=day(period.first_day, self.language),
            last=day(period.last_day, self.language),
            items=number(made["items"]["item_id"].nunique(), self.language),
        )

    def _behind(self) -> Html:
        if self._made is None or not self.behind:
            return Html()
        items = self._made["items"]
        shown = (
            items[items["policy"] == self.behind].sort_values("total_cost", ascending=False).head(ITEMS_SHOWN)
        )
        links = [
            self.link(row.name, "predictions", item=row.item_id) for row in shown.itertuples(index=False)
        ]
        title = text("Items behind: {policy}", self.language, policy=policy_name(self.behind, self.language))
        currency = self.settings.purchasing.currency
        about = text("Those that cost most over the period.", self.language)
        listed = items_table(shown, links, currency=currency, language=self.language)
        return panel(title, join([tag("p", about, class_="about"), listed]))

    # --- what is asked -------------------------------------------------------------------------

    def _simulate(self, asked: Asked) -> Reply:
        chosen, days = asked.several("policies"), asked.one_of("days", PERIODS)
        if not chosen or not set(chosen) <= set(POLICIES) or not days:
            raise DataError(what="choose at least one policy", where="simulation", mend="choose some")
        self.policies, self.days = [key for key in POLICIES if key in chosen], days
        if self._task is not None:
            self._task.forget()
        self._made, self._error, self.behind = None, None, ""
        keep = {column: [value] for column, value in self.filters.chosen.items()}
        self._task = Task(self.settings, "simulate", days=PERIODS[days], policies=self.policies, keep=keep)
        query = {"policies": "-".join(self.policies), "days": days}
        return self._waited(query)

    def _wait(self, _asked: Asked) -> Reply:
        return self._waited({})

    def _waited(self, query: Mapping[str, str]) -> Reply:
        if self._task is None:
            return Reply()
        try:
            self._progress = self._task.progress(wait_s=WAIT_S)
        except OptiflowError as error:
            self._task, self._progress, self._error = None, None, error
            return Reply(self._shown(), query=query)
        if self._progress.state != "done":
            return Reply(self._shown(), query=query, later="simulate_wait")
        self._task, self._made = None, self._progress.answer
        self.behind = next(
            key for key in self.policies if key in set(self._progress.answer["items"]["policy"])
        )
        return Reply(self._shown(), query=query)

    def _choose(self, asked: Asked) -> Reply:
        self.behind = asked.one_of("policy", tuple(self.policies))
        return Reply(self._shown())

    def _shown(self) -> dict[str, Html]:
        return {"result": self.content("result"), "behind": self.content("behind"), "status": Html()}


def opened(visit: Visit) -> Simulation:
    """The page for one visit."""
    return Simulation(visit)
