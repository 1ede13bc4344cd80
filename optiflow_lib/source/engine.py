"""Connections to the business database that cannot write, by every means the database has."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url

from optiflow_lib.errors import SourceError

# What SQLite's authorizer lets pass; anything else (ATTACH, PRAGMA, writing) is denied, also inside views and triggers.
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_DENIED_FUNCTIONS = {"load_extension", "readfile", "writefile", "fts3_tokenizer", "edit"}
_STEPS_BETWEEN_LOOKS = 10_000


def read_only_engine(url: str, *, timeout_s: float) -> Engine:
    """An engine whose connections only read.

    Args:
        url: `sqlite:///FILE`, `postgresql+psycopg://…` or `mysql+pymysql://…`.
        timeout_s: Longest a statement may take, in seconds.

    Raises:
        SourceError: the URL is not one, the file does not exist, or its kind of database is not supported.
    """
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError as error:
        raise SourceError(
            what=f"{url!r} is no database URL",
            where="setting source.url",
            mend="write it as sqlite:///optiflow.db",
        ) from error
    makers = {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mysql}
    maker = makers.get(parsed.get_backend_name())
    if maker is None:
        raise SourceError(
            what=f"no way to read {parsed.get_backend_name()} safely is known",
            where="setting source.url",
            mend=f"use one of {', '.join(makers)}",
        )
    return maker(parsed, timeout_s)


def _sqlite(url: URL, timeout_s: float) -> Engine:
    file = Path(url.database or "")
    if not file.is_file():
        raise SourceError(
            what=f"the database file {file.name} does not exist",
            where=str(file),
            mend="correct source.url, or make the sample with `optiflow init --sample`",
        )

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=5, check_same_thread=False
        )
        connection.execute("PRAGMA query_only = ON")
        connection.set_authorizer(_authorize)
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.pool.NullPool)
    event.listen(engine, "before_cursor_execute", _time_limit(timeout_s))
    return engine


def _authorize(
    action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None
) -> int:
    if (action, first, second) == (sqlite3.SQLITE_PRAGMA, "read_uncommitted", None):
        return sqlite3.SQLITE_OK  # SQLAlchemy asks for it when it connects; without a value it only reads
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _DENIED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _time_limit(timeout_s: float) -> Any:
    def start_clock(connection: Any, _cursor: Any, *_statement: Any) -> None:
        end = time.monotonic() + timeout_s
        raw = connection.connection.driver_connection
        raw.set_progress_handler(lambda: time.monotonic() > end, _STEPS_BETWEEN_LOOKS)

    return start_clock


def _postgresql(url: URL, timeout_s: float) -> Engine:
    options = f"-c default_transaction_read_only=on -c statement_timeout={int(timeout_s * 1000)}"
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={"options": options},
        poolclass=sa.pool.NullPool,
    )
    event.listen(engine, "connect", _refuse_superuser)
    return engine.execution_options(postgresql_readonly=True)


def _refuse_superuser(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolname FROM pg_roles WHERE rolname = current_user")
        is_superuser, name = cursor.fetchone()
    connection.rollback()
    if is_superuser:
        raise SourceError(
            what=f"role {name} is a superuser: even a read-only transaction would let it read files and run programs",
            where="setting source.url",
            mend="CREATE ROLE optiflow LOGIN PASSWORD '…'; GRANT pg_read_all_data TO optiflow; and connect as optiflow",
        )


def _mysql(url: URL, timeout_s: float) -> Engine:
    start = f"SET SESSION TRANSACTION READ ONLY, max_execution_time = {int(timeout_s * 1000)}"
    return sa.create_engine(
        url.set(drivername="mysql+pymysql"), connect_args={"init_command": start}, poolclass=sa.pool.NullPool
    )
