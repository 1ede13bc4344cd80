"""Commands on quantities that people keep for an item until a day."""

import getpass
import math
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from optiflow_lib.cli.options import DEFAULT_SETTINGS, SettingsFile, iso
from optiflow_lib.settings import load_settings

app = typer.Typer(
    help="Keep a quantity for an item until a day, and see afterwards who was right.", no_args_is_help=True
)
Item = Annotated[str, typer.Argument(help="Item, e.g. 0001 or 0001@M02.")]
Author = Annotated[str, typer.Option("--as", help="Who does it.", default_factory=getpass.getuser)]


@app.command("list")
def list_(settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """List the overrides that count for the next night."""
    from optiflow_lib.jobs import overrides

    table = Table("item", "quantity", "until", "by", "on", "reason")
    for kept in (
        overrides.overrides_in_force(load_settings(settings_file)).fillna({"reason": ""}).itertuples()
    ):
        table.add_row(
            escape(kept.item_id),
            f"{kept.quantity:g}",
            iso(kept.until),
            escape(kept.author),
            iso(kept.day),
            escape(kept.reason),
        )
    Console().print(table)


@app.command("set")
def set_(
    item_id: Item,
    quantity: Annotated[float, typer.Argument(help="Units to order when the item is due; 0 for none.")],
    until: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], help="Last day on which an order may leave at this quantity."),
    ],
    author: Author,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Order this much of an item whenever it is due until a day, whatever is suggested."""
    from optiflow_lib.jobs import overrides

    overrides.override(
        load_settings(settings_file),
        item_id=item_id,
        quantity=quantity,
        until=until.date(),
        author=author,
        reason=reason,
    )
    typer.echo(f"{quantity:g} of {item_id} until {until:%Y-%m-%d}, by {author}")


@app.command()
def lift(item_id: Item, author: Author, settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """End an item's override: order what is suggested again."""
    from optiflow_lib.jobs import overrides

    overrides.lift(load_settings(settings_file), item_id=item_id, author=author)
    typer.echo(f"override of {item_id} lifted by {author}")


@app.command()
def results(settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Show what came of the lines that people changed, and who beat the model."""
    from optiflow_lib.inventory import override_record
    from optiflow_lib.jobs import overrides

    measured = overrides.override_results(load_settings(settings_file))
    table = Table("order", "item", "by", "suggested", "ordered", "wanted", "until", "saved")
    for line in measured.itertuples():
        shown = (line.suggested_quantity, line.quantity, line.demand)
        table.add_row(
            *map(escape, (line.order_id, line.item_id, line.author)),
            *map(_figure, shown),
            iso(line.ends_on),
            _figure(line.saved_eur, "{:,.2f}"),
        )
    record = Table("by", "lines", "measured", "better", "worse", "saved")
    for person in override_record(measured).itertuples():
        counts = map(str, (person.lines, person.measured, person.better, person.worse))
        record.add_row(escape(person.author), *counts, _figure(person.saved_eur, "{:,.2f}"))
    console = Console()
    console.print(table)
    console.print(record)


def _figure(value: float, form: str = "{:g}") -> str:
    return "–" if math.isnan(value) else form.format(value)
