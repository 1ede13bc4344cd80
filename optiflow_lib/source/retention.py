"""Frozen inputs are kept as long as a night's results are: until then it can be run again."""

import json
from datetime import date
from pathlib import Path
from typing import Any


def forget_inputs(folder: Path, *, keep: int) -> list[date]:
    """Removes the inputs of all but the last `keep` days, and every part that no other day shares; returns these days.

    What a damaged manifest names is not known: it goes, and the parts that no whole one names with it.
    """
    days = sorted(date.fromisoformat(file.stem) for file in folder.glob("????-??-??.json"))
    forgotten = days[:-keep]
    if forgotten:
        for day in forgotten:
            (folder / f"{day}.json").unlink()
        _forget_parts(folder, used=_parts_of(folder, days=days[-keep:]))
    return forgotten


def _parts_of(folder: Path, *, days: list[date]) -> set[str]:
    """Parts of the manifests of `days`; manifests of other days are removed."""
    kept = {day.isoformat() for day in days}
    used: set[str] = set()
    for file in (folder / "manifests").glob("*.json"):
        manifest = _read(file)
        if manifest.get("as_of") in kept:
            used.update(part for parts in manifest["tables"].values() for part in parts)
        else:
            file.unlink()
    return used


def _forget_parts(folder: Path, *, used: set[str]) -> None:
    for file in (folder / "parts").glob("*.parquet"):
        if file.stem not in used:
            file.unlink()


def _read(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except ValueError:
        return {}
