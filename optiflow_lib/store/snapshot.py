"""Level 1 of the cache: the night publishes one immutable snapshot and switches to it in one step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from optiflow_lib.store.frozen import (
    FrozenFolder,
    forget_folders,
    open_frozen,
    read_json,
    write_frozen,
    write_json,
)
from optiflow_lib.store.times import naive_utc

CURRENT = "current.json"
KEEP = 7  # a page that was opened some nights ago can still read its own


@dataclass(frozen=True)
class Snapshot:
    """A published night, whole and unchanging however long it is open.

    Args:
        as_of: Last day closed.
        published_at: When it was published, UTC.
        folder: Its files.
    """

    as_of: date
    published_at: datetime
    folder: FrozenFolder

    @property
    def names(self) -> tuple[str, ...]:
        """The frames it holds."""
        return self.folder.names

    @property
    def digest(self) -> str:
        """Changes with the content: part of every key of the cache."""
        return self.folder.name

    def read(self, name: str) -> pd.DataFrame:
        """A frame, read from its file the first time.

        Raises:
            StoreError: there is no such frame, or its file is damaged.
        """
        return self.folder.read(name)

    def read_rows(self, name: str, **values: str) -> pd.DataFrame:
        """The rows of a frame whose columns have these values, e.g. `item_id="0001"`; the others are not read.

        Raises:
            StoreError: there is no such frame, or its file is damaged.
        """
        return self.folder.read_rows(name, values)


def publish(
    frames: Mapping[str, pd.DataFrame],
    *,
    folder: Path,
    as_of: date,
    published_at: datetime,
    keep: int = KEEP,
) -> Path:
    """Writes a snapshot and makes it the current one; until then, and if anything fails, the old one stays.

    Args:
        frames: By name.
        folder: Where snapshots are; made when it does not exist.
        as_of: Last day closed.
        published_at: Now.
        keep: Snapshots kept, this one included.

    Returns:
        The snapshot's folder, whose Parquet files depend on nothing but `frames`.
    """
    written = write_frozen(folder, frames, prefix=as_of.isoformat(), manifest={"as_of": as_of.isoformat()})
    pointer = {
        "folder": written.name,
        "as_of": as_of.isoformat(),
        "published_at": naive_utc(published_at).isoformat(),
    }
    write_json(folder / CURRENT, pointer)
    forget_folders(folder, keep=keep, always=written.name)
    return written.path


def open_snapshot(folder: Path) -> Snapshot | None:
    """The snapshot that is current now; None before the first.

    Raises:
        StoreError: the current snapshot's folder is missing or damaged.
    """
    pointer = read_json(folder / CURRENT)
    if pointer is None:
        return None
    return Snapshot(
        date.fromisoformat(pointer["as_of"]),
        datetime.fromisoformat(pointer["published_at"]),
        open_frozen(folder / pointer["folder"]),
    )
