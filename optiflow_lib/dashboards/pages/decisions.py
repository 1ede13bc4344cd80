"""What a reader decides on the work list. Every value from the browser is checked here, every role by the desk."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from optiflow_lib.dashboards.components.item_detail import LONGEST_NOTE, REASONS, Addable, DraftLine
from optiflow_lib.dashboards.components.live import Asked, File, Reply
from optiflow_lib.dashboards.components.receipts import ARRIVED
from optiflow_lib.dashboards.pages.explained import addable, draft_line, find_item
from optiflow_lib.errors import DataError
from optiflow_lib.jobs import actions, views
from optiflow_lib.jobs.desk import Desk
from optiflow_lib.texts import Language, number, text

LONGEST_SNOOZE_DAYS = 366
MOST_UNITS = 1e7


@dataclass(frozen=True)
class Decided:
    """What was done, in words, and what the reader should know beside it."""

    said: str
    beside: str = ""


@dataclass(frozen=True)
class Decisions:
    """The reader's decisions, written through their desk.

    Args:
        desk: Who they are.
        view: The published night.
        language: The reader's.
    """

    desk: Desk
    view: views.View
    language: Language

    def handle(self, asked: Asked, rows: pd.DataFrame, *, state: str) -> Decided | None:
        """Marks alerts among `rows` as seen, puts them off, or reopens them; None when none was chosen."""
        wanted = rows[rows["key"].isin(asked.several("alerts"))]
        if wanted.empty:
            return None
        until = self._until(asked) if state == "snoozed" else None
        self.desk.handle(list(zip(wanted["type"], wanted["subject"], strict=True)), state=state, until=until)
        count = number(len(wanted), self.language)
        return Decided(text("Alerts updated: {count}.", self.language, count=count))

    def set_quantity(self, asked: Asked, day: views.Day) -> Decided:
        """Changes the quantity of a draft's line, with a reason; with a day also what the nights until then draft."""
        line = self._line(asked, day)
        quantity = _units(asked, line, least=0.0)
        reason = self._reason(asked)
        if asked.words("until"):
            until = self._until(asked)
            self.desk.keep_quantity(item_id=line.item_id, quantity=quantity, until=until, reason=reason)
        else:
            self.desk.set_quantity(
                order_id=line.order_id, item_id=line.item_id, quantity=quantity, reason=reason
            )
        shown = number(quantity, self.language, decimals=3)
        said = text("Quantity saved: {quantity}.", self.language, quantity=shown)
        return Decided(said, self._of_packs(quantity, line))

    def add(self, asked: Asked, day: views.Day) -> tuple[Decided, str]:
        """Adds an item that is in no draft to its supplier's; also returns the draft's number."""
        facts = find_item(self.view, asked.words("item"))
        line = None if facts is None else addable(facts, day)
        if facts is None or line is None:
            raise _refusal("the item cannot be added to a draft")
        quantity, reason = _units(asked, line, least=line.unit_step), self._reason(asked)
        order_id = self.desk.add(item_id=line.item_id, quantity=quantity, reason=reason)
        said = text(
            "{item} is added to {order}.", self.language, item=str(facts.item["name"]), order=order_id
        )
        return Decided(said, self._of_packs(quantity, line)), order_id

    def approve(self, asked: Asked) -> Decided:
        """Approves a draft."""
        order_id = asked.words("order")
        self.desk.approve(order_id)
        return Decided(text("{order} is approved.", self.language, order=order_id))

    def send(self, asked: Asked) -> Decided:
        """Notes that an approved order went out."""
        order_id = asked.words("order")
        self.desk.send(order_id)
        return Decided(text("{order} is marked as sent.", self.language, order=order_id))

    def receive(self, asked: Asked) -> Decided:
        """Counts in what arrived of an order; an empty field is nothing."""
        order_id = asked.words("order")
        arrived = {item_id: asked.number(name) for name, item_id in _fields(asked) if asked.words(name)}
        counted = {item_id: units for item_id, units in arrived.items() if units}
        _refuse("nothing arrived", unless=bool(counted))
        _refuse("a quantity is too large", unless=all(abs(units) <= MOST_UNITS for units in counted.values()))
        state = self.desk.receive(order_id, counted)
        if state == "received":
            return Decided(text("{order} has arrived.", self.language, order=order_id))
        return Decided(text("{order} has arrived in part.", self.language, order=order_id))

    def close(self, asked: Asked) -> Decided:
        """Ends an order of which nothing more will come."""
        order_id = asked.words("order")
        self.desk.close(order_id)
        return Decided(text("{order} is closed.", self.language, order=order_id))

    def lift(self, asked: Asked) -> Decided:
        """Ends an item's kept quantity."""
        item_id = asked.words("item")
        self.desk.lift(item_id)
        beside = text("Drafts are as the night suggested again.", self.language)
        return Decided(text("The quantity of {item} is no longer kept.", self.language, item=item_id), beside)

    def cancel(self, asked: Asked) -> Decided:
        """Cancels an order."""
        order_id = asked.words("order")
        self.desk.cancel(order_id)
        return Decided(text("{order} is cancelled.", self.language, order=order_id))

    def pdf(self, asked: Asked) -> Reply:
        """The order as a document."""
        name, content = actions.order_pdf(self.desk.settings, order_id=asked.words("order"))
        return Reply(file=File(name, content, "application/pdf"))

    def csv(self, asked: Asked) -> Reply:
        """The order as a table."""
        name, content = actions.order_csv(self.desk.settings, order_id=asked.words("order"))
        return Reply(file=File(name, content, "text/csv;charset=utf-8"))

    def _until(self, asked: Asked) -> date:
        until = asked.day("until")
        furthest = self.view.as_of + timedelta(days=LONGEST_SNOOZE_DAYS)
        _refuse(f"{until} is no day to come within a year", unless=self.view.as_of < until <= furthest)
        return until

    def _line(self, asked: Asked, day: views.Day) -> DraftLine:
        facts = find_item(self.view, asked.words("item"))
        line = None if facts is None else draft_line(facts, day)
        if line is None or line.order_id != asked.words("order"):
            raise _refusal("the item is in no such draft")
        return line

    def _of_packs(self, quantity: float, line: DraftLine | Addable) -> str:
        """A remark on a quantity that breaks packs; else nothing."""
        if is_multiple(quantity, line.multiple):
            return ""
        packs = number(line.multiple, self.language, decimals=3)
        return text("It is no multiple of the pack of {multiple}.", self.language, multiple=packs)

    def _reason(self, asked: Asked) -> str:
        reason, note = asked.one_of("reason", REASONS), asked.words("note", longest=LONGEST_NOTE)
        _refuse("a quantity is changed for a reason", unless=bool(reason))
        said = text(reason, self.language)
        return f"{said}, {note}" if note else said


def _fields(asked: Asked) -> list[tuple[str, str]]:
    """Name and item of each field for units that arrived."""
    return [(name, name.removeprefix(ARRIVED)) for name in asked.names if name.startswith(ARRIVED)]


def _units(asked: Asked, line: DraftLine | Addable, *, least: float) -> float:
    quantity = asked.number("quantity")
    fits = least <= quantity <= MOST_UNITS and is_multiple(quantity, line.unit_step)
    _refuse(f"{quantity:g} {line.unit} cannot be ordered", unless=fits)
    return quantity


def is_multiple(quantity: float, step: float) -> bool:
    """Is the quantity a whole number of steps, but for what a float cannot say?"""
    steps = quantity / step
    return abs(steps - round(steps)) < 1e-6


def _refuse(what: str, *, unless: bool) -> None:
    if not unless:
        raise _refusal(what)


def _refusal(what: str) -> DataError:
    return DataError(what=what, where="the work list", mend="correct the field")
