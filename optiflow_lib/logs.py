"""One log file for the batch and the kernels of its notebooks: `time - name - level - message`."""

import logging
import sys
from pathlib import Path

FORMAT = "%(asctime)s - %(name)s - %(levelname)s - %(message)s"
MAX_BYTES = 5_000_000
KEPT = 5


class _LogFile(logging.FileHandler):
    """What cannot be written into the file is told on the terminal, without the traceback that logging prints."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base class's name
        """Tells the record and why it is not in the file."""
        reason = sys.exc_info()[1]
        sys.stderr.write(f"{record.getMessage()} (not in {self.baseFilename}: {reason})\n")


def log_to(file: Path) -> None:
    """Lets this process append what the library logs to `file`; calling it again changes nothing.

    Every record is one appended write, so that several processes can share the file; a handler that
    rotates cannot be shared, which is why `rotate` is called once, by the run that holds the lock.
    """
    logger = logging.getLogger("optiflow_lib")
    files = [h for h in logger.handlers if isinstance(h, logging.FileHandler)]
    if any(handler.baseFilename == str(file.resolve()) for handler in files):
        return
    for other in files:
        logger.removeHandler(other)
        other.close()
    file.parent.mkdir(parents=True, exist_ok=True)
    handler = _LogFile(file.resolve(), mode="a", encoding="utf-8")
    handler.setFormatter(logging.Formatter(FORMAT))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)


def rotate(file: Path, *, max_bytes: int = MAX_BYTES, kept: int = KEPT) -> None:
    """Renames a log that has grown past `max_bytes` to `<name>.1`, and so on up to `kept`."""
    if not file.exists() or file.stat().st_size <= max_bytes:
        return
    for n in range(kept - 1, 0, -1):
        older = file.with_name(f"{file.name}.{n}")
        if older.exists():
            older.replace(file.with_name(f"{file.name}.{n + 1}"))
    file.replace(file.with_name(f"{file.name}.1"))
