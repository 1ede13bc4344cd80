"""Each fault of the data is found where it is, and nothing is found where there is none."""

from datetime import date

import pandas as pd
import pytest
from source_shops import days_of, plain_shop, plain_tables, rows_of

from optiflow_lib.errors import DataError
from optiflow_lib.schemas.results import QUALITY
from optiflow_lib.source import data_problems, freeze, open_source

AS_OF = date(2026, 1, 31)


def problems_of(tmp_path, *, as_of=AS_OF, main_location="S", **changed):
    with plain_shop(tmp_path, **changed) as source:
        inputs = freeze(source, tmp_path / "inputs", as_of=as_of, history_days=365)
    return data_problems(inputs, main_location=main_location)


def found(problems):
    """(check, subject, day, detail) of every row."""
    days = [day.date().isoformat() if pd.notna(day) else None for day in problems["day"]]
    return list(zip(problems["check"], problems["subject"], days, problems["detail"], strict=True))


def with_rows(table, **columns):
    return pd.concat([plain_tables()[table], rows_of(**columns)], ignore_index=True)


def changed_to(table, column, value, *, row=0):
    rows = plain_tables()[table].astype({column: object})
    rows.loc[row, column] = value
    return {table: rows}


def test_nothing_is_wrong_with_a_shop_of_which_nothing_is_wrong(tmp_path):
    problems = problems_of(tmp_path)
    assert found(problems) == []
    pd.testing.assert_frame_equal(QUALITY.check(problems, where="again"), problems)


def test_only_the_quantity_that_was_mistyped_is_wrong_with_the_sample(tmp_path, sample_file):
    with open_source(f"sqlite:///{sample_file}", mapping="optiflow") as source:
        inputs = freeze(source, tmp_path, as_of=date(2026, 10, 31), history_days=1095)
    assert found(data_problems(inputs, main_location="M01")) == [
        (
            "quantity against revenue",
            "0021",
            "2026-10-28",
            "its revenue does not fit the quantity sold: 70",
        )
    ]


def test_only_required_tables_are_needed(tmp_path):
    optional = dict.fromkeys(["suppliers", "stock_history", "on_order", "receipts", "events", "prices"])
    assert found(problems_of(tmp_path, **optional)) == []
    assert found(problems_of(tmp_path, **optional, supplier_terms=None)) == [
        ("missing supplier", product, None, "no supplier delivers it") for product in ("A", "B")
    ]


def test_empty_sales_are_an_error_not_a_problem(tmp_path):
    with pytest.raises(DataError, match="no sales up to 2026-01-31") as error:
        problems_of(tmp_path, sales=plain_tables()["sales"].head(0))
    assert "optiflow check" in error.value.mend


ONE_FAULT = [
    (
        changed_to("stock", "on_hand", -3),
        ("negative stock", "A", None, "the books say less than nothing is in stock: -3"),
    ),
    (
        {"stock": plain_tables()["stock"].head(1)},
        ("missing stock", "B", None, "it was sold lately, but its stock is not known"),
    ),
    (
        changed_to("products", "cost", None) | changed_to("supplier_terms", "unit_cost", None),
        ("missing cost", "A", None, "neither it nor a supplier has a cost"),
    ),
    (changed_to("products", "price", None), ("missing price", "A", None, "it has no price")),
    (
        changed_to("products", "cost", 12.5),
        ("cost above price", "A", None, "it costs more than it sells for: 12.5"),
    ),
    (
        {"supplier_terms": plain_tables()["supplier_terms"].head(1)},
        ("missing supplier", "B", None, "no supplier delivers it"),
    ),
    (
        changed_to("supplier_terms", "valid_until", "2026-01-30"),
        ("missing supplier", "A", None, "no supplier delivers it"),
    ),
    (
        changed_to("supplier_terms", "lead_time", None, row=1) | {"receipts": None},
        (
            "missing lead time",
            "B",
            None,
            "no lead time is quoted, and nothing was ever received from the supplier",
        ),
    ),
    (
        {"products": plain_tables()["products"].assign(launched_on=["2026-01-05", None], ends_on=["2026-01-02", None])},
        ("end before launch", "A", "2026-01-02", "its last day comes before its first"),
    ),
    (
        changed_to("on_order", "expected_on", None),
        ("order without day", "A", "2026-01-29", "an open order has no expected day"),
    ),
    (
        changed_to("events", "scope", "category:Vins"),
        ("event without products", "E", "2026-02-01", "it names no category or product of the list"),
    ),
    (
        changed_to("events", "last_day", "2026-01-15"),
        ("event that ends before it starts", "E", "2026-02-01", "its last day comes before its first"),
    ),
    (
        {"receipts": with_rows("receipts", order_line_id="R9", product_id="Z", location_id="S", supplier_id="F",
                               ordered_on="2026-01-02", received_on="2026-01-09", ordered_quantity=1.0, received_quantity=1.0)},
        ("unknown product", "Z", None, "it is sold, stocked or ordered, but not in the list of products"),
    ),
    (
        changed_to("on_order", "location_id", "S9"),
        ("unknown location", "S9", None, "it sells, stocks or orders, but is not in the list of locations"),
    ),
    (
        changed_to("on_order", "supplier_id", "F9"),
        ("unknown supplier", "F9", None, "it delivers, but is not in the list of suppliers"),
    ),
    (
        {"sales": plain_tables()["sales"].query("day != '2026-01-20'")},
        ("day without sales", "sales", "2026-01-20", "nothing was sold at all"),
    ),
    (
        {"sales": pd.concat([plain_tables()["sales"].head(60), rows_of(product_id="B", location_id="S", day="2026-01-31", quantity=1.0)])},
        ("one day of history", "B", None, "it was sold on one day only"),
    ),
    (
        {"sales": plain_tables()["sales"].assign(quantity=[1.0] * 60 + [0.0] * 60)},
        ("all zeros", "B", None, "all its sales are zero"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "problem"), ONE_FAULT, ids=[problem[0] for _, problem in ONE_FAULT])
def test_one_fault_is_one_problem(tmp_path, changed, problem):
    problems = problems_of(tmp_path, **changed)
    assert found(problems) == [problem]
    assert problems["mend"].iloc[0].endswith(".")


def test_sales_on_a_day_that_began_and_ended_without_stock_are_told(tmp_path):
    """Stock stood at 0 from the 20th on; the receipt of the 30th explains that day's sale."""
    history = plain_tables()["stock_history"]
    gone = (history["product_id"] == "A") & history["day"].between("2026-01-20", "2026-01-31")
    history.loc[gone, "on_hand"] = 0.0
    sales = plain_tables()["sales"]
    sold_days = ["2026-01-25", "2026-01-30"]
    kept = sales[
        (sales["product_id"] == "B")
        | ~sales["day"].between("2026-01-21", "2026-01-31")
        | sales["day"].isin(sold_days)
    ]
    assert found(problems_of(tmp_path, stock_history=history, sales=kept)) == [
        (
            "sale on zero stock",
            "A",
            "2026-01-25",
            "it was sold while the books said that nothing was in stock: 2",
        )
    ]


@pytest.mark.parametrize(
    ("quantity", "revenue", "day", "told"),
    [
        (20.0, 10.0, "2026-01-28", True),  # a digit too many
        (2.0, 100.0, "2026-01-28", True),
        (2.0, 4.0, "2026-01-28", False),  # a promotion
        (20.0, 100.0, "2026-01-28", False),  # somebody bought ten times as much
        (20.0, 10.0, "2026-01-03", False),  # four weeks ago and more
        (20.0, 0.0, "2026-01-28", False),  # a gift
    ],
)
def test_a_quantity_that_does_not_fit_its_revenue_is_told(tmp_path, quantity, revenue, day, told):
    sales = plain_tables()["sales"].assign(revenue=10.0)
    sales.loc[(sales["product_id"] == "A") & (sales["day"] == day), ["quantity", "revenue"]] = (
        quantity,
        revenue,
    )
    row = ("quantity against revenue", "A", day, f"its revenue does not fit the quantity sold: {quantity:g}")
    assert found(problems_of(tmp_path, sales=sales)) == ([row] if told else [])


def test_a_half_loaded_day_is_told(tmp_path):
    days = days_of(60)
    sales = rows_of(
        product_id=["A", "B", "C", "D"] * 60,
        location_id="S",
        day=[d for d in days for _ in range(4)],
        quantity=1.0,
    )
    late = rows_of(product_id="A", location_id="S", day="2026-02-01", quantity=1.0)
    names = ["A", "B", "C", "D"]
    changed = {
        "sales": pd.concat([sales, late]),
        "products": rows_of(product_id=names, name=names, category="Épicerie", unit="kg", cost=1.0, price=2.0),
        "stock": rows_of(product_id=names, location_id="S", on_hand=5.0),
        "stock_history": None,
        "supplier_terms": rows_of(product_id=names, supplier_id="F", unit_cost=1.0, lead_time=3),
    }  # fmt: skip
    says = "less than half of its usual sales had arrived: the night closed the day before"
    assert found(problems_of(tmp_path, **changed)) == [("half-loaded day", "sales", "2026-02-01", says)]


def test_a_public_holiday_or_the_weekly_closing_day_is_no_missing_day(tmp_path):
    """1 January is a holiday in France; the shop never opens on Sundays."""
    sales = plain_tables()["sales"]
    open_days = (pd.to_datetime(sales["day"]).dt.day_of_week != 6) & (sales["day"] != "2026-01-01")
    assert found(problems_of(tmp_path, sales=sales[open_days])) == []
    without_country = plain_tables()["locations"].assign(country=None)
    assert found(problems_of(tmp_path, sales=sales[open_days], locations=without_country)) == [
        ("day without sales", "sales", "2026-01-01", "nothing was sold at all")
    ]
    unknown_country = plain_tables()["locations"].assign(country="Atlantis")
    assert len(problems_of(tmp_path, sales=sales[open_days], locations=unknown_country)) == 1


def test_an_item_elsewhere_is_named_with_its_location(tmp_path):
    stock = plain_tables()["stock"].assign(on_hand=-1.0)
    subjects = problems_of(tmp_path, stock=stock, main_location="elsewhere")["subject"].tolist()
    assert subjects == ["A@S", "B@S"]


def test_a_shop_with_one_day_of_history_has_problems_not_an_error(tmp_path):
    sales = plain_tables()["sales"].query("day == '2026-01-31'")
    assert found(problems_of(tmp_path, sales=sales)) == [
        ("one day of history", product, None, "it was sold on one day only") for product in ("A", "B")
    ]
