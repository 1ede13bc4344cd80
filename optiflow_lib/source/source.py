"""A business database, seen through its mapping."""

from collections.abc import Iterator
from collections.abc import Mapping as Dictionary
from contextlib import contextmanager
from datetime import date
from types import TracebackType
from typing import Any, Self

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from optiflow_lib.errors import MappingError, QueryRefused, SourceError
from optiflow_lib.schemas.source import LOGICAL_TABLES
from optiflow_lib.source.engine import read_only_engine
from optiflow_lib.source.guard import check_select
from optiflow_lib.source.mapping import Mapping, Parameter, read_mapping

EARLIEST, LATEST = date(1900, 1, 1), date(9999, 12, 31)
MAX_ROWS = 1_000_000
# The column by which a dated logical table is bounded.
DAY_COLUMNS = {"sales": "day", "stock_history": "day", "receipts": "received_on", "prices": "first_day"}


class Source:
    """An open business database; read only. Use as a context manager, or `close` it."""

    def __init__(self, engine: Engine, mapping: Mapping) -> None:
        self._engine, self._mapping = engine, mapping
        self.dialect = engine.dialect.name

    @property
    def tables(self) -> tuple[str, ...]:
        """The logical tables that the mapping delivers, in the order of the documentation."""
        return tuple(table for table in LOGICAL_TABLES if table in self._mapping.selects)

    def has(self, table: str) -> bool:
        """Does the mapping deliver this logical table?"""
        return table in self._mapping.selects

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
        select = self._mapping.select(table, self.dialect)
        first, last = first_day or EARLIEST, cutoff or LATEST
        where = f"[{table}] of {self._mapping.file}"
        check_select(select, dialect=self.dialect, where=where)
        rows = self._rows(select, self._bound(select, first, last), where=where)
        checked = LOGICAL_TABLES[table].check(rows, where=where)
        column = DAY_COLUMNS.get(table)
        if column is None:
            return checked
        inside = checked[column].between(pd.Timestamp(first), pd.Timestamp(last))
        return checked if inside.all() else checked[inside].reset_index(drop=True)

    def last_day(self, table: str) -> date | None:
        """The last day of a dated logical table; None when it is empty."""
        select = self._mapping.select(table, self.dialect)
        where = f"[{table}] of {self._mapping.file}"
        check_select(select, dialect=self.dialect, where=where)
        latest = f"SELECT MAX({DAY_COLUMNS[table]}) FROM ({select.strip().rstrip(';')}) AS rows_of_table"
        found = pd.to_datetime(
            self._rows(latest, self._bound(select, EARLIEST, LATEST), where=where).iloc[0, 0]
        )
        return None if pd.isna(found) else found.date()

    def query(
        self, sql: str, parameters: Dictionary[str, Any] | None = None, *, max_rows: int = MAX_ROWS
    ) -> pd.DataFrame:
        """The rows of one SELECT (or WITH) of the user's own; values are bound as :names.

        Raises:
            QueryRefused: it is anything else, or delivers more than `max_rows` rows.
        """
        check_select(sql, dialect=self.dialect, where="query")
        rows = self._rows(sql, dict(parameters or {}), where="query", max_rows=max_rows)
        if len(rows) > max_rows:
            raise QueryRefused(
                what=f"the query delivers more than {max_rows} rows",
                where="query",
                mend="add a WHERE, or sum in the query",
            )
        return rows

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _bound(self, select: str, first: date, last: date) -> dict[str, Any]:
        days = {"first_day": first, "cutoff": last}
        if self.dialect == "sqlite":  # days are ISO text there
            days = {name: day.isoformat() for name, day in days.items()}  # type: ignore[misc]
        named = {**self._mapping.parameters, **days}
        wanted = sa.text(select).compile().params
        return {name: value for name, value in named.items() if name in wanted}

    def _rows(
        self, sql: str, parameters: Dictionary[str, Parameter], *, where: str, max_rows: int | None = None
    ) -> pd.DataFrame:
        with _named_errors(where), self._engine.connect() as connection:
            found = connection.execute(sa.text(sql), dict(parameters))
            rows = found.fetchmany(max_rows + 1) if max_rows else found.fetchall()
            return pd.DataFrame.from_records([tuple(row) for row in rows], columns=list(found.keys()))


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
    return Source(read_only_engine(url, timeout_s=timeout_s), read_mapping(mapping, parameters))


@contextmanager
def _named_errors(where: str) -> Iterator[None]:
    """Turns what the driver raises into an error that says what to do."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise _explained(reason, where) from error


def _explained(reason: str, where: str) -> SourceError:
    if "no such" in reason or "does not exist" in reason or "Unknown column" in reason:
        return MappingError(
            what=f"the database does not have what the SELECT names: {reason}",
            where=where,
            mend="correct the table or column in this SELECT",
        )
    if "not authorized" in reason or "read-only" in reason or "prohibited" in reason:
        return QueryRefused(what=f"the database refused: {reason}", where=where, mend="Optiflow reads only")
    if "interrupted" in reason or "statement timeout" in reason:
        return SourceError(
            what="the query took longer than source.timeout_s allows",
            where=where,
            mend="narrow it, add an index, or raise source.timeout_s",
        )
    mends = {
        "locked": "another program is writing: try again when it has ended",
        "not a database": "the file is not a SQLite database: correct source.url",
    }
    mend = next(
        (said for sign, said in mends.items() if sign in reason), "check source.url and that the server runs"
    )
    return SourceError(what=f"the business database cannot be read: {reason}", where=where, mend=mend)
