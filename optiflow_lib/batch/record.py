"""`run.json`: what one run did, rewritten whole after each step."""

import hashlib
import json
import logging
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from optiflow_lib.errors import BatchError
from optiflow_lib.settings import Settings

VERSIONS = (
    "optiflow",
    "numba",
    "numpy",
    "pandas",
    "papermill",
    "prophet",
    "scikit-learn",
    "sqlalchemy",
    "voila",
)
logger = logging.getLogger(__name__)

FILE = "run.json"


@dataclass
class StepRecord:
    """How one notebook went."""

    state: str = "waiting"  # then running, done, failed, interrupted, skipped
    duration_s: float | None = None
    notebook: str = ""
    message: str = ""


@dataclass
class RunRecord:
    """How one run goes; `save` writes it into the run's folder."""

    run_id: str
    chain: str
    as_of: str
    folder: str
    started_at: str
    parameters: dict[str, Any]
    settings: str  # digest: a run is resumed only under the same settings and versions
    versions: dict[str, str]
    steps: dict[str, StepRecord]
    state: str = "running"
    ended_at: str = ""
    duration_s: float = 0.0
    items: int = 0
    failures: list[dict[str, str]] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)  # of a night that ended well, for `optiflow replay`

    def save(self) -> None:
        """Writes `run.json`, whole or not at all."""
        file = Path(self.folder) / FILE
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False), encoding="utf-8")
        unfinished.replace(file)


def new_record(
    chain: str, steps: list[str], *, settings: Settings, as_of: date, parameters: dict[str, Any]
) -> RunRecord:
    """A run that starts now, in a folder of its own."""
    runs = settings.paths.runs
    number = 1 + len(list(runs.glob(f"{as_of}_{chain}_*")))
    while (folder := runs / f"{as_of}_{chain}_{number:03d}").exists():
        number += 1
    folder.mkdir(parents=True)
    return RunRecord(
        run_id=folder.name,
        chain=chain,
        as_of=as_of.isoformat(),
        folder=str(folder),
        started_at=now().isoformat(timespec="seconds"),
        parameters=parameters,
        settings=settings_digest(settings),
        versions=versions(),
        steps={step: StepRecord() for step in steps},
    )


def last_record(chain: str, *, settings: Settings, as_of: date) -> RunRecord | None:
    """The newest run of this chain and day that this version could go on with; None when there is none."""
    for folder in sorted(settings.paths.runs.glob(f"{as_of}_{chain}_*"), reverse=True):
        file = folder / FILE
        if file.is_file():
            try:
                found = read_record(file)
            except (ValueError, LookupError, TypeError, AttributeError):
                logger.warning("%s cannot be read: its run is not gone on with, the day begins anew", file)
                return None
            same = found.settings == settings_digest(settings) and found.versions == versions()
            return found if same else None
    return None


def read_record(file: Path) -> RunRecord:
    """The record of a `run.json`; its folder is where it lies now."""
    written = json.loads(file.read_text(encoding="utf-8"))
    steps = {name: StepRecord(**step) for name, step in written.pop("steps").items()}
    return RunRecord(steps=steps, **(written | {"folder": str(file.parent)}))


def settings_digest(settings: Settings) -> str:
    """SHA-256 of all settings but those that cannot change a result."""
    told = settings.model_dump(mode="json", exclude={"folder", "dashboards", "batch"})
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def now() -> datetime:
    """UTC, without time zone, as everywhere in the store."""
    return datetime.now(UTC).replace(tzinfo=None)


def versions() -> dict[str, str]:
    """What is installed of what can change a result."""
    return {"python": platform.python_version()} | {name: version(name) for name in VERSIONS}


def named_record(name: str, *, settings: Settings) -> RunRecord:
    """The record of a run by its name, as `status` shows it.

    Raises:
        BatchError: there is no such run, or it is kept no longer.
    """
    file = settings.paths.runs / Path(name).name / FILE
    if not file.is_file():
        kept = sorted(found.parent.name for found in settings.paths.runs.glob(f"*/{FILE}"))
        raise BatchError(
            what=f"there is no run {name!r}",
            where=str(settings.paths.runs),
            mend=f"name one that is kept: {', '.join(kept[-5:]) or 'none yet, run optiflow nightly'}",
        )
    return read_record(file)
