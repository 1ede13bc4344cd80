"""Connections to the business database that cannot write, by every means the database has."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url

from optiflow_lib.errors import SourceError

# What SQLite's authorizer lets pass; anything else (ATTACH, PRAGMA, writing) is denied, also inside views and triggers.
_ALLOWED = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_TRANSACTION,  # to read several tables at one moment
}
_DENIED_FUNCTIONS = {"load_extension", "readfile", "writefile", "fts3_tokenizer", "edit"}
_STEPS_BETWEEN_LOOKS = 10_000
_WAIT_FOR_WRITERS_S = 5.0
_LONGEST_VALUE = 2**26  # bytes; zeroblob(1e9) would otherwise fill the memory within one step
_PROGRAM_ROLES = "'pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files'"
_WHERE = "setting source.url"


def read_only_engine(url: str, *, timeout_s: float) -> Engine:
    """An engine whose connections only read; nothing is opened yet.

    Args:
        url: `sqlite:///FILE`, `postgresql://…` or `mysql://…` (MariaDB too).
        timeout_s: Longest a statement may take, in seconds.

    Raises:
        SourceError: the URL is not one, the file does not exist, its kind of database is not supported, or its
            driver is not installed.
    """
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError as error:
        # Not shown whole: there may be a password in it.
        raise SourceError(
            what=f"source.url ({url.partition('://')[0][:20]!r}…) is no database URL",
            where=_WHERE,
            mend="write it as sqlite:///optiflow.db or postgresql://user@host/database",
        ) from error
    makers = {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mysql, "mariadb": _mysql}
    maker = makers.get(parsed.get_backend_name())
    if maker is None:
        raise SourceError(
            what=f"no way to read {parsed.get_backend_name()} safely is known",
            where=_WHERE,
            mend=f"use one of {', '.join(makers)}, or import files",
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
            f"{file.resolve().as_uri()}?mode=ro",
            uri=True,
            timeout=min(_WAIT_FOR_WRITERS_S, timeout_s),
            check_same_thread=False,
            isolation_level=None,
        )
        connection.execute("PRAGMA query_only = ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        connection.set_authorizer(_authorize)
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.pool.NullPool)
    event.listen(engine, "before_cursor_execute", _time_limit(timeout_s))
    return engine.execution_options(begin_to_hold=_keeps_a_wal(file))


def _keeps_a_wal(file: Path) -> bool:
    # Only then does a reader who holds a transaction open not stop those who write (sqlite.org/fileformat2.html, 1.3.3).
    with file.open("rb") as stream:
        return stream.read(20)[18:] == b"\x02\x02"


def _authorize(
    action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None
) -> int:
    if (action, first, second) == (sqlite3.SQLITE_PRAGMA, "read_uncommitted", None):
        return sqlite3.SQLITE_OK  # SQLAlchemy asks for it when it connects; without a value it only reads
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _DENIED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _time_limit(timeout_s: float) -> Callable[..., None]:
    def start_clock(connection: Any, _cursor: Any, *_statement: Any) -> None:
        end = time.monotonic() + timeout_s
        raw = connection.connection.driver_connection
        raw.set_progress_handler(lambda: time.monotonic() > end, _STEPS_BETWEEN_LOOKS)

    return start_clock


def _postgresql(url: URL, timeout_s: float) -> Engine:
    given = url.query.get("options", "")
    ours = {
        "default_transaction_read_only": "on",
        "statement_timeout": f"{int(timeout_s * 1000)}",
        "standard_conforming_strings": "on",  # texts end where the guard saw them end
        "cursor_tuple_fraction": "1",  # all rows are fetched: plan for all of them
    }
    options = " ".join([str(given), *(f"-c {name}={value}" for name, value in ours.items())]).strip()
    engine = _with_driver(
        url.set(drivername="postgresql+psycopg"), extra="postgres", connect_args={"options": options}
    )
    event.listen(engine, "connect", _refuse_mighty_role)
    # A named cursor: one statement, a SELECT, whatever the guard may have overlooked; rows come in parts.
    return engine.execution_options(
        postgresql_readonly=True, isolation_level="REPEATABLE READ", stream_results=True
    )


def _refuse_mighty_role(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, string_agg(rolname, ', ' ORDER BY rolname) FROM pg_roles"
            f" WHERE pg_has_role(current_user, oid, 'MEMBER') AND (rolsuper OR rolname IN ({_PROGRAM_ROLES}))"
        )
        name, mighty = cursor.fetchone()
    connection.rollback()
    if mighty:
        raise SourceError(
            what=f"role {name} is a superuser or may use the server's files ({mighty}):"
            " even a read-only transaction would let it read files and run programs",
            where=_WHERE,
            mend="CREATE ROLE optiflow LOGIN PASSWORD '…'; GRANT pg_read_all_data TO optiflow; and connect as optiflow",
        )


def _mysql(url: URL, timeout_s: float) -> Engine:
    def prepare(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            if "MariaDB" in connection.get_server_info():
                cursor.execute(f"SET SESSION max_statement_time = {timeout_s}")
            else:
                cursor.execute(f"SET SESSION max_execution_time = {int(timeout_s * 1000)}")
            # Texts and names end where the guard saw them end.
            plain = "REPLACE(REPLACE(@@sql_mode, 'ANSI_QUOTES', ''), 'NO_BACKSLASH_ESCAPES', '')"
            cursor.execute(f"SET SESSION sql_mode = {plain}")
        _refuse_mighty_account(connection)

    engine = _with_driver(url.set(drivername="mysql+pymysql"), extra="mysql", connect_args={})
    event.listen(engine, "connect", prepare)
    return engine.execution_options(stream_results=True)


def _refuse_mighty_account(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW GRANTS")
        grants = [str(row[0]).upper() for row in cursor.fetchall()]
    mighty = [
        g for g in grants if " ON *.* " in g and any(p in g for p in ("ALL PRIVILEGES", "FILE", "SUPER"))
    ]
    if mighty:
        raise SourceError(
            what="this account may read and write the server's files: even a read-only transaction would let it",
            where=_WHERE,
            mend="CREATE USER optiflow IDENTIFIED BY '…'; GRANT SELECT ON <database>.* TO optiflow; and connect as optiflow",
        )


def _with_driver(url: URL, *, extra: str, connect_args: dict[str, str]) -> Engine:
    try:
        return sa.create_engine(url, connect_args=connect_args, poolclass=sa.pool.NullPool)
    except ModuleNotFoundError as error:
        raise SourceError(
            what=f"the driver {error.name} is not installed",
            where=_WHERE,
            mend=f"pip install 'optiflow[{extra}]'",
        ) from error
