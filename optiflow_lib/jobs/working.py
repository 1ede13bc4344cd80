"""The process behind `worker`: python -m optiflow_lib.jobs.working ERRAND ADDRESS."""

import logging
import os
import sys
import threading
import time
from collections import deque
from importlib import import_module
from multiprocessing.connection import Connection, Listener, wait
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from optiflow_lib.errors import OptiflowError, ServingError

IDLE_S = 60.0  # without anybody connected, the process ends
LET_GO = "let go"  # said by who kept it ready: it ends as soon as nobody is connected
NICENESS = 5  # a page that is opened comes first
logger = logging.getLogger(__name__)


class Working:
    """Answers one question after the other, of everybody who is connected.

    Args:
        errand: Name of the function in `errands`.
        idle_s: Seconds without anybody connected after which it ends.
    """

    def __init__(self, errand: str, *, idle_s: float = IDLE_S) -> None:
        self._errand, self._idle_s = errand, idle_s
        self._changed = threading.Condition()
        self._connected: list[Connection] = []
        self._asked: deque[tuple[Connection, Any]] = deque()
        self._alone_since = time.monotonic()

    def serve(self, listener: Listener) -> None:
        """Answers until nobody has been connected for a while."""
        for listen in (self._accept, self._read):
            threading.Thread(target=listen, args=(listener,), daemon=True).start()
        answer = getattr(import_module("optiflow_lib.jobs.errands"), self._errand)
        while (question := self._next()) is not None:
            connection, (settings, given) = question
            _say(connection, "running", 0)
            try:
                _say(connection, "done", answer(settings, **given))
            except OptiflowError as error:
                _say(connection, "failed", error)
            except Exception:
                logger.exception("a calculation of %s failed", self._errand)
                _say(connection, "failed", _broken(self._errand))

    def _next(self) -> tuple[Connection, Any] | None:
        """The next question; None when it is time to end."""
        with self._changed:
            while not self._asked:
                alone = 0.0 if self._connected else time.monotonic() - self._alone_since
                if alone >= self._idle_s:
                    return None
                self._changed.wait(0.2)
            question = self._asked.popleft()
            for place, (connection, _) in enumerate(self._asked):
                _say(connection, "waiting", place + 1)
            return question

    def _accept(self, listener: Listener) -> None:
        while True:
            connection = listener.accept()
            with self._changed:
                self._connected.append(connection)

    def _read(self, _listener: Listener) -> None:
        while True:
            with self._changed:
                connected = list(self._connected)
            for ready in wait(connected, 0.1) if connected else []:
                self._hear(ready)  # type: ignore[arg-type]  # of what was given, all are connections
            if not connected:
                time.sleep(0.05)

    def _hear(self, connection: Connection) -> None:
        try:
            question = connection.recv()
        except (EOFError, OSError):
            self._lose(connection)
            return
        if question == LET_GO:
            self._idle_s = 0.0
            return
        with self._changed:
            _say(connection, "waiting", len(self._asked))
            self._asked.append((connection, question))
            self._changed.notify()

    def _lose(self, connection: Connection) -> None:
        with self._changed:
            self._connected.remove(connection)
            self._asked = deque(question for question in self._asked if question[0] is not connection)
            self._alone_since = time.monotonic()


def _say(connection: Connection, word: str, value: Any) -> None:
    try:
        connection.send((word, value))
    except OSError:
        logger.info("nobody waits for the answer any more")


def _broken(errand: str) -> ServingError:
    return ServingError(
        what="the calculation failed", where=f"errand {errand}", mend="the server's log tells where"
    )


def main(errand: str, address: Path, *, idle_s: float = IDLE_S) -> None:
    """Listens at `address` unless another process does; returns when nobody needs it any more."""
    os.nice(NICENESS)
    try:
        with FileLock(f"{address}.lock", timeout=0):
            address.unlink(missing_ok=True)
            with Listener(str(address), "AF_UNIX", backlog=16) as listener:
                Working(errand, idle_s=idle_s).serve(listener)
            address.unlink(missing_ok=True)
    except Timeout:
        return


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
