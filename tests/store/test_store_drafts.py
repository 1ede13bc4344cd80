from datetime import date, datetime, timedelta

import pytest
from store_frames import NIGHT, on_sqlite, suggested, together

from optiflow_lib.errors import DataError
from optiflow_lib.store import (
    dump_digest,
    move_order,
    read_order_lines,
    read_order_steps,
    read_orders,
    replace_drafts,
    set_line_quantity,
)

NEXT = NIGHT + timedelta(days=1)
ALLOWED = {"draft": {"approved", "cancelled"}, "approved": {"sent", "cancelled"}}
FIRST = "BC-2026-000001"


def suggest(store, *suggestions, as_of=NIGHT, **others):
    orders, lines = together(*suggestions)
    return replace_drafts(store, orders, lines, as_of=as_of, author="optiflow", **others)


def move(store, to, order_id=FIRST):
    move_order(store, order_id, to, author="ana", at=datetime(2026, 11, 1, 9), allowed=ALLOWED)


def edit(store, item, quantity, order_id=FIRST):
    set_line_quantity(store, order_id, item, quantity, author="ana", reason="fête")


def quantities(store, order_id=None):
    lines = read_order_lines(store, order_ids=order_id and [order_id])
    return lines.set_index("item_id")["quantity"].to_dict()


def states(store):
    return read_orders(store).set_index("order_id")["state"].to_dict()


def test_new_drafts_are_numbered_by_supplier_and_location(store):
    suggest(
        store,
        suggested({"a": 3}, supplier="S2"),
        suggested({"b@M02": 4}, location="M02"),
        suggested({"c": 5, "d": 6}),
    )
    orders = read_orders(store)[["order_id", "supplier_id", "location_id", "state"]].to_numpy().tolist()
    assert orders == [
        ["BC-2026-000001", "S1", "M01", "draft"],
        ["BC-2026-000002", "S1", "M02", "draft"],
        ["BC-2026-000003", "S2", "M01", "draft"],
    ]
    assert quantities(store, "BC-2026-000002") == {"b@M02": 4}
    assert read_order_steps(store)[["order_id", "state", "author"]].to_numpy().tolist()[0] == [
        FIRST,
        "draft",
        "optiflow",
    ]


def test_running_a_night_twice_leaves_what_running_it_once_does(store):
    suggestion = suggested({"a": 3, "b": 4})
    suggest(store, suggestion)
    once = dump_digest(store)
    suggest(store, suggestion)
    assert dump_digest(store) == once


@on_sqlite
def test_the_next_night_keeps_the_number_and_changes_the_quantities(store):
    suggest(store, suggested({"a": 3, "b": 4}))
    suggest(store, suggested({"b": 9, "c": 1}), as_of=NEXT)
    assert quantities(store, FIRST) == {"b": 9, "c": 1}
    order = read_orders(store).iloc[0]
    assert (order["as_of"].date(), order["created_on"].date()) == (NEXT, NIGHT)


def test_a_persons_quantity_stays_whatever_the_next_night_suggests(store):
    suggest(store, suggested({"a": 3, "b": 4, "c": 5}))
    edit(store, "a", 30)
    edit(store, "b", 0)
    edit(store, "c", 50)
    suggest(store, suggested({"a": 7, "b": 8}), as_of=NEXT)
    lines = read_order_lines(store).set_index("item_id")
    assert lines["quantity"].to_dict() == {"a": 30, "b": 0, "c": 50}
    assert lines["suggested_quantity"].to_dict() == {"a": 7, "b": 8, "c": 0}
    assert set(lines["edited_by"]) == {"ana"}
    assert set(lines["reason"]) == {"fête"}


@on_sqlite
def test_a_line_set_to_zero_goes_when_it_is_no_longer_suggested(store):
    suggest(store, suggested({"a": 3, "b": 4}))
    edit(store, "b", 0)
    suggest(store, suggested({"a": 3}), as_of=NEXT)
    assert quantities(store) == {"a": 3}


@on_sqlite
def test_a_draft_nobody_touched_goes_when_nothing_is_left_and_its_number_is_not_used_again(store):
    suggest(store, suggested({"a": 3}))
    suggest(store, suggested({}), as_of=NEXT)
    assert states(store) == {}
    suggest(store, suggested({"a": 3}), as_of=NEXT + timedelta(days=1))
    assert states(store) == {"BC-2026-000002": "draft"}


def test_a_draft_somebody_worked_on_is_cancelled_and_its_lines_stay_to_be_seen(store):
    suggest(store, suggested({"a": 3, "b": 4}))
    edit(store, "a", 0)
    suggest(store, suggested({}), as_of=NEXT)
    assert states(store) == {FIRST: "cancelled"}
    assert quantities(store) == {"a": 0}
    assert read_order_steps(store)["state"].tolist() == ["draft", "cancelled"]


@pytest.mark.parametrize("to", ["approved", "cancelled"])
def test_a_night_that_runs_again_orders_nothing_that_was_decided_meanwhile(store, to):
    suggest(store, suggested({"a": 3, "b": 4}))
    move(store, to)
    decided = dump_digest(store)
    suggest(store, suggested({"a": 3, "b": 4}))
    assert dump_digest(store) == decided
    suggest(store, suggested({"a": 3, "b": 4, "c": 5}))
    assert quantities(store, "BC-2026-000002") == {"c": 5}


@on_sqlite
def test_the_next_night_may_suggest_an_item_again_that_was_ordered_before(store):
    suggest(store, suggested({"a": 3}))
    move(store, "approved")
    suggest(store, suggested({"a": 8}), as_of=NEXT)
    assert states(store) == {FIRST: "approved", "BC-2026-000002": "draft"}
    assert quantities(store, FIRST) == {"a": 3}


@on_sqlite
def test_a_night_older_than_the_last_one_changes_nothing(store):
    assert suggest(store, suggested({"a": 3}), as_of=NEXT) is True
    before = dump_digest(store)
    assert suggest(store, suggested({"a": 99})) is False
    assert dump_digest(store) == before


def test_numbers_begin_again_with_the_year_and_the_prefix(store):
    suggest(store, suggested({"a": 3}))
    suggest(store, suggested({"a": 3}), suggested({"b": 1}, supplier="S2"), as_of=date(2027, 1, 1))
    suggest(
        store,
        suggested({"a": 3}),
        suggested({"b": 1}, supplier="S2"),
        suggested({"c": 1}, supplier="S3"),
        as_of=date(2027, 1, 1),
        prefix="PO",
    )
    assert list(states(store)) == [FIRST, "BC-2027-000001", "PO-2027-000001"]


@on_sqlite
def test_a_frame_that_is_wrong_changes_nothing(store):
    suggest(store, suggested({"a": 3}))
    orders, lines = suggested({"a": 3})
    with pytest.raises(DataError):
        replace_drafts(store, orders.drop(columns="supplier_id"), lines, as_of=NIGHT, author="optiflow")
    assert quantities(store) == {"a": 3}


@on_sqlite
def test_the_expected_day_follows_the_night(store):
    orders, lines = suggested({"a": 3})
    for expected in (date(2026, 11, 5), date(2026, 11, 6)):
        days = {"leaves_on": expected - timedelta(days=2), "expected_on": expected}
        replace_drafts(store, orders.assign(**days), lines, as_of=NIGHT, author="optiflow")
        kept = read_orders(store).iloc[0]
        assert {name: kept[name].date() for name in days} == days
