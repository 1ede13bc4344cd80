"""Our end of a warm process: starts it, asks it for kernels, starts it again should it die."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from optiflow_lib.errors import ServingError

READY = b"ready\n"  # what it says when it has loaded what kernels need
START_TIMEOUT_S = 300.0


def can_fork() -> bool:
    """Windows cannot."""
    return hasattr(os, "fork")


class WarmProcess:
    """A process that forks kernels; `launch` it first, `close` it last.

    Args:
        module: What it runs: a module whose `__main__` calls `forking.fork_kernels`.
        folder: Working folder of the kernels.
        variables: Environment of the kernels, beside our own.
    """

    def __init__(self, module: str, folder: Path, variables: dict[str, str]) -> None:
        self._module, self._folder, self._variables = module, folder, variables
        self._turn = threading.Lock()  # steps of a night ask from threads, each with an event loop of its own
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._loaded = False

    def launch(self) -> None:
        """Begins to load what kernels need.

        Raises:
            ServingError: this system cannot fork.
        """
        self.close()
        if not can_fork():
            raise ServingError(
                what="this system cannot fork a process",
                where=sys.platform,
                mend="serve the dashboards from Linux, macOS or WSL",
            )
        self._channel, theirs = socket.socketpair()
        command = [sys.executable, "-m", self._module, str(theirs.fileno())]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command, pass_fds=[theirs.fileno()], env={**os.environ, **self._variables}, start_new_session=True
        )
        theirs.close()
        self._channel.settimeout(START_TIMEOUT_S)
        self._loaded = False

    async def ready(self) -> None:
        """Returns when kernels can be forked.

        Raises:
            ServingError: what kernels need cannot be loaded.
        """
        await asyncio.to_thread(self.wait_until_ready)

    def wait_until_ready(self) -> None:
        """The same, for who has no event loop."""
        with self._turn:
            self._load()

    def _load(self) -> None:
        if not self._loaded and self._answer() != READY:
            raise ServingError(
                what="what the kernels need cannot be loaded",
                where=self._module,
                mend="the traceback above names the module and the line",
            )
        self._loaded = True

    async def fork(self, connection_file: str) -> int:
        """Process id of a new kernel that listens where `connection_file` says; waits until kernels can be forked.

        Raises:
            ServingError: what kernels need cannot be loaded.
        """
        order = json.dumps({"connection_file": connection_file, "folder": str(self._folder)})
        return await asyncio.to_thread(self._forked, order.encode() + b"\n")

    def close(self) -> None:
        """Ends the process; its kernels notice and end themselves."""
        if self._process is None or self._channel is None:
            return
        self._channel.close()
        self._process.kill()
        self._process.wait()
        self._process = None

    def _forked(self, order: bytes) -> int:
        with self._turn:
            self._load()
            answer = self._asked(order)
            if not answer:  # it died
                self.launch()
                self._load()
                answer = self._asked(order)
            return int(answer)

    def _asked(self, order: bytes) -> bytes:
        try:
            self._open_channel().sendall(order)
        except OSError:
            return b""
        return self._answer()

    def _answer(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            try:
                part = self._open_channel().recv(64)
            except OSError:
                return b""
            if not part:
                return b""
            line += part
        return line

    def _open_channel(self) -> socket.socket:
        if self._channel is None:
            raise OSError("the warm process was never started")
        return self._channel


class ForkedProvisioner(LocalProvisioner):  # type: ignore[misc]  # jupyter_client is untyped here
    """Starts a kernel by asking the `warm` process of its manager for a fork."""

    async def launch_kernel(self, cmd: list[str], **_: Any) -> Any:  # noqa: ARG002 - jupyter_client's
        """Forks instead of running `cmd`, whose connection file is the one already written."""
        warm: WarmProcess = self.parent.warm
        self.process = ForkedKernel(await warm.fork(self.parent.connection_file))
        self.pid = self.pgid = self.process.pid
        return self.connection_info


class ForkedKernel:
    """A kernel's process, seen as `subprocess.Popen` shows one; the warm process, its parent, lets the system reap it."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """None while it runs; then 0, for nobody learns how it ended."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self) -> int:
        """0: asked only once `poll` said that it has ended."""
        return 0

    def send_signal(self, number: int) -> None:
        """Sends a signal to it alone; one that has ended needs none."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Ends it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Asks it to end."""
        self.send_signal(signal.SIGTERM)
