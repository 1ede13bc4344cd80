"""A mapping: one SELECT per logical table and dialect, in a TOML file a user can write."""

import tomllib
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from pathlib import Path

from optiflow_lib.errors import MappingError
from optiflow_lib.schemas.source import LOGICAL_TABLES, REQUIRED_TABLES

SHIPPED = Path(__file__).parent / "mappings"
Parameter = str | int | float


@dataclass(frozen=True)
class Mapping:
    """What a mapping file says.

    Args:
        file: Where it stands.
        selects: Logical table -> dialect -> SELECT.
        parameters: Names the SELECTs may bind beside :first_day and :cutoff, with their values.
    """

    file: Path
    selects: Dictionary[str, Dictionary[str, str]]
    parameters: Dictionary[str, Parameter]

    def select(self, table: str, dialect: str) -> str:
        """The SELECT of a logical table.

        Raises:
            MappingError: the mapping has no such table, or not for this dialect.
        """
        if table not in self.selects:
            raise MappingError(
                what=f"there is no logical table {table} in the mapping",
                where=str(self.file),
                mend=f"add [{table}] with a SELECT for {dialect}; docs/data.md lists its columns",
            )
        by_dialect = self.selects[table]
        if dialect not in by_dialect:
            raise MappingError(
                what=f"[{table}] has no SELECT for {dialect} (it has: {', '.join(by_dialect)})",
                where=str(self.file),
                mend=f'add {dialect} = "SELECT …" to [{table}]',
            )
        return by_dialect[dialect]


def read_mapping(name: str, parameters: Dictionary[str, Parameter]) -> Mapping:
    """The mapping of a TOML file, or the shipped one of that name, with its parameters set.

    Raises:
        MappingError: there is no such file, it is not TOML, names an unknown table or parameter, or lacks a
            required table.
    """
    file = SHIPPED / f"{name}.toml" if "/" not in name and not name.endswith(".toml") else Path(name)
    written = _read(file, name)
    declared = written.pop("parameters", {})
    _refuse_unknown(file, "parameter", parameters, declared)
    _refuse_unknown(file, "logical table", written, LOGICAL_TABLES)
    missing = [table for table in REQUIRED_TABLES if table not in written]
    if missing:
        raise MappingError(
            what=f"the mapping lacks {', '.join(missing)}",
            where=str(file),
            mend="add a SELECT for each; docs/data.md lists their columns",
        )
    return Mapping(file, written, {**declared, **parameters})


def _read(file: Path, name: str) -> dict[str, dict[str, str]]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        shipped = ", ".join(sorted(path.stem for path in SHIPPED.glob("*.toml")))
        raise MappingError(
            what=f"there is no mapping {name!r}",
            where=str(file),
            mend=f"name a TOML file, or a shipped one: {shipped}",
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise MappingError(
            what=f"not TOML: {error}", where=str(file), mend="mend the line it names"
        ) from error


def _refuse_unknown(
    file: Path, kind: str, named: Dictionary[str, object], known: Dictionary[str, object]
) -> None:
    unknown = sorted(set(named) - set(known))
    if unknown:
        raise MappingError(
            what=f"unknown {kind} {unknown[0]} (known: {', '.join(known) or 'none'})",
            where=str(file),
            mend=f"correct the name of the {kind}",
        )
