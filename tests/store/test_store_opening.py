import pickle
import sqlite3
import sys
from contextlib import closing
from datetime import datetime

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from store_processes import at_the_same_moment

from optiflow_lib.errors import StoreError
from optiflow_lib.store import last_night, open_store, record_visit
from optiflow_lib.store.opening import VERSION, VERSION_TABLE
from optiflow_lib.store.tables import metadata


def test_the_migrations_make_the_tables_that_the_code_uses(store):
    def ours(_object, name, kind, *_):
        return not (kind == "table" and name.startswith("summary_"))

    options = {"compare_type": True, "version_table": VERSION_TABLE, "include_object": ours}
    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_every_key_and_clustering_is_that_of_the_code(sqlite_store):
    with sqlite_store.reading() as connection:
        inspector = sa.inspect(connection)
        for table in metadata.sorted_tables:
            key = [column.name for column in table.primary_key]
            assert inspector.get_pk_constraint(table.name)["constrained_columns"] == key
            clustered = inspector.get_table_options(table.name).get("sqlite_with_rowid", True) is False
            assert clustered is not table.dialect_options["sqlite"]["with_rowid"], table.name


def test_the_version_of_the_code_is_the_latest_migration():
    config = Config()
    config.set_main_option("script_location", "optiflow_lib.store:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [VERSION]


def test_a_store_is_made_where_there_is_none_and_opened_again(tmp_path):
    url = f"sqlite:///{tmp_path}/100 % new/store.db"
    (tmp_path / "100 % new").mkdir()
    with open_store(url, main_location="M01") as made:
        assert last_night(made) is None
    with open_store(url, main_location="M01") as again, again.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_store_in_memory_is_there_until_it_is_closed():
    with open_store("sqlite://", main_location="M01") as made:
        assert last_night(made) is None


def _open_and_look(url):
    with open_store(url, main_location="M01") as store:
        return last_night(store) is None


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def test_processes_that_open_a_new_store_at_once_all_succeed(kind, tmp_path, request):
    url = request.getfixturevalue("postgres_url") if kind == "postgres" else f"sqlite:///{tmp_path}/store.db"
    assert at_the_same_moment(_open_and_look, *[(url,)] * 4) == [True] * 4


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("no url", "is no database URL"),
        ("mysql://server/db", "cannot be kept in mysql"),
        ("postgresql://ana:secret@127.0.0.1:1/db", "the database refused"),
        ("sqlite:////nowhere/at/all/store.db", "the folder /nowhere/at/all does not exist"),
    ],
)
def test_a_wrong_url_is_said_without_its_password(url, says):
    with pytest.raises(StoreError, match=says) as caught:
        open_store(url, main_location="M01")
    assert "secret" not in str(caught.value)


def test_a_missing_driver_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match="needs a Python package that is missing: psycopg"):
        open_store("postgresql://ana@127.0.0.1/db", main_location="M01")


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path):
    file = tmp_path / "store.db"
    file.write_bytes(b"my letters" * 500)
    with pytest.raises(StoreError, match="not a SQLite database"):
        open_store(f"sqlite:///{file}", main_location="M01")
    assert file.read_bytes() == b"my letters" * 500


def test_another_programs_database_is_refused_and_kept(tmp_path):
    file = tmp_path / "shop.db"
    with closing(sqlite3.connect(file)) as shop:
        shop.execute("CREATE TABLE ventes (jour TEXT)")
    before = file.read_bytes()
    with pytest.raises(StoreError, match="belongs to another program: it has a table ventes"):
        open_store(f"sqlite:///{file}", main_location="M01")
    assert file.read_bytes() == before


def test_a_store_of_a_newer_optiflow_is_refused(store):
    with store.writing() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(StoreError, match="has version 9999, this Optiflow knows versions up to"):
        open_store(store.engine.url.render_as_string(hide_password=False), main_location="M01")


def test_a_locked_store_is_said_to_be_locked(sqlite_store_url):
    file = sqlite_store_url.removeprefix("sqlite:///")
    with (
        closing(sqlite3.connect(file, isolation_level=None)) as other,
        open_store(sqlite_store_url, main_location="M01", busy_timeout_s=0.1) as store,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another process"), store.writing():
            pass
        assert last_night(store) is None  # a reader does not wait for the writer


@pytest.mark.server
def test_a_locked_table_on_postgresql_is_said_to_be_locked(postgres_store_url):
    with (
        open_store(postgres_store_url, main_location="M01") as one,
        open_store(postgres_store_url, main_location="M01", busy_timeout_s=0.1) as other,
        one.writing() as writer,
    ):
        writer.exec_driver_sql("LOCK TABLE visits")
        with pytest.raises(StoreError, match="locked by another process"):
            record_visit(other, page="p", visitor="v", at=datetime(2026, 11, 1))


@pytest.mark.server
def test_on_postgresql_a_schema_of_ones_own_may_stand_beside_other_tables(postgres_url):
    engine = sa.create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE ventes (jour date)")
        connection.exec_driver_sql("CREATE SCHEMA nights")
    with pytest.raises(StoreError, match="belongs to another program"):
        open_store(postgres_url, main_location="M01")
    with open_store(f"{postgres_url}&options=-csearch_path%3Dnights", main_location="M01") as store:
        assert last_night(store) is None
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names(schema="public") == ["ventes"]
        assert "forecasts" in sa.inspect(connection).get_table_names(schema="nights")
    engine.dispose()


def test_a_reader_sees_one_moment_whatever_is_written_meanwhile(store, store_url):
    def count(connection):
        return connection.exec_driver_sql("SELECT COUNT(*) FROM visits").scalar()

    with store.reading() as reader, open_store(store_url, main_location="M01") as other:
        assert count(reader) == 0
        record_visit(other, page="p", visitor="v", at=datetime(2026, 11, 1))
        assert count(reader) == 0
    with store.reading() as reader:
        assert count(reader) == 1


def _forget_visits_read_only(store):
    with store.writing() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("DELETE FROM visits")


def test_a_store_that_may_not_be_written_is_said_to_be_so(sqlite_store):
    with pytest.raises(StoreError, match="may not be written"):
        _forget_visits_read_only(sqlite_store)


def test_a_migration_that_never_ends_is_waited_for_and_then_named(tmp_path):
    with (
        FileLock(f"{tmp_path}/store.db.lock"),
        pytest.raises(StoreError, match="migrating the store for too"),
    ):
        open_store(f"sqlite:///{tmp_path}/store.db", main_location="M01", busy_timeout_s=0.1)


def test_an_open_store_is_not_handed_to_another_process(sqlite_store):
    with pytest.raises(StoreError, match="cannot be handed to another process"):
        pickle.dumps(sqlite_store)
