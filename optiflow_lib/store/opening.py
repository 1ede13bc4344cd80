"""Opens the store; creates or migrates it first, once, whoever comes at the same time."""

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from optiflow_lib.errors import StoreError
from optiflow_lib.store.connection import Store, connected, named_errors, shown

if TYPE_CHECKING:
    from alembic.config import Config

VERSION = "0002"  # the latest migration; a test holds it to migrations/versions
VERSION_TABLE = "optiflow_version"
BUSY_TIMEOUT_S = 60.0
_ADVISORY_LOCK = 7_305_200_617  # of migrations on PostgreSQL; any number that no other program uses


def open_store(url: str, *, main_location: str, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Store:
    """Optiflow's own database at `url`, created or migrated to this version when it must be.

    Args:
        url: `sqlite:///FILE` or `postgresql://...`.
        main_location: The location whose items are named by product_id alone.
        busy_timeout_s: How long to wait for another writer.

    Raises:
        StoreError: the URL is wrong, its folder is missing, or the database is locked, of another program, not a
            database at all, or written by a newer Optiflow.
    """
    store = Store(connected(url, busy_timeout_s=busy_timeout_s), main_location)
    try:
        if not _is_current(store):
            _migrate(store, busy_timeout_s=busy_timeout_s)
    except BaseException:
        store.close()
        raise
    return store


def _is_current(store: Store) -> bool:
    with store.reading() as connection:
        return _version(connection) == VERSION


def _version(connection: sa.Connection) -> str | None:
    """The version of the database; None for an empty one.

    Raises:
        StoreError: its tables are not Optiflow's.
    """
    inspector = sa.inspect(connection)
    if inspector.has_table(VERSION_TABLE):
        found: str | None = connection.scalar(sa.text(f"SELECT version_num FROM {VERSION_TABLE}"))
        return found
    strangers = inspector.get_table_names()
    if strangers:
        raise StoreError(
            what=f"this database belongs to another program: it has a table {strangers[0]}",
            where=f"store {shown(connection.engine.url)}",
            mend="name in store.url a file that does not exist yet, an empty database, or a schema of one's own in "
            "this one (postgresql://...?options=-csearch_path%3Doptiflow, after CREATE SCHEMA optiflow)",
        )
    return None


def _migrate(store: Store, *, busy_timeout_s: float) -> None:
    file = store.engine.url.database
    if store.is_postgres or file in (None, "", ":memory:"):
        _migrate_in_one_transaction(store)
        return
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only the first opening needs it

    try:
        with FileLock(f"{Path(file).absolute()}.lock", timeout=busy_timeout_s):
            _write_ahead(store)
            _migrate_in_one_transaction(store)
    except Timeout as error:
        raise StoreError(
            what="another process has been migrating the store for too long",
            where=str(error.lock_file),
            mend="end that process, then try again",
        ) from error


def _write_ahead(store: Store) -> None:
    # Readers and one writer at the same time; kept in the file, so said once, and outside any transaction.
    with named_errors(store.engine):
        raw = store.engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            raw.close()


def _migrate_in_one_transaction(store: Store) -> None:
    with store.writing() as connection:
        if store.is_postgres:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        if _version(connection) != VERSION:
            _upgrade(connection)


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415 - half a second that an up-to-date store does not pay
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = _alembic_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = _version(connection)
    if found is not None and found not in known:
        raise StoreError(
            what=f"the store has version {found}, this Optiflow knows versions up to {VERSION}",
            where=f"store {shown(connection.engine.url)}",
            mend="update Optiflow on this machine, or restore an older backup of the store",
        )
    command.upgrade(config, VERSION)


def _alembic_config(connection: sa.Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
