"""What if something happened to an item: the question checked, the calculation handed over, the answer shown."""

from collections.abc import Mapping
from datetime import date, timedelta

import pandas as pd

from optiflow_lib.dashboards.components.calculating import calculating
from optiflow_lib.dashboards.components.html import Html, tag
from optiflow_lib.dashboards.components.live import Asked, Handler, Reply
from optiflow_lib.dashboards.components.notices import notice
from optiflow_lib.dashboards.components.overview import panel
from optiflow_lib.dashboards.components.supposing import Supposing, suppose_form, supposed_chart
from optiflow_lib.dashboards.components.worklist import button
from optiflow_lib.dashboards.pages.explained import ItemFacts, find_item
from optiflow_lib.errors import DataError, OptiflowError
from optiflow_lib.jobs.judged_days import EVENT_TYPES
from optiflow_lib.jobs.views import View
from optiflow_lib.jobs.worker import Progress, Task
from optiflow_lib.settings import Settings
from optiflow_lib.texts import Language, text

WAIT_S = 0.8  # an answer that comes sooner needs no second question
REGION = "suppose"
USUAL_DAYS = 7


class Suppositions:
    """One reader's what-ifs: a question at a time.

    Args:
        settings: What calculations are about.
        view: The published night.
        language: The reader's.
    """

    def __init__(self, settings: Settings, view: View, language: Language) -> None:
        self._settings, self._view, self._language = settings, view, language
        self._given: Supposing | None = None
        self._item_id = ""
        self._task: Task | None = None
        self._progress: Progress | None = None
        self._failure = ""

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """Open the form, ask, look whether the answer has come."""
        return {"suppose_open": self._open, "suppose": self._ask, "suppose_wait": self._wait}

    def shown(self, facts: ItemFacts) -> Html:
        """The panel of an item: closed at first and when another item is chosen."""
        title = text("What if…", self._language)
        if self._given is None or self._item_id != facts.item_id:
            about = text("A promotion, another price, an event: what would it sell?", self._language)
            words = text("Suppose something", self._language)
            opening = button(words, "suppose_open", item=facts.item_id)
            return panel(title, tag("p", about, class_="about"), aside=opening)
        kinds, days = self._kinds(facts.item_id), self._days(facts.item_id)
        form = suppose_form(self._given, kinds, item_id=facts.item_id, days=days, language=self._language)
        return panel(title, form, self._answer())

    def _answer(self) -> Html | None:
        if self._failure:
            more = text("Say how much growth you expect, or choose other days.", self._language)
            return notice(self._failure, more, tone="warn")
        now = self._progress
        if now is None:
            return None
        if now.state == "done":
            return supposed_chart(now.answer, self._language)
        return calculating(now.state, now.seconds, now.before, self._language)

    def _open(self, asked: Asked) -> Reply:
        facts = self._facts(asked)
        first, last = self._days(facts.item_id)
        kinds = self._kinds(facts.item_id)
        until = min(first + timedelta(days=USUAL_DAYS - 1), last)
        self._begin(facts.item_id, Supposing(kinds[0] if kinds else "", first, until))
        if not kinds:  # nothing to go by: the reader has to say first
            self._let_go()
            return Reply({REGION: self.shown(facts)})
        return self._waited(facts)

    def _ask(self, asked: Asked) -> Reply:
        facts = self._facts(asked)
        given = Supposing(
            kind=asked.one_of("kind", tuple(self._kinds(facts.item_id))),
            first_day=asked.day("first_day"),
            last_day=asked.day("last_day"),
            price_change=_within(asked, "price_change", -95.0, 100.0, absent=0.0),
            uplift=_within(asked, "uplift", -100.0, 1000.0) if asked.words("uplift") else None,
        )
        first, last = self._days(facts.item_id)
        if not first <= given.first_day <= given.last_day <= last:
            raise _refusal("these days are not forecast")
        self._begin(facts.item_id, given)
        return self._waited(facts)

    def _begin(self, item_id: str, given: Supposing) -> None:
        self._let_go()
        self._item_id, self._given = item_id, given
        self._task = Task(
            self._settings,
            "what_if",
            item_id=item_id,
            kind=given.kind,
            first_day=given.first_day,
            last_day=given.last_day,
            discount=-given.price_change / 100,
            uplift=None if given.uplift is None else given.uplift / 100,
        )

    def _let_go(self) -> None:
        if self._task is not None:
            self._task.forget()
        self._task, self._progress, self._failure = None, None, ""

    def _wait(self, _asked: Asked) -> Reply:
        facts = find_item(self._view, self._item_id)
        return Reply() if facts is None or self._task is None else self._waited(facts)

    def _waited(self, facts: ItemFacts) -> Reply:
        if self._task is None:
            return Reply()
        try:
            self._progress = self._task.progress(wait_s=WAIT_S)
        except DataError as error:
            self._task, self._failure = None, self._said(error)
        except OptiflowError:
            self._task = None
            raise
        goes_on = self._task is not None and self._progress is not None and self._progress.state != "done"
        return Reply({REGION: self.shown(facts)}, later="suppose_wait" if goes_on else "")

    def _said(self, error: DataError) -> str:
        if "no past event" in error.what:
            return text("This item never had such an event: nothing tells its effect.", self._language)
        return text("This cannot be calculated for the item.", self._language)

    def _facts(self, asked: Asked) -> ItemFacts:
        facts = find_item(self._view, asked.words("item"))
        if facts is None:
            raise _refusal("there is no such item")
        return facts

    def _kinds(self, item_id: str) -> list[str]:
        """Types of event that the item had, the most frequent first; what people marked afterwards is no type to plan."""
        events = self._view.read_item("event_impact", item_id)
        planned = ~events["to_come"] & ~events["type"].isin(EVENT_TYPES.values())
        counted = events.loc[planned, "type"].value_counts()
        return [str(kind) for kind in counted.index]

    def _days(self, item_id: str) -> tuple[date, date]:
        days = self._view.read_item("forecasts", item_id)["day"]
        if days.empty:
            raise _refusal("the item is not forecast")
        return pd.Timestamp(days.min()).date(), pd.Timestamp(days.max()).date()


def _within(asked: Asked, name: str, least: float, most: float, *, absent: float = 0.0) -> float:
    value = asked.number(name) if asked.words(name) else absent
    if not least <= value <= most:
        raise _refusal(f"{name} is not between {least:g} and {most:g}")
    return value


def _refusal(what: str) -> DataError:
    return DataError(what=what, where="what if", mend="correct the field")
