"""The commands of cron: the night, the week, and how they went."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from optiflow_lib.cli.options import DEFAULT_SETTINGS, AsOf, SettingsFile, day_of, today
from optiflow_lib.errors import OptiflowError, machine_error
from optiflow_lib.logs import log_to
from optiflow_lib.settings import PathSettings, Settings, load_settings

if TYPE_CHECKING:
    from optiflow_lib.batch import RunReport

logger = logging.getLogger(__name__)

Resume = Annotated[
    bool, typer.Option("--resume", help="Finish an interrupted run; do nothing if this day is complete.")
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Notebooks at the same time; default: the settings'.")
]


def nightly(
    as_of: AsOf = None,
    resume: Resume = False,
    jobs: Jobs = None,
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Run the night: forecasts, events, alerts and orders, KPIs, publication."""
    _run("nightly", as_of=day_of(as_of), resume=resume, jobs=jobs, settings_file=settings_file)


def weekly(
    as_of: AsOf = None,
    resume: Resume = False,
    jobs: Jobs = None,
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Run the week: train, validate, monitor."""
    _run("weekly", as_of=day_of(as_of), resume=resume, jobs=jobs, settings_file=settings_file)


def status(
    settings_file: SettingsFile = DEFAULT_SETTINGS,
    as_json: Annotated[bool, typer.Option("--json", help="For monitoring tools.")] = False,
) -> None:
    """Show the last runs and the night the dashboards show."""
    import pandas as pd

    from optiflow_lib.jobs import views

    settings = load_settings(settings_file)
    view, runs = views.open_view(settings), views.runs(settings).tail(10)
    if as_json:
        shown = {
            "published": view.as_of.isoformat() if view else None,
            "stale": view.stale if view else None,
            "runs": json.loads(runs.to_json(orient="records", date_format="iso")),
        }
        typer.echo(json.dumps(shown, indent=2))
        return
    typer.echo(
        f"published: {view.as_of}{' (stale)' if view.stale else ''}" if view else "published: no night yet"
    )
    table = Table("run", "as of", "state", "seconds", "items", "failed")
    for run in runs.itertuples():
        seconds = "–" if pd.isna(run.duration_s) else f"{run.duration_s:.1f}"
        table.add_row(
            run.run_id,
            f"{run.as_of:%Y-%m-%d}",
            run.state,
            seconds,
            f"{run.items:.0f}",
            f"{run.failed_items:.0f}",
        )
    Console().print(table)
    for run in views.to_go_on_with(runs).itertuples():
        typer.echo(f"{run.run_id} was interrupted; to go on where it stopped: optiflow {run.chain} --resume")


def _run(
    chain: Literal["nightly", "weekly"], *, as_of: str, resume: bool, jobs: int | None, settings_file: Path
) -> None:
    settings = load_settings(settings_file)
    if jobs:
        settings = settings.model_copy(update={"batch": settings.batch.model_copy(update={"jobs": jobs})})
    with _told_in_the_log(chain, settings.paths):
        day, report = _chain(chain, settings, settings_file.resolve(), as_of=as_of, resume=resume)
    late = _dead_feed(settings, day) if not as_of else ""
    for message in report.messages:
        typer.echo(message, err=True)
    if chain == "nightly" and report.exit_code in (0, 3):
        _print_summary(settings, day)
    typer.echo(
        f"{chain} of {day}: {report.state} in {report.duration_s:.1f} s; executed notebooks in {report.folder}"
    )
    if late:
        typer.echo(late, err=True)
    raise typer.Exit(report.exit_code or (3 if late else 0))


def _chain(
    chain: Literal["nightly", "weekly"], settings: Settings, settings_file: Path, *, as_of: str, resume: bool
) -> "tuple[date, RunReport]":
    from optiflow_lib import batch

    with batch.warm_process() as warm:  # loads what the notebooks need while we load the rest
        from optiflow_lib.jobs.night import resolved_day

        day = resolved_day(settings, as_of)
        report = batch.run_chain(
            chain,
            settings=settings,
            settings_file=settings_file,
            as_of=day,
            resume=resume,
            console=Console(),
            warm=warm,
        )
    return day, report


@contextmanager
def _told_in_the_log(chain: str, paths: PathSettings) -> Iterator[None]:
    """An error that keeps a chain from running stands in the log too: nobody reads what cron's terminal said."""
    try:
        yield
    except (OptiflowError, OSError) as error:
        known = machine_error(error, where=str(paths.runs)) if isinstance(error, OSError) else error
        with suppress(OSError):  # of the log itself: the terminal tells
            log_to(paths.log)
            logger.error("%s cannot run: %s", chain, known or error, exc_info=known is None)  # noqa: TRY400 - mended by who reads it
        raise (known or error) from error


def _print_summary(settings: Settings, day: date) -> None:
    from optiflow_lib.jobs.summary import night_summary

    summary = night_summary(settings, day)
    money = f"{summary.order_value:,.0f} {settings.purchasing.currency}"
    typer.echo(
        f"{summary.items} items, {summary.forecasts} forecast ({summary.failed_items} with a failure listed), "
        f"{summary.quality_problems} data problems\n"
        f"{summary.alerts} alerts, {summary.critical_alerts} of them critical\n"
        f"{summary.order_lines} suggested order lines for {summary.orders} suppliers, worth {money}"
    )


def _dead_feed(settings: Settings, day: date) -> str:
    """A warning when the source's last closed day is older than yesterday's close; the sample is exempt."""
    age = (today() - day).days
    if settings.source.sample or age <= settings.source.feed_age_days:
        return ""
    return (
        f"warning: the last closed day is {day}, {age} days ago: the source is no longer fed\n"
        f"  where: {settings.source.url}\n"
        f"  mend:  load the missing days' sales; `optiflow check` shows what each table holds"
    )
