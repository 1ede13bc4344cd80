"""Below the guard: what the databases themselves refuse to Optiflow's connections."""

import hashlib
import sqlite3
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from source_shops import POSTGRES_MAPPING

from optiflow_lib.errors import QueryRefused, SourceError
from optiflow_lib.source import check_source, freeze, last_closed_day, open_source
from optiflow_lib.source import source as source_module
from optiflow_lib.source.engine import read_only_engine
from optiflow_lib.source.refusals import named_errors


def digest(file):
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def test_the_bytes_of_the_database_never_change(little_source, little_shop, tmp_path):
    before, files = digest(little_shop), sorted(path.name for path in little_shop.parent.iterdir())
    check_source(little_source)
    freeze(little_source, tmp_path / "inputs", as_of=last_closed_day(little_source), history_days=30)
    with pytest.raises(QueryRefused):
        little_source.query("DELETE FROM stock")
    assert digest(little_shop) == before
    assert sorted(path.name for path in little_shop.parent.iterdir()) == sorted([*files, "inputs"])


WRITES = [
    "INSERT INTO stock VALUES ('x', 1)",
    "UPDATE stock SET qte = 0",
    "DELETE FROM stock",
    "DROP TABLE stock",
    "CREATE TABLE t (x)",
    "CREATE TEMP TABLE t (x)",
    "CREATE VIEW v AS SELECT 1",
    "ALTER TABLE stock ADD COLUMN x",
    "REINDEX",
    "ANALYZE",
    "VACUUM",
    "VACUUM INTO '{folder}/copy.db'",
    "ATTACH DATABASE '{folder}/other.db' AS other",
    "PRAGMA query_only = OFF",
    "PRAGMA journal_mode = WAL",
    "PRAGMA user_version = 7",
    "PRAGMA writable_schema = ON",
    "SELECT load_extension('x')",
    "SELECT * FROM pragma_table_info('stock')",
]


@pytest.mark.parametrize("statement", WRITES)
def test_sqlite_itself_refuses_to_write_attach_or_copy(little_shop, statement):
    before = digest(little_shop)
    engine = read_only_engine(f"sqlite:///{little_shop}", timeout_s=5)
    with (
        pytest.raises((QueryRefused, SourceError)),
        named_errors("engine"),
        engine.connect() as connection,
    ):
        connection.exec_driver_sql(statement.format(folder=little_shop.parent)).fetchall()
    assert digest(little_shop) == before
    assert [path.name for path in little_shop.parent.iterdir()] == [little_shop.name]


def test_sqlite_refuses_a_view_that_calls_what_is_not_allowed(little_shop, mapping_file):
    with sqlite3.connect(little_shop) as connection:
        connection.execute("CREATE VIEW trap AS SELECT load_extension('x') AS y")
    connection.close()
    with (
        open_source(f"sqlite:///{little_shop}", mapping=str(mapping_file)) as source,
        pytest.raises(SourceError),
    ):
        source.query("SELECT * FROM trap")


def test_a_value_too_long_for_memory_is_refused(little_source):
    with pytest.raises(SourceError, match="too big"):
        little_source.query("SELECT replace(:wide, 'x', :wide) AS y", {"wide": "x" * 20_000})


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n"
CROSSED = "SELECT COUNT(*) FROM {big} a, {big} b, {big} c, {big} d, {big} e, {big} f, {big} g, {big} h"


@pytest.mark.parametrize("sql", [ENDLESS, CROSSED.format(big='"select"')])
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def test_a_query_without_end_is_stopped(request, little_shop, mapping_file, kind, sql):
    if kind == "sqlite":
        url, file = f"sqlite:///{little_shop}", mapping_file
    else:
        url, file = request.getfixturevalue("postgres_shop")[0], mapping_file
        file.write_text(POSTGRES_MAPPING, encoding="utf-8")
    with open_source(url, mapping=str(file), timeout_s=0.3) as source:
        start = time.monotonic()
        with pytest.raises(SourceError, match=r"longer than source\.timeout_s"):
            source.query(sql)
        assert time.monotonic() - start < 5


def test_endless_rows_are_stopped_by_their_number(source):
    with pytest.raises(QueryRefused, match="more than 1000 rows"):
        source.query(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", max_rows=1000
        )


def test_rows_that_come_too_slowly_are_stopped_by_the_clock(little_shop, mapping_file, monkeypatch):
    monkeypatch.setattr(source_module, "PART_ROWS", 10)
    moments = iter(range(0, 1000, 3))
    monkeypatch.setattr(source_module.time, "monotonic", lambda: next(moments))
    with (
        open_source(f"sqlite:///{little_shop}", mapping=str(mapping_file), timeout_s=1) as source,
        pytest.raises(SourceError, match="fetching the rows took longer"),
    ):
        source.query('SELECT qte FROM "select"')


# --- PostgreSQL ---------------------------------------------------------------------------------

POSTGRES_WRITES = [
    "INSERT INTO stock VALUES ('x', 1)",
    "DELETE FROM stock",
    "CREATE TABLE t (x INTEGER)",
    "WITH gone AS (DELETE FROM stock RETURNING *) SELECT * FROM gone",
    "SELECT 1; DELETE FROM stock",
    "SELECT 1; COMMIT; SET default_transaction_read_only = off; DELETE FROM stock",
    "SELECT nextval('numbers')",
    "SELECT * INTO t FROM stock",
    "SELECT * FROM stock FOR UPDATE",
    "COPY stock TO '/tmp/optiflow_stock.csv'",
    "SELECT pg_read_file('/etc/passwd')",
    "DO $$ BEGIN DELETE FROM stock; END $$",
    "SET default_transaction_read_only = off",
    "TRUNCATE stock",
]


@pytest.mark.server
@pytest.mark.parametrize("statement", POSTGRES_WRITES)
def test_postgresql_itself_refuses_whatever_the_guard_may_overlook(postgres_shop, statement):
    """The reader's role may write every table of the shop: what stops it is the way Optiflow connects."""
    reader, _ = postgres_shop
    engine = read_only_engine(reader, timeout_s=5)
    with pytest.raises(SourceError), named_errors("engine"), engine.connect() as connection:
        connection.execute(sa.text(statement)).fetchall()
    assert _rows(postgres_shop, "stock") == 2
    assert _rows(postgres_shop, "information_schema.tables WHERE table_name = 't'") == 0


@pytest.mark.server
def test_the_readers_role_could_have_written(postgres_shop):
    """So that the test above can fail."""
    reader, _ = postgres_shop
    engine = sa.create_engine(reader.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        assert connection.execute(sa.text("DELETE FROM stock")).rowcount == 2
        connection.rollback()
    engine.dispose()


@pytest.mark.server
def test_a_superuser_is_refused_with_the_mend(postgres_shop, mapping_file):
    _, owner = postgres_shop
    with open_source(owner, mapping=str(mapping_file)) as source, pytest.raises(SourceError) as error:
        source.query("SELECT 1 AS one")
    assert "superuser" in error.value.what
    assert "GRANT pg_read_all_data" in error.value.mend


@pytest.mark.server
@pytest.mark.parametrize("role", ["pg_read_server_files", "pg_execute_server_program"])
def test_a_role_that_may_use_the_servers_files_is_refused(postgres_shop, mapping_file, role):
    reader, owner = postgres_shop
    engine = sa.create_engine(owner.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE ROLE mighty_{role} LOGIN IN ROLE {role}"))
    engine.dispose()
    url = reader.replace("reader@", f"mighty_{role}@")
    with open_source(url, mapping=str(mapping_file)) as source, pytest.raises(SourceError, match=role):
        source.query("SELECT 1 AS one")


@pytest.mark.server
def test_options_of_the_url_are_kept_beside_ours(postgres_shop, mapping_file):
    reader, _ = postgres_shop
    url = f"{reader}&options=-csearch_path%3Dinformation_schema"
    with open_source(url, mapping=str(mapping_file)) as source:
        assert source.query("SELECT COUNT(*) AS n FROM tables")["n"].iloc[0] > 0
        settings = source.query(
            "SELECT name, setting FROM pg_catalog.pg_settings"
            " WHERE name IN ('transaction_read_only', 'standard_conforming_strings', 'statement_timeout')"
        )
    assert dict(settings.itertuples(index=False)) == {
        "transaction_read_only": "on",
        "standard_conforming_strings": "on",
        "statement_timeout": "120000",
    }


@pytest.mark.server
def test_reads_inside_one_moment_do_not_see_what_is_booked_meanwhile(postgres_source, postgres_shop):
    _, owner = postgres_shop
    engine = sa.create_engine(owner.replace("postgresql:", "postgresql+psycopg:"))
    with postgres_source.one_moment():
        before = postgres_source.read("stock")
        with engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO stock VALUES ('0003', 9)"))
        during = postgres_source.read("stock")
    after = postgres_source.read("stock")
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM stock WHERE code = '0003'"))
    engine.dispose()
    assert (len(before), len(during), len(after)) == (2, 2, 3)


def _rows(postgres_shop, table):
    _, owner = postgres_shop
    engine = sa.create_engine(owner.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        count = connection.execute(sa.text(f"SELECT COUNT(*) FROM {table}")).scalar()
    engine.dispose()
    return count


# --- files, locks, missing things ---------------------------------------------------------------


def test_one_moment_of_a_sqlite_file_with_a_wal(little_shop, mapping_file):
    writer = sqlite3.connect(little_shop)
    writer.execute("PRAGMA journal_mode = WAL")
    with open_source(f"sqlite:///{little_shop}", mapping=str(mapping_file)) as source:
        with source.one_moment():
            before = source.read("stock")
            with writer:
                writer.execute("INSERT INTO stock VALUES ('0003', 9)")
            assert len(source.read("stock")) == len(before) == 2
        assert len(source.read("stock")) == 3
    writer.close()


def test_a_locked_database_is_named_after_a_short_wait(little_shop, mapping_file):
    writer = sqlite3.connect(little_shop)
    writer.execute("BEGIN EXCLUSIVE")
    with (
        open_source(f"sqlite:///{little_shop}", mapping=str(mapping_file), timeout_s=0.2) as source,
        pytest.raises(SourceError) as error,
    ):
        source.read("stock")
    writer.close()
    assert "locked" in error.value.what
    assert "[stock], line " in error.value.where
    assert "try again" in error.value.mend


def test_a_missing_database_is_named(tmp_path, mapping_file):
    with pytest.raises(SourceError) as error:
        open_source(f"sqlite:///{tmp_path}/none.db", mapping=str(mapping_file))
    assert "none.db does not exist" in error.value.what
    assert "optiflow init --sample" in error.value.mend


def test_a_file_that_is_no_database_is_named(tmp_path, mapping_file):
    file = tmp_path / "shop.db"
    file.write_text("code;libelle\n0001;Pâtes\n" * 100, encoding="utf-8")
    with (
        open_source(f"sqlite:///{file}", mapping=str(mapping_file)) as source,
        pytest.raises(SourceError) as error,
    ):
        source.read("stock")
    assert "not a SQLite database" in error.value.mend


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("optiflow.db", "is no database URL"),
        ("not a url with secret", "is no database URL"),
        ("oracle://scott:tiger@erp/shop", "no way to read oracle safely"),
        ("sqlite://", "does not exist"),
    ],
)
def test_a_url_that_cannot_be_used_is_named_without_its_password(url, said, mapping_file):
    with pytest.raises(SourceError) as error:
        open_source(url, mapping=str(mapping_file))
    assert said in error.value.what
    assert "tiger" not in str(error.value)


@pytest.mark.server
@pytest.mark.parametrize(
    "change",
    [
        ("/shop?", "/nowhere?"),
        ("reader@", "nobody_at_all@"),
        ("?host=/", "?host=/nowhere/"),
    ],
)
def test_a_server_that_cannot_be_used_is_named(postgres_shop, mapping_file, change):
    url = postgres_shop[0].replace(*change)
    with open_source(url, mapping=str(mapping_file)) as source, pytest.raises(SourceError) as error:
        source.query("SELECT 1 AS one")
    assert "(server, database, user, password)" in error.value.mend


@pytest.mark.parametrize(("url", "extra"), [("postgresql://x/y", "postgres"), ("mysql://x/y", "mysql")])
def test_a_driver_that_is_not_installed_is_named_with_its_extra(url, extra, mapping_file, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setitem(sys.modules, "pymysql", None)
    with pytest.raises(SourceError) as error:
        open_source(url, mapping=str(mapping_file))
    assert f"optiflow[{extra}]" in error.value.mend
