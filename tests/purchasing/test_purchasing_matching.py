"""Orders typed into the business database are found again, and no unit is counted twice."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loop_frames import (
    OVERDUE_DAYS,
    day,
    entered_of,
    matched_of,
    on_order_of,
    placed_of,
    receipts_of,
    standing_of,
)

from optiflow_lib.purchasing import coming, matching
from optiflow_lib.schemas.source import ON_ORDER, RECEIPTS


def opened(standing):
    return standing.set_index(["order_id", "item_id"])["open"].to_dict()


def test_an_order_that_the_source_does_not_know_is_on_its_way():
    placed = placed_of(("B1", "a", 0, 3, 10.0))
    (line,) = coming.all_on_order(on_order_of(), standing_of(placed)).to_dict("records")
    assert (line["order_line_id"], line["order_id"], line["open_quantity"]) == ("B1 a", "B1", 10)
    assert (line["ordered_on"], line["expected_on"]) == (day(0), day(3))


def test_an_order_typed_into_the_source_is_counted_once():
    placed, on_order = placed_of(("B1", "a", 0, 3, 10.0)), on_order_of(("L7", "a", 1, 10.0))
    both = coming.all_on_order(on_order, standing_of(placed, on_order=on_order))
    assert both["order_line_id"].tolist() == ["L7"]
    assert both["order_id"].isna().all()


def test_what_the_source_does_not_show_of_an_order_stays_on_its_way():
    placed, on_order = placed_of(("B1", "a", 0, 3, 10.0)), on_order_of(("L7", "a", 1, 4.0))
    assert opened(standing_of(placed, on_order=on_order)) == {("B1", "a"): 6}


@pytest.mark.parametrize(
    ("lines", "supplier"),
    [((("L7", "a", -1, 10.0),), "F01"), ((("L7", "b", 1, 10.0),), "F01"), ((("L7", "a", 1, 10.0),), "F02")],
    ids=["ordered before", "another item", "another supplier"],
)
def test_a_line_of_the_source_that_is_not_this_order_takes_nothing_from_it(lines, supplier):
    on_order = on_order_of(*lines, supplier=supplier)
    assert opened(standing_of(placed_of(("B1", "a", 0, 3, 10.0)), on_order=on_order)) == {("B1", "a"): 10}


@pytest.mark.parametrize(("ordered_on", "still_open"), [(3 + OVERDUE_DAYS, 0), (4 + OVERDUE_DAYS, 10)])
def test_what_is_ordered_after_nobody_counts_on_an_order_any_more_is_another_one(ordered_on, still_open):
    on_order = on_order_of(("L7", "a", ordered_on, 10.0))
    assert opened(standing_of(placed_of(("B1", "a", 0, 3, 10.0)), on_order=on_order)) == {
        ("B1", "a"): still_open
    }


def test_an_order_without_an_expected_day_is_matched_whenever_it_is_typed():
    on_order = on_order_of(("L7", "a", 900, 10.0))
    assert opened(standing_of(placed_of(("B1", "a", 0, None, 10.0)), on_order=on_order)) == {("B1", "a"): 0}


def test_the_first_order_is_matched_first():
    placed = placed_of(("B2", "a", 2, 5, 10.0), ("B1", "a", 0, 3, 10.0))
    found = matched_of(placed, on_order_of(("L8", "a", 4, 8.0), ("L7", "a", 2, 4.0)), receipts_of())
    assert found[["order_id", "order_line_id", "quantity"]].to_numpy().tolist() == [
        ["B1", "L7", 4],
        ["B1", "L8", 6],
        ["B2", "L8", 2],
    ]


def test_an_order_that_arrived_keeps_its_units_from_a_later_one():
    placed = placed_of(("B1", "a", 0, 3, 10.0, "received"), ("B2", "a", 4, 7, 10.0))
    receipts = receipts_of(("L7", "a", 5, 6, 10.0, 10.0))  # B1, typed in late
    standing = standing_of(placed, receipts=receipts)
    assert opened(standing) == {("B1", "a"): 0, ("B2", "a"): 10}
    assert standing["arrived"].tolist() == [10, 0]


def test_a_cancelled_order_is_neither_on_its_way_nor_matched():
    placed = placed_of(("B1", "a", 0, 3, 10.0, "cancelled"), ("B2", "a", 0, 3, 10.0))
    assert opened(standing_of(placed, on_order=on_order_of(("L7", "a", 1, 10.0)))) == {
        ("B1", "a"): 0,
        ("B2", "a"): 0,
    }


def test_a_line_closed_short_by_the_source_is_finished():
    placed, receipts = placed_of(("B1", "a", 0, 3, 10.0)), receipts_of(("L7", "a", 1, 4, 10.0, 8.0))
    (line,) = standing_of(placed, receipts=receipts).to_dict("records")
    assert (line["arrived"], line["open"], line["finished"]) == (8, 0, True)


def test_a_line_of_which_the_source_still_expects_the_rest_is_not_finished():
    placed, receipts = placed_of(("B1", "a", 0, 3, 10.0)), receipts_of(("L7", "a", 1, 4, 10.0, 8.0))
    on_order = on_order_of(("L7", "a", 1, 2.0))
    (line,) = standing_of(placed, receipts=receipts, on_order=on_order).to_dict("records")
    assert (line["arrived"], line["open"], line["finished"]) == (8, 0, False)


def test_without_a_table_of_open_orders_only_what_arrived_is_known():
    placed, receipts = placed_of(("B1", "a", 0, 3, 10.0)), receipts_of(("L7", "a", 1, 4, 10.0, 8.0))
    (line,) = coming.line_standing(placed, entered_of(), matched_of(placed, None, receipts)).to_dict(
        "records"
    )
    assert (line["arrived"], line["open"], line["finished"]) == (8, 2, False)


def test_what_people_and_the_source_received_are_the_same_units():
    placed, entered = placed_of(("B1", "a", 0, 3, 10.0)), entered_of(("B1", "a", 3, 4.0))
    assert opened(standing_of(placed, entered=entered)) == {("B1", "a"): 6}
    seen_too = receipts_of(("L7", "a", 3, 3, 4.0, 4.0))
    assert opened(standing_of(placed, entered=entered, receipts=seen_too)) == {("B1", "a"): 6}


def test_receipts_that_the_source_does_not_show_are_receipts():
    placed = placed_of(("B1", "a", 0, 3, 10.0))
    entered = entered_of(("B1", "a", 3, 4.0), ("B1", "a", 5, 8.0), ("B1", "a", 6, -2.0))
    alone = coming.all_receipts(receipts_of(), entered, standing_of(placed, entered=entered))
    told = [
        "order_line_id",
        "ordered_on",
        "promised_on",
        "received_on",
        "ordered_quantity",
        "received_quantity",
    ]
    assert alone[told].to_numpy().tolist() == [
        ["B1 a", day(0), day(3), day(3), 10, 4],
        ["B1 a", day(0), day(3), day(5), 10, 6],
    ]


def test_a_receipt_that_the_source_shows_teaches_once():
    placed = placed_of(("B1", "a", 0, 3, 10.0))
    entered = entered_of(("B1", "a", 3, 4.0), ("B1", "a", 5, 6.0))
    seen = receipts_of(("L7", "a", 0, 3, 7.0, 7.0))
    both = coming.all_receipts(seen, entered, standing_of(placed, entered=entered, receipts=seen))
    assert both[["order_line_id", "received_quantity"]].to_numpy().tolist() == [["L7", 7], ["B1 a", 3]]


@pytest.mark.parametrize(
    ("sent_on", "leaves_on", "taken_on"),
    [(None, None, 0), (1, None, 1), (1, 2, 2), (3, 2, 3), (None, 2, 2), (1, 5, 1)],
    ids=[
        "nobody said when",
        "sent",
        "sent before its day",
        "sent after it",
        "only its day",
        "came before its day",
    ],
)
def test_a_lead_time_begins_when_the_supplier_takes_the_order(sent_on, leaves_on, taken_on):
    placed = placed_of(("B1", "a", 0, 3, 10.0), sent_on=sent_on, leaves_on=leaves_on)
    entered = entered_of(("B1", "a", 4, 10.0))
    alone = coming.all_receipts(receipts_of(), entered, standing_of(placed, entered=entered))
    assert alone["ordered_on"].tolist() == [day(taken_on)]


units = st.integers(1, 40).map(float)
days = st.integers(0, 12)
items = st.sampled_from(["a", "b", "c"])
some = settings(max_examples=25, deadline=None)  # each shop holds many lines


@st.composite
def shops(draw):
    """Orders of ours, receipts people entered, and what a business database shows, of two items and one supplier."""
    states = st.sampled_from(["approved", "sent", "partly_received", "received", "cancelled"])
    orders = draw(st.lists(st.tuples(items, days, st.integers(0, 6), units, states), max_size=12))
    placed = [
        (f"B{n}", item, start, start + wait, quantity, state)
        for n, (item, start, wait, quantity, state) in enumerate(orders)
    ]
    arrived = draw(st.lists(st.tuples(st.integers(0, 11), days, units), max_size=10 if placed else 0))
    entered = [(*placed[n % len(placed)][:2], received, quantity) for n, received, quantity in arrived]
    lines = draw(
        st.lists(
            st.tuples(items, days, st.integers(0, 9), units, st.integers(0, 30), st.booleans()), max_size=5
        )
    )
    pending, received = [], []
    for n, (item, start, wait, quantity, came, is_open) in enumerate(lines):
        share = min(float(came), quantity)
        if share:
            received.append((f"L{n}", item, start, start + wait, quantity, share))
        if is_open and quantity > share:
            pending.append((f"L{n}", item, start, quantity - share))
    return placed_of(*placed), entered_of(*entered), on_order_of(*pending), receipts_of(*received)


def totals(rows, column="quantity", *, by=("order_id", "item_id")):
    return rows.groupby(list(by))[column].sum()


@some
@given(shops())
def test_no_unit_of_the_source_and_none_of_ours_is_matched_twice(shop):
    placed, _, on_order, receipts = shop
    parts = matching.source_parts(on_order, receipts)
    found = matched_of(placed, on_order, receipts)
    part = ["order_line_id", "received_on", "open"]
    theirs = parts.groupby(part, dropna=False)["quantity"].sum()
    assert (found["quantity"] > 0).all()
    assert not found.duplicated(["order_id", "item_id", *part]).any()
    taken = found.groupby(part, dropna=False)["quantity"].sum()
    assert (taken <= theirs.reindex(taken.index) + 1e-9).all()
    ours = totals(found)
    assert (ours <= placed.set_index(["order_id", "item_id"])["quantity"].reindex(ours.index) + 1e-9).all()


@some
@given(shops())
def test_what_is_on_its_way_is_never_negative_nor_more_than_both_say(shop):
    placed, entered, on_order, receipts = shop
    standing = standing_of(placed, entered=entered, on_order=on_order, receipts=receipts)
    both = coming.all_on_order(on_order, standing)
    assert (both["open_quantity"] > 0).all()
    assert not both["order_line_id"].duplicated().any()
    missing = (standing["quantity"] - standing["entered"]).clip(lower=0)[standing["state"].isin(coming.OPEN)]
    by_item = both.groupby("item_id")["open_quantity"].sum()
    theirs = on_order.groupby("item_id")["open_quantity"].sum().reindex(by_item.index).fillna(0)
    ours = missing.groupby(standing["item_id"]).sum().reindex(by_item.index).fillna(0)
    assert (by_item >= theirs - 1e-9).all()
    assert (by_item <= theirs + ours + 1e-9).all()
    ON_ORDER.check(both, where="test")


@some
@given(shops())
def test_every_unit_received_teaches_once(shop):
    placed, entered, on_order, receipts = shop
    standing = standing_of(placed, entered=entered, on_order=on_order, receipts=receipts)
    taught = RECEIPTS.check(coming.all_receipts(receipts, entered, standing), where="test")
    own = taught[~taught["order_line_id"].isin(receipts["order_line_id"])]
    expected = (standing["entered"] - standing["arrived"]).clip(lower=0).sum()
    assert own["received_quantity"].sum() == pytest.approx(expected)
    assert (own["received_quantity"] > 0).all()


@some
@given(shops())
def test_an_order_typed_into_the_source_changes_nothing_of_what_is_on_its_way(shop):
    placed = shop[0]
    ours = placed[placed["state"] == "sent"]
    typed = on_order_of(
        *((f"L{n}", line.item_id, 0, line.quantity) for n, line in enumerate(ours.itertuples()))
    ).assign(ordered_on=ours["ordered_on"].to_numpy())
    before = coming.all_on_order(on_order_of(), standing_of(ours))
    after = coming.all_on_order(typed, standing_of(ours, on_order=typed))
    pd.testing.assert_series_equal(
        totals(before, "open_quantity", by=["item_id"]), totals(after, "open_quantity", by=["item_id"])
    )
