"""Commands on purchase orders."""

import getpass
import math
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from optiflow_lib.cli.options import DEFAULT_SETTINGS, SettingsFile, iso
from optiflow_lib.settings import load_settings

app = typer.Typer(
    help="List, show, edit, approve, send, receive, close, cancel and print orders.", no_args_is_help=True
)
OrderId = Annotated[str, typer.Argument(help="Number of the order, e.g. BC-2026-000001.")]
Author = Annotated[str, typer.Option("--as", help="Who does it.", default_factory=getpass.getuser)]
Folder = Annotated[Path, typer.Option("--to", help="Folder of the file.")]
Reader = Annotated[
    Literal["fr", "en"] | None,
    typer.Option("--language", help="Default: the supplier's, else the settings'."),
]


@app.command("list")
def list_(
    state: Annotated[str, typer.Option(help="Only orders in this state.")] = "",
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """List orders; drafts with what is missing to free delivery and to the supplier's minimum."""
    from optiflow_lib.jobs import views
    from optiflow_lib.jobs.orders import draft_totals

    settings = load_settings(settings_file)
    orders, lines, _ = views.orders(settings)
    worth = (lines["quantity"] * lines["unit_cost"]).groupby(lines["order_id"]).sum()
    missing = draft_totals(settings).set_index("order_id")
    table = Table("order", "supplier", "location", "state", "expected", "value", "to franco", "to minimum")
    for order in (orders[orders["state"] == state] if state else orders).itertuples():
        told = (order.order_id, order.supplier_id, order.location_id, order.state, iso(order.expected_on))
        sums = [worth.get(order.order_id, 0.0)]
        sums += [
            missing[name].get(order.order_id) for name in ("missing_to_free_delivery", "missing_to_minimum")
        ]
        table.add_row(*map(escape, told), *map(_money, sums))
    Console().print(table)


@app.command()
def show(order_id: OrderId, settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Show an order's lines and its history."""
    from optiflow_lib.jobs.orders import order_parts

    parts = order_parts(load_settings(settings_file), order_id)
    typer.echo(f"{order_id}: {parts.order['state']}, {parts.supplier['name']}")
    table = Table("item", "name", "suggested", "ordered", "received", "unit cost", "changed by", "reason")
    names = parts.items.set_index("item_id")["name"]
    for line in parts.lines.fillna({"edited_by": "", "reason": ""}).itertuples():
        figures = (line.suggested_quantity, line.quantity, line.received_quantity, line.unit_cost)
        shown = (f"{figure:g}" for figure in figures)
        table.add_row(
            *map(escape, (line.item_id, names.get(line.item_id, ""))),
            *shown,
            *map(escape, (line.edited_by, line.reason)),
        )
    history = Table("state", "when (UTC)", "who")
    for step in parts.steps.itertuples():
        history.add_row(step.state, f"{step.at:%Y-%m-%d %H:%M}", escape(step.author))
    console = Console()
    console.print(table)
    console.print(history)


@app.command()
def edit(
    order_id: OrderId,
    item_id: Annotated[str, typer.Argument(help="Item, e.g. 0001 or 0001@M02.")],
    quantity: Annotated[float, typer.Argument(help="Units to order; 0 for none.")],
    author: Author,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Replace a draft's quantity; `optiflow overrides set` keeps one for the item until a day."""
    from optiflow_lib.jobs import actions

    settings = load_settings(settings_file)
    edited = {"order_id": order_id, "item_id": item_id, "author": author, "reason": reason}
    actions.set_quantity(settings, quantity=quantity, **edited)
    typer.echo(f"{quantity:g} of {item_id} in {order_id}, by {author}")


@app.command()
def approve(order_id: OrderId, author: Author, settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Approve a draft."""
    from optiflow_lib.jobs import actions

    actions.approve(load_settings(settings_file), order_id=order_id, author=author)
    typer.echo(f"{order_id} approved by {author}")


@app.command()
def send(order_id: OrderId, author: Author, settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Note that an approved order went to its supplier."""
    from optiflow_lib.jobs import actions

    actions.send(load_settings(settings_file), order_id=order_id, author=author)
    typer.echo(f"{order_id} sent by {author}")


@app.command()
def receive(
    order_id: OrderId,
    author: Author,
    line: Annotated[
        list[str] | None,
        typer.Option(help="ITEM=QUANTITY that arrived, once per item; negative takes back a mistake."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All that was missing arrived.")] = False,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day it arrived; default: today.")
    ] = None,
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Enter what arrived of an order that was sent."""
    from optiflow_lib.jobs import actions

    if all_ == bool(line):
        raise typer.BadParameter("say what arrived with --line ITEM=QUANTITY, or --all", param_hint="--line")
    quantities = None if all_ else _quantities(line or [])
    settings = load_settings(settings_file)
    state = actions.receive(
        settings,
        order_id=order_id,
        author=author,
        quantities=quantities,
        received_on=on.date() if on else None,
    )
    typer.echo(f"{order_id} {state.replace('_', ' ')}")


@app.command()
def close(order_id: OrderId, author: Author, settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """End an order that arrived in part and of which nothing more will come."""
    from optiflow_lib.jobs import actions

    actions.close(load_settings(settings_file), order_id=order_id, author=author)
    typer.echo(f"{order_id} closed by {author}")


@app.command()
def cancel(order_id: OrderId, author: Author, settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Cancel an order of which nothing was received."""
    from optiflow_lib.jobs import actions

    actions.cancel(load_settings(settings_file), order_id=order_id, author=author)
    typer.echo(f"{order_id} cancelled by {author}")


@app.command()
def pdf(
    order_id: OrderId,
    to: Folder = Path(),
    language: Reader = None,
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Write an order's document."""
    from optiflow_lib.jobs import actions

    _write(to, *actions.order_pdf(load_settings(settings_file), order_id=order_id, language=language))


@app.command()
def export(
    order_id: OrderId,
    to: Folder = Path(),
    language: Reader = None,
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Write an order as CSV."""
    from optiflow_lib.jobs import actions

    _write(to, *actions.order_csv(load_settings(settings_file), order_id=order_id, language=language))


@app.command()
def eml(
    order_id: OrderId,
    to: Folder = Path(),
    language: Reader = None,
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Write an e-mail to the supplier with the document attached, to be sent from a mail program."""
    from optiflow_lib.jobs import actions

    _write(to, *actions.order_eml(load_settings(settings_file), order_id=order_id, language=language))


def _money(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else f"{value:,.2f}"


def _quantities(lines: list[str]) -> dict[str, float]:
    quantities: dict[str, float] = {}
    for line in lines:
        item_id, _, quantity = line.rpartition("=")  # an item's id may hold a "=" itself
        arrived = _number(quantity)
        if not item_id or arrived is None:
            raise typer.BadParameter(f"{line!r} is not ITEM=QUANTITY, e.g. 0001=12", param_hint="--line")
        quantities[item_id] = quantities.get(item_id, 0.0) + arrived
    return quantities


def _number(written: str) -> float | None:
    try:
        return float(written.replace(",", "."))
    except ValueError:
        return None


def _write(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    typer.echo(f"written: {folder / name}")
