"""Why an item or a step failed, in the reader's language; the program's own words are folded away behind it."""

import re
from datetime import date
from pathlib import Path

from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.schemas.reasons import CHANGEPOINTS_OUTSIDE, SHORT_HISTORY, TOO_FEW_DAYS, values_of
from optiflow_lib.texts import Language, day, number, text

_STEP_ERROR = re.compile(
    r"\w+: (\w+): "
)  # how the runner writes down what a notebook said: step, kind, words
_PATH = re.compile(r"(?<![\w/.:…])/(?:[\w.@+-]+/)+")  # its folders; the address of a server is none
# Kind of error -> what it means for who reads the page. The kinds are names of classes: ours, Jupyter's, Python's.
KINDS = {
    "SettingsError": "A setting is missing or wrong.",
    "SourceError": "The business database could not be read.",
    "MappingError": "The mapping names what the business database does not have.",
    "QueryRefused": "A query of the mapping was refused: it may only read.",
    "DataError": "The data of this night are not what the step needs.",
    "StoreError": "Optiflow's own database could not be read or written.",
    "ForecastError": "A model could not be computed as the settings ask.",
    "PolicyError": "An order quantity could not be computed with these settings.",
    "OrderError": "A step in the life of an order was not allowed.",
    "DocumentError": "A document could not be made.",
    "AccessError": "Your role does not allow this.",
    "ServingError": "The dashboards could not be served as the settings ask.",
    "BatchError": "The step could not be run.",
    "MachineError": "The machine refused: its disk is full, or a folder may not be written.",
    "CellTimeoutError": "The step took longer than the settings allow.",
    "DeadKernelError": "The step's process ended: often the machine had no memory left.",
    "MemoryError": "The machine had no memory left.",
    "OperationalError": "A database could not be read or written.",
    "OSError": "A file could not be read or written.",
    "FileNotFoundError": "A file is missing.",
    "PermissionError": "A file may not be read or written.",
}
UNKNOWN = "The step stopped at an error of the program."


def failure_reason(written: str, language: Language, *, project: Path | None) -> Html:
    """Why an item has a simpler forecast.

    Args:
        written: Of schema `FAILURES`.
        language: The reader's.
        project: Folder that paths are told from; None keeps the program's own words from the reader.
    """
    few, outside = values_of(TOO_FEW_DAYS, written), values_of(CHANGEPOINTS_OUTSIDE, written)
    if few is not None:
        said = text(
            "Its demand is known on {known} {known:day|days} only; the model needs {needed}.",
            language,
            known=number(float(few["known"]), language),
            needed=number(float(few["needed"]), language),
        )
        return tag("span", said)
    if outside is not None:
        first, last = (day(date.fromisoformat(outside[end]), language) for end in ("first", "last"))
        said = text(
            "The changepoints of the settings lie outside its history, {first} to {last}.",
            language,
            first=first,
            last=last,
        )
        return tag("span", said)
    said = tag("span", text("Its model could not be computed.", language))
    return join([said, technical(written, language, project=project)])


def left_out_reason(written: str, language: Language) -> str:
    """Why an item cannot be replayed: one of `LEFT_OUT` in the reader's language."""
    short = values_of(SHORT_HISTORY, written)
    if short is None:
        return text(written, language)
    return text(SHORT_HISTORY, language, days=number(float(short["days"]), language))


def step_reason(written: object, state: str, language: Language, *, project: Path | None) -> Html:
    """Why a step has no result.

    Args:
        written: Of schema `RUN_STEPS`; missing when nobody could write it.
        state: Of the step.
        language: The reader's.
        project: Folder of the project, which paths are told from; None keeps the program's own words from the reader.
    """
    if not isinstance(written, str) or not written.strip():
        stopped = text("The run was stopped before the step had ended.", language)
        return tag("span", stopped if state == "interrupted" else "–")
    kind = _STEP_ERROR.match(written)
    said = KINDS.get(kind[1], UNKNOWN) if kind else UNKNOWN
    return join([tag("span", text(said, language)), technical(written, language, project=project)])


def inside(project: Path, written: str) -> str:
    """The same words, a path below the project's folder told from there, any other by its last name alone.

    >>> inside(Path("/srv/shop"), "/srv/shop/runs/a.ipynb: see /usr/lib/python3/io.py")
    'runs/a.ipynb: see …/io.py'
    """
    return _PATH.sub("…/", written.replace(f"{project}/", ""))


def technical(written: str, language: Language, *, project: Path | None) -> Html | None:
    """The program's own words, folded away, their paths told from the project's folder; nothing without one."""
    if project is None:
        return None
    words = tag("pre", inside(project, written), lang="en")
    return tag("details", tag("summary", text("Technical detail", language)), words)
