"""Copies of a store: a backup of a SQLite file and back, and a move to another database.

PostgreSQL is backed up by its own pg_dump.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import make_url

from optiflow_lib.errors import StoreError
from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store, named_errors, shown
from optiflow_lib.store.opening import open_store
from optiflow_lib.store.summaries import refresh_summaries

_ROWS = 10_000


def backup(store: Store, file: Path) -> None:
    """Writes a copy of the store as it is at one moment, all of it or nothing.

    Raises:
        StoreError: the store is no SQLite file, or the copy cannot be written.
    """
    source = _sqlite_file(store.engine.url.database, store.engine.dialect.name, shown(store.engine.url))
    with named_errors(store.engine):
        _copy(source, file)


def restore(url: str, file: Path, *, main_location: str) -> None:
    """Replaces the store at `url` by a backup. No other process may have the store open.

    Raises:
        StoreError: the URL is no SQLite file, or `file` is no backup of a store.
    """
    parsed = make_url(url)
    target = _sqlite_file(parsed.database, parsed.get_backend_name(), shown(parsed))
    if not file.is_file():
        raise StoreError(what="the backup does not exist", where=str(file), mend="name another file")
    copy = target.with_name(f"{target.name}.restored")
    try:
        copy.write_bytes(file.read_bytes())
        open_store(f"sqlite:///{copy}", main_location=main_location).close()
        for companion in ("-wal", "-shm"):
            target.with_name(target.name + companion).unlink(missing_ok=True)
        copy.replace(target)
    finally:
        for left in target.parent.glob(f"{copy.name}*"):
            left.unlink()


def copy_store(store: Store, url: str) -> None:
    """Copies everything into an empty store at `url`, e.g. from a SQLite file to PostgreSQL, or nothing.

    Raises:
        StoreError: the target cannot be opened or already holds something.
    """
    with (
        open_store(url, main_location=store.main_location) as target,
        store.reading() as from_store,
        target.writing() as to_store,
    ):
        for table in tables.metadata.sorted_tables:
            _copy_table(from_store, to_store, table)
    with open_store(url, main_location=store.main_location) as target:
        refresh_summaries(target)


def _copy_table(from_store: sa.Connection, to_store: sa.Connection, table: sa.Table) -> None:
    if to_store.scalar(sa.select(sa.func.count()).select_from(table)):
        raise StoreError(
            what=f"the target already holds rows in table {table.name}",
            where=shown(to_store.engine.url),
            mend="name a database that does not exist yet or is empty",
        )
    # Numbers that a database gives by itself are given anew, or its counter would not know of them.
    columns = [column for column in table.c if column.autoincrement is not True]
    rows = from_store.execution_options(yield_per=_ROWS).execute(sa.select(*columns)).mappings()
    for part in rows.partitions(_ROWS):
        to_store.execute(sa.insert(table), [dict(row) for row in part])


def _sqlite_file(database: str | None, dialect: str, where: str) -> Path:
    if dialect != "sqlite" or not database:
        raise StoreError(
            what="only a store in a SQLite file is copied this way",
            where=where,
            mend="use pg_dump and pg_restore for a store in PostgreSQL",
        )
    return Path(database)


def _copy(source: Path, file: Path) -> None:
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as from_store, closing(sqlite3.connect(unfinished)) as to_copy:
        from_store.backup(to_copy)
    unfinished.replace(file)
