"""A business database, seen through its mapping."""

import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Dictionary
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta
from types import TracebackType
from typing import Any, Self

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from optiflow_lib.errors import MappingError, QueryRefused, SourceError
from optiflow_lib.schemas.source import LOGICAL_TABLES
from optiflow_lib.source.engine import read_only_engine
from optiflow_lib.source.mapping import Mapping, Parameter, read_mapping
from optiflow_lib.source.refusals import named_errors

EARLIEST, LATEST = date(1900, 1, 1), date(9999, 12, 31)
MAX_ROWS = 1_000_000
PART_ROWS = 50_000  # fetched at a time: the driver's objects are many times larger than a frame's columns
# The column by which a dated logical table is bounded.
DAY_COLUMNS = {"sales": "day", "stock_history": "day", "receipts": "received_on", "prices": "first_day"}

Fetch = Callable[[int], Sequence[Any]]


class Source:
    """An open business database; read only. Use as a context manager, or `close` it."""

    def __init__(self, engine: Engine, mapping: Mapping, *, timeout_s: float) -> None:
        self._engine, self._mapping, self._timeout_s = engine, mapping, timeout_s
        self._held: Connection | None = None
        self.dialect = engine.dialect.name

    @property
    def tables(self) -> tuple[str, ...]:
        """The logical tables that the mapping delivers, in the order of the documentation."""
        return tuple(table for table in LOGICAL_TABLES if table in self._mapping.selects)

    def has(self, table: str) -> bool:
        """Does the mapping deliver this logical table?"""
        return table in self._mapping.selects

    def place(self, table: str) -> str:
        """Where the mapping defines a logical table: file and line, for messages."""
        return self._mapping.place(table)

    @contextmanager
    def one_moment(self) -> Iterator[Self]:
        """Every read inside sees the database at one moment, whatever is booked meanwhile.

        A SQLite file without a write-ahead log is the exception: holding it still would stop those who write.
        """
        with named_errors(f"source {self._mapping.file.name}"), self._engine.connect() as connection:
            if self._engine.get_execution_options().get("begin_to_hold"):
                connection.exec_driver_sql("BEGIN")
            self._held = connection
            try:
                yield self
            finally:
                self._held = None

    def read(self, table: str, *, first_day: date | None = None, cutoff: date | None = None) -> pd.DataFrame:
        """A logical table as a frame that meets its schema.

        Args:
            table: Its name.
            first_day: Nothing before this day (tables with days).
            cutoff: Nothing after this day: a backtest must not see its own future.

        Raises:
            MappingError: the mapping has no such table, or its SELECT does not fit the database.
            DataError: what it delivers does not meet the schema.
            SourceError: the database cannot be read.
        """
        first, last = first_day or EARLIEST, cutoff or LATEST
        select, where = self._select(table)
        rows = self._rows(select, self._bound(select, first, last, where=where), where=where)
        checked = LOGICAL_TABLES[table].check(rows, where=where)
        column = DAY_COLUMNS.get(table)
        if column is None:
            return checked
        inside = checked[column].between(pd.Timestamp(first), pd.Timestamp(last))
        return checked if inside.all() else checked[inside].reset_index(drop=True)

    def last_day(self, table: str, *, before: date | None = None) -> date | None:
        """The last day of a dated logical table, or the last one before a day; None when there is none."""
        select, where = self._select(table)
        cutoff = LATEST if before is None else before - timedelta(days=1)
        latest = f"SELECT MAX({DAY_COLUMNS[table]}) AS last_day FROM ({select}) AS rows_of_table"
        found = self._rows(latest, self._bound(select, EARLIEST, cutoff, where=where), where=where)
        day = pd.to_datetime(found["last_day"].iloc[0])
        if pd.notna(day) and day.date() > cutoff:  # the SELECT does not look at :cutoff
            day = self.read(table, cutoff=cutoff)[DAY_COLUMNS[table]].max()
        return None if pd.isna(day) else day.date()

    def query(
        self, sql: str, parameters: Dictionary[str, Any] | None = None, *, max_rows: int = MAX_ROWS
    ) -> pd.DataFrame:
        """The rows of one SELECT (or WITH) of the user's own; values are bound as :names.

        Raises:
            QueryRefused: it is anything else, or delivers more than `max_rows` rows.
            MappingError: it names what the database does not have, or a :name without a value.
            SourceError: it takes longer than the time limit, or the database cannot be read.
        """
        bare = _bare_select(sql, dialect=self.dialect, where="query")
        return self._rows(bare, dict(parameters or {}), where="query", max_rows=max_rows)

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _select(self, table: str) -> tuple[str, str]:
        select, where = self._mapping.select(table, self.dialect), self.place(table)
        return _bare_select(select, dialect=self.dialect, where=where), where

    def _bound(self, select: str, first: date, last: date, *, where: str) -> dict[str, Any]:
        iso = self.dialect == "sqlite"  # days are ISO text there
        days = {"first_day": first.isoformat() if iso else first, "cutoff": last.isoformat() if iso else last}
        named = {**self._mapping.parameters, **days}
        wanted = sa.text(select).compile().params
        unknown = sorted(set(wanted) - set(named))
        if unknown:
            raise MappingError(
                what=f"the SELECT binds :{unknown[0]}, which is no parameter (known: {', '.join(named)})",
                where=where,
                mend=rf"declare {unknown[0]} under [parameters]; a colon that names none is written \:",
            )
        return {name: named[name] for name in wanted}

    def _rows(
        self, sql: str, parameters: Dictionary[str, Any], *, where: str, max_rows: int | None = None
    ) -> pd.DataFrame:
        with (
            named_errors(where),
            nullcontext(self._held) if self._held else self._engine.connect() as connection,
            connection.execute(sa.text(sql), dict(parameters)) as found,
        ):
            names = list(found.keys())
            _refuse_repeated(names, where)
            parts = self._parts(_fetcher(found), names, max_rows=max_rows, where=where)
            return pd.concat(parts, ignore_index=True)

    def _parts(
        self, fetch: Fetch, names: list[str], *, max_rows: int | None, where: str
    ) -> list[pd.DataFrame]:
        end = time.monotonic() + self._timeout_s
        parts: list[pd.DataFrame] = []
        count, size = 0, PART_ROWS
        while not parts or len(parts[-1]) == size:
            size = PART_ROWS if max_rows is None else min(PART_ROWS, max_rows + 1 - count)
            rows = fetch(size)
            parts.append(pd.DataFrame.from_records(rows, columns=names))
            count += len(rows)
            if max_rows is not None and count > max_rows:
                raise QueryRefused(
                    what=f"the query delivers more than {max_rows} rows",
                    where=where,
                    mend="add a WHERE, or sum in the query",
                )
            if time.monotonic() > end:
                raise SourceError(
                    what="fetching the rows took longer than source.timeout_s allows",
                    where=where,
                    mend="narrow the query, or raise source.timeout_s",
                )
        return [part for part in parts if len(part)] or parts


def open_source(url: str, *, mapping: str, timeout_s: float = 120, **parameters: Parameter) -> Source:
    """Opens a business database for reading.

    Args:
        url: SQLAlchemy URL.
        mapping: A shipped mapping's name, or a TOML file.
        timeout_s: Longest a statement may take.
        parameters: The mapping's own parameters.

    Raises:
        SourceError: the database or the mapping is missing or not fit to be used.
    """
    engine = read_only_engine(url, timeout_s=timeout_s)
    return Source(engine, read_mapping(mapping, parameters), timeout_s=timeout_s)


def _fetcher(found: sa.CursorResult[Any]) -> Fetch:
    """Fetches the next rows as tuples."""
    if (
        found.dialect.name == "sqlite"
    ):  # its cursor gives tuples; to wrap each in a `Row` costs more than to read it
        return found.cursor.fetchmany
    return lambda size: [tuple(row) for row in found.fetchmany(size)]


def _refuse_repeated(names: list[str], where: str) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise MappingError(
            what=f"the SELECT delivers {repeated[0]} twice",
            where=where,
            mend=f"give each column a name of its own (… AS {repeated[0]})",
        )


def _bare_select(sql: str, *, dialect: str, where: str) -> str:
    # Its parser costs a third of a second: only what reads the business database pays for it.
    from optiflow_lib.source.guard import bare_select  # noqa: PLC0415

    return bare_select(sql, dialect=dialect, where=where)
