"""Options that several commands share."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pandas as pd

SettingsFile = Annotated[Path, typer.Option("--settings", help="Settings file.", envvar="OPTIFLOW_SETTINGS")]
DEFAULT_SETTINGS = Path("optiflow.toml")
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d"], help="Last day closed; default: the source's last closed day."
    ),
]


def day_of(as_of: datetime | None) -> str:
    """ISO text of a day given on the command line; empty when it was not."""
    return as_of.date().isoformat() if as_of else ""


def today() -> date:
    """The only clock of the project's calculations: what the command line compares the source's last day with."""
    return datetime.now().astimezone().date()


def iso(day: "pd.Timestamp") -> str:
    """ISO text of a day of a frame; a dash when it is missing."""
    import pandas as pd

    return "–" if pd.isna(day) else f"{day:%Y-%m-%d}"
