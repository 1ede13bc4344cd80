from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optiflow_lib.errors import DataError
from optiflow_lib.schemas import item_ids, item_keys
from optiflow_lib.schemas.schema import Column, Schema
from optiflow_lib.schemas.source import LOGICAL_TABLES, PRODUCTS, SALES

SALE = {"product_id": ["0001", "0002"], "location_id": "M01", "day": "2026-01-31", "quantity": 1}


def sales(**columns):
    return pd.DataFrame(SALE | columns)


def test_a_checked_frame_has_the_declared_columns_types_and_order():
    checked = SALES.check(sales(surplus=1), where="test")
    assert list(checked.dtypes.astype(str).items()) == [
        ("product_id", "str"),
        ("location_id", "str"),
        ("day", "datetime64[us]"),
        ("quantity", "float64"),
        ("revenue", "float64"),
        ("on_promotion", "bool"),
    ]


def test_the_given_frame_is_not_altered():
    given_frame = sales()
    SALES.check(given_frame, where="test")
    pd.testing.assert_frame_equal(given_frame, sales())


def test_ids_keep_their_leading_zeros_and_whole_numbers_lose_their_decimals():
    assert SALES.check(sales(), where="test")["product_id"].tolist() == ["0001", "0002"]
    assert SALES.check(sales(product_id=[1.0, 2.0]), where="test")["product_id"].tolist() == ["1", "2"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"day": ["2026-01-31", "soon"]}, "row 1: day='soon' is not a day"),
        ({"quantity": [1, np.inf]}, "row 1: quantity=inf is infinite"),
        ({"quantity": [1, None]}, "row 1: quantity=nan is missing"),
        (
            {"product_id": ["0001", "0001"]},
            "repeated row(s), the first at product_id=0001, location_id=M01, day=2026-01-31",
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_row(columns, said):
    with pytest.raises(DataError) as caught:
        SALES.check(sales(**columns), where="shop.csv")
    assert said in str(caught.value)
    assert "where: shop.csv" in str(caught.value)


def test_a_missing_column_is_named_beside_those_that_are_there():
    with pytest.raises(DataError, match=r"no column quantity \(it has: product_id"):
        SALES.check(sales().drop(columns="quantity"), where="test")


def test_an_optional_column_that_is_absent_comes_back_empty():
    products = pd.DataFrame({"product_id": ["1"], "name": ["Thé"], "category": [None], "unit": ["pièce"]})
    checked = PRODUCTS.check(products, where="test")
    assert checked["cost"].isna().all()
    assert checked["ends_on"].dtype == "datetime64[us]"


@pytest.mark.parametrize("schema", LOGICAL_TABLES.values(), ids=LOGICAL_TABLES)
def test_an_empty_frame_meets_its_own_schema(schema):
    pd.testing.assert_frame_equal(schema.check(schema.empty(), where="test"), schema.empty())


ids = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=6)


@given(ids, st.sampled_from(["M01", "M02", "Île"]))
def test_an_item_id_can_be_taken_apart_again(product_id, location_id):
    products, locations = pd.Series([product_id], dtype="str"), pd.Series([location_id], dtype="str")
    keys = item_keys(item_ids(products, locations, main_location="M01"), main_location="M01")
    assert keys.iloc[0].tolist() == [product_id, location_id]


def test_an_item_of_the_main_location_is_named_by_its_product_alone():
    named = item_ids(pd.Series(["0001", "0001"]), pd.Series(["M01", "M02"]), main_location="M01")
    assert named.tolist() == ["0001", "0001@M02"]


def test_a_location_that_holds_an_at_sign_is_refused():
    with pytest.raises(DataError, match="location_id 'a@b'"):
        item_ids(pd.Series(["1"]), pd.Series(["a@b"]), main_location="M01")


@pytest.mark.parametrize(
    "zoned",
    [
        "2026-01-31T23:30:00Z",
        "2026-01-31 23:30:00+01:00",
        "2026-01-31 23:30+01",
        datetime(2026, 1, 31, 23, 30, tzinfo=UTC),
    ],
)
def test_a_time_with_a_zone_is_refused_not_cut_to_a_day(zoned):
    rows = pd.DataFrame({"day": [zoned, None]})
    with pytest.raises(DataError, match="time with a zone"):
        Schema("rows", {"day": Column("day", nullable=True)}).check(rows, where="here")


@pytest.mark.parametrize("plain", ["2026-01-31", "20260131", "2026-01-31 23:30:00", date(2026, 1, 31)])
def test_a_day_may_come_as_text_date_or_time_without_zone(plain):
    rows = Schema("rows", {"day": Column("day")}).check(pd.DataFrame({"day": [plain]}), where="here")
    assert rows["day"].tolist() == [pd.Timestamp("2026-01-31")]


def test_a_number_is_no_day():
    with pytest.raises(DataError, match="20260131 is not a day"):
        Schema("rows", {"day": Column("day")}).check(pd.DataFrame({"day": [20260131]}), where="here")


def test_a_flag_is_1_0_or_missing_and_nothing_else():
    flags = Schema("rows", {"flag": Column("flag", optional=True)})
    for written in ([1, 0, None], [True, False, None], ["1", "0", None]):
        rows = flags.check(pd.DataFrame({"flag": written}), where="here")
        assert rows["flag"].tolist() == [True, False, False]
    with pytest.raises(DataError, match="'oui' is not a flag"):
        flags.check(pd.DataFrame({"flag": ["oui", "non"]}), where="here")
