"""A past night again, to the same results."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from optiflow_lib.cli.options import DEFAULT_SETTINGS, SettingsFile
from optiflow_lib.errors import BatchError
from optiflow_lib.settings import Settings, load_settings

if TYPE_CHECKING:
    import pandas as pd

    from optiflow_lib.batch.record import RunRecord
    from optiflow_lib.jobs.marks import Marks

SHOWN = 40


def replay(
    run: Annotated[str, typer.Argument(help="A run's name, as `optiflow status` shows it.")],
    csv: Annotated[Path | None, typer.Option(help="File for every difference.")] = None,
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Run a past night again from its frozen inputs, beside the store, and show every result that differs."""
    from optiflow_lib.batch.record import named_record
    from optiflow_lib.jobs.marks import Marks
    from optiflow_lib.jobs.replay import replay_night
    from optiflow_lib.logs import log_to

    settings = load_settings(settings_file)
    log_to(settings.paths.log)
    record = named_record(run, settings=settings)
    _refuse_unfinished(record)
    as_of, marks = date.fromisoformat(record.as_of), Marks(**record.marks)
    for reason in _reasons(record, settings, as_of, marks):
        typer.echo(f"note: {reason}", err=True)
    differences = replay_night(settings, as_of, marks)
    if csv:
        differences.to_csv(csv, index=False)
    _tell(differences, run=record.run_id)
    raise typer.Exit(1 if len(differences) else 0)


def _refuse_unfinished(record: "RunRecord") -> None:
    if not record.marks:
        raise BatchError(
            what=f"run {record.run_id} is {record.state} and cannot be replayed",
            where=record.folder,
            mend="name a nightly run that ended well; `optiflow status` lists them",
        )


def _reasons(record: "RunRecord", settings: Settings, as_of: date, marks: "Marks") -> list[str]:
    """Why the results may differ although nothing is wrong."""
    from optiflow_lib.batch.record import settings_digest, versions
    from optiflow_lib.jobs.night import opened_store
    from optiflow_lib.store import dump_digest

    with opened_store(settings) as store:
        replaced = dump_digest(store, as_of=as_of) != marks.results
    changed = {name for name, number in versions().items() if record.versions.get(name) != number}
    reasons = {
        f"the settings have changed since {record.run_id}": record.settings != settings_digest(settings),
        f"other versions are installed now: {', '.join(sorted(changed))}": bool(changed),
        f"the store holds other results of {as_of} by now: a later run of that day, or it is kept no longer": replaced,
    }
    return [reason for reason, holds in reasons.items() if holds]


def _tell(differences: "pd.DataFrame", *, run: str) -> None:
    if differences.empty:
        typer.echo(f"{run} again: every result is the same")
        return
    table = Table("table", "row", "column", "then", "now")
    for line in differences.head(SHOWN).itertuples(index=False):
        table.add_row(*(escape(value) for value in line))
    Console().print(table)
    more = f", {SHOWN} of them shown; --csv FILE writes all" if len(differences) > SHOWN else ""
    typer.echo(f"{run} again: {len(differences)} values differ{more}")
