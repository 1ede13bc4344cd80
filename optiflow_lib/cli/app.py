"""All commands; each loads only the rooms it needs, so that `--help` is instant."""

import typer

from optiflow_lib.cli import chains, data, orders, overrides, pages, replay, simulation, users

app = typer.Typer(
    name="optiflow",
    help="What will run out, what to order, how much and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("init")(data.init)
app.command("check")(data.check)
app.command("nightly")(chains.nightly)
app.command("weekly")(chains.weekly)
app.command("replay")(replay.replay)
app.command("status")(chains.status)
app.command("dump")(data.dump)
app.command("backtest")(data.backtest)
app.command("simulate")(simulation.simulate)
app.command("serve")(pages.serve)
app.command("lab")(pages.lab)
app.command("sheet")(pages.sheet)
app.add_typer(orders.app, name="orders")
app.add_typer(overrides.app, name="overrides")
app.add_typer(users.app, name="users")
