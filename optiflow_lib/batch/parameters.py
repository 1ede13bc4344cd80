"""The parameters cell of a notebook is its signature: papermill only warns, we refuse."""

from collections.abc import Mapping
from pathlib import Path

import papermill

from optiflow_lib.errors import BatchError

TYPES: dict[str, type | tuple[type, ...]] = {"str": str, "int": int, "float": (float, int), "bool": bool}


def check_parameters(notebook: Path, parameters: Mapping[str, object]) -> None:
    """Refuses parameters that the notebook does not declare, or declares with another type.

    Raises:
        BatchError: the notebook is absent or has no such parameter, or the value's type is not the declared one.
    """
    if not notebook.is_file():
        raise BatchError(
            what=f"notebook {notebook.name} does not exist",
            where=str(notebook.parent),
            mend="restore it, or name the right folder in the setting paths.notebooks",
        )
    declared = papermill.inspect_notebook(str(notebook))
    for name, value in parameters.items():
        if name not in declared:
            raise BatchError(
                what=f"parameter {name} is unknown (declared: {', '.join(declared) or 'none'})",
                where=str(notebook),
                mend="correct its name, or declare it in the cell tagged 'parameters'",
            )
        wanted = declared[name]["inferred_type_name"]
        if not _fits(value, wanted):
            raise BatchError(
                what=f"parameter {name} is {value!r}, a {type(value).__name__}; it is declared as {wanted}",
                where=str(notebook),
                mend=f"give a {wanted}",
            )


def _fits(value: object, wanted: str) -> bool:
    if isinstance(value, bool) and wanted != "bool":
        return wanted not in TYPES
    return wanted not in TYPES or isinstance(value, TYPES[wanted])
