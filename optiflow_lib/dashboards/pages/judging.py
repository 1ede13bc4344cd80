"""What a reader says of unusual days. Every value from the browser is checked here, every role by the desk."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pandas as pd

from optiflow_lib.dashboards.components.html import Html, tag
from optiflow_lib.dashboards.components.judging import (
    LONGEST_NAME,
    LONGEST_NOTE,
    REASONS,
    SEPARATOR,
    Judging,
    judged_table,
    judging_dialog,
    verdict_names,
)
from optiflow_lib.dashboards.components.live import Asked
from optiflow_lib.dashboards.components.notices import notice
from optiflow_lib.dashboards.components.worklist import button
from optiflow_lib.errors import DataError
from optiflow_lib.jobs import verdicts
from optiflow_lib.jobs.desk import Desk
from optiflow_lib.jobs.judged_days import episode_end, still_open
from optiflow_lib.jobs.verdicts import LONGEST_DAYS, Judged
from optiflow_lib.jobs.views import View
from optiflow_lib.schemas.operations import VERDICTS
from optiflow_lib.texts import Language, day, text

SHOWN = 20


class Verdicts:
    """One reader's verdicts: a day at a time.

    Args:
        desk: Who they are.
        view: The published night.
        language: The reader's.
    """

    def __init__(self, desk: Desk, view: View, language: Language) -> None:
        self._desk, self._view, self._language = desk, view, language
        self._given: Judging | None = None
        self._wrong = ""

    @property
    def may(self) -> bool:
        """Does the reader's role allow it?"""
        return self._desk.may("judge")

    @cached_property
    def standing(self) -> pd.DataFrame:
        """Schema `DAY_VERDICTS`: those that count now; read again after a change."""
        return verdicts.standing(self._desk.settings)

    def open(self, unusual: pd.DataFrame) -> pd.DataFrame:
        """The unusual days of the night (schema `ANOMALIES`) that nobody has judged since."""
        return still_open(unusual, self.standing)

    def judged(self, items: pd.DataFrame) -> Html | None:
        """What was said of days of `items`, the latest first."""
        known = self.standing.merge(items[["item_id", "name"]], on="item_id")
        latest = known.sort_values(["at", "day"], ascending=False).head(SHOWN)
        return judged_table(latest, self._language, may_withdraw=self.may)

    def dialog(self) -> Html:
        """The open dialog; nothing while none is."""
        seen = (
            None if self._given is None or not self.may else self._seen(self._given.item_id, self._given.day)
        )
        if self._given is None or seen is None:
            return Html()
        return judging_dialog(self._given, seen, wrong=self._wrong, language=self._language)

    def ask(self, asked: Asked) -> None:
        """Opens the dialog on a day of the list."""
        item_id, first = asked.words("item"), asked.day("day")
        if self._seen(item_id, first) is None:
            raise _refusal(f"{first} is no unusual day of item {item_id!r}")
        furthest = min(self._view.as_of, first + timedelta(days=LONGEST_DAYS - 1))
        last_day = min(self._until(item_id, first), furthest)
        self._given, self._wrong = Judging(item_id, first, last_day, furthest), ""

    def close(self) -> None:
        """Closes the dialog."""
        self._given, self._wrong = None, ""

    def judge(self, asked: Asked) -> Html | None:
        """Keeps what was sent; what to tell the reader, or None when the dialog says what is wrong."""
        self.ask(asked)
        given = self._filled(asked)
        event = given.event if given.verdict == "event" else ""
        missing = given.verdict == "event" and not event
        if missing or not given.reason or not given.day <= given.last_day <= given.furthest:
            self._given = given
            self._wrong = self._told(given, missing_name=missing)
            return None
        reason = SEPARATOR.join(part for part in (given.reason, given.note) if part)
        self._desk.judge(Judged(given.item_id, given.day, given.last_day, given.verdict, reason, event))
        self._changed()
        return self._kept(given)

    def withdraw(self, asked: Asked) -> Html:
        """Takes a verdict back."""
        item_id, first = asked.words("item"), asked.day("day")
        self._desk.withdraw(item_id=item_id, day=first)
        self._changed()
        said = text("The verdict on {day} is taken back.", self._language, day=day(first, self._language))
        return notice(said, text("The next night judges the day itself.", self._language), tone="good")

    def _changed(self) -> None:
        self.close()
        self.__dict__.pop("standing", None)

    def _seen(self, item_id: str, first: date) -> Any:
        """The unusual day as the night saw it, with the item's name; None when it saw none."""
        found = self._view.read_item("anomalies", item_id)
        found = found[found["day"] == pd.Timestamp(first)]
        names = self._view.read_item("items", item_id)[["item_id", "name"]]
        return next(found.merge(names, on="item_id").itertuples(), None)

    def _until(self, item_id: str, first: date) -> date:
        """The last day of the episode that the day begins."""
        seen = self._view.read_item("anomalies", item_id)
        last: date = episode_end(seen, pd.Timestamp(first), as_of=pd.Timestamp(self._view.as_of)).date()
        return last

    def _filled(self, asked: Asked) -> Judging:
        """The dialog as it was sent."""
        if self._given is None:
            raise _refusal("no dialog is open")
        return replace(
            self._given,
            verdict=asked.one_of("verdict", VERDICTS) or "real",
            last_day=asked.day("last_day"),
            event=asked.words("event", longest=LONGEST_NAME),
            reason=asked.one_of("reason", REASONS),
            note=asked.words("note", longest=LONGEST_NOTE),
        )

    def _told(self, given: Judging, *, missing_name: bool) -> str:
        if missing_name:
            return text("Give the event a name.", self._language)
        if not given.reason:
            return text("Choose a reason.", self._language)
        return text(
            "The last day lies between {first} and {last}.",
            self._language,
            first=day(given.day, self._language),
            last=day(given.furthest, self._language),
        )

    def _kept(self, given: Judging) -> Html:
        said = text(
            "{verdict}: kept for {day}.",
            self._language,
            verdict=verdict_names(self._language)[given.verdict],
            day=day(given.day, self._language),
        )
        undo = button(text("Undo", self._language), "withdraw", item=given.item_id, day=given.day.isoformat())
        return notice(said, text("The next night goes by it.", self._language), tag("p", undo), tone="good")


def _refusal(what: str) -> DataError:
    return DataError(what=what, where="the unusual days", mend="reload the page")
