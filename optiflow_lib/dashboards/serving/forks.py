"""The server's end of the warm process: starts it, asks it for kernels, starts it again should it die."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from optiflow_lib.errors import ServingError

READY = b"ready\n"  # what `warm` says when it has loaded the pages
START_TIMEOUT_S = 300.0


class WarmProcess:
    """A process that forks kernels; `launch` it first, `close` it last.

    Args:
        folder: Working folder of the kernels.
        variables: Environment of the kernels, beside the server's own.
    """

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self._folder, self._variables = folder, variables
        self._turn = asyncio.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def launch(self) -> None:
        """Begins to load the pages.

        Raises:
            ServingError: this system cannot fork.
        """
        self.close()
        if not hasattr(os, "fork"):
            raise ServingError(
                what="this system cannot fork a process",
                where=sys.platform,
                mend="serve the dashboards from Linux, macOS or WSL",
            )
        self._channel, theirs = socket.socketpair()
        command = [sys.executable, "-m", "optiflow_lib.dashboards.serving.warm", str(theirs.fileno())]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command, pass_fds=[theirs.fileno()], env={**os.environ, **self._variables}, start_new_session=True
        )
        theirs.close()
        self._channel.settimeout(START_TIMEOUT_S)

    async def ready(self) -> None:
        """Returns when kernels can be forked.

        Raises:
            ServingError: the pages cannot be loaded.
        """
        if await asyncio.to_thread(self._answer) != READY:
            raise ServingError(
                what="the pages of the dashboards cannot be loaded",
                where="optiflow_lib.dashboards.pages",
                mend="the traceback above names the module and the line",
            )

    async def fork(self, connection_file: str) -> int:
        """Process id of a new kernel that listens where `connection_file` says."""
        order = json.dumps({"connection_file": connection_file, "folder": str(self._folder)})
        async with self._turn:
            answer = await asyncio.to_thread(self._asked, order.encode() + b"\n")
            if not answer:  # it died
                self.launch()
                await self.ready()
                answer = await asyncio.to_thread(self._asked, order.encode() + b"\n")
        return int(answer)

    def close(self) -> None:
        """Ends the process; its kernels notice and end themselves."""
        if self._process is None or self._channel is None:
            return
        self._channel.close()
        self._process.kill()
        self._process.wait()
        self._process = None

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
