"""The work list of the morning: what to look at, why, and what to do about it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.item_detail import alert_actions, detail_head
from optiflow_lib.dashboards.components.live import Asked, Handler, Reply
from optiflow_lib.dashboards.components.notices import empty, notice
from optiflow_lib.dashboards.components.overview import panel
from optiflow_lib.dashboards.components.receipts import kept_list
from optiflow_lib.dashboards.components.words import ALERT_STATES, ALERT_TYPES, SEVERITIES
from optiflow_lib.dashboards.components.worklist import WorkLine, tools, work_list
from optiflow_lib.dashboards.pages.alert_rows import alert_rows, found_by, work_lines
from optiflow_lib.dashboards.pages.decisions import Decided, Decisions
from optiflow_lib.dashboards.pages.explained import find_item, line_form, why
from optiflow_lib.dashboards.pages.filters import Filters
from optiflow_lib.dashboards.pages.order_cards import Looked, cards_of, kept_of
from optiflow_lib.dashboards.pages.page import Maker, Page
from optiflow_lib.dashboards.pages.visit import Visit
from optiflow_lib.errors import DataError
from optiflow_lib.jobs import views
from optiflow_lib.jobs.desk import LEAST_ROLE, Desk
from optiflow_lib.texts import text

PAGE_LINES = 25
EVERY_STATE = "all"


@dataclass(frozen=True)
class Chosen:
    """What the list shows and which line is explained; all of it can stand in the page's address."""

    search: str = ""
    state: str = "open"  # empty: every state
    severity: str = ""
    type: str = ""
    alert: str = ""
    item: str = ""

    @property
    def query(self) -> dict[str, str]:
        """For the address; what is usual is left out."""
        state = {"open": "", "": EVERY_STATE}.get(self.state, self.state)
        names = ("search", "severity", "type", "alert", "item")
        return {"state": state} | {name: getattr(self, name) for name in names}


class Alerts(Page):
    """Work list, explanation, drafts."""

    name = "alerts"

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit)
        self.desk = Desk(visit.settings, visit.user, visit.role)
        self.chosen = read_chosen(visit.filters)
        self.lines_shown = PAGE_LINES
        self.looked = Looked()
        self._read: views.Day | None = None
        self._known: tuple[views.Day, Filters, pd.DataFrame] | None = None

    @property
    def makers(self) -> Mapping[str, Maker]:
        """Regions, in the order of the page."""
        return {
            "head": self.head,
            "status": self.status,
            "tools": self._tools,
            "list": self._list,
            "detail": self._detail,
            "drafts": self._drafts,
        }

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """Everything that can be done here."""
        decide = Decisions(self.desk, self.view, self.language)
        return {
            "show": self._show,
            "more": self._more,
            "explain": self._explain,
            "edit": self._edit,
            "acknowledge": lambda asked: self._handled(
                decide.handle(asked, self._rows(), state="acknowledged")
            ),
            "snooze": lambda asked: self._handled(decide.handle(asked, self._rows(), state="snoozed")),
            "reopen": lambda asked: self._handled(decide.handle(asked, self._rows(), state="open")),
            "quantity": lambda asked: self._edited(
                decide.set_quantity(asked, self.day), asked.words("order")
            ),
            "add": lambda asked: self._edited(*decide.add(asked, self.day)),
            "confirm": self._confirm,
            "approve": self._moved(decide.approve),
            "send": self._moved(decide.send),
            "receive": self._moved(decide.receive),
            "close": self._moved(decide.close),
            "cancel": self._moved(decide.cancel),
            "lift": self._moved(decide.lift),
            "pdf": decide.pdf,
            "csv": decide.csv,
        }

    def figures(self) -> Html:
        """The night and the filters."""
        return self.printed("head", "status")

    def work(self) -> Html:
        """The list beside the explanation of its chosen line."""
        work, detail = self.printed("tools", "list"), self.printed("detail")
        parts = [tag("section", work, class_="panel"), tag("section", detail, class_="panel detail")]
        return tag("div", parts, class_="desk") if work else work

    def drafts(self) -> Html:
        """Orders to decide."""
        orders = self.printed("drafts")
        return panel(text("Orders", self.language), orders) if orders else orders

    # --- what is shown -------------------------------------------------------------------------

    @property
    def day(self) -> views.Day:
        """Alerts and orders as they were when last read; read again after every change."""
        if self._read is None:
            self._read = views.read_day(self.settings)
        return self._read

    def filtered(self) -> Iterable[str]:
        """All but the search, in which the reader may be typing."""
        return [region for region in super().filtered() if region != "tools"]

    def _rows(self) -> pd.DataFrame:
        """The alerts of the filters beside their items; worked out once for a day and a choice."""
        day, view = self.day, self.view
        if self._known is None or self._known[0] is not day or self._known[1] != self.filters:
            rows = alert_rows(day.alerts, items=view.read("items"), suppliers=view.read("suppliers"))
            self._known = day, self.filters, self.filters.of(rows)
        return self._known[2]

    def _found(self) -> pd.DataFrame:
        rows = self._rows()
        for column in ("state", "severity", "type"):
            value = getattr(self.chosen, column)
            rows = rows[rows[column] == value] if value else rows
        return found_by(rows, self.chosen.search)

    def _tools(self) -> Html:
        given = {**self.chosen.query, "state": self.chosen.state}
        return tools(given, self._rows()["type"].unique().tolist(), self.language)

    def _list(self) -> Html:
        found = self._found()
        return work_list(
            work_lines(found.head(self.lines_shown), self.language),
            total=len(found),
            euros=float(found["euros_at_risk"].sum()),
            chosen=self._explained_key(found),
            as_of=self.view.as_of,
            may_handle=self.desk.may("handle"),
            language=self.language,
        )

    def _explained_key(self, found: pd.DataFrame) -> str:
        """The line that was chosen; at first the one with most money at risk."""
        if self.chosen.alert or self.chosen.item:
            return self.chosen.alert
        return "" if found.empty else str(found["key"].iloc[0])

    def _detail(self) -> Html:
        rows = self._rows()
        chosen = rows[rows["key"] == self._explained_key(self._found())]
        if len(chosen):
            (line,) = work_lines(chosen, self.language)
            item_id = chosen["item_id"].iloc[0]
            return self._explained(line, str(item_id) if pd.notna(item_id) else "", chosen["name"].iloc[0])
        if self.chosen.item:
            return self._explained(None, self.chosen.item, "")
        words = text("This alert is resolved.", self.language) if self.chosen.alert else ""
        return empty(words or text("Choose a line to see why it is there.", self.language))

    def _explained(self, line: WorkLine | None, item_id: str, name: str) -> Html:
        handled = line is not None and self.desk.may("handle")
        handle = alert_actions(line, self.view.as_of, self.language) if line is not None and handled else None
        facts = find_item(self.view, item_id)
        if facts is None:
            elsewhere = self.link(text("Data to mend", self.language), "improvement")
            return join([detail_head(name, [], line, elsewhere, self.language), handle])
        forecast = self.link(text("Forecast", self.language), "predictions", item=facts.item_id)
        head = detail_head(str(facts.item["name"]), facts.about(), line, forecast, self.language)
        form = line_form(facts, self.day, self.language) if self.desk.may("edit") else None
        return join([head, handle, form, why(facts, self.language)])

    def _drafts(self) -> Html:
        may = {action for action in LEAST_ROLE if self.desk.may(action)}
        orders = cards_of(
            self.day,
            self.view,
            self.filters,
            may=may,
            looked=self.looked,
            rules=self.settings.inventory,
            language=self.language,
        )
        kept = kept_of(self.day, self.view, self.filters)
        return join([orders, kept_list(kept, self.language, may_lift="lift" in may)])

    # --- what is asked -------------------------------------------------------------------------

    def _show(self, asked: Asked) -> Reply:
        self.chosen = Chosen(
            search=asked.words("search"),
            state=asked.one_of("state", ALERT_STATES),
            severity=asked.one_of("severity", SEVERITIES),
            type=asked.one_of("type", ALERT_TYPES),
        )
        self.lines_shown = PAGE_LINES
        return self._again("list", "detail")

    def _more(self, _asked: Asked) -> Reply:
        self.lines_shown += PAGE_LINES
        return self._again("list")

    def _explain(self, asked: Asked) -> Reply:
        key = asked.words("alert")
        if not (self._rows()["key"] == key).any():
            raise _gone(f"alert {key!r}")
        self.chosen = replace(self.chosen, alert=key, item="")
        return self._again("list", "detail", reveal="#detail-title")

    def _edit(self, asked: Asked) -> Reply:
        item_id = asked.words("item")
        if find_item(self.view, item_id) is None:
            raise _gone(f"item {item_id!r}")
        self.chosen = replace(self.chosen, alert="", item=item_id)
        return self._again("list", "detail", reveal="#detail-title", focus="#quantity")

    def _confirm(self, asked: Asked) -> Reply:
        self.looked = Looked(confirming=asked.words("order"))
        return self.renewed("drafts")

    def _handled(self, decided: Decided | None) -> Reply:
        if decided is None:
            first = notice(text("Choose one or more lines first.", self.language), tone="warn")
            return Reply({"status": self.told(first)})
        return self._changed(decided, "list", "detail")

    def _edited(self, decided: Decided, order_id: str) -> Reply:
        self.looked = Looked(opened=order_id)
        return self._changed(decided, "detail", "drafts")

    def _moved(self, move: Callable[[Asked], Decided]) -> Handler:
        def answered(asked: Asked) -> Reply:
            self.looked = Looked()
            return self._changed(move(asked), "drafts", "detail")

        return answered

    def _changed(self, decided: Decided, *regions: str) -> Reply:
        self._read = None
        return self.renewed(*regions, told=notice(decided.said, decided.beside, tone="good"))

    def _again(self, *regions: str, reveal: str = "", focus: str = "") -> Reply:
        made = self.renewed(*regions).regions
        return Reply(made, query=self.chosen.query, reveal=reveal, focus=focus)


def opened(visit: Visit) -> Alerts:
    """The page for one visit."""
    return Alerts(visit)


def read_chosen(given: Mapping[str, str]) -> Chosen:
    """What an address asks for; a word that is none is left out."""
    state = given.get("state", "open")
    return Chosen(
        search=given.get("search", ""),
        state="" if state == EVERY_STATE else state if state in ALERT_STATES else "open",
        severity=given.get("severity", "") if given.get("severity") in SEVERITIES else "",
        type=given.get("type", "") if given.get("type") in ALERT_TYPES else "",
        alert=given.get("alert", ""),
        item=given.get("item", ""),
    )


def _gone(what: str) -> DataError:
    return DataError(what=f"there is no {what} any more", where="the work list", mend="reload the page")
