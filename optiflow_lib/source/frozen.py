"""What a night read, kept: content-addressed Parquet parts, shared between nights, and one manifest per day.

A day's later notebooks, a second run and a replay all read the same bytes, whatever the source has become.
"""

import hashlib
import io
import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from optiflow_lib.errors import DataError
from optiflow_lib.schemas.source import LOGICAL_TABLES
from optiflow_lib.source.past import as_they_stood
from optiflow_lib.source.source import DAY_COLUMNS, Source


@dataclass(frozen=True)
class Inputs:
    """The frozen inputs of one day.

    Args:
        folder: Where manifests and parts are.
        as_of: The day.
        manifest: Parts per logical table, by SHA-256, and notes on what was approximated.
    """

    folder: Path
    as_of: date
    manifest: dict[str, Any]

    def has(self, table: str) -> bool:
        """Did the source have this logical table?"""
        return table in self.manifest["tables"]

    def read(self, table: str) -> pd.DataFrame:
        """A logical table as it stood, checked by its schema.

        Raises:
            DataError: the source had no such table, or a part is missing or damaged.
        """
        if not self.has(table):
            raise DataError(
                what=f"the source has no {table}",
                where=f"inputs frozen for {self.as_of}",
                mend=f"add [{table}] to the mapping; docs/data.md says what cannot be done without it",
            )
        parts = [self._part(name) for name in self.manifest["tables"][table]]
        schema = LOGICAL_TABLES[table]
        return pd.concat(parts, ignore_index=True) if parts else schema.empty()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that was read."""
        return hashlib.sha256(json.dumps(self.manifest["tables"], sort_keys=True).encode()).hexdigest()

    def _part(self, name: str) -> pd.DataFrame:
        file = self.folder / "parts" / f"{name}.parquet"
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            content = b""
        if hashlib.sha256(content).hexdigest() != name:
            raise DataError(
                what=f"a part of the frozen inputs is {'damaged' if content else 'missing'}",
                where=str(file),
                mend=f"freeze {self.as_of} again: run notebook 10_quality or `optiflow nightly --as-of {self.as_of}`",
            )
        return pd.read_parquet(io.BytesIO(content))


def freeze(source: Source, folder: Path, *, as_of: date, history_days: int) -> Inputs:
    """Reads every logical table as of a day and keeps it.

    Args:
        source: The business database.
        folder: Where manifests and parts go.
        as_of: Last day that is read.
        history_days: How far sales and stock history go back.

    Returns:
        The inputs, as `open_inputs` gives them.
    """
    first_day = as_of - timedelta(days=history_days - 1)
    frames = {
        table: source.read(
            table, first_day=first_day if table in ("sales", "stock_history") else None, cutoff=as_of
        )
        for table in source.tables
    }
    later = source.read("receipts", first_day=as_of + timedelta(days=1)) if source.has("receipts") else None
    notes = as_they_stood(frames, later, as_of=as_of, last_day=source.last_day("sales"))
    tables = {table: _write_parts(folder, table, rows) for table, rows in frames.items()}
    manifest = {"as_of": as_of.isoformat(), "tables": tables, "notes": notes}
    _write_atomically(folder / f"{as_of}.json", json.dumps(manifest, indent=1).encode())
    return Inputs(folder, as_of, manifest)


def open_inputs(folder: Path, as_of: date) -> Inputs:
    """The inputs frozen for a day.

    Raises:
        DataError: nothing was frozen for it.
    """
    file = folder / f"{as_of}.json"
    if not file.is_file():
        raise DataError(
            what=f"no inputs are frozen for {as_of}",
            where=str(file),
            mend="run notebook 10_quality for this day first",
        )
    return Inputs(folder, as_of, json.loads(file.read_text(encoding="utf-8")))


def _write_parts(folder: Path, table: str, rows: pd.DataFrame) -> list[str]:
    """Names of the parts: one per month of a dated table, so that a night adds one month, not three years."""
    ordered = rows.sort_values([c for c in rows.columns if rows[c].notna().any()], ignore_index=True)
    if table not in DAY_COLUMNS or ordered.empty:
        return [_write_part(folder, ordered)]
    months = ordered[DAY_COLUMNS[table]].dt.strftime("%Y-%m")
    return [_write_part(folder, part.reset_index(drop=True)) for _, part in ordered.groupby(months)]


def _write_part(folder: Path, rows: pd.DataFrame) -> str:
    buffer = io.BytesIO()
    rows.to_parquet(buffer, index=False, compression="zstd")
    content = buffer.getvalue()
    name = hashlib.sha256(content).hexdigest()
    file = folder / "parts" / f"{name}.parquet"
    if not file.exists():
        _write_atomically(file, content)
    return name


def _write_atomically(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(file)
