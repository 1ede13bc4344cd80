"""Commands on the people who may log in to the dashboards."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from optiflow_lib.cli.options import DEFAULT_SETTINGS, SettingsFile
from optiflow_lib.settings import load_settings

app = typer.Typer(help="Add, list and remove the people who may log in.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name to log in with.")]
Role = Annotated[
    str,
    typer.Option(
        help="viewer: looks; buyer: also works through alerts and orders; manager: also approves; admin: everything."
    ),
]
Spoken = Annotated[str, typer.Option(help="fr or en; default: what the browser asks for.")]


@app.command()
def add(
    name: Name, role: Role = "viewer", language: Spoken = "", settings_file: SettingsFile = DEFAULT_SETTINGS
) -> None:
    """Add somebody; the password is asked for, or read from standard input."""
    from optiflow_lib.jobs.night import opened_store
    from optiflow_lib.store import add_user
    from optiflow_lib.texts import LANGUAGES

    if language and language not in LANGUAGES:
        raise typer.BadParameter("say --language fr or --language en")
    at = datetime.now(UTC).replace(tzinfo=None)
    with opened_store(load_settings(settings_file)) as store:
        add_user(store, name=name, password=_password(), role=role, at=at, language=language or None)
    typer.echo(f"{name} may log in as {role}")


@app.command("list")
def list_(settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """List who may log in."""
    from optiflow_lib.jobs.night import opened_store
    from optiflow_lib.store import read_users

    with opened_store(load_settings(settings_file)) as store:
        users = read_users(store).fillna({"language": "–"})
    table = Table("name", "role", "language", "since")
    for user in users.itertuples():
        table.add_row(user.name, user.role, user.language, f"{user.created_at:%Y-%m-%d}")
    Console().print(table)


@app.command()
def remove(name: Name, settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Remove somebody: their open pages end within moments, what they did keeps their name."""
    from optiflow_lib.jobs.night import opened_store
    from optiflow_lib.store import remove_user

    with opened_store(load_settings(settings_file)) as store:
        remove_user(store, name=name)
    typer.echo(f"{name} may no longer log in")


@app.command()
def password(name: Name, settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Give somebody a new password; they are logged out everywhere."""
    from optiflow_lib.jobs.night import opened_store
    from optiflow_lib.store import set_password

    with opened_store(load_settings(settings_file)) as store:
        set_password(store, name=name, password=_password())
    typer.echo(f"{name} has a new password")


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")
