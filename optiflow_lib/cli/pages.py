"""Commands that open something in a browser."""

import getpass
import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from optiflow_lib import dashboards
from optiflow_lib.cli.options import DEFAULT_SETTINGS, SettingsFile
from optiflow_lib.settings import load_settings


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; default: the settings'.")] = "",
    port: Annotated[int, typer.Option(help="Port; default: the settings'.")] = 0,
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Serve the dashboards until interrupted."""
    from optiflow_lib.dashboards import serving

    settings = load_settings(settings_file)
    serving.serve(
        settings, settings_file, host=host or settings.dashboards.host, port=port or settings.dashboards.port
    )


def sheet(
    language: Annotated[
        Literal["fr", "en"] | None, typer.Option(help="Of the page; default: the settings'.")
    ] = None,
    folder: Annotated[Path, typer.Option("--to", help="Folder of the file.")] = Path(),
    settings_file: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Write the dashboard's state as one page (PDF), e.g. for the meeting on Monday."""
    from optiflow_lib.dashboards.pages import Visit, dashboard, monday

    settings = load_settings(settings_file)
    visit = Visit(settings, getpass.getuser(), "viewer", language or settings.dashboards.language)
    name, content = monday.monday_pdf(dashboard.opened(visit))
    (folder / name).write_bytes(content)
    typer.echo(f"written: {folder / name}")


def lab(settings_file: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Open the notebooks in JupyterLab; its launcher has a card for each dashboard and each study."""
    command = lab_command(load_settings(settings_file).paths.notebooks)
    os.execv(command[0], command)  # noqa: S606 - our own environment


def lab_command(notebooks: Path) -> list[str]:
    """What starts JupyterLab on a folder of notebooks, with our launcher's cards."""
    cards = Path(dashboards.__file__).parent / "lab"
    jupyter = Path(sys.executable).with_name("jupyter")
    folders = [f"--notebook-dir={notebooks}", f"--LabApp.extra_labextensions_path={cards}"]
    return [str(jupyter), "lab", *folders]
