import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loop_frames import day, overrides_of
from order_frames import NIGHT, items_of, lead_times_of, suggestions
from pandas.testing import assert_frame_equal

from optiflow_lib.purchasing import drafts, in_force
from optiflow_lib.schemas.operations import ORDER_LINES, ORDERS

ITEMS = items_of(list("abcdefgh"), location=["M01", "M02"] * 4)
TERMS = pd.DataFrame(
    {"item_id": ["0001"] * 2, "supplier_id": "F01", "from_quantity": [0, 10], "unit_cost": [2.2, 2.0]}
)


def drafted(*rows, items=ITEMS, lead_times=(), terms=TERMS, overrides=()):
    return drafts(
        suggestions(*rows),
        items=items,
        lead_times=lead_times_of(*lead_times),
        supplier_terms=terms,
        overrides=in_force(overrides_of(*overrides), as_of=NIGHT),
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


def test_an_order_leaves_on_the_day_its_supplier_takes_it():
    orders, _ = drafted(
        ("0001", "F01", 1),
        ("0003", "F01", 1),
        lead_times=[("0001", "2026-11-03", 2.2), ("0003", "2026-11-03", 4)],
    )
    assert orders["leaves_on"].tolist() == [pd.Timestamp("2026-11-03")]
    assert orders["expected_on"].tolist() == [pd.Timestamp("2026-11-07")]


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


def test_an_override_replaces_what_is_suggested_at_the_price_of_its_own_quantity():
    _, lines = drafted(
        ("0001", "F01", 3), ("0003", "F01", 4), overrides=[("0001", 12.0, 5), ("0002", 9.0, 5)]
    )
    told = ["item_id", "suggested_quantity", "quantity", "unit_cost", "edited_by", "reason"]
    assert lines[told].astype(object).where(lines[told].notna(), None).to_numpy().tolist() == [
        ["0001", 3, 12, 2.0, "ana", "fair"],
        ["0003", 4, 4, 2.5, None, None],
    ]
    assert lines["edited_until"].iloc[0] == pd.Timestamp(day(5))


def test_an_override_of_zero_orders_nothing_and_is_still_seen():
    _, lines = drafted(("0001", "F01", 3), overrides=[("0001", 0.0, 5)])
    assert lines[["suggested_quantity", "quantity", "unit_cost"]].to_numpy().tolist() == [[3, 0, 2.2]]


@pytest.mark.parametrize(
    "made",
    [[("0001", 12.0, -2)], [("0001", 12.0, 5), ("0001", None, None)]],
    ids=["over", "lifted"],
)
def test_an_override_that_is_over_or_lifted_changes_nothing(made):
    _, lines = drafted(("0001", "F01", 3), overrides=made)
    assert lines["quantity"].tolist() == [3]
    assert lines["edited_by"].isna().all()


def test_an_override_counts_until_the_day_before_its_end_is_closed_and_the_latest_counts():
    made = overrides_of(("0001", 12.0, -1), ("0001", 7.0, -1))  # an order of this night leaves on that day
    assert in_force(made, as_of=NIGHT)["quantity"].tolist() == [7]
    assert in_force(made, as_of=day(-1).date()).empty
