"""What the server answers: pages, their connections and their ends."""

import asyncio
import json
import logging
import secrets
from http import HTTPStatus
from typing import Any, cast

from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.iostream import StreamClosedError
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from optiflow_lib.dashboards.components.words import label
from optiflow_lib.dashboards.serving.context import CONTEXT, Context
from optiflow_lib.dashboards.serving.executed import rendered
from optiflow_lib.dashboards.serving.framed import YEAR_DAYS, FramedHandler
from optiflow_lib.dashboards.serving.guards import anybody, owner, somebody
from optiflow_lib.dashboards.serving.identity import Person
from optiflow_lib.dashboards.serving.lives import NoRoom
from optiflow_lib.jobs.desk import Desk
from optiflow_lib.jobs.executed import executed_notebook
from optiflow_lib.texts import text

logger = logging.getLogger(__name__)

VISITOR_COOKIE = "optiflow-visitor"
AGAIN_AFTER_S = 2  # also who turns a page when all are open: the old one ends when the new one begins
PING_S = 25  # shorter than what proxies take for the end of a connection


class PageHandler(FramedHandler):
    """A page."""

    @somebody
    async def get(self, name: str) -> None:
        """Prints the page in a kernel of the visit's own, and counts the visit."""
        page = self.context.printer.pages().get(name)
        if page is None:
            raise web.HTTPError(HTTPStatus.NOT_FOUND)
        self.keep_language()
        person = cast(Person, self.person)
        told = {
            "user": person.username,
            "role": person.role,
            "language": self.language,
            "query": self.request.query,
        }
        pieces = self.context.printer.printed(
            page, owner=person.owner, told=told, frame=self.frame(page.title(self.language), current=name)
        )
        visitor = self._visitor(person)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        try:
            async for piece in pieces:
                self.write(piece)
                await self.flush()
        except NoRoom:
            self._ask_to_wait(page.title(self.language))
            return
        except StreamClosedError:
            logger.info("a visitor of %s left before it was printed", name)
        finally:
            await pieces.aclose()  # type: ignore[attr-defined]  # an async generator, which ends its kernel when left
        self.context.recorder.record(page=name, visitor=visitor)

    def _visitor(self, person: Person) -> str:
        """A name, or a random word where nobody logs in; never an address."""
        if not person.local:
            return str(person.username)
        word = self.get_signed_cookie(VISITOR_COOKIE, max_age_days=YEAR_DAYS)
        if word is not None:
            return cast(str, word.decode())
        fresh = secrets.token_urlsafe(9)
        self.set_signed_cookie(
            VISITOR_COOKIE, fresh, expires_days=YEAR_DAYS, path=self.base_url, samesite="Lax", httponly=True
        )
        return fresh

    def _ask_to_wait(self, title: str) -> None:
        said = text(
            "Everybody's pages fill the server right now. Yours opens by itself as soon as there is room.",
            self.language,
        )
        self.write_template("message.html", title=title, lines=[said], again_after_s=AGAIN_AFTER_S)


class NotebookHandler(FramedHandler):
    """A notebook that a run executed, as it was written."""

    @somebody
    async def get(self, run_id: str, step: str) -> None:
        """Shows it to who may see code and paths of the server."""
        person = cast(Person, self.person)
        self.keep_language()
        if not Desk(self.context.settings, str(person.username), person.role).may("inspect"):
            raise web.HTTPError(HTTPStatus.FORBIDDEN)
        file = executed_notebook(self.context.settings, run_id, step)
        if file is None:
            raise web.HTTPError(HTTPStatus.NOT_FOUND)
        content = await asyncio.to_thread(rendered, file)
        self.write_template(
            "notebook.html",
            title=label(step, self.language),
            current="monitoring",
            run=run_id,
            content=str(content),
            back={
                "address": f"{self.base_url}monitoring",
                "title": text("Back to the nights", self.language),
            },
        )


class HomeHandler(FramedHandler):
    """The root: leads to the first page."""

    @somebody
    def get(self) -> None:
        """Redirects."""
        self.redirect(f"{self.base_url}{next(iter(self.context.printer.pages()))}")


class NothingHandler(FramedHandler):
    """Every address that is nothing."""

    @anybody
    def get(self) -> None:
        """Says so."""
        raise web.HTTPError(HTTPStatus.NOT_FOUND)

    post = put = delete = get


class ConnectionHandler(VoilaKernelWebsocketHandler):  # type: ignore[misc]
    """A page's websocket to its kernel; the authorizer lets only its owner in."""

    # Seconds, as tornado reads them: jupyter_server would tell it milliseconds, and then ping by itself (see `open`).
    ping_interval = ping_timeout = PING_S

    async def open(self, kernel_id: str) -> None:
        """The page is there; tornado asks it now and then whether it still is."""
        self._lives.connected(kernel_id, self)
        await self.connection.connect()

    def on_close(self) -> None:
        """The page is gone, or its network."""
        self._lives.disconnected(self.kernel_id, self)
        super().on_close()

    @property
    def _lives(self) -> Any:
        return cast(Context, self.settings[CONTEXT]).lives


class KernelModelHandler(APIHandler):  # type: ignore[misc]
    """What Voilà's own front end asks before it connects."""

    auth_resource = "kernels"

    @owner
    def get(self, kernel_id: str) -> None:
        """The kernel's name and state."""
        self.finish(json.dumps(self.kernel_manager.kernel_model(kernel_id)))


class EndHandler(APIHandler):  # type: ignore[misc]
    """What a page says when it is closed."""

    @somebody
    async def post(self, kernel_id: str) -> None:
        """Ends the page's kernel; one that has ended already, or never served a page, is left as it is."""
        lives = cast(Context, self.settings[CONTEXT]).lives
        if lives.owner(kernel_id) not in (None, self.current_user.username):
            raise web.HTTPError(HTTPStatus.FORBIDDEN)
        await lives.end(kernel_id)
        self.set_status(HTTPStatus.NO_CONTENT)
        self.finish()
