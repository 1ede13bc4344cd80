import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from order_frames import NIGHT, items_of, lead_times_of, suggestions
from pandas.testing import assert_frame_equal

from optiflow_lib.purchasing import drafts
from optiflow_lib.schemas.operations import ORDER_LINES, ORDERS

ITEMS = items_of(list("abcdefgh"), location=["M01", "M02"] * 4)
TERMS = pd.DataFrame(
    {"item_id": ["0001"] * 2, "supplier_id": "F01", "from_quantity": [0, 10], "unit_cost": [2.2, 2.0]}
)


def drafted(*rows, items=ITEMS, lead_times=(), terms=TERMS):
    return drafts(
        suggestions(*rows),
        items=items,
        lead_times=lead_times_of(*lead_times),
        supplier_terms=terms,
        as_of=NIGHT,
    )


def test_there_is_one_draft_per_supplier_and_location():
    orders, lines = drafted(("0003", "F02", 3), ("0002", "F01", 2), ("0001", "F01", 1), ("0004", "F01", 4))
    assert orders[["supplier_id", "location_id"]].to_numpy().tolist() == [
        ["F01", "M01"],
        ["F01", "M02"],
        ["F02", "M01"],
    ]
    assert lines.groupby("order_id")["item_id"].agg(list).tolist() == [["0001"], ["0002", "0004"], ["0003"]]
    assert (orders["state"] == "draft").all()
    assert lines["quantity"].tolist() == lines["suggested_quantity"].tolist() == [1, 2, 4, 3]


def test_nothing_to_order_and_nobody_to_order_from_make_no_draft():
    orders, lines = drafted(("0001", "F01", 0), ("0002", None, 5))
    assert_frame_equal(orders, ORDERS.empty())
    assert_frame_equal(lines, ORDER_LINES.empty())


@settings(max_examples=10, deadline=None)
@given(st.permutations([(f"000{n}", f"F0{n % 3}", n) for n in range(1, 9)]))
def test_the_order_of_suggestions_does_not_matter(rows):
    for made, expected in zip(drafted(*rows), drafted(*sorted(rows)), strict=True):
        assert_frame_equal(made, expected)


def test_an_order_is_expected_with_its_slowest_line_in_whole_days():
    orders, _ = drafted(
        ("0001", "F01", 1),
        ("0003", "F01", 1),
        ("0005", "F01", 1),
        ("0002", "F01", 1),
        lead_times=[("0001", "2026-11-02", 2), ("0003", "2026-11-02", 4.2), ("0002", "2026-11-05", 1)],
    )
    assert orders["expected_on"].tolist() == [pd.Timestamp("2026-11-07"), pd.Timestamp("2026-11-06")]


def test_without_a_lead_time_the_day_is_not_known():
    orders, _ = drafted(("0001", "F01", 1))
    assert orders["expected_on"].isna().all()


@pytest.mark.parametrize(
    ("quantity", "list_price", "unit_cost"),
    [(9, 2.2, 2.2), (10, 2.2, 2.0), (500, 2.2, 2.0)],
)
def test_a_line_costs_what_the_supplier_asks_for_its_quantity(quantity, list_price, unit_cost):
    _, lines = drafted(("0001", "F01", quantity))
    assert (lines["list_price"].iloc[0], lines["unit_cost"].iloc[0]) == (list_price, unit_cost)


def test_without_terms_of_this_supplier_a_line_costs_what_the_item_costs():
    _, lines = drafted(("0001", "F02", 5), ("0003", "F01", 5))
    assert lines["unit_cost"].tolist() == lines["list_price"].tolist() == [2.5, 2.5]


@pytest.mark.parametrize("cost", [None, -3.0])
def test_a_line_whose_price_nobody_knows_is_reckoned_with_an_assumption_and_says_so(cost):
    _, lines = drafted(("0001", "F01", 5), items=items_of(["a"], unit_cost=cost), terms=TERMS.iloc[:0])
    assert lines["unit_cost"].tolist() == [1.75]  # of the suggestion
    assert lines["list_price"].isna().all()
