"""The command line. It alone reads the clock, and turns errors into words and exit codes."""

import sys

from optiflow_lib.cli.app import app
from optiflow_lib.errors import LockHeldError, OptiflowError

__all__ = ["app", "main"]

FAILED, LOCKED = 1, 75


def main() -> None:
    """Entry point: exit 0 done, 1 failed, 2 wrong use, 3 done but some items failed, 75 another run holds the lock."""
    try:
        app(prog_name="optiflow")
    except OptiflowError as error:
        sys.stderr.write(f"optiflow: {error}\n")
        sys.exit(LOCKED if isinstance(error, LockHeldError) else FAILED)
