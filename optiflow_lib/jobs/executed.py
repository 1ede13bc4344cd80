"""The notebooks that a run executed, as they lie in its folder."""

import re
from pathlib import Path

from optiflow_lib.settings import Settings

_RUN = re.compile(r"\d{4}-\d{2}-\d{2}_[a-z]+_\d{3,6}")
_STEP = re.compile(r"\w{1,60}", re.ASCII)  # never a dot, a slash or a blank


def executed_steps(settings: Settings, run_id: str) -> list[str]:
    """Steps of a run whose notebooks are kept, in the order of their names."""
    if not _RUN.fullmatch(run_id):
        return []
    files = sorted((settings.paths.runs / run_id).glob("*.ipynb"))
    return [file.stem for file in files if executed_notebook(settings, run_id, file.stem)]


def executed_notebook(settings: Settings, run_id: str, step: str) -> Path | None:
    """The file of a step of a run; None when there is none, or when the names could lead anywhere else."""
    if not (_RUN.fullmatch(run_id) and _STEP.fullmatch(step)):
        return None
    file = settings.paths.runs / run_id / f"{step}.ipynb"
    if not file.is_file():
        return None
    inside = file.resolve().is_relative_to(settings.paths.runs.resolve())  # a link may lead out
    return file if inside else None
