"""One notebook, executed in a kernel of its own."""

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import papermill
from papermill.exceptions import PapermillExecutionError

from optiflow_lib.batch.kernels import step_kernels
from optiflow_lib.batch.parameters import check_parameters
from optiflow_lib.errors import BatchError, machine_error
from optiflow_lib.kernels.forks import WarmProcess

logger = logging.getLogger(__name__)


def execute(
    notebook: Path,
    output: Path,
    parameters: Mapping[str, object],
    *,
    timeout_s: int,
    warm: WarmProcess | None = None,
) -> None:
    """Executes `notebook` and writes it, with its outputs, to `output`; also when a cell fails.

    The output appears under its name only when complete: papermill writes in place.

    Args:
        notebook: What to execute.
        output: Where the executed notebook goes.
        parameters: By name, as its parameters cell declares them.
        timeout_s: Seconds that one cell may take.
        warm: Forks the kernel; without it one is started.

    Raises:
        BatchError: a parameter is refused, a cell failed, or it took longer than `timeout_s` seconds.
    """
    check_parameters(notebook, parameters)
    unfinished = output.with_name(f".{output.name}")  # papermill writes only names that end in .ipynb
    try:
        with TemporaryDirectory(prefix="optiflow-", ignore_cleanup_errors=True) as sockets:
            papermill.execute_notebook(
                str(notebook),
                str(unfinished),
                parameters=dict(parameters),
                progress_bar=False,
                log_output=False,
                kernel_name="python3",
                kernel_manager_class=step_kernels(warm, Path(sockets)),
                shutdown_kernel="immediate",
                execution_timeout=timeout_s,
                request_save_on_cell_execute=False,
            )
    except PapermillExecutionError as error:
        logger.error("%s: %s\n%s", notebook.stem, error.ename, _plain(error.traceback))  # noqa: TRY400 - the kernel's
        raise _told(notebook, error.ename, error.evalue) from error
    except (
        Exception
    ) as error:  # a kernel that died or a timeout: whatever it is, this step failed and no other
        if isinstance(error, OSError) and (known := machine_error(error, where=str(output.parent))):
            logger.error("%s failed: %s", notebook.stem, known)  # noqa: TRY400 - nothing a traceback would add
            what = f"{notebook.stem}: {type(known).__name__}: {known.what}"
            raise BatchError(what=what, where=known.where, mend=known.mend) from error
        logger.exception("%s failed", notebook.stem)
        raise _told(notebook, type(error).__name__, str(error)) from error
    finally:
        if unfinished.exists():
            unfinished.replace(output)


def _told(notebook: Path, kind: str, message: str) -> BatchError:
    """The failure in the words of the cell's own error, whose parts came back as one text."""
    parts = {"where": str(notebook), "mend": "read the traceback in the executed notebook or the log"}
    lines = message.strip().splitlines() or [kind]
    for line in lines[1:]:
        for part in parts:
            if line.startswith(f"  {part}:"):
                parts[part] = line.split(":", 1)[1].strip()
    return BatchError(what=f"{notebook.stem}: {kind}: {lines[0]}", **parts)


def _plain(traceback: list[str]) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(traceback))
