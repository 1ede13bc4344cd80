"""A mapping: one SELECT per logical table and dialect, in a TOML file a user can write."""

import re
import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optiflow_lib.errors import MappingError
from optiflow_lib.schemas.source import LOGICAL_TABLES, REQUIRED_TABLES

DIALECTS = {"sqlite": "sqlite", "postgresql": "postgres", "mysql": "mysql"}  # sqlglot's name by SQLAlchemy's
STANDARD = "standard"  # the key of a SELECT for every dialect that has none of its own
SHIPPED = Path(__file__).parent / "mappings"
OWN_PARAMETERS = ("first_day", "cutoff")  # bound by every read
Parameter = str | int | float


@dataclass(frozen=True)
class Mapping:
    """What a mapping file says.

    Args:
        file: Where it stands.
        selects: Logical table -> dialect -> SELECT.
        parameters: Names the SELECTs may bind beside :first_day and :cutoff, with their values.
        lines: The line on which each logical table starts.
    """

    file: Path
    selects: Dictionary[str, Dictionary[str, str]]
    parameters: Dictionary[str, Parameter]
    lines: Dictionary[str, int] = field(default_factory=dict)

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
        found = by_dialect.get(dialect, by_dialect.get(STANDARD))
        if found is None:
            raise MappingError(
                what=f"[{table}] has no SELECT for {dialect} (it has: {', '.join(by_dialect)})",
                where=self.place(table),
                mend=f'add {dialect} = "SELECT …" to [{table}]',
            )
        return found

    def place(self, table: str) -> str:
        """Where a logical table stands, for messages."""
        line = f", line {self.lines[table]}" if table in self.lines else ""
        return f"[{table}]{line} of {self.file}"


def read_mapping(name: str, parameters: Dictionary[str, Parameter]) -> Mapping:
    """The mapping of a TOML file, or the shipped one of that name, with its parameters set.

    Raises:
        MappingError: there is no such file, it is not TOML or not of this form, names an unknown table, dialect or
            parameter, or lacks a required table.
    """
    file = SHIPPED / f"{name}.toml" if "/" not in name and not name.endswith(".toml") else Path(name)
    text = _text(file, name)
    written = _parsed(text, file)
    declared = written.pop("parameters", {})
    _refuse_unknown(file, "parameter", parameters, declared)
    _refuse_unknown(file, "logical table", written, LOGICAL_TABLES)
    for table, by_dialect in written.items():
        _refuse_wrong_form(file, table, by_dialect)
    missing = [table for table in REQUIRED_TABLES if table not in written]
    if missing:
        raise MappingError(
            what=f"the mapping lacks {', '.join(missing)}",
            where=str(file),
            mend="add a SELECT for each; docs/data.md lists their columns",
        )
    return Mapping(file, written, {**declared, **parameters}, _lines(text))


def shipped_mappings() -> list[str]:
    """Names of the mappings that come with Optiflow."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def _text(file: Path, name: str) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise MappingError(
            what=f"there is no mapping {name!r}",
            where=str(file),
            mend=f"name a TOML file, or a shipped one: {', '.join(shipped_mappings())}",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(
            what=f"the mapping cannot be read: {error}", where=str(file), mend="save it as a UTF-8 text file"
        ) from error


def _parsed(text: str, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(
            what=f"not TOML: {error}", where=str(file), mend="mend the line it names"
        ) from error


def _lines(text: str) -> dict[str, int]:
    heads = re.compile(r"\s*\[\s*(\w+)\s*\]")
    found = ((heads.match(line), number) for number, line in enumerate(text.splitlines(), 1))
    return {head.group(1): number for head, number in found if head}


def _refuse_wrong_form(file: Path, table: str, by_dialect: object) -> None:
    if not isinstance(by_dialect, dict) or not all(isinstance(s, str) for s in by_dialect.values()):
        raise MappingError(
            what=f"{table} is not a table of SELECTs",
            where=str(file),
            mend=f'write [{table}] on a line of its own and below it sqlite = """SELECT …"""',
        )
    _refuse_unknown(file, f"dialect in [{table}]:", by_dialect, [*DIALECTS, STANDARD])


def _refuse_unknown(file: Path, kind: str, named: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(named) - set(known))
    if unknown:
        raise MappingError(
            what=f"unknown {kind} {unknown[0]} (known: {', '.join(known) or 'none'})",
            where=str(file),
            mend=f"correct the name {unknown[0]}, or remove it",
        )
