"""Immutable folders of Parquet files with a manifest, and pointers to one of them that switch in one step."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from optiflow_lib.errors import StoreError

MANIFEST = "manifest.json"
GROUP_BYTES = 2_000_000  # of a group of rows: of a large frame that is sorted by item, one item's rows are in one or two
_UNFINISHED = ".unfinished-"


@dataclass(frozen=True)
class FrozenFolder:
    """A folder that never changes: `manifest` and the frames it lists, read when they are asked for.

    Args:
        path: The folder.
        manifest: What its `manifest.json` says.
    """

    path: Path
    manifest: dict[str, Any]
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def names(self) -> tuple[str, ...]:
        """The frames it holds."""
        return tuple(self.manifest["files"])

    def read(self, name: str) -> pd.DataFrame:
        """A frame; read from the file the first time, a cheap copy afterwards.

        Raises:
            StoreError: it holds no such frame, or the file is missing or damaged.
        """
        if name not in self._frames:
            self._frames[name] = _read_parquet(self, name)
        return self._frames[name].copy(deep=False)

    def read_rows(self, name: str, values: Mapping[str, str]) -> pd.DataFrame:
        """The rows whose columns have these values; of a large file only the parts that may hold them are read.

        Raises:
            StoreError: it holds no such frame, or the file is missing or damaged.
        """
        if name in self._frames:
            rows = self._frames[name]
            wanted = (rows[list(values)] == pd.Series(dict(values))).all(axis=1)
            return rows[wanted].reset_index(drop=True)
        return _read_parquet(self, name, filters=[(column, "==", value) for column, value in values.items()])

    def damaged(self) -> list[str]:
        """Frames whose file is missing or no longer has the bytes that were written."""
        wanted = self.manifest["files"].items()
        return [name for name, digest in wanted if _digest(self.path / f"{name}.parquet") != digest]


def write_frozen(
    parent: Path, frames: Mapping[str, pd.DataFrame], *, prefix: str, manifest: Mapping[str, Any]
) -> FrozenFolder:
    """Writes `frames` into a new folder of `parent`, all of it or nothing, and returns it.

    Its name is `prefix` and a digest of what it holds: the same content is the same folder, written once.

    Args:
        parent: Made when it does not exist.
        frames: By file name.
        prefix: Begin of the folder's name.
        manifest: What else the manifest says; part of the content.

    Raises:
        StoreError: the disk is full, or the folder may not be written.
    """
    with _named_errors(parent):
        parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=parent))
        try:
            return _written(unfinished, parent, frames, prefix=prefix, manifest=manifest)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def open_frozen(path: Path) -> FrozenFolder:
    """The folder at `path`.

    Raises:
        StoreError: there is none, or its manifest cannot be read.
    """
    manifest = read_json(path / MANIFEST)
    if manifest is None:
        raise StoreError(
            what=f"the folder {path.name} is not there",
            where=str(path),
            mend="run the chain that writes it again, or restore the folder from a backup",
        )
    return FrozenFolder(path, manifest)


def frozen_folders(parent: Path) -> list[Path]:
    """Finished folders, the one written last at the end."""
    finished = [file for file in parent.glob(f"*/{MANIFEST}") if not file.parent.name.startswith(".")]
    return [file.parent for file in sorted(finished, key=lambda file: (file.stat().st_mtime_ns, str(file)))]


def forget_folders(parent: Path, *, keep: int, always: str | None) -> list[str]:
    """Removes all but the last `keep` folders (never the one called `always`) and what killed writers left."""
    old = [path for path in frozen_folders(parent)[:-keep] if path.name != always]
    for path in (*old, *parent.glob(f"{_UNFINISHED}*")):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return [path.name for path in old]


def write_json(file: Path, content: Mapping[str, Any]) -> None:
    """Writes the file whole or not at all: a reader sees the old content or the new.

    Raises:
        StoreError: the disk is full, or the folder may not be written.
    """
    unfinished = file.with_name(f"{_UNFINISHED}{os.getpid()}-{file.name}")
    with _named_errors(file.parent), unfinished.open("w", encoding="utf-8") as stream:
        json.dump(content, stream, indent=2, ensure_ascii=False, default=str)
        stream.flush()
        os.fsync(stream.fileno())
        unfinished.replace(file)


def read_json(file: Path) -> dict[str, Any] | None:
    """The file's content; None when there is no such file.

    Raises:
        StoreError: the file is not JSON.
    """
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise StoreError(
            what=f"the file is damaged: {error}", where=str(file), mend="run the chain that writes it again"
        ) from error
    return content


def _written(
    unfinished: Path,
    parent: Path,
    frames: Mapping[str, pd.DataFrame],
    *,
    prefix: str,
    manifest: Mapping[str, Any],
) -> FrozenFolder:
    unfinished.chmod(0o755)  # a temporary folder is private; pages may be served by another account
    files = {name: _write_parquet(unfinished / f"{name}.parquet", frames[name]) for name in frames}
    content = {**manifest, "files": files}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
    write_json(unfinished / MANIFEST, content)
    return _put_in_place(unfinished, parent / f"{prefix}_{digest[:12]}")


@contextmanager
def _named_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            what=f"the files cannot be written: {error.strerror}",
            where=str(folder),
            mend="free some space and check that the folder may be written; what was there before is kept",
        ) from error


def _put_in_place(unfinished: Path, path: Path) -> FrozenFolder:
    manifest = read_json(unfinished / MANIFEST) or {}
    if path.exists() and FrozenFolder(path, manifest).damaged():
        shutil.rmtree(path)
    if path.exists():
        os.utime(path / MANIFEST)  # the same content again: now it is the latest
    else:
        unfinished.rename(path)
    return FrozenFolder(path, manifest)


def _write_parquet(file: Path, frame: pd.DataFrame) -> str:
    import pyarrow as pa  # noqa: PLC0415 - a page that shows no frame does not pay for it
    import pyarrow.parquet as pq  # noqa: PLC0415

    # Without pandas' own metadata the same rows give the same bytes whatever made the frame.
    rows = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(rows, file, compression="zstd", row_group_size=_group_rows(rows))
    with file.open("rb") as stream:
        os.fsync(stream.fileno())
    return _digest(file) or ""


def _group_rows(rows: Any) -> int:
    return max(1, GROUP_BYTES * rows.num_rows // max(rows.nbytes, 1)) if rows.num_rows else 1


def _read_parquet(
    folder: FrozenFolder, name: str, *, filters: list[tuple[str, str, str]] | None = None
) -> pd.DataFrame:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    if name not in folder.names:
        raise StoreError(
            what=f"there is no frame {name!r} here",
            where=str(folder.path),
            mend=f"ask for one of {', '.join(folder.names)}",
        )
    file = folder.path / f"{name}.parquet"
    try:
        return pq.read_table(file, filters=filters).to_pandas()
    except (OSError, pa.ArrowInvalid) as error:
        raise StoreError(
            what=f"the file of frame {name} is missing or damaged: {error}",
            where=str(file),
            mend="run the chain that writes it again",
        ) from error


def _digest(file: Path) -> str | None:
    if not file.is_file():
        return None
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
