"""read() and query() on the little shop, on SQLite and on a real PostgreSQL."""

from datetime import date

import pandas as pd
import pytest
from source_shops import POSTGRES_MAPPING

from optiflow_lib.errors import DataError, MappingError, QueryRefused
from optiflow_lib.schemas.source import LOGICAL_TABLES
from optiflow_lib.source import open_source
from optiflow_lib.source import source as source_module

DAY = date(2026, 1, 6)


def test_every_logical_table_of_the_mapping_meets_its_schema(source):
    assert source.tables == ("products", "locations", "sales", "stock", "receipts", "events")
    for table in source.tables:
        rows = source.read(table)
        assert list(rows.columns) == list(LOGICAL_TABLES[table].columns)
        assert len(rows) > 0
        pd.testing.assert_frame_equal(LOGICAL_TABLES[table].check(rows, where="again"), rows)


def test_ids_keep_their_leading_zeros_and_names_their_accents(source):
    products = source.read("products").set_index("product_id")
    assert products.loc["0001", "name"] == "Pâtes"
    assert products.loc["0002", "name"] == "Savon d'Alep"
    assert products.loc["0001", "price"] == 2


def test_nothing_outside_the_days_asked_for_is_read(source):
    rows = source.read("sales", first_day=DAY, cutoff=date(2026, 1, 8))
    assert set(rows["day"].dt.date) == {DAY, date(2026, 1, 7), date(2026, 1, 8)}
    assert source.read("sales", cutoff=DAY)["day"].max() == pd.Timestamp(DAY)
    assert source.read("sales", first_day=date(2027, 1, 1)).empty


def test_days_are_cut_even_where_the_select_forgets_to(little_shop, mapping_file):
    forgetful = mapping_file.read_text(encoding="utf-8").replace(
        "WHERE jour BETWEEN :first_day AND :cutoff", ""
    )
    mapping_file.write_text(forgetful, encoding="utf-8")
    with open_source(f"sqlite:///{little_shop}", mapping=str(mapping_file)) as source:
        assert len(source.read("sales", first_day=DAY, cutoff=DAY)) == 2


def test_returns_are_negative_and_sales_of_a_day_are_one_row(source):
    sales = source.read("sales").set_index(["product_id", "day"])["quantity"]
    assert sales["0002", pd.Timestamp(DAY)] == -1
    assert sales.sum() == 23


def test_the_last_day_of_a_table_is_found_without_reading_it(source):
    assert source.last_day("sales") == date(2026, 1, 13)
    assert source.last_day("sales", before=date(2026, 1, 12)) == date(2026, 1, 9)
    assert source.last_day("sales", before=date(2026, 1, 5)) is None
    assert source.last_day("receipts") == date(2026, 1, 13)


def test_a_parameter_of_the_mapping_is_bound(source):
    assert source.read("locations")["location_id"].tolist() == ["S1"]


def test_a_parameter_given_at_opening_wins_over_the_files(little_shop, mapping_file):
    with open_source(
        f"sqlite:///{little_shop}", mapping=str(mapping_file), shop="Ω'; DROP TABLE stock; --"
    ) as source:
        assert source.read("locations")["location_id"].tolist() == ["Ω'; DROP TABLE stock; --"]
        assert len(source.read("stock")) == 2


HOSTILE = [
    "0001' OR '1'='1",
    "'; DROP TABLE stock; --",
    '"',
    "\\",
    "%s %(x)s :id",
    "$1",
    "?",
    "é\u202e\U0001f4a9",
    "",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_is_only_a_value(source, value):
    found = source.query("SELECT code FROM stock WHERE code = :id", {"id": value})
    assert found.empty
    echoed = source.query("SELECT CAST(:id AS VARCHAR) AS said FROM stock", {"id": value})
    assert echoed["said"].tolist() == [value] * 2


def test_a_query_delivers_its_columns_and_rows(source):
    found = source.query(
        'WITH sold AS (SELECT code, SUM(qte) AS units FROM "select" GROUP BY code) -- units\n'
        "SELECT code, units FROM sold WHERE units > :least ORDER BY code;",
        {"least": 3},
    )
    assert found.to_dict("list") == {"code": ["0001"], "units": [20]}


def test_a_query_without_rows_keeps_its_columns(source):
    assert list(source.query("SELECT code, qte FROM stock WHERE 1 = 0").columns) == ["code", "qte"]


def test_a_percent_sign_and_a_cast_are_not_parameters(source):
    found = source.query("SELECT code FROM stock WHERE code LIKE '%1'")
    assert found["code"].tolist() == ["0001"]


@pytest.mark.parametrize(
    ("sql", "parameters", "said"),
    [
        ("SELECT nothing FROM stock", {}, "nothing"),
        ("SELECT * FROM nowhere", {}, "nowhere"),
        ("SELECT code FROM stock WHERE code = :id", {}, "'id'"),
        ("SELECT code, code FROM stock", {}, "delivers code twice"),
        ("SELECT code FROM stock GROUP BY 7", {}, "GROUP BY"),
    ],
)
def test_a_query_that_does_not_fit_says_what_where_and_how_to_mend_it(source, sql, parameters, said):
    with pytest.raises(MappingError) as error:
        source.query(sql, parameters)
    assert said in error.value.what
    assert error.value.where == "query"
    assert error.value.mend
    assert "sqlalche.me" not in str(error.value)


def test_more_rows_than_allowed_are_refused_not_cut(source):
    assert len(source.query("SELECT code FROM stock", max_rows=2)) == 2
    with pytest.raises(QueryRefused, match="more than 1 rows"):
        source.query("SELECT code FROM stock", max_rows=1)


def test_rows_that_come_in_parts_are_the_same_rows(source, monkeypatch):
    whole = {table: source.read(table) for table in source.tables}
    monkeypatch.setattr(source_module, "PART_ROWS", 2)
    for table, rows in whole.items():
        pd.testing.assert_frame_equal(source.read(table), rows)
    assert len(source.query('SELECT qte FROM "select"', max_rows=11)) == 11


@pytest.mark.server
def test_real_types_of_postgresql_become_those_of_the_schema(postgres_source):
    """NUMERIC, DATE, BOOLEAN, bigint, interval and a UTC timestamp turned into the business's day."""
    rows = postgres_source.query(
        "SELECT CAST(12.5 AS NUMERIC(12, 4)) AS quantity, DATE '2026-01-31' AS day, TRUE AS on_promotion,"
        " CAST(7 AS BIGINT) AS product_id, 'S1' AS location_id, EXTRACT(EPOCH FROM INTERVAL '3 days') / 86400 AS lead_time,"
        " (TIMESTAMP '2026-01-31 23:30:00' AT TIME ZONE 'UTC' AT TIME ZONE :zone)::date AS local_day",
        {"zone": "Europe/Paris"},
    )
    sales = LOGICAL_TABLES["sales"].check(rows, where="types")
    assert sales.to_dict("records") == [
        {
            "product_id": "7",
            "location_id": "S1",
            "day": pd.Timestamp("2026-01-31"),
            "quantity": 12.5,
            "revenue": pytest.approx(float("nan"), nan_ok=True),
            "on_promotion": True,
        }
    ]
    assert rows["lead_time"].astype(float).tolist() == [3.0]
    assert str(rows["local_day"].iloc[0])[:10] == "2026-02-01"


@pytest.mark.server
def test_a_day_with_a_time_zone_is_refused_not_guessed(postgres_shop, tmp_path):
    file = tmp_path / "zoned.toml"
    file.write_text(
        POSTGRES_MAPPING.replace("jour AS day", "CAST(jour AS timestamptz) AS day"), encoding="utf-8"
    )
    with open_source(postgres_shop[0], mapping=str(file)) as source, pytest.raises(DataError) as error:
        source.read("sales")
    assert "time with a zone" in error.value.what
    assert "[sales], line " in error.value.where
