import sys

import pytest

from optiflow_lib.cli import main


def status_of(command):
    try:
        command()
    except SystemExit as ended:
        return ended.code or 0
    return 0


@pytest.fixture
def optiflow(monkeypatch, capsys):
    """Runs the command line in this process: (exit code, standard output, standard error)."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["optiflow", *map(str, words)])
        monkeypatch.setenv("COLUMNS", "200")
        capsys.readouterr()
        status = status_of(main)
        told = capsys.readouterr()
        return status, told.out, told.err

    return run
