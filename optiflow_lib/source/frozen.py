"""What a night read, kept: content-addressed Parquet parts, shared between nights, and one manifest per day.

A day's later notebooks, a second run and a replay all read the same bytes, whatever the source has become. A manifest is
kept under its own digest too: freezing a day again does not forget what an earlier run of that day read.
"""

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from optiflow_lib.errors import DataError
from optiflow_lib.schemas.source import LOGICAL_TABLES
from optiflow_lib.source.closed_day import day_left_out
from optiflow_lib.source.past import as_they_stood, every_evening
from optiflow_lib.source.source import DAY_COLUMNS, Source


@dataclass(frozen=True)
class Inputs:
    """The frozen inputs of one day.

    Args:
        folder: Where manifests and parts are.
        as_of: The day.
        manifest: Parts per logical table, by SHA-256, notes on what was approximated, and the day left out as half loaded.
    """

    folder: Path
    as_of: date
    manifest: dict[str, Any]
    _read: dict[str, pd.DataFrame] = field(default_factory=dict, init=False, repr=False, compare=False)

    def has(self, table: str) -> bool:
        """Did the source have this logical table?"""
        return table in self.manifest["tables"]

    def read(self, table: str) -> pd.DataFrame:
        """A logical table as it stood; its rows met its schema when they were frozen. Read once, and kept.

        Raises:
            DataError: the source had no such table, or a part is missing or damaged.
        """
        if not self.has(table):
            raise DataError(
                what=f"the source has no {table}",
                where=f"inputs frozen for {self.as_of}",
                mend=f"add [{table}] to the mapping; docs/data.md says what cannot be done without it",
            )
        if table not in self._read:
            parts = [self._part(name) for name in self.manifest["tables"][table]]
            self._read[table] = pd.concat(parts, ignore_index=True)
        return self._read[table].copy(deep=False)  # who changes it changes a copy

    @property
    def notes(self) -> list[str]:
        """What could not be read as it stood on the day, in plain words."""
        return list(self.manifest["notes"])

    @property
    def left_out(self) -> date | None:
        """The half-loaded day after `as_of` that was left out, if there was one."""
        day = self.manifest["left_out"]
        return date.fromisoformat(day) if day else None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that was read; `open_inputs` finds the inputs by it."""
        return _digest(self.manifest)

    def _part(self, name: str) -> pd.DataFrame:
        file = _part_file(self.folder, name)
        if not _is_whole(file, name):
            raise DataError(
                what=f"a part of the frozen inputs is {'damaged' if file.exists() else 'missing'}",
                where=str(file),
                mend=f"freeze {self.as_of} again: run notebook 10_quality or `optiflow nightly --as-of {self.as_of}`",
            )
        return pd.read_parquet(file)


def freeze(
    source: Source,
    folder: Path,
    *,
    as_of: date,
    history_days: int,
    beside: Callable[[], Mapping[str, pd.DataFrame]] = dict,
) -> Inputs:
    """Reads every logical table as of a day, all at one moment, and keeps it.

    Args:
        source: The business database.
        folder: Where manifests and parts go.
        as_of: Last day that is read.
        history_days: How far sales and stock history go back.
        beside: Tables that do not come from the source, by name, sorted; read once the source was.

    Returns:
        The inputs, as `open_inputs` gives them.
    """
    frames, notes, left_out = _read(source, as_of=as_of, first_day=as_of - timedelta(days=history_days - 1))
    manifest = {
        "as_of": as_of.isoformat(),
        "tables": {table: _write_parts(folder, table, rows) for table, rows in frames.items()}
        | {name: [_write_part(folder, rows)] for name, rows in beside().items()},
        "notes": notes,
        "left_out": left_out.isoformat() if left_out else None,
    }
    written = json.dumps(manifest, indent=1).encode()
    _write_atomically(folder / "manifests" / f"{_digest(manifest)}.json", written)
    _write_atomically(folder / f"{as_of}.json", written)
    return Inputs(folder, as_of, manifest)


def _read(
    source: Source, *, as_of: date, first_day: date
) -> tuple[dict[str, pd.DataFrame], list[str], date | None]:
    """Every logical table as it stood on a day, what could not be had so, and the half-loaded day left out."""
    with source.one_moment():
        frames = {
            table: source.read(
                table, first_day=first_day if table in ("sales", "stock_history") else None, cutoff=as_of
            )
            for table in source.tables
        }
        later = (
            source.read("receipts", first_day=as_of + timedelta(days=1)) if source.has("receipts") else None
        )
        last_day = source.last_day("sales")
        left_out = day_left_out(source, as_of, last=last_day) if last_day else None
    if "stock_history" in frames:
        frames["stock_history"] = every_evening(frames["stock_history"], as_of=as_of)
    return frames, as_they_stood(frames, later, as_of=as_of, last_day=last_day), left_out


def open_inputs(folder: Path, as_of: date, *, digest: str | None = None) -> Inputs:
    """The inputs frozen for a day: the last ones, or those of a digest that a run recorded.

    Raises:
        DataError: nothing was frozen for it, or its manifest is damaged.
    """
    file = folder / "manifests" / f"{digest}.json" if digest else folder / f"{as_of}.json"
    if not file.is_file():
        raise DataError(
            what=f"no inputs are frozen for {as_of}",
            where=str(file),
            mend="run notebook 10_quality for this day first",
        )
    try:
        inputs = Inputs(folder, as_of, json.loads(file.read_text(encoding="utf-8")))
        damaged = (
            set(inputs.manifest) != {"as_of", "tables", "notes", "left_out"}
            or inputs.manifest["as_of"] != as_of.isoformat()
            or (digest or inputs.digest) != inputs.digest
        )
    except (ValueError, TypeError):
        damaged = True
    if damaged:
        raise DataError(
            what="the list of the frozen inputs is damaged",
            where=str(file),
            mend=f"freeze {as_of} again: run notebook 10_quality or `optiflow nightly --as-of {as_of}`",
        )
    return inputs


def _digest(manifest: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _write_parts(folder: Path, table: str, rows: pd.DataFrame) -> list[str]:
    """Names of the parts: one per month of a dated table, so that a night adds one month, not three years."""
    key = list(LOGICAL_TABLES[table].key) or [c for c in rows.columns if rows[c].notna().any()]
    ordered = rows.sort_values(key, ignore_index=True)
    if table not in DAY_COLUMNS or ordered.empty:
        return [_write_part(folder, ordered)]
    days = ordered[DAY_COLUMNS[table]].dt
    by_month = ordered.groupby(days.year * 12 + days.month)
    return [_write_part(folder, part.reset_index(drop=True)) for _, part in by_month]


def _write_part(folder: Path, rows: pd.DataFrame) -> str:
    buffer = io.BytesIO()
    rows.to_parquet(buffer, index=False, compression="zstd")
    content = buffer.getvalue()
    name = hashlib.sha256(content).hexdigest()
    file = _part_file(folder, name)
    if not _is_whole(file, name):
        _write_atomically(file, content)
    return name


def _part_file(folder: Path, name: str) -> Path:
    return folder / "parts" / f"{name}.parquet"


def _is_whole(file: Path, name: str) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == name


def _write_atomically(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(file)
