"""The dashboards' server, running for a test: in a thread of the test's own process, its kernels beside it."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from optiflow_lib.dashboards.serving.context import CONTEXT, Context
from optiflow_lib.dashboards.serving.serve import bound, warm_process
from optiflow_lib.dashboards.serving.server import Dashboards
from optiflow_lib.settings import Settings, load_settings

START_S = 300  # a machine that is busy with other things is slow, not broken


@dataclass(frozen=True)
class Served:
    """A running server: its address without a slash at the end, and its inside for those who test that."""

    address: str
    settings: Settings
    server: Dashboards
    loop: asyncio.AbstractEventLoop

    @property
    def context(self) -> Context:
        return self.server.app.settings[CONTEXT]

    def call(self, function: Any, *arguments: Any) -> Any:
        """Runs a function, or a coroutine function, in the server's loop."""

        async def called() -> Any:
            answer = function(*arguments)
            return await answer if asyncio.iscoroutine(answer) else answer

        return asyncio.run_coroutine_threadsafe(called(), self.loop).result(START_S)


@contextmanager
def served(settings_file: Path, *, host: str = "127.0.0.1") -> Iterator[Served]:
    """Serves the dashboards of a settings file on a free port until the block ends."""
    settings = load_settings(settings_file)
    sockets = bound(host, 0)
    warm = warm_process(settings, settings_file)
    server = Dashboards(settings, warm=warm, host=host, sockets=sockets)
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        inside = (asyncio.get_running_loop(), stop)
        await server.run(stop=stop, ready=lambda: started.set_result(inside))

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    thread = threading.Thread(target=run, name="dashboards", daemon=True)
    thread.start()
    loop, stop = started.result(START_S)
    try:
        yield Served(f"http://127.0.0.1:{sockets[0].getsockname()[1]}", settings, server, loop)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(START_S)


def write_page(file: Path, *cells: str) -> Path:
    """A dashboard notebook: the two first cells of every page, then `cells` of code."""
    first = ("from optiflow_lib.dashboards import pages\n\npages.warm_up()", "visit = pages.wait_for_visit()")
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    code = [nbformat.v4.new_code_cell(cell) for cell in (*first, *cells)]
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=code, metadata=kernel), file)
    return file
