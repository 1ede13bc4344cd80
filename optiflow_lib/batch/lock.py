"""One run at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from optiflow_lib.errors import LockHeldError


@contextmanager
def run_lock(runs: Path) -> Iterator[None]:
    """Holds the lock of the runs folder; the operating system frees it even when the process is killed.

    Raises:
        LockHeldError: another run holds it.
    """
    runs.mkdir(parents=True, exist_ok=True)
    lock = FileLock(runs / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockHeldError(
            what="another run is under way",
            where=str(runs / ".lock"),
            mend="wait for it; `optiflow status` shows it. A killed run frees the lock by itself",
        ) from error
    try:
        yield
    finally:
        lock.release()
