"""Long calculations for the pages: one process for each errand, shared by all of them, that starts when it is needed.

A page's kernel stays small and free: it hands a calculation over, asks from time to time how far it is, and shows the
answer when it has come. The process ends itself when nobody has been connected to it for a while. Both ends are this
program, run by one user: the socket lies in a folder that nobody else may enter.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any, Literal

from optiflow_lib.errors import OptiflowError, ServingError
from optiflow_lib.settings import Settings

Errand = Literal["what_if", "simulate"]
START_S = 60.0  # a busy machine is slow, not broken
ATTEMPTS = 2  # a process may end itself in the moment somebody connects


@dataclass(frozen=True)
class Progress:
    """How far a calculation is.

    Args:
        state: starting, waiting (for others), running, or done.
        seconds: Since it was asked for.
        before: Calculations that come first.
        answer: What was calculated, once done.
    """

    state: Literal["starting", "waiting", "running", "done"]
    seconds: float
    before: int = 0
    answer: Any = None


class Task:
    """A calculation handed over to the process for it.

    Args:
        settings: What it is about; the process reads what the settings name.
        errand: Name of a function in `errands`.
        given: Its other arguments, plain values.
    """

    def __init__(self, settings: Settings, errand: Errand, /, **given: Any) -> None:
        self._settings, self._errand, self._given = settings, errand, given
        self._asked_at = time.monotonic()
        self._attempts = 0
        self._connection: Connection | None = None
        self._state: Literal["starting", "waiting", "running"] = "starting"
        self._before = 0
        start(settings, errand)

    def progress(self, *, wait_s: float = 0.0) -> Progress:
        """How far it is; returns at once, or when it is done within `wait_s` seconds.

        Raises:
            OptiflowError: as the calculation did.
            ServingError: the process cannot be started, or ended before the answer.
        """
        until = time.monotonic() + wait_s
        while True:
            done = self._heard(max(until - time.monotonic(), 0.0))
            seconds = time.monotonic() - self._asked_at
            if done is not None:
                self.forget()
                return Progress("done", seconds, answer=done[0])
            if time.monotonic() >= until:
                return Progress(self._state, seconds, self._before)

    def forget(self) -> None:
        """Lets go of it: not begun yet, it is not begun any more."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _heard(self, wait_s: float) -> tuple[Any] | None:
        """The answer in a tuple; None when there is none yet."""
        if self._connection is None:
            self._connect(wait_s)
            return None
        try:
            if not self._connection.poll(min(wait_s, 0.5)):
                return None
            word, value = self._connection.recv()
        except (EOFError, OSError):
            self._again()
            return None
        if word == "done":
            return (value,)
        if word == "failed":
            self.forget()
            raise value
        self._state, self._before = word, value
        return None

    def _connect(self, wait_s: float) -> None:
        try:
            self._connection = Client(str(address_of(self._settings, self._errand)), "AF_UNIX")
        except OSError as error:
            if time.monotonic() - self._asked_at > START_S:
                raise _ended("it does not start") from error
            time.sleep(min(wait_s, 0.05))
            return
        try:
            self._connection.send((self._settings, self._given))
        except OSError:
            self._again()

    def _again(self) -> None:
        self.forget()
        self._attempts += 1
        if self._attempts >= ATTEMPTS:
            raise _ended("it ended before the answer")
        self._state = "starting"
        start(self._settings, self._errand)


def start(settings: Settings, errand: Errand) -> subprocess.Popen[bytes] | None:
    """Starts the process unless it runs; returns it, at once. A second one that is started ends itself."""
    address = address_of(settings, errand)
    with suppress(OSError), Client(str(address), "AF_UNIX"):
        return None
    command = [sys.executable, "-m", "optiflow_lib.jobs.working", errand, str(address)]
    return subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )


def address_of(settings: Settings, errand: Errand) -> Path:
    """Where the process listens: a short name (a socket's is at most 108 bytes) in a folder of this user alone.

    Raises:
        ServingError: the folder belongs to somebody else.
    """
    folder = Path(tempfile.gettempdir()) / f"optiflow-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077 or folder.is_symlink():
        raise ServingError(
            what="the folder for calculations is not private",
            where=str(folder),
            mend="remove it, or set TMPDIR to a folder of your own",
        )
    name = hashlib.sha256(f"{settings.folder}\n{sys.prefix}".encode()).hexdigest()[:16]
    return folder / f"{errand}-{name}"


def _ended(what: str) -> OptiflowError:
    return ServingError(
        what=f"the process for calculations failed: {what}",
        where="optiflow_lib.jobs.working",
        mend="try again; the server's log tells what happened",
    )
