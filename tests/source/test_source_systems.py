"""The shipped mappings of business systems, each on its own tables and types: the same story is read from all of them.

The story: on 2 January 24 pieces (2 boxes of 12) of a tea were ordered, promised for the 6th; 12 came on the 7th. On the 8th 3 were
sold and 1 brought back, on the 9th 4 were sold and 1 was lost. 5 are left, 12 are still to come.
"""

import re
import sqlite3
import tomllib
from contextlib import closing
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from servers import running_mariadb
from typer.testing import CliRunner

from optiflow_lib.cli import app
from optiflow_lib.errors import MappingError
from optiflow_lib.jobs.night import opened_source
from optiflow_lib.schemas.source import LOGICAL_TABLES, REQUIRED_TABLES
from optiflow_lib.settings import load_settings
from optiflow_lib.source import check_source, connect, data_problems, freeze, open_source
from optiflow_lib.source.mapping import read_mapping, shipped_mappings

FOLDER = Path(__file__).parent / "systems"
TYPES = {
    "postgresql": {"double": "double precision", "datetime": "timestamp", "tinyint": "smallint"},
    "mysql": {"double": "double(24,8)", "datetime": "datetime", "tinyint": "tinyint"},
}
READER = "reader_of_systems"


def statements(system, dialect):
    lines = (FOLDER / f"{system}.sql").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("--"))
    for name, kind in TYPES.get(dialect, {}).items():
        text = text.replace("{" + name + "}", kind)
    if system == "tryton":  # decimals and intervals as trytond writes them
        blob = dialect == "sqlite"
        text = re.sub(
            r"\{(\d+) days\}", lambda m: f"{int(m[1]) * 86400.0}" if blob else f"INTERVAL '{m[1]} days'", text
        )
        text = re.sub(r"\{([\d.]+)\}", lambda m: f"CAST('{m[1]}' AS BLOB)" if blob else m[1], text)
    return [statement for statement in text.split(";\n") if statement.strip()]


def sqlite_url(system, folder):
    with closing(sqlite3.connect(folder / f"{system}.sqlite")) as connection, connection:
        for statement in statements(system, "sqlite"):
            connection.execute(statement)
    return f"sqlite:///{folder}/{system}.sqlite"


def filled(url, system, dialect, *also):
    driver = {"postgresql": "postgresql+psycopg:", "mysql": "mysql+pymysql:"}[dialect]
    engine = sa.create_engine(url.replace(f"{dialect}:", driver))
    with engine.begin() as connection:
        for statement in [*also, *statements(system, dialect)]:
            connection.exec_driver_sql(statement.replace("%", "%%"))
    engine.dispose()


@pytest.fixture(scope="module")
def mariadb_server():
    with running_mariadb() as url:
        yield url


@pytest.fixture
def url(request, tmp_path):
    """URL of a database of one system and dialect, as a reader without other rights sees it."""
    system, dialect = request.param
    if dialect == "sqlite":
        yield sqlite_url(system, tmp_path)
    elif dialect == "postgresql":
        owner = request.getfixturevalue("postgres_url")
        make = f"DO $$ BEGIN CREATE ROLE {READER} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        filled(owner, system, dialect, make, f"GRANT pg_read_all_data TO {READER}")
        yield owner.replace("optiflow@", f"{READER}@")
    else:
        root = request.getfixturevalue("mariadb_server").format(database="test")
        fresh = (
            "CREATE OR REPLACE DATABASE test",
            "USE test",
            f"CREATE USER IF NOT EXISTS {READER}@localhost",
        )
        filled(root, system, dialect, *fresh, f"GRANT SELECT ON test.* TO {READER}@localhost")
        yield root.replace("root@", f"{READER}@")


ON_SERVER = pytest.mark.server
CASES = [
    pytest.param(("tryton", "sqlite"), id="tryton-sqlite"),
    pytest.param(("tryton", "postgresql"), id="tryton-postgresql", marks=ON_SERVER),
    pytest.param(("odoo", "postgresql"), id="odoo-postgresql", marks=ON_SERVER),
    pytest.param(("dolibarr", "postgresql"), id="dolibarr-postgresql", marks=ON_SERVER),
    pytest.param(("dolibarr", "mysql"), id="dolibarr-mariadb", marks=ON_SERVER),
    pytest.param(("erpnext", "mysql"), id="erpnext-mariadb", marks=ON_SERVER),
]
PARAMETERS = {"dolibarr": {"warehouse": 4}, "erpnext": {"company": "Maison"}}
PRODUCT, SHOP, SUPPLIER = {"erpnext": "0007"}, {"erpnext": "Boutique - M"}, {"erpnext": "Comptoir"}


def rows(frame, *columns):
    plain = frame[list(columns)].copy()
    for name in plain.select_dtypes("datetime"):
        plain[name] = plain[name].dt.strftime("%m-%d")
    return [
        tuple(None if pd.isna(v) else round(v, 4) if isinstance(v, float) else v for v in row)
        for row in plain.itertuples(index=False)
    ]


@pytest.mark.parametrize(
    ("url", "system"),
    [pytest.param(*c.values, c.values[0][0], id=c.id, marks=c.marks) for c in CASES],
    indirect=["url"],
)
def test_the_story_is_read_from_the_systems_own_tables(url, system, tmp_path):
    product, shop, supplier = PRODUCT.get(system, "1"), SHOP.get(system, "4"), SUPPLIER.get(system, "20")
    with open_source(url, mapping=system, **PARAMETERS.get(system, {})) as source:
        report = check_source(source)
        assert report.loc[report["problem"] != "", ["table", "problem"]].to_numpy().tolist() == []
        read = {table: source.read(table) for table in source.tables}
        earlier = source.read("sales", first_day=date(2026, 1, 9), cutoff=date(2026, 1, 9))
        inputs = freeze(source, tmp_path / "inputs", as_of=date(2026, 1, 9), history_days=30)
    assert set(REQUIRED_TABLES) <= set(read) <= set(LOGICAL_TABLES)
    category = {"odoo": "All / Épicerie"}.get(system, "Épicerie")
    assert rows(read["products"], "product_id", "name", "category", "price") == [
        (product, "Thé vert", category, 6.0)
    ]
    assert (shop, "Boutique") in rows(read["locations"], "location_id", "name")
    comptoir = [(supplier, "Comptoir", "fr", "commandes@comptoir.example")]
    assert [
        r for r in rows(read["suppliers"], "supplier_id", "name", "language", "email") if r[0] == supplier
    ] == comptoir
    key = (product, shop)
    columns = ("product_id", "location_id")
    assert sorted(rows(read["sales"], *columns, "day", "quantity")) == [
        (*key, "01-08", 2.0),
        (*key, "01-09", 4.0),
    ]
    assert rows(earlier, "day", "quantity") == [("01-09", 4.0)]
    assert rows(read["stock"], *columns, "on_hand") == [(*key, 5.0)]
    history = sorted(rows(read["stock_history"], *columns, "day", "on_hand"))
    assert history == [(*key, "01-07", 12.0), (*key, "01-08", 10.0), (*key, "01-09", 5.0)]
    orders = ("order_line_id", *columns, "supplier_id", "ordered_on")
    line = ("12", *key, supplier, "01-02")
    expected = "01-06" if system in ("odoo", "dolibarr") else "01-12"
    assert rows(read["on_order"], *orders, "open_quantity", "expected_on") == [(*line, 12.0, expected)]
    promised = "01-12" if system == "erpnext" else "01-06"
    came = rows(
        read["receipts"], *orders, "promised_on", "received_on", "ordered_quantity", "received_quantity"
    )
    assert came == [(*line, promised, "01-07", 24.0, 12.0)]
    terms = read["supplier_terms"][read["supplier_terms"]["supplier_id"] == supplier]
    assert set(rows(terms, "product_id", "supplier_id", "lead_time")) == {(product, supplier, 4.0)}
    assert terms["unit_cost"].max() == pytest.approx(2.5)
    assert "unknown product" not in set(data_problems(inputs, main_location=shop)["check"])


@pytest.mark.parametrize(
    ("url", "system"),
    [pytest.param(*c.values, c.values[0][0], id=c.id, marks=c.marks) for c in CASES],
    indirect=["url"],
)
def test_terms_are_in_stock_units_with_their_price_breaks(url, system):
    with open_source(url, mapping=system, **PARAMETERS.get(system, {})) as source:
        terms = source.read("supplier_terms").sort_values(["supplier_id", "from_quantity"])
    told = rows(terms, "rank", "minimum_quantity", "multiple", "from_quantity", "unit_cost")
    assert (
        told
        == {
            "tryton": [(1.0, None, None, 0.0, 2.5), (1.0, None, None, 120.0, 2.25)],
            "odoo": [(1.0, 12.0, None, 12.0, 2.5), (1.0, 12.0, None, 120.0, 2.25)],
            "dolibarr": [(None, 12.0, 12.0, 12.0, 2.5), (None, 12.0, 12.0, 120.0, 2.25)],
            "erpnext": [(1.0, 12.0, None, None, 2.5), (0.0, 12.0, None, None, 2.4)],
        }[system]
    )


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(*c.values, id=c.id, marks=c.marks)
        for c in CASES
        if c.values[0][0] in ("tryton", "odoo", "erpnext")
    ],
    indirect=True,
)
def test_what_is_promised_to_customers_is_reserved(url, request):
    system = request.node.callspec.id.split("-")[0]
    with open_source(url, mapping=system, **PARAMETERS.get(system, {})) as source:
        assert source.read("stock")["reserved"].tolist() == [2.0]


# --- optiflow init --from -----------------------------------------------------------------------


def test_connecting_a_system_writes_its_section_and_reports_its_tables(tmp_path):
    url = sqlite_url("tryton", tmp_path)
    connected = connect(url, system="tryton", company=1)
    assert set(connected.report["problem"]) == {""}
    written = tomllib.loads(connected.section)
    assert written == {
        "source": {"url": url, "mapping": "tryton", "main_location": "4", "parameters": {"company": 1}}
    }
    (tmp_path / "optiflow.toml").write_text(connected.section, encoding="utf-8")
    with opened_source(load_settings(tmp_path / "optiflow.toml")) as source:
        assert len(source.read("sales")) == 2


def test_a_system_without_sales_has_the_first_location_and_one_that_does_not_fit_none(tmp_path):
    url = sqlite_url("tryton", tmp_path)
    with closing(sqlite3.connect(tmp_path / "tryton.sqlite")) as connection, connection:
        connection.execute("DELETE FROM stock_move")
    assert tomllib.loads(connect(url, system="tryton").section)["source"]["main_location"] == "4"
    with closing(sqlite3.connect(tmp_path / "tryton.sqlite")) as connection, connection:
        connection.execute("DROP TABLE stock_location")
    connected = connect(url, system="tryton")
    assert tomllib.loads(connected.section)["source"]["main_location"] == ""
    assert connected.report["problem"].str.contains("no such table: stock_location").sum() == 6


@pytest.mark.server
@pytest.mark.parametrize("url", [pytest.param(("odoo", "postgresql"), id="odoo")], indirect=True)
def test_a_password_is_never_written(url):
    secret = url.replace(f"{READER}@", f"{READER}:s3cret@")
    section = connect(secret, system="odoo").section
    assert "s3cret" not in section
    assert "OPTIFLOW_SOURCE__URL" in section
    assert tomllib.loads(section)["source"]["url"].startswith(f"postgresql://{READER}@")


def test_a_system_without_a_mapping_is_named_with_those_that_have_one():
    with pytest.raises(MappingError, match="no mapping is shipped for 'sap'") as error:
        connect("sqlite:///shop.db", system="sap")
    assert "dolibarr, erpnext, odoo, tryton" in error.value.mend


def test_the_command_connects_a_system_and_never_overwrites_settings(tmp_path):
    url, settings = sqlite_url("tryton", tmp_path), tmp_path / "optiflow.toml"
    command = ["init", "--from", url, "--system", "tryton", "--settings", str(settings)]
    first = CliRunner().invoke(app, command)
    assert (first.exit_code, settings.read_text(encoding="utf-8")) == (
        0,
        connect(url, system="tryton").section,
    )
    settings.write_text("# mine\n", encoding="utf-8")
    second = CliRunner().invoke(app, command)
    assert 'mapping = "tryton"' in second.stdout
    assert settings.read_text(encoding="utf-8") == "# mine\n"


def test_the_command_reports_what_does_not_fit_with_its_table_and_line(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    url = sqlite_url("tryton", tmp_path)
    with closing(sqlite3.connect(tmp_path / "tryton.sqlite")) as connection, connection:
        connection.execute("DROP TABLE stock_move")
    command = ["init", "--from", url, "--system", "tryton", "--settings", str(tmp_path / "optiflow.toml")]
    told = CliRunner().invoke(app, command)
    assert told.exit_code == 1
    assert "no such table: stock_move" in told.stdout
    assert "[sales], line " in told.stdout


def test_the_command_wants_a_url_and_a_system(tmp_path):
    for command in (["init"], ["init", "--from", "sqlite:///x.db"], ["init", "--sample", "--system", "odoo"]):
        assert CliRunner().invoke(app, command).exit_code == 2


@pytest.mark.parametrize("name", sorted(set(shipped_mappings()) - {"optiflow"}))
def test_a_shipped_mapping_is_documented_with_its_parameters(name):
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
    for parameter, value in read_mapping(name, {}).parameters.items():
        assert f"`{parameter}` ({'empty' if value == '' else ''}" in row
        assert str(value) in row
