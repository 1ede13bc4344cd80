"""The shipped mappings of business systems, each on its own tables and types: the same story is read from all of them.

The story: on 2 January 24 pieces (2 boxes of 12) of a tea were ordered, promised for the 6th; 12 came on the 7th. On the 8th 3 were
sold and 1 brought back, on the 9th 4 were sold and 1 was lost. 5 are left, 12 are still to come.
"""

import re
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from servers import running_mariadb

from optiflow_lib.schemas.source import LOGICAL_TABLES, REQUIRED_TABLES
from optiflow_lib.source import check_source, data_problems, freeze, open_source

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
