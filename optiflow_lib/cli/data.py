"""Commands on the source and the store: make a sample, check a mapping, write all results, compare models."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from optiflow_lib.cli.options import DEFAULT_SETTINGS, AsOf, SettingsFile, day_of, iso
from optiflow_lib.settings import load_settings

if TYPE_CHECKING:
    import pandas as pd


def init(
    sample: Annotated[
        bool, typer.Option("--sample", help="Make the sample shop's business database.")
    ] = False,
    products: Annotated[int, typer.Option(min=1, help="How many products it sells.")] = 60,
    years: Annotated[int, typer.Option(min=1, help="How many years of daily sales.")] = 3,
    seed: Annotated[int, typer.Option(help="Same seed, same shop.")] = 1,
    database: Annotated[Path, typer.Option(help="File to write.")] = Path("optiflow.db"),
    url: Annotated[str, typer.Option("--from", help="Business database to connect; only read.")] = "",
    system: Annotated[str, typer.Option(help="What it is: tryton, odoo, erpnext or dolibarr.")] = "",
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Make a business database to try Optiflow on, or connect your own business system."""
    if url and system and not sample:
        _connect(url, system, settings_file)
        return
    if not sample or url or system:
        raise typer.BadParameter(
            "say --sample, or --from URL --system NAME; a mapping of your own is described in docs/data.md"
        )
    from optiflow_lib.source import build_sample

    build_sample(database, products=products, years=years, seed=seed)
    typer.echo(f"written: {database} ({database.stat().st_size / 1e6:.1f} MB)")


def _connect(url: str, system: str, settings_file: Path) -> None:
    from optiflow_lib.source import connect

    connected = connect(url, system=system)
    _print_report(connected.report)
    if settings_file.exists():
        typer.echo(f"put this into {settings_file}, in place of its [source]:\n\n{connected.section}")
    else:
        settings_file.write_text(connected.section, encoding="utf-8")
        typer.echo(f"written: {settings_file}")
    raise typer.Exit(1 if (connected.report["problem"] != "").any() else 0)


def check(settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Run the mapping and report per table: rows, period, problems and how to mend them."""
    from optiflow_lib.jobs.night import opened_source
    from optiflow_lib.source import check_source

    with opened_source(load_settings(settings_file)) as source:
        report = check_source(source)
    _print_report(report)
    raise typer.Exit(1 if (report["problem"] != "").any() else 0)


def _print_report(report: "pd.DataFrame") -> None:
    table = Table("table", "rows", "first day", "last day", "problem", "how to mend")
    for row in report.itertuples():
        # What stands in brackets is a logical table's name, not rich's markup.
        told = (escape(text) for text in (row.problem, row.mend))
        table.add_row(row.table, str(row.rows), iso(row.first_day), iso(row.last_day), *told)
    Console().print(table)


def dump(
    file: Annotated[Path | None, typer.Argument(help="File to write; default: standard output.")] = None,
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Write every result table sorted by key, without run records and clock columns: equal nights, equal bytes."""
    from optiflow_lib.jobs.night import opened_store
    from optiflow_lib.store import dump as written

    with opened_store(load_settings(settings_file)) as store:
        if file is None:
            written(store, sys.stdout)
            return
        with file.open("w", encoding="utf-8") as stream:
            written(store, stream)


def backtest(
    as_of: AsOf = None,
    origins: Annotated[int, typer.Option(min=1, help="How many times the past is forecast.")] = 3,
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Compare the candidates on rolling origins of the items' own past; writes nothing."""
    from optiflow_lib.jobs.training import compared_candidates

    settings = load_settings(settings_file)
    update = {"forecast": settings.forecast.model_copy(update={"backtest_origins": origins})}
    scores = compared_candidates(settings.model_copy(update=update), as_of=day_of(as_of))
    table = Table(
        Column("candidate", no_wrap=True),
        "items",
        "champion of",
        "WAPE",
        "bias",
        "80 % covers",
        "value added",
    )
    for row in scores.itertuples():
        figures = (f"{figure:.1%}" for figure in (row.wape, row.bias, row.coverage_80, row.value_added))
        table.add_row(row.candidate, str(row.items), str(row.champions), *figures)
    Console().print(table)
