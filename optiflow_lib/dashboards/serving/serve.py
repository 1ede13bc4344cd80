"""`optiflow serve`: refuses what cannot work, says where the pages are, serves until interrupted."""

import asyncio
import errno
import logging
import signal
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

from tornado.netutil import bind_sockets

from optiflow_lib.dashboards.pages.visit import SETTINGS_VARIABLE
from optiflow_lib.dashboards.serving.addresses import is_loopback
from optiflow_lib.dashboards.serving.stores import PUBLISHED, opened_store
from optiflow_lib.errors import AccessError, ServingError
from optiflow_lib.jobs.standby import Standby
from optiflow_lib.kernels.forks import WarmProcess
from optiflow_lib.logs import FORMAT
from optiflow_lib.settings import Settings
from optiflow_lib.store import open_snapshot
from optiflow_lib.store.users import read_accounts

PAGES = "optiflow_lib.dashboards.serving.warm"


def serve(settings: Settings, settings_file: Path, *, host: str, port: int) -> None:
    """Serves until Ctrl-C or SIGTERM.

    Raises:
        AccessError: others than this machine could come, and nobody could log in.
        ServingError: the port is taken, or there is nothing to serve.
    """
    _refuse_open_doors(settings, host)
    sockets = bound(host, port)
    logging.basicConfig(level=logging.WARNING, format=FORMAT)
    _say("Preparing the dashboards …")
    if open_snapshot(settings.paths.runs / PUBLISHED) is None:
        _say("No night has run yet: the pages say so until one has. Start it with `optiflow nightly`.")
    warm = warm_process(settings, settings_file)
    try:
        asyncio.run(_until_interrupted(settings, warm=warm, host=host, sockets=sockets))
    finally:
        warm.close()


def warm_process(settings: Settings, settings_file: Path) -> WarmProcess:
    """The process that loads the pages, launched; the server is loaded beside it."""
    warm = WarmProcess(PAGES, settings.folder, {SETTINGS_VARIABLE: str(settings_file.resolve())})
    warm.launch()
    return warm


def bound(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen there.

    Raises:
        ServingError: the port is taken or may not be used, or the address is none of this machine's.
    """
    try:
        return bind_sockets(port, host)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        raise ServingError(
            what=f"port {port} is taken by another program"
            if taken
            else f"cannot listen there: {error.strerror}",
            where=f"address {host}, port {port}",
            mend="choose another one: `optiflow serve --port 8867`, or the setting dashboards.port",
        ) from error


def _refuse_open_doors(settings: Settings, host: str) -> None:
    shown = settings.dashboards
    if shown.login_header and not is_loopback(host):
        raise AccessError(
            what=f"the header {shown.login_header} would be believed from anybody",
            where=f"address {host}",
            mend="listen on 127.0.0.1 behind the proxy that sets the header",
        )
    proxied = shown.behind_proxy or bool(shown.login_header)
    if is_loopback(host) and not proxied:
        return
    with opened_store(settings) as store:
        if read_accounts(store):
            return
    raise AccessError(
        what="others could open the dashboards, and nobody can log in",
        where=f"address {host}" + (", behind a proxy" if proxied else ""),
        mend="add somebody with `optiflow users add NAME --role manager`, or serve on 127.0.0.1",
    )


async def _until_interrupted(
    settings: Settings, *, warm: WarmProcess, host: str, sockets: list[socket.socket]
) -> None:
    from optiflow_lib.dashboards.serving.server import Dashboards  # noqa: PLC0415 - loaded while the pages are

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    address = f"http://{_shown(host)}:{sockets[0].getsockname()[1]}/"
    server = Dashboards(settings, warm=warm, host=host, sockets=sockets)
    with ExitStack() as prepared:

        def ready() -> None:
            _say(f"The dashboards are at {address} (Ctrl-C ends)")
            prepared.enter_context(Standby(settings, "what_if"))  # it loads while the first page is read

        await server.run(stop=stop, ready=ready)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
