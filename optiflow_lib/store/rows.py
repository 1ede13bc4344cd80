"""Rows of the store to frames and back, in bulk; the one place that knows how days and missing values are written."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa

from optiflow_lib.schemas import Schema, item_ids, item_keys
from optiflow_lib.store.tables import stored_columns

CHUNK_ROWS = 50_000


def read_frame(
    connection: sa.Connection,
    table: sa.Table,
    columns: Sequence[str],
    *,
    where: Iterable[sa.ColumnElement[bool]] = (),
    order_by: Iterable[sa.ColumnElement[Any]] = (),
) -> pd.DataFrame:
    """The chosen columns of the rows that meet every condition; days as ISO text, for a schema to check."""
    # As text a column of days becomes datetime64 in one step, without a million date objects.
    chosen = [
        sa.cast(table.c[name], sa.Text) if isinstance(table.c[name].type, sa.Date) else table.c[name]
        for name in columns
    ]
    found = connection.execute(sa.select(*chosen).where(*where).order_by(*order_by))
    return pd.DataFrame.from_records([tuple(row) for row in found], columns=list(columns))


def read_checked(
    connection: sa.Connection,
    table: sa.Table,
    schema: Schema,
    *,
    main_location: str,
    where: Iterable[sa.ColumnElement[bool]] = (),
    order_by: Iterable[sa.ColumnElement[Any]] = (),
) -> pd.DataFrame:
    """Rows of `table` as a frame that meets `schema`, by its key; without a key in the order asked for."""
    names = list(stored_columns(schema))
    rows = read_frame(connection, table, names, where=where, order_by=order_by)
    if rows.empty:
        return schema.empty()
    if "item_id" in schema.columns:
        rows["item_id"] = item_ids(rows["product_id"], rows["location_id"], main_location=main_location)
    checked = schema.check(rows, where=f"table {table.name} of the store")
    return checked.sort_values(list(schema.key), ignore_index=True) if schema.key else checked


def stored_rows(frame: pd.DataFrame, *, main_location: str) -> pd.DataFrame:
    """`frame` with (product_id, location_id) instead of its item_id."""
    if "item_id" not in frame:
        return frame
    keys = item_keys(frame["item_id"], main_location=main_location)
    return frame.drop(columns="item_id").assign(**{name: keys[name] for name in keys})


def insert_frame(connection: sa.Connection, table: sa.Table, rows: pd.DataFrame) -> None:
    """Appends `rows`, whose columns are columns of `table`; chunk by chunk, so that memory stays bounded."""
    for first in range(0, len(rows), CHUNK_ROWS):
        _insert(connection, table, rows.iloc[first : first + CHUNK_ROWS])


def last_day_of(connection: sa.Connection, column: sa.ColumnElement[Any]) -> date | None:
    """The latest day in `column`."""
    found: date | None = connection.scalar(sa.select(sa.func.max(column)))
    return found


def _insert(connection: sa.Connection, table: sa.Table, rows: pd.DataFrame) -> None:
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(str(column)) for column in rows.columns)
    if connection.dialect.name != "postgresql":
        marks = ", ".join("?" for _ in rows.columns)
        sql = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks})"
        connection.exec_driver_sql(sql, list(_tuples(rows)))
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy:
        for row in _tuples(rows):
            copy.write_row(row)


def _tuples(rows: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    return zip(*(_plain(rows[column]) for column in rows.columns), strict=True)


def _plain(column: pd.Series) -> list[Any]:
    """Python's own values, None where missing; the same bytes in both databases."""
    missing = column.isna().to_numpy()
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.strftime("%Y-%m-%d")
    elif pd.api.types.is_float_dtype(column):
        column = column + 0.0  # SQLite does not keep the sign of -0.0, PostgreSQL does
    values = column.to_numpy().astype(object)
    values[missing] = None
    plain: list[Any] = values.tolist()
    return plain
