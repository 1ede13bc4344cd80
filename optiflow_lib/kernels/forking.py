"""The warm process's own end: it has loaded everything its kernels need, and forks them from itself.

It reads orders from a socket, one JSON line each (``{"connection_file": ..., "folder": ...}``), and answers the new
kernel's process id. A kernel that is forked is ready in a tenth of a second and shares what was loaded: a fresh one
needs seconds and all its memory for itself.
"""

import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

sys.modules["debugpy"] = None  # type: ignore[assignment]  # a kernel of ours is nobody's to debug: not half of its memory

import ipykernel.debugger  # noqa: E402, F401 - loaded here, not in every kernel
from ipykernel.kernelapp import IPKernelApp  # noqa: E402

from optiflow_lib.kernels.forks import READY  # noqa: E402


def fork_kernels(
    socket_number: int, *first: Callable[[], object], later: Callable[[], object] | None = None
) -> None:
    """Does what is to be done `first`, says so, and forks until the other side closes the socket.

    Args:
        socket_number: File descriptor of the socket.
        first: What loads everything a kernel needs.
        later: What is loaded only once a first kernel is at work, for those after it.
    """
    channel = socket.socket(fileno=socket_number)
    orders = channel.makefile("rb")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for our parent, which ends us
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps kernels; our parent watches them itself
    signal.signal(signal.SIGTERM, _leave)
    load(*first)
    with suppress(ConnectionError):  # the other side has gone, maybe before we had loaded
        channel.sendall(READY)
        for order in orders:
            child = os.fork()
            if child == 0:
                os.close(channel.detach())
                _run_kernel(**json.loads(order))
            channel.sendall(b"%d\n" % child)
            if later:
                load(later)
                later = None


def load(*what: Callable[[], object]) -> None:
    """Does what loads something, and takes what is there then away from the garbage collector."""
    for one in what:
        one()
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
