"""The warm process: it has loaded everything a page needs, and forks kernels from itself.

`python -m optiflow_lib.dashboards.serving.warm FD` reads orders from the socket FD, one JSON line each
(``{"connection_file": ..., "folder": ...}``), and answers the new kernel's process id. A kernel that is forked is ready
in a tenth of a second and shares what was loaded: a fresh one needs seconds and all its memory for itself.
"""

import gc
import json
import os
import signal
import socket
import sys
from datetime import date
from importlib import import_module
from types import FrameType
from typing import NoReturn

sys.modules["debugpy"] = None  # type: ignore[assignment]  # a page's kernel is nobody's to debug: not half of its memory

import ipykernel.debugger  # noqa: E402, F401 - loaded here, not in every kernel
from ipykernel.kernelapp import IPKernelApp  # noqa: E402

from optiflow_lib.dashboards import pages  # noqa: E402
from optiflow_lib.dashboards.serving.forks import READY  # noqa: E402
from optiflow_lib.texts import LANGUAGES, day, money, percent, text  # noqa: E402

# What libraries load when they are first used, which would be in every kernel again.
USED_LATER = (
    "pyarrow.dataset",
    "pyarrow.parquet",
    "psutil",
    "sqlalchemy.dialects.sqlite",
    "tornado.platform.asyncio",
    "IPython.extensions",
)


def main() -> None:
    """Loads the pages, says so, and forks until the server closes the socket."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    orders = channel.makefile("rb")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the server, which ends us
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps kernels; the server watches them itself
    signal.signal(signal.SIGTERM, _leave)
    warm_up()
    channel.sendall(READY)
    for order in orders:
        child = os.fork()
        if child == 0:
            os.close(channel.detach())
            _run_kernel(**json.loads(order))
        channel.sendall(b"%d\n" % child)


def warm_up() -> None:
    """Loads the pages, what they use later, and the words and numbers of both languages."""
    pages.warm_up()
    for module in USED_LATER:
        import_module(module)
    for language in LANGUAGES:
        text("Dashboard", language)
        money(1234.5, language)
        percent(0.5, language)
        day(date(2026, 1, 1), language)
    gc.collect()
    gc.freeze()  # the collector of a forked kernel leaves our objects, and so their shared memory, alone


def _run_kernel(*, connection_file: str, folder: str) -> NoReturn:
    os.setsid()
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    os.chdir(folder)
    app = IPKernelApp.instance(parent_handle=os.getppid())  # it ends itself when the warm process has gone
    app.initialize(["-f", connection_file, "--HistoryManager.enabled=False"])
    app.start()
    os._exit(0)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    os._exit(0)


if __name__ == "__main__":
    main()
