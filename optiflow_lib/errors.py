"""Every error says what happened, where, and how to mend it."""

import errno


class OptiflowError(Exception):
    """An error a user can act on; printed without a traceback.

    Args:
        what: What is wrong, with the value that is wrong.
        where: The file, table, setting or row it was found in.
        mend: What the reader can do about it.
    """

    def __init__(self, *, what: str, where: str, mend: str) -> None:
        super().__init__(what, where, mend)
        self.what, self.where, self.mend = what, where, mend

    def __str__(self) -> str:
        return f"{self.what}\n  where: {self.where}\n  mend:  {self.mend}"

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments: without this an error cannot come back from another process.
        return _rebuilt, (type(self), self.what, self.where, self.mend)


def _rebuilt(kind: type[OptiflowError], what: str, where: str, mend: str) -> OptiflowError:
    return kind(what=what, where=where, mend=mend)


class SettingsError(OptiflowError):
    """A setting is missing, unknown or of the wrong type."""


class SourceError(OptiflowError):
    """The business database cannot be opened or read."""


class MappingError(SourceError):
    """A mapping file names what the database does not have."""


class QueryRefused(SourceError):  # noqa: N818 - the public name of the design
    """A statement is not a single SELECT, or asks for more than reading."""


class DataError(OptiflowError):
    """A frame does not meet its schema."""


class StoreError(OptiflowError):
    """Optiflow's own database cannot be opened, migrated, read or written."""


class ForecastError(OptiflowError):
    """A model cannot be specified or fitted as asked."""


class PolicyError(OptiflowError):
    """An inventory calculation got an impossible parameter."""


class OrderError(OptiflowError):
    """A step in the life of an order is not allowed."""


class DocumentError(OptiflowError):
    """A document cannot be made."""


class AccessError(OptiflowError):
    """Somebody asks for what their role does not allow."""


class ServingError(OptiflowError):
    """The dashboards cannot be served as asked."""


class BatchError(OptiflowError):
    """A chain of notebooks cannot run, or one of its notebooks failed."""


class LockHeldError(BatchError):
    """Another run holds the lock."""


class MachineError(OptiflowError):
    """The machine refuses: a full disk, a folder that may not be written, a file that is not there."""


_REFUSALS = {
    errno.ENOSPC: ("the disk is full", "free some space, then run it again with --resume"),
    errno.EDQUOT: (
        "this account's share of the disk is full",
        "free some space, then run it again with --resume",
    ),
    errno.EROFS: (
        "the disk is mounted read-only",
        "mount it for writing, or name another folder in optiflow.toml",
    ),
    errno.EACCES: (
        "this account may not do that",
        "give the account that runs Optiflow the right to read and write there",
    ),
    errno.EPERM: (
        "the system does not permit that",
        "give the account that runs Optiflow the right to read and write there",
    ),
    errno.ENOENT: ("it does not exist", "make it, or name another place (optiflow.toml names the folders)"),
    errno.EEXIST: (
        "a file stands where a folder is needed",
        "move it away, or name another place (optiflow.toml names the folders)",
    ),
    errno.ENOTDIR: (
        "a file stands where a folder is needed",
        "move it away, or name another place (optiflow.toml names the folders)",
    ),
    errno.EISDIR: (
        "a folder stands where a file is needed",
        "move it away, or name another place (optiflow.toml names the folders)",
    ),
}


def machine_error(error: OSError, *, where: str = "the place that it writes to") -> MachineError | None:
    """What a refusal of the machine means for who runs Optiflow; None for what only a programmer can mend.

    Args:
        error: What the system said.
        where: It happened, should the error not name a file (a full disk does not).
    """
    if error.errno not in _REFUSALS:
        return None
    what, mend = _REFUSALS[error.errno]
    return MachineError(what=what, where=str(error.filename or where), mend=mend)
