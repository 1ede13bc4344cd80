"""Commands on purchase orders."""

import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from optiflow_lib.cli.options import DEFAULT_SETTINGS, SettingsFile, iso
from optiflow_lib.settings import load_settings

app = typer.Typer(help="List, show, approve, cancel and print orders.", no_args_is_help=True)
OrderId = Annotated[str, typer.Argument(help="Number of the order, e.g. BC-2026-000001.")]
Author = Annotated[str, typer.Option("--as", help="Who does it.", default_factory=getpass.getuser)]
Folder = Annotated[Path, typer.Option("--to", help="Folder of the file.")]
Reader = Annotated[str, typer.Option("--language", help="fr or en; default: the settings'.")]


@app.command("list")
def list_(
    state: Annotated[str, typer.Option(help="Only orders in this state.")] = "",
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """List orders."""
    from optiflow_lib.jobs import views

    orders, lines, _ = views.orders(load_settings(settings_file))
    worth = (lines["quantity"] * lines["unit_cost"]).groupby(lines["order_id"]).sum()
    table = Table("order", "supplier", "location", "state", "expected", "value")
    for order in (orders[orders["state"] == state] if state else orders).itertuples():
        value = f"{worth.get(order.order_id, 0.0):,.2f}"
        table.add_row(
            order.order_id, order.supplier_id, order.location_id, order.state, iso(order.expected_on), value
        )
    Console().print(table)


@app.command()
def show(order_id: OrderId, settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Show an order's lines."""
    from optiflow_lib.jobs.orders import order_parts

    parts = order_parts(load_settings(settings_file), order_id)
    typer.echo(f"{order_id}: {parts.order['state']}, {parts.supplier['name']}")
    table = Table("item", "name", "suggested", "ordered", "received", "unit cost")
    names = parts.items.set_index("item_id")["name"]
    for line in parts.lines.itertuples():
        figures = (line.suggested_quantity, line.quantity, line.received_quantity, line.unit_cost)
        table.add_row(line.item_id, names.get(line.item_id, ""), *(f"{figure:g}" for figure in figures))
    Console().print(table)


@app.command()
def approve(order_id: OrderId, author: Author, settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Approve a draft."""
    from optiflow_lib.jobs import actions

    actions.approve(load_settings(settings_file), order_id=order_id, author=author)
    typer.echo(f"{order_id} approved by {author}")


@app.command()
def cancel(order_id: OrderId, author: Author, settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Cancel an order that has not been received."""
    from optiflow_lib.jobs import actions

    actions.cancel(load_settings(settings_file), order_id=order_id, author=author)
    typer.echo(f"{order_id} cancelled by {author}")


@app.command()
def pdf(
    order_id: OrderId,
    to: Folder = Path(),
    language: Reader = "",
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Write an order's document."""
    from optiflow_lib.jobs import actions

    settings = load_settings(settings_file)
    _write(
        to, *actions.order_pdf(settings, order_id=order_id, language=language or settings.dashboards.language)
    )


@app.command()
def export(
    order_id: OrderId,
    to: Folder = Path(),
    language: Reader = "",
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Write an order as CSV."""
    from optiflow_lib.jobs import actions

    settings = load_settings(settings_file)
    _write(
        to, *actions.order_csv(settings, order_id=order_id, language=language or settings.dashboards.language)
    )


def _write(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    typer.echo(f"written: {folder / name}")
