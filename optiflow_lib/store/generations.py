"""Model files: one immutable folder a generation, and a pointer to the one that validation accepted."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from optiflow_lib.errors import StoreError
from optiflow_lib.store.frozen import (
    FrozenFolder,
    forget_folders,
    frozen_folders,
    open_frozen,
    read_json,
    write_frozen,
    write_json,
)

ACCEPTED = "accepted.json"
Generation = FrozenFolder


def save_generation(folder: Path, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]) -> str:
    """Writes a generation, all of it or nothing, and returns its name; nobody uses it before it is accepted.

    Args:
        folder: Where generations are.
        tables: Parameters, champions, calibration, ... by name.
        manifest: What it was made from; `as_of` (ISO date) begins its name.

    Raises:
        StoreError: the manifest names no `as_of`.
    """
    if "as_of" not in manifest:
        raise StoreError(
            what="the manifest has no as_of",
            where=f"a generation for {folder}",
            mend="say in the manifest which day the models were made from",
        )
    return write_frozen(folder, tables, prefix=str(manifest["as_of"]), manifest=manifest).name


def read_generation(folder: Path, name: str) -> Generation:
    """A generation: `.manifest`, `.names`, `.read(table)`.

    Raises:
        StoreError: there is none of this name.
    """
    return open_frozen(folder / name)


def newest_generation(folder: Path) -> Generation | None:
    """The generation saved last, accepted or not."""
    saved = frozen_folders(folder)
    return open_frozen(saved[-1]) if saved else None


def accept_generation(folder: Path, name: str, *, reason: str) -> None:
    """Makes a generation the one in use, in one step.

    Raises:
        StoreError: there is none of this name, or one of its files is damaged.
    """
    damaged = read_generation(folder, name).damaged()
    if damaged:
        raise StoreError(
            what=f"generation {name} is damaged: {', '.join(damaged)}",
            where=str(folder / name),
            mend="train again: `optiflow weekly`",
        )
    write_json(folder / ACCEPTED, {"name": name, "reason": reason})


def accepted_generation(folder: Path) -> Generation | None:
    """The generation in use; None before the first was accepted.

    Raises:
        StoreError: its folder has disappeared.
    """
    accepted = read_json(folder / ACCEPTED)
    return None if accepted is None else read_generation(folder, accepted["name"])


def forget_generations(folder: Path, *, keep: int) -> list[str]:
    """Removes all but the last `keep` generations, never the accepted one; returns the names removed."""
    accepted = read_json(folder / ACCEPTED)
    return forget_folders(folder, keep=keep, always=accepted["name"] if accepted else None)
