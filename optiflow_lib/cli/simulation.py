"""`optiflow simulate`: a period of the shop's past under our policy and under others."""

import json
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from optiflow_lib.cli.options import DEFAULT_SETTINGS, SettingsFile
from optiflow_lib.settings import Settings, load_settings

if TYPE_CHECKING:
    import pandas as pd

    from optiflow_lib.jobs.simulation import Asked, Simulation

# Heading, format, and whether the 95 % interval is shown below the value; --json and --csv give all of them.
SHOWN = {
    "fill_rate": ("fill rate", "{:.1%}", True),
    "stockout_days": ("days out", "{:.1%}", False),
    "stock_value": ("stock", "{:,.0f}", True),
    "orders": ("orders a year", "{:,.0f}", False),
    "lost_margin": ("lost margin", "{:,.0f}", False),
    "total_cost": ("cost a year", "{:,.0f}", True),
}
COLUMNS = {
    "item": "item_id",
    "class": "abc",
    "category": "category",
    "supplier": "supplier_id",
    "location": "location_id",
}


def simulate(
    days: Annotated[int, typer.Option(min=1, help="How many days, ending with --to.")] = 90,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; wins over --days.")
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; default: the source's last closed day."),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(help="ours, economic, present, erp_rule, …; repeatable. Default: all of them."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT=VALUE",
            help="Items wanted: item, class, category, supplier or location, e.g. class=A; repeatable.",
        ),
    ] = None,
    limits: Annotated[
        Path | None,
        typer.Option(help="CSV of the present item_id, minimum, maximum; default: read off past orders."),
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Folder for one CSV file per table.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Summary, savings and curves for tools.")] = False,
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Replay a period of the shop's own past under several policies: service, stock and cost; writes nothing."""
    from optiflow_lib.jobs.policies import POLICIES
    from optiflow_lib.jobs.simulation import Asked
    from optiflow_lib.jobs.simulation import simulate as simulated

    settings, keep = load_settings(settings_file), _kept(only or [])
    first_day, last_day = _period(settings, first, last, days)
    asked = Asked(
        first_day,
        last_day,
        policies=tuple(policy or POLICIES),
        keep=keep,
        limits=_read_limits(limits) if limits else None,
    )
    made = simulated(settings, asked)
    if csv:
        _write(made, csv)
    if as_json:
        typer.echo(_json(made, asked))
    else:
        _print(made, asked, settings.purchasing.currency)


def _kept(only: list[str]) -> dict[str, list[str]]:
    keep: dict[str, list[str]] = {}
    for told in only:
        what, _, value = told.partition("=")
        if what not in COLUMNS or not value:
            raise typer.BadParameter(f"--only {told}: write WHAT=VALUE with one of {', '.join(COLUMNS)}")
        keep.setdefault(COLUMNS[what], []).append(value)
    return keep


def _period(
    settings: Settings, first: datetime | None, last: datetime | None, days: int
) -> tuple[date, date]:
    import pandas as pd

    from optiflow_lib.jobs.simulation import last_period

    last_day = last.date() if last else last_period(settings, days=1)[1]
    first_day = first.date() if first else (pd.Timestamp(last_day) - pd.Timedelta(days=days - 1)).date()
    return first_day, last_day


def _read_limits(file: Path) -> "pd.DataFrame":
    import pandas as pd

    from optiflow_lib.errors import DataError

    columns = ["item_id", "minimum", "maximum"]
    try:
        rows = pd.read_csv(file, dtype={"item_id": str})[columns]
        return rows.astype({"minimum": float, "maximum": float})
    except (OSError, KeyError, ValueError) as error:
        raise DataError(
            what=f"the present limits cannot be read: {error}",
            where=str(file),
            mend="give a CSV file with the columns item_id, minimum and maximum, numbers with a point",
        ) from error


def _write(made: "Simulation", folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for part in fields(made):
        getattr(made, part.name).to_csv(folder / f"{part.name}.csv", index=False)


def _json(made: "Simulation", asked: "Asked") -> str:
    told: dict[str, Any] = {"first_day": asked.first_day.isoformat(), "last_day": asked.last_day.isoformat()}
    for name in ("summary", "savings", "curves", "left_out", "assumed"):
        told[name] = json.loads(getattr(made, name).to_json(orient="records"))
    return json.dumps(told, indent=2, ensure_ascii=False)


def _print(made: "Simulation", asked: "Asked", currency: str) -> None:
    console = Console()
    period = f"{made.items['item_id'].nunique()} items, {asked.first_day} to {asked.last_day}"
    console.print(f"{period}; money in {currency}; low–high: 95 %", markup=False)
    console.print(_summary(made.summary))
    for key in made.summary["policy"].unique():
        console.print(f"{key}: {_name(key)}", markup=False)
    for row in made.savings[made.savings["column"] == "total_cost"].itertuples():
        told = f"{-row.saving:+.0%} ({-row.high:+.0%} to {-row.low:+.0%})"
        console.print(f"ours costs against {row.policy}: {told}", markup=False)
    if len(made.curves):
        console.print("What service costs, by service level or safety days:")
        console.print(_curves(made.curves))
    for row in made.left_out.itertuples():
        console.print(f"left out: {row.item_id} {row.name}: {row.reason}", markup=False)
    for row in made.assumed.itertuples():
        told = "too few orders tell its minimum and maximum, the ERP's rule stands in"
        console.print(f"assumed: {row.item_id} {row.name}: {told}", markup=False)


def _summary(summary: "pd.DataFrame") -> Table:
    table = Table("policy", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for heading, _, with_interval in SHOWN.values():
        table.add_column(heading, justify="right", no_wrap=with_interval)
    for key, rows in summary.groupby("policy", sort=False):
        known = rows.set_index("indicator")
        table.add_row(str(key), *(_told(known.loc[name], *how[1:]) for name, how in SHOWN.items()))
    return table


def _curves(curves: "pd.DataFrame") -> Table:
    headings = ("safety", "fill rate", "stock", "orders a year", "total cost a year")
    table = Table("policy", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for heading in headings:
        table.add_column(heading, justify="right")
    for row in curves.itertuples():
        amounts = (f"{value:,.0f}" for value in (row.stock_value, row.orders, row.total_cost))
        table.add_row(str(row.policy), f"{row.safety:g}", f"{row.fill_rate:.1%}", *amounts)
    return table


def _name(policy: object) -> str:
    from optiflow_lib.jobs.policies import POLICIES

    return POLICIES[str(policy)].name


def _told(row: "pd.Series", pattern: str, with_interval: bool) -> str:
    value, low, high = (pattern.format(row[name]) for name in ("value", "low", "high"))
    return f"{value}\n{low.rstrip('%')}–{high}" if with_interval else value
