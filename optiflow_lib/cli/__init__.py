"""The command line. It alone reads the clock, and turns errors into words and exit codes."""

import os
import sys
from typing import NoReturn

from optiflow_lib.cli.app import app
from optiflow_lib.errors import LockHeldError, OptiflowError, machine_error

__all__ = ["app", "main"]

FAILED, LOCKED = 1, 75
# Our matrices are small. Threads of the algebra library gain nothing on them, and wait by spinning: a night beside
# anything else on the machine takes twice as long. What is set in the environment holds.
ALGEBRA_THREADS = "OPENBLAS_NUM_THREADS"


def main() -> None:
    """Entry point: exit 0 done, 1 failed, 2 wrong use, 3 done but some items failed, 75 another run holds the lock."""
    os.environ.setdefault(ALGEBRA_THREADS, "1")
    try:
        app(prog_name="optiflow")
    except OptiflowError as error:
        _end(error)
    except OSError as error:
        if (known := machine_error(error)) is None:
            raise
        _end(known)


def _end(error: OptiflowError) -> NoReturn:
    sys.stderr.write(f"optiflow: {error}\n")
    sys.exit(LOCKED if isinstance(error, LockHeldError) else FAILED)
