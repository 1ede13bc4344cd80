"""The little shop on a real MariaDB: read there too, and never written."""

import time

import pytest
import sqlalchemy as sa
from servers import running_mariadb
from source_shops import LITTLE_SHOP, MAPPING

from optiflow_lib.errors import MappingError, QueryRefused, SourceError
from optiflow_lib.source import check_source, open_source
from optiflow_lib.source.engine import read_only_engine
from optiflow_lib.source.refusals import named_errors

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def mariadb_shop():
    """(URL of a reader of the shop, URL of root)."""
    with running_mariadb() as server:
        root = server.format(database="test")
        engine = sa.create_engine(root.replace("mysql:", "mysql+pymysql:"))
        with engine.begin() as connection:
            shop = (
                LITTLE_SHOP.replace('"', "`")
                .replace("TEXT", "VARCHAR(100)")
                .replace("REAL", "DECIMAL(12, 4)")
            )
            for statement in filter(str.strip, shop.split(";")):
                connection.exec_driver_sql(statement)
            connection.exec_driver_sql("CREATE USER reader@localhost")
            connection.exec_driver_sql("GRANT ALL ON test.* TO reader@localhost")
        engine.dispose()
        yield root.replace("root@", "reader@"), root


@pytest.fixture
def mariadb_mapping(tmp_path):
    file = tmp_path / "little_mysql.toml"
    file.write_text(
        MAPPING.replace("sqlite =", "mysql =")
        .replace('"Articles Été"', "`Articles Été`")
        .replace('"select"', "`select`")
    )
    return str(file)


@pytest.fixture
def source(mariadb_shop, mariadb_mapping):
    with open_source(mariadb_shop[0], mapping=mariadb_mapping, timeout_s=1) as opened:
        yield opened


def test_every_logical_table_is_read(source):
    assert set(check_source(source)["problem"]) == {""}
    assert source.read("sales")["quantity"].sum() == 23
    assert source.read("products").set_index("product_id").loc["0002", "name"] == "Savon d'Alep"
    assert str(source.last_day("sales")) == "2026-01-13"


@pytest.mark.parametrize(
    "value", ["0001' OR '1'='1", "\\' OR 1=1 -- ", "'; DROP TABLE stock; --", '"', "%s :id", "é💩"]
)
def test_a_hostile_value_is_only_a_value(source, value):
    assert source.query("SELECT code FROM stock WHERE code = :id", {"id": value}).empty
    assert (
        source.query("SELECT CONCAT(:id, '') AS said FROM stock", {"id": value})["said"].tolist()
        == [value] * 2
    )


WRITES = [
    "INSERT INTO stock VALUES ('x', 1)",
    "DELETE FROM stock",
    "DROP TABLE secrets",
    "SELECT 1; DELETE FROM stock",
    "SELECT * FROM stock INTO OUTFILE '/tmp/optiflow_stock.csv'",
    "SELECT 1 /*! INTO OUTFILE '/tmp/optiflow_one.csv' */",
]


@pytest.mark.parametrize("statement", WRITES)
def test_the_database_itself_refuses_whatever_the_guard_may_overlook(mariadb_shop, statement):
    engine = read_only_engine(mariadb_shop[0], timeout_s=5)
    with pytest.raises(SourceError), named_errors("engine"), engine.connect() as connection:
        connection.execute(sa.text(statement)).fetchall()
    with open_source_of_root(mariadb_shop) as connection:
        assert connection.execute(sa.text("SELECT COUNT(*) FROM stock, secrets")).scalar() == 2


def test_a_comment_that_the_server_would_run_is_never_sent(source):
    assert source.query("SELECT code /*! , qte */ FROM stock").columns.tolist() == ["code"]


def open_source_of_root(mariadb_shop):
    return sa.create_engine(
        mariadb_shop[1].replace("mysql:", "mysql+pymysql:"), poolclass=sa.pool.NullPool
    ).connect()


def test_an_account_that_may_use_the_servers_files_is_refused_with_the_mend(mariadb_shop, mariadb_mapping):
    with open_source(mariadb_shop[1], mapping=mariadb_mapping) as source, pytest.raises(SourceError) as error:
        source.query("SELECT 1 AS one")
    assert "server's files" in error.value.what
    assert "GRANT SELECT ON" in error.value.mend


@pytest.mark.parametrize("tables", ["stock", "information_schema.columns"])
def test_a_query_without_end_is_stopped(source, tables):
    crossed = ", ".join(f"{tables} AS t{n}" for n in range(24 if tables == "stock" else 4))
    start = time.monotonic()
    with pytest.raises(SourceError, match=r"longer than source\.timeout_s"):
        source.query(f"SELECT COUNT(*) AS n FROM {crossed}")
    assert time.monotonic() - start < 10


def test_more_rows_than_allowed_are_refused(source):
    with pytest.raises(QueryRefused, match="more than 1 rows"):
        source.query("SELECT code FROM stock", max_rows=1)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT nothing FROM stock", "Unknown column 'nothing'"),
        ("SELECT * FROM nowhere", "nowhere' doesn't exist"),
        ("SELECT code FROM stock GROUP BY 7", "Unknown column '7'"),
    ],
)
def test_a_query_that_does_not_fit_is_named(source, sql, said):
    with pytest.raises(MappingError) as error:
        source.query(sql)
    assert said in error.value.what


def test_a_table_that_may_not_be_read_is_named_with_the_mend(source):
    with pytest.raises(QueryRefused) as error:
        source.query("SELECT * FROM mysql.global_priv")
    assert "GRANT SELECT" in error.value.mend


@pytest.mark.parametrize("change", [("reader@", "nobody@"), ("mariadb.sock", "none.sock")])
def test_a_server_that_cannot_be_used_is_named(mariadb_shop, mariadb_mapping, change):
    url = mariadb_shop[0].replace(*change)
    with open_source(url, mapping=mariadb_mapping) as source, pytest.raises(SourceError) as error:
        source.query("SELECT 1 AS one")
    assert "source.url" in error.value.mend


def test_reads_inside_one_moment_do_not_see_what_is_booked_meanwhile(source, mariadb_shop):
    with source.one_moment():
        before = source.read("stock")
        with open_source_of_root(mariadb_shop) as connection:
            connection.execute(sa.text("INSERT INTO stock VALUES ('0003', 9)"))
            connection.commit()
        during = source.read("stock")
    after = source.read("stock")
    with open_source_of_root(mariadb_shop) as connection:
        connection.execute(sa.text("DELETE FROM stock WHERE code = '0003'"))
        connection.commit()
    assert (len(before), len(during), len(after)) == (2, 2, 3)
