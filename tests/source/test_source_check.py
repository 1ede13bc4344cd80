"""`optiflow check` tells what each table delivers and which line to mend."""

import pandas as pd
import pytest
from source_shops import MAPPING, plain_shop, plain_tables, rows_of

from optiflow_lib.source import check_source, open_source


def checked(tmp_path, **changed):
    with plain_shop(tmp_path, **changed) as source:
        return check_source(source)


def faults(report):
    return list(report.loc[report["problem"] != "", ["table", "problem"]].itertuples(index=False, name=None))


def test_a_mapping_without_fault_is_a_row_a_table_with_rows_and_period(tmp_path):
    report = checked(tmp_path)
    assert faults(report) == []
    assert report["table"].tolist() == list(plain_tables())
    sales = report.set_index("table").loc["sales"]
    assert (sales["rows"], sales["first_day"], sales["last_day"]) == (
        120,
        pd.Timestamp("2025-12-03"),
        pd.Timestamp("2026-01-31"),
    )


def test_the_sample_is_without_fault(sample_file):
    with open_source(f"sqlite:///{sample_file}", mapping="optiflow") as source:
        report = check_source(source)
    assert faults(report) == []
    assert (report["rows"] > 0).all()


def test_an_absent_optional_table_says_what_cannot_be_done(tmp_path):
    report = checked(tmp_path, receipts=None).set_index("table")
    assert report.loc["receipts", "rows"] == 0
    assert report.loc["receipts", "mend"] == "absent: lead times are the quoted ones, without variance"


def test_every_error_of_a_table_is_a_row_and_the_others_are_still_checked(little_shop, tmp_path):
    file = tmp_path / "wrong.toml"
    broken = MAPPING.replace("FROM stock", "FROM stocks").replace("nom AS name", "nom AS title")
    file.write_text(broken.replace("SELECT ligne AS", "DELETE ligne AS"), encoding="utf-8")
    with open_source(f"sqlite:///{little_shop}", mapping=str(file)) as source:
        report = check_source(source).set_index("table")
    assert "no such table: stocks" in report.loc["stock", "problem"]
    assert "events has no column name" in report.loc["events", "problem"]
    assert "the statement was refused" in report.loc["receipts", "problem"]
    for table in ("stock", "events", "receipts"):
        line = broken.splitlines().index(f"[{table}]") + 1
        assert f"[{table}], line {line} of {file}" in report.loc[table, "mend"]
    assert report.loc["sales", ["rows", "problem"]].tolist() == [11, ""]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"stock": plain_tables()["stock"].head(0)}, ("stock", "it is empty")),
        (
            {"stock": plain_tables()["stock"].assign(product_id=["A", "000B"])},
            ("stock", "1 of 2 product_id are not in products, the first: 000B"),
        ),
        (
            {"on_order": plain_tables()["on_order"].assign(location_id="S2")},
            ("on_order", "1 of 1 location_id are not in locations, the first: S2"),
        ),
        (
            {"supplier_terms": plain_tables()["supplier_terms"].assign(supplier_id="17")},
            ("supplier_terms", "1 of 1 supplier_id are not in suppliers, the first: 17"),
        ),
        (
            {"products": plain_tables()["products"].assign(vat_rate=20.0)},
            ("products", "vat_rate is 20, more than 1"),
        ),
        (
            {"events": plain_tables()["events"].assign(discount=30.0)},
            ("events", "discount is 30, more than 1"),
        ),
        (
            {"supplier_terms": plain_tables()["supplier_terms"].assign(lead_time=3 * 86400)},
            ("supplier_terms", "lead_time is 259200 days"),
        ),
        (
            {"products": plain_tables()["products"].assign(cost=10.0)},
            ("products", "most products cost more than they sell for"),
        ),
        (
            {"suppliers": plain_tables()["suppliers"].assign(order_weekdays="lundi")},
            ("suppliers", "order_weekdays is 'lundi' in 1 row(s)"),
        ),
        (
            {"events": plain_tables()["events"].assign(scope="Épicerie")},
            ("events", "scope is 'Épicerie' in 1 row(s)"),
        ),
        (
            {"events": plain_tables()["events"].assign(last_day="2026-01-01")},
            ("events", "event E ends before it starts"),
        ),
        (
            {"sales": plain_tables()["sales"].assign(quantity=-2.0)},
            ("sales", "more is returned than sold"),
        ),
        (
            {"sales": pd.concat([plain_tables()["sales"], rows_of(product_id="A", location_id="S", day="2062-01-31", quantity=1.0)])},
            ("sales", "a sale is dated 2062-01-31, 13149 days after all others"),
        ),
        (
            {"sales": pd.concat([plain_tables()["sales"].head(3)] * 2)},
            ("sales", "sales has 3 repeated row(s), the first at product_id=A, location_id=S, day=2025-12-03"),
        ),
    ],
)  # fmt: skip
def test_what_a_mapping_most_often_gets_wrong_is_told_with_its_line(tmp_path, changed, fault):
    report = checked(tmp_path, **changed)
    assert faults(report) == [fault]
    mend = report.loc[report["problem"] != "", "mend"].iloc[0]
    assert f"[{fault[0]}], line " in mend


def test_a_table_with_two_faults_has_a_row_for_each(tmp_path):
    products = plain_tables()["products"].assign(vat_rate=20.0, cost=10.0)
    report = checked(tmp_path, products=products)
    assert [table for table, _ in faults(report)] == ["products", "products"]
    assert (report["table"] == "products").sum() == 2
