"""The server of the dashboards: Voilà's application with our pages, identities, kernels and handlers."""

import asyncio
import logging
import shutil
import socket
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader
from tornado.httpserver import HTTPServer
from tornado.web import Application
from voila.app import Voila
from voila.configuration import VoilaConfiguration
from voila.utils import get_page_config

from optiflow_lib.dashboards.serving import handlers, login
from optiflow_lib.dashboards.serving.accounts import Accounts
from optiflow_lib.dashboards.serving.addresses import is_loopback
from optiflow_lib.dashboards.serving.assets import TEMPLATES, asset_handlers, digest
from optiflow_lib.dashboards.serving.attempts import Attempts
from optiflow_lib.dashboards.serving.configuration import HEADERS, configuration, exporter
from optiflow_lib.dashboards.serving.context import CONTEXT, Context
from optiflow_lib.dashboards.serving.kernels import ALLOWED_MESSAGES
from optiflow_lib.dashboards.serving.lives import Lives
from optiflow_lib.dashboards.serving.notebooks import checked_folder
from optiflow_lib.dashboards.serving.pool import KernelPool
from optiflow_lib.dashboards.serving.printer import Printer
from optiflow_lib.dashboards.serving.recorder import VisitRecorder
from optiflow_lib.dashboards.serving.secrets import cookie_secret
from optiflow_lib.kernels.forks import WarmProcess
from optiflow_lib.settings import Settings

logger = logging.getLogger(__name__)

WATCH_S = 5.0  # how often kernels that died by themselves are found
_KERNEL = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"


class Dashboards(Voila):  # type: ignore[misc]  # voila is untyped here
    """One server; `run` it in an event loop.

    Args:
        settings: Of the server.
        warm: Forks the kernels; it may still be loading the pages.
        host: Address to listen on.
        sockets: Already bound to it, so that a port that is taken is known before anything starts.
    """

    def __init__(
        self, settings: Settings, *, warm: WarmProcess, host: str, sockets: list[socket.socket]
    ) -> None:
        folder = checked_folder(settings.paths.notebooks / "dashboards")
        super().__init__(config=configuration(), root_dir=str(folder), log=logging.getLogger("voila"))
        self.voila_configuration = VoilaConfiguration(parent=self)
        self.cookie_secret = cookie_secret(settings.paths.runs)
        self._settings, self._warm = settings, warm
        self._host, self._sockets = host, sockets
        self.assets = f"{self.base_url}assets/{digest()}"

    async def run(self, *, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Serves until `stop` is set; calls `ready` when the first visitor can come."""
        self.connection_dir = tempfile.mkdtemp(prefix="optiflow-")
        context, pool = self._assembled()
        server = HTTPServer(self.app, xheaders=self._settings.dashboards.behind_proxy)
        watch = asyncio.get_running_loop().create_task(self._watch(context.lives))
        try:
            await context.accounts.known()
            await self._warm.ready()
            pool.fill()
            await pool.filled()
            server.add_sockets(self._sockets)
            ready()
            await stop.wait()
        finally:
            watch.cancel()
            server.stop()
            for listening in self._sockets:
                listening.close()
            await server.close_all_connections()
            await context.lives.end_all()
            await pool.close()
            self._warm.close()
            await context.recorder.close()
            shutil.rmtree(self.connection_dir, ignore_errors=True)

    def _assembled(self) -> tuple[Context, KernelPool]:
        options = self.init_settings()
        shown = self._settings.dashboards
        lives = Lives(most=shown.viewers, shut_down=self._shut_down)
        pool = KernelPool(self.kernel_manager, warm=shown.warm_kernels, busy=lambda: lives.printing)
        self.kernel_manager.warm = self._warm
        self.kernel_manager.allowed_message_types = list(ALLOWED_MESSAGES)
        context = Context(
            settings=self._settings,
            printer=self._printer(pool, lives, options),
            lives=lives,
            accounts=Accounts(self._settings),
            attempts=Attempts(),
            recorder=VisitRecorder(self._settings),
            templates=Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True),
            assets=f"{self.assets}/own",
        )
        self.identity_provider.accounts = context.accounts
        proxied = shown.behind_proxy or bool(shown.login_header)
        self.identity_provider.local = is_loopback(self._host) and not proxied
        self.identity_provider.header = shown.login_header
        self.authorizer.lives = lives
        options |= {
            CONTEXT: context,
            "headers": HEADERS,
            # Without a login, a name that somebody else's DNS gives to this machine is refused.
            "allow_remote_access": not self.identity_provider.local,
            "local_hostnames": ["localhost"],
            "xsrf_cookie_kwargs": {"samesite": "Lax"},
        }
        self.app = Application(self._handlers(), **options)
        return context, pool

    def _printer(self, pool: KernelPool, lives: Lives, options: dict[str, Any]) -> Printer:
        page_config = get_page_config(self.base_url, options, self.log, self.voila_configuration)
        page_config |= {
            "fullStaticUrl": f"{self.assets}/voila",
            "fullLabextensionsUrl": f"{self.assets}/lab",
            "jupyterLabTheme": "light",
        }
        return Printer(
            Path(self.root_dir),
            pool=pool,
            lives=lives,
            exporter=exporter(
                config=self.config, base_url=self.base_url, contents_manager=self.contents_manager
            ),
            page_config=page_config,
            options={"voila_configuration": self.voila_configuration, "base_url": self.base_url},
        )

    def _handlers(self) -> list[Any]:
        """All there is: no file of the served folder, no list of it, no other kernel can be asked for."""
        return [
            (self.base_url, handlers.HomeHandler),
            *asset_handlers(self.base_url),
            (rf"{self.base_url}login", login.LoginHandler),
            (rf"{self.base_url}logout", login.LogoutHandler),
            (rf"{self.base_url}api/kernels/{_KERNEL}/channels", handlers.ConnectionHandler),
            (rf"{self.base_url}api/kernels/{_KERNEL}", handlers.KernelModelHandler),
            (rf"{self.base_url}voila/api/shutdown/{_KERNEL}", handlers.EndHandler),
            (rf"{self.base_url}runs/([\w-]+)/(\w+)", handlers.NotebookHandler),
            (rf"{self.base_url}(\w+)", handlers.PageHandler),
            (r".*", handlers.NothingHandler),
        ]

    async def _shut_down(self, kernel_id: str) -> None:
        if kernel_id in self.kernel_manager:
            await cast(Awaitable[None], self.kernel_manager.shutdown_kernel(kernel_id, now=True))

    async def _watch(self, lives: Lives) -> None:
        while True:
            await asyncio.sleep(WATCH_S)
            try:
                await self._end_what_is_over(lives)
            except Exception:  # whatever it was, the next round tries again: nobody else ends these kernels
                logger.exception("pages could not be looked after")

    async def _end_what_is_over(self, lives: Lives) -> None:
        lives.end_strangers(await self.identity_provider.owners())
        for kernel_id in lives:
            if kernel_id not in self.kernel_manager or not await self.kernel_manager.is_alive(kernel_id):
                logger.warning("the kernel %s of a page died", kernel_id)
                lives.end_soon(kernel_id)
