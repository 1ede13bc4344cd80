"""Optiflow's own database: a SQLite file, or PostgreSQL when several people or servers write."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import StaticPool

from optiflow_lib.errors import StoreError

_IN_MEMORY = (None, "", ":memory:")
CONNECT_TIMEOUT_S = 10  # for a server that does not answer; a page waits for it
MEND_URL = "write store.url as sqlite:///optiflow_store.db or postgresql://user@host/database"


@dataclass(frozen=True)
class Store:
    """An open store. Every process opens its own: a connection does not survive a fork or a pickle.

    Args:
        engine: Connections to the database.
        main_location: The location whose items are named by product_id alone (`schemas.item_ids`).
    """

    engine: Engine
    main_location: str

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment of the store, whatever is written meanwhile."""
        one_moment = {"isolation_level": "REPEATABLE READ"} if self.is_postgres else {}
        with (
            named_errors(self.engine),
            self.engine.connect().execution_options(**one_moment) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it or, after an error, nothing. SQLite has one writer at a time."""
        with named_errors(self.engine), self.engine.execution_options(writing=True).begin() as connection:
            yield connection

    @property
    def is_postgres(self) -> bool:
        """Is it a PostgreSQL database? Otherwise it is a SQLite file."""
        return self.engine.dialect.name == "postgresql"

    def close(self) -> None:
        """Closes every connection; the store can be opened again."""
        self.engine.dispose()

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise StoreError(
            what="an open store cannot be handed to another process",
            where=shown(self.engine.url),
            mend="hand over its URL and open_store there",
        )


def connected(url: str, *, busy_timeout_s: float) -> Engine:
    """Connections to `url`; nothing is opened yet. `sqlite://` is a store in memory, gone when it is closed.

    Raises:
        StoreError: the URL is none, names a database of another kind, or the folder of the file is missing.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "postgresql":
        return _postgres_engine(parsed, busy_timeout_s=busy_timeout_s)
    in_memory = parsed.database in _IN_MEMORY
    if not in_memory:
        _refuse_missing_folder(parsed)
    options = {"poolclass": StaticPool} if in_memory else {}
    engine = create_engine(parsed, connect_args={"timeout": busy_timeout_s}, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def shown(url: URL) -> str:
    """The URL for a message, without its password."""
    return url.render_as_string(hide_password=True)


@contextmanager
def named_errors(engine: Engine) -> Iterator[None]:
    """Turns what the driver raises into a `StoreError` that says what to do."""
    try:
        yield
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        reason = str(getattr(error, "orig", None) or error).strip()
        what, mend = _explained(reason)
        raise StoreError(what=what, where=shown(engine.url), mend=mend) from error


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            what=f"{url!r} is no database URL", where="setting store.url", mend=MEND_URL
        ) from error
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise StoreError(
            what=f"the store cannot be kept in {shown(parsed)}: it is a SQLite file or a PostgreSQL database",
            where="setting store.url",
            mend=MEND_URL,
        )
    return parsed


def _refuse_missing_folder(url: URL) -> None:
    folder = Path(str(url.database)).absolute().parent
    if not folder.is_dir():
        raise StoreError(
            what=f"the folder {folder} does not exist",
            where=f"store {shown(url)}",
            mend="make the folder, or correct store.url",
        )


def _postgres_engine(url: URL, *, busy_timeout_s: float) -> Engine:
    url = url.set(drivername="postgresql+psycopg")
    try:
        engine = create_engine(url, connect_args={"connect_timeout": CONNECT_TIMEOUT_S})
    except ModuleNotFoundError as error:
        raise StoreError(
            what=f"a store in PostgreSQL needs a Python package that is missing: {error.name}",
            where=f"store {shown(url)}",
            mend="install optiflow[postgres]",
        ) from error

    def limit_waiting(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.execute(f"SET lock_timeout = {round(1000 * busy_timeout_s)}")
        dbapi_connection.commit()

    event.listen(engine, "connect", limit_waiting)
    return engine


def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    # The driver's own BEGIN would come too late and never IMMEDIATE: `_begin_sqlite` says it instead.
    dbapi_connection.isolation_level = None
    dbapi_connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A writer that begins by reading could find, when it comes to write, that another was faster.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


_LOCKED = (
    "the store is locked by another process",
    "wait until the other run or backup has ended, then try again",
)
_EXPLAINED = {
    "locked": _LOCKED,
    "lock timeout": _LOCKED,
    "not a database": (
        "the file is not a SQLite database",
        "correct store.url, or restore the file from a backup",
    ),
    "malformed": ("the SQLite file is damaged", "restore it from a backup"),
    "unable to open": ("the file cannot be opened", "check that the file and its folder may be written"),
    "readonly": ("the store may not be written", "give the account write access to the file and its folder"),
    "full": ("the disk is full", "free some space and run again; nothing was written by halves"),
}


def _explained(reason: str) -> tuple[str, str]:
    known = next((said for sign, said in _EXPLAINED.items() if sign in reason), None)
    if known is not None:
        return known
    return f"the database refused: {reason}", "check that the server runs and that the account may write"
