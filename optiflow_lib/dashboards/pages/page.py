"""What every page is: regions of HTML made from one visit, and the one widget that brings them up to date."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from optiflow_lib.dashboards.components.filters import filter_bar
from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.live import Asked, Handler, Live, Reply, container
from optiflow_lib.dashboards.components.notices import empty, fault, notice
from optiflow_lib.dashboards.pages.filters import SHARED, Filters, filter_choices, read_filters
from optiflow_lib.dashboards.pages.visit import Visit
from optiflow_lib.errors import AccessError, DataError, OptiflowError
from optiflow_lib.jobs import views
from optiflow_lib.texts import day, moment, text

Maker = Callable[[], Html]


class Page:
    """One visit of one page.

    A subclass names its page, and gives `makers` (content by region) and `handlers` (what the reader can do).
    """

    name = ""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.settings, self.language = visit, visit.settings, visit.language
        self._view = views.open_view(visit.settings)
        self.filters = read_filters(visit.filters, self.view.read("items")) if self._view else Filters()

    @property
    def view(self) -> views.View:
        """The published night; only asked for when there is one."""
        if self._view is None:
            raise DataError(
                what="no night was published", where=self.name, mend="run the night: `optiflow nightly`"
            )
        return self._view

    @property
    def followed(self) -> tuple[str, ...]:
        """The shared filters that the page follows."""
        return SHARED

    @property
    def makers(self) -> Mapping[str, Maker]:
        """How each region is made, in the order of the page."""
        raise NotImplementedError

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """What the reader can ask for, beside the filters."""
        return {}

    def printed(self, *regions: str) -> Html:
        """Regions as HTML that can be read before any widget is there."""
        if self._view is None:
            return self._no_night() if regions[0] == "head" else Html()
        return join(container(self.name, region, self.content(region)) for region in regions)

    def content(self, region: str) -> Html:
        """A region's content, or what went wrong with it: the other regions are shown all the same."""
        try:
            return self.makers[region]()
        except OptiflowError as error:
            return fault(
                text("This part cannot be shown now.", self.language),
                error,
                self.language,
                project=self.visit.project,
                mend=text(
                    "Reload the page in a moment; if it stays, tell who looks after Optiflow.", self.language
                ),
            )

    def renewed(self, *regions: str, told: Html | None = None) -> Reply:
        """These regions made again, with what to tell the reader."""
        made = {region: self.content(region) for region in regions}
        return Reply({**made, "status": self.told(told) if told else Html()})

    def told(self, message: Html) -> Html:
        """A message to the reader, with what closes it."""
        close = tag(
            "button",
            "×",
            type="button",
            class_="quiet",
            data_close=True,
            aria_label=text("Close", self.language),
        )
        return tag("div", message, close, class_="told")

    def controls(self) -> Live | None:
        """The widget that makes the page live; there is none before the first night."""
        if self._view is None:
            return None
        answers = {name: self._guarded(handler) for name, handler in self.handlers.items()}
        return Live(
            self.name,
            handlers={"filter": self._guarded(self._filter), **answers},
            render=lambda: {region: self.content(region) for region in self.makers},
            language=self.language,
        )

    def head(self) -> Html:
        """Which night this is, the filters, and a place for messages."""
        told = tag("p", self._night_line(), class_="night-line")
        known = filter_choices(self.view.read("items"), self.filters, self.language)
        choices = [one for one in known if one.name in self.followed]
        kept = {name: value for name, value in self.visit.filters.items() if name not in SHARED}
        return join(
            [
                self._stale_notice(),
                tag("div", told, filter_bar(choices, self.language, kept=kept), class_="page-head"),
            ]
        )

    def status(self) -> Html:
        """Where messages to the reader appear; empty at first."""
        return Html()

    def link(self, words: object, page: str, **query: str) -> Html:
        """A link to another page that keeps the filters."""
        return tag("a", words, href=address(page, {**self.filters.query, **query}))

    def _filter(self, asked: Asked) -> Reply:
        given = {name: asked.words(name) for name in SHARED}
        self.filters = read_filters(given, self.view.read("items"))
        regions = {region: self.content(region) for region in self.filtered()}
        return Reply(regions, query=self.filters.query)

    def filtered(self) -> Iterable[str]:
        """Regions that follow the filters: all but those the reader is typing in."""
        return [region for region in self.makers if region not in ("head", "status")]

    def _guarded(self, handler: Handler) -> Handler:
        def answered(asked: Asked) -> Reply:
            try:
                return handler(asked)
            except OptiflowError as error:
                return Reply({"status": self.told(self._refused(error))})

        return answered

    def _refused(self, error: OptiflowError) -> Html:
        title, mend = {
            AccessError: (
                text("Your role does not allow this.", self.language),
                text("Ask a manager to do it.", self.language),
            ),
            DataError: (
                text("This value cannot be used.", self.language),
                text("Correct the field and try again.", self.language),
            ),
        }.get(
            type(error),
            (
                text("This could not be done.", self.language),
                text("Somebody may have changed it meanwhile: reload the page.", self.language),
            ),
        )
        # It is about what the reader sent: everybody may know.
        return fault(title, error, self.language, project=self.settings.folder, mend=mend)

    def _night_line(self) -> str:
        return text(
            "As of {day}, published {moment}",
            self.language,
            day=day(self.view.as_of, self.language, style="full"),
            moment=moment(local_time(self.view.published_at), self.language),
        )

    def _stale_notice(self) -> Html | None:
        if not self.view.stale:
            return None
        return notice(
            text("These figures are old: last night's run did not arrive.", self.language),
            text("Orders decided today should be checked against the shelf.", self.language),
            tone="warn",
        )

    def _no_night(self) -> Html:
        return empty(
            text("No night has been run yet.", self.language),
            text(
                "Figures appear here after the first one. Who looks after Optiflow starts it with:",
                self.language,
            ),
            tag("code", "optiflow nightly"),
        )


def local_time(at: datetime) -> datetime:
    """A time kept in UTC, on this machine's clock."""
    return at.replace(tzinfo=UTC).astimezone()


def address(page: str, query: Mapping[str, str]) -> str:
    """The address of a page, beside the one that is open."""
    written = urlencode({name: value for name, value in query.items() if value})
    return f"{page}?{written}" if written else page
