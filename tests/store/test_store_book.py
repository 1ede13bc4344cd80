"""A night counts on what people did before it began, whenever it is asked, and sees receipts in the source once."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from store_frames import NIGHT, on_sqlite, suggested, together
from store_processes import at_the_same_moment

from optiflow_lib.errors import OrderError
from optiflow_lib.schemas.operations import ENTERED_RECEIPTS, OVERRIDE_RESULTS, PLACED_LINES
from optiflow_lib.store import (
    dump_digest,
    keep_override,
    lift_override,
    move_order,
    night_book,
    open_store,
    read_order_lines,
    read_order_receipts,
    read_order_steps,
    read_orders,
    read_override_results,
    read_overrides,
    receive_from_source,
    receive_lines,
    replace_drafts,
    replace_override_results,
    set_line_quantity,
)

NEXT, AFTER = NIGHT + timedelta(days=1), NIGHT + timedelta(days=2)
ALLOWED = {
    "draft": ("approved", "cancelled"),
    "approved": ("sent", "cancelled"),
    "sent": ("partly_received", "received", "cancelled"),
    "partly_received": ("received",),
}
FIRST, SECOND = "BC-2026-000001", "BC-2026-000002"
AT = datetime(2026, 11, 1, 9, 30)


def night(store, as_of=NIGHT, *suggestions):
    """Begins a night and drafts what it suggests; returns what it saw."""
    book = night_book(store, as_of)
    orders, lines = together(*(suggestions or [suggested({"a": 3, "b": 4})]))
    replace_drafts(store, orders, lines, as_of=as_of, author="optiflow")
    return book


def move(store, *states, order_id=FIRST, **others):
    for to in states:
        move_order(store, order_id, to, author="ana", at=AT, allowed=ALLOWED, **others)


def receive(store, quantities, **others):
    return receive_lines(store, FIRST, quantities, author="bob", at=AT, allowed=ALLOWED, **others)


def seen(store, *receipts, finished=(), as_of=NEXT):
    """What the source received: (order_id, item, received_on, quantity) each."""
    arrived = pd.DataFrame(receipts, columns=["order_id", "item_id", "received_on", "quantity"])
    receive_from_source(
        store,
        arrived.assign(received_on=pd.to_datetime(arrived["received_on"])),
        finished=finished,
        open_states=("approved", "sent", "partly_received"),
        as_of=as_of,
        author="optiflow",
    )


def keep(store, item, quantity, *, until=AFTER, prices=None, **others):
    keep_override(
        store, item, quantity, author="ana", reason="fête", until=until, at=AT, prices=prices or {}, **others
    )


def standing(book):
    return book["placed_lines"].set_index(["order_id", "product_id"])["state"].to_dict()


def received(store, order_id=FIRST):
    lines = read_order_lines(store, order_ids=[order_id])
    return lines.set_index("item_id")["received_quantity"].to_dict()


def state(store, order_id=FIRST):
    return read_orders(store).set_index("order_id").at[order_id, "state"]


@on_sqlite
def test_before_anything_was_decided_the_book_is_empty_and_meets_its_schema(store):
    book = night(store)
    assert_frame_equal(book["placed_lines"], PLACED_LINES.empty())
    assert_frame_equal(book["entered_receipts"], ENTERED_RECEIPTS.empty())


def test_an_order_is_placed_for_the_nights_after_its_approval_only(store):
    night(store)
    move(store, "approved", "sent")
    assert night_book(store, NIGHT)["placed_lines"].empty
    book = night_book(store, NEXT)["placed_lines"]
    assert book["product_id"].tolist() == ["a", "b"]
    line = book.iloc[0]
    assert (line["state"], line["quantity"], line["supplier_id"]) == ("sent", 3, "S1")
    assert (line["suggested_on"].date(), line["ordered_on"].date(), line["sent_on"].date()) == (
        NIGHT,
        NEXT,
        NEXT,
    )


def test_what_people_do_while_a_night_runs_is_for_the_nights_after_it(store):
    night(store)
    move(store, "approved")
    before = night_book(store, NEXT)
    move(store, "sent")
    receive(store, {"a": 1})
    again = night_book(store, NEXT)
    for name, rows in before.items():
        assert_frame_equal(again[name], rows)
    later = night_book(store, AFTER)
    assert set(standing(later).values()) == {"partly_received"}
    assert later["entered_receipts"][["product_id", "quantity"]].to_numpy().tolist() == [["a", 1]]


@on_sqlite
def test_a_past_night_sees_the_orders_as_they_were(store):
    night(store)
    move(store, "approved")
    night(store, NEXT)
    move(store, "cancelled")
    assert standing(night_book(store, NEXT))[(FIRST, "a")] == "approved"
    assert standing(night_book(store, AFTER))[(FIRST, "a")] == "cancelled"


@on_sqlite
def test_the_day_of_an_approval_is_the_clocks_unless_nights_run_ahead_of_it(store):
    night(store, NIGHT, suggested({"a": 3}), suggested({"b": 4}, supplier="S2"))
    move(store, "approved", day=NIGHT - timedelta(days=90))
    move(store, "approved", order_id=SECOND, day=AFTER)
    steps = read_order_steps(store).query("state == 'approved'").set_index("order_id")
    assert steps["day"].dt.date.to_dict() == {FIRST: NEXT, SECOND: AFTER}
    assert set(steps["night"].dt.date) == {NIGHT}


def test_an_order_approved_while_the_night_runs_is_not_suggested_again(store):
    night(store)
    night_book(store, NEXT)
    move(store, "approved")
    orders, lines = together(suggested({"a": 5, "c": 6}, as_of=NEXT))
    replace_drafts(store, orders, lines, as_of=NEXT, author="optiflow")
    assert read_order_lines(store, order_ids=[SECOND])["item_id"].tolist() == ["c"]


@on_sqlite
def test_an_edit_holds_for_drafts_until_its_last_day(store):
    night(store)
    keep(store, "a", 30, until=AFTER)
    night(store, NEXT)
    assert read_order_lines(store).set_index("item_id").at["a", "quantity"] == 30
    night(store, AFTER)
    line = read_order_lines(store).set_index("item_id").loc["a"]
    assert (line["quantity"], line.isna()["edited_by"]) == (3, True)


def test_receipts_keep_who_counted_what_and_when(store):
    night(store)
    move(store, "approved", "sent", day=NEXT)
    assert receive(store, {"a": 2}, received_on=NEXT, day=AFTER) == "partly_received"
    assert receive(store, {"a": -1}, day=AFTER) == "partly_received"
    assert receive(store, None, day=AFTER) == "received"
    told = ["item_id", "quantity", "author"]
    receipts = read_order_receipts(store, order_ids=[FIRST])
    assert receipts[told].to_numpy().tolist() == [
        ["a", 2, "bob"],
        ["a", -1, "bob"],
        ["a", 2, "bob"],
        ["b", 4, "bob"],
    ]
    assert receipts["received_on"].dt.date.tolist() == [NEXT, AFTER, AFTER, AFTER]
    assert received(store) == {"a": 3, "b": 4}


@on_sqlite
@pytest.mark.parametrize("received_on", [NIGHT, AFTER])
def test_an_order_cannot_arrive_before_it_was_ordered_or_in_the_future(store, received_on):
    night(store)
    move(store, "approved", "sent")
    with pytest.raises(OrderError, match=f"cannot have arrived on {received_on}"):
        receive(store, {"a": 2}, received_on=received_on)
    assert read_order_receipts(store).empty


@on_sqlite
def test_a_receipt_of_an_item_that_was_not_ordered_is_refused(store):
    night(store)
    move(store, "approved", "sent")
    with pytest.raises(OrderError, match="no line for item x at M02"):
        receive(store, {"a": 1, "x@M02": 1})
    assert received(store) == {"a": 0, "b": 0}


def test_receipts_of_the_source_close_an_order_and_repeating_them_changes_nothing(store):
    night(store)
    move(store, "approved", "sent")
    night_book(store, NEXT)
    seen(store, (FIRST, "a", NEXT, 3.0))
    assert (state(store), received(store)) == ("partly_received", {"a": 3, "b": 0})
    seen(store, (FIRST, "a", NEXT, 3.0), (FIRST, "b", AFTER, 4.0), as_of=AFTER)
    once = dump_digest(store)
    seen(store, (FIRST, "a", NEXT, 3.0), (FIRST, "b", AFTER, 4.0), as_of=AFTER)
    assert dump_digest(store) == once
    assert (state(store), received(store)) == ("received", {"a": 3, "b": 4})
    steps = read_order_steps(store)[["state", "author"]].to_numpy().tolist()
    assert steps[-2:] == [["partly_received", "optiflow"], ["received", "optiflow"]]
    assert read_order_receipts(store)["received_on"].dt.date.tolist() == [NEXT, AFTER]


@on_sqlite
def test_an_order_that_arrived_was_sent_whether_or_not_somebody_said_so(store):
    night(store)
    move(store, "approved")
    seen(store, (FIRST, "a", NEXT, 1.0))
    assert read_order_steps(store)["state"].tolist() == ["draft", "approved", "sent", "partly_received"]


@on_sqlite
def test_what_a_person_entered_is_not_received_again_from_the_source(store):
    night(store)
    move(store, "approved", "sent")
    receive(store, {"a": 2, "b": 4})
    seen(store, (FIRST, "a", NEXT, 1.0), (FIRST, "a", AFTER, 2.0), (FIRST, "b", AFTER, 4.0), as_of=AFTER)
    assert (state(store), received(store)) == ("received", {"a": 3, "b": 4})
    assert read_order_receipts(store)["quantity"].tolist() == [2, 4, 1]


@on_sqlite
def test_an_order_of_which_nothing_more_will_come_is_closed(store):
    night(store)
    move(store, "approved", "sent")
    seen(store, (FIRST, "a", NEXT, 2.0), finished=[FIRST])
    assert (state(store), received(store)) == ("received", {"a": 2, "b": 0})


@on_sqlite
@pytest.mark.parametrize("states", [("cancelled",), ("approved", "cancelled")])
def test_a_cancelled_order_receives_nothing(store, states):
    night(store)
    move(store, *states)
    before = dump_digest(store)
    seen(store, (FIRST, "a", NEXT, 3.0))
    assert dump_digest(store) == before


@on_sqlite
def test_orders_older_than_a_year_are_left_out_of_the_book(store):
    night(store)
    move(store, "approved")
    assert not night_book(store, date(2027, 11, 1))["placed_lines"].empty
    assert night_book(store, date(2028, 1, 1))["placed_lines"].empty


def test_the_book_is_the_same_in_a_store_opened_again(store, store_url):
    night(store)
    move(store, "approved")
    with open_store(store_url, main_location="M01") as again:
        assert_frame_equal(night_book(again, NEXT)["placed_lines"], night_book(store, NEXT)["placed_lines"])


PRICE = {"unit_cost": 1.5, "list_price": 2.0}


def line(store, item, order_id=FIRST):
    return read_order_lines(store, order_ids=[order_id]).set_index("item_id").loc[item]


def test_an_override_is_kept_with_who_and_why_and_changes_the_draft_at_once(store):
    night(store)
    keep(store, "a", 30, prices={FIRST: PRICE})
    kept = read_overrides(store).iloc[0]
    assert (kept["quantity"], kept["author"], kept["reason"]) == (30, "ana", "fête")
    assert (kept["until"].date(), kept["day"].date()) == (AFTER, NEXT)
    told = line(store, "a")
    assert (told["quantity"], told["suggested_quantity"], told["unit_cost"], told["list_price"]) == (
        30,
        3,
        1.5,
        2,
    )
    assert (told["edited_by"], told["edited_until"].date()) == ("ana", AFTER)
    assert line(store, "b").isna()["edited_by"]


def test_a_lifted_override_leaves_what_was_suggested_and_its_history(store):
    night(store)
    keep(store, "a", 30)
    lift_override(store, "a", author="bob", at=AT, prices={FIRST: PRICE})
    told = line(store, "a")
    assert (told["quantity"], told["unit_cost"]) == (3, 1.5)
    assert told.isna()[["edited_by", "reason", "edited_until"]].all()
    assert read_overrides(store)["author"].tolist() == ["ana", "bob"]
    with pytest.raises(OrderError, match="the item has no override"):
        lift_override(store, "a", author="bob", at=AT, prices={})


@on_sqlite
def test_lifting_an_override_leaves_a_quantity_that_a_person_set_for_this_draft(store):
    night(store)
    keep(store, "a", 30)
    set_line_quantity(store, FIRST, "a", 40, author="eve", reason="")
    lift_override(store, "a", author="bob", at=AT, prices={})
    assert (line(store, "a")["quantity"], line(store, "a")["edited_by"]) == (40, "eve")


@on_sqlite
def test_an_override_does_not_change_an_order_that_was_approved(store):
    night(store)
    move(store, "approved")
    keep(store, "a", 30)
    assert line(store, "a")["quantity"] == 3
    assert len(read_overrides(store)) == 1


@on_sqlite
@pytest.mark.parametrize(
    ("quantity", "until", "why"),
    [
        (-1, AFTER, "cannot be ordered"),
        (float("nan"), AFTER, "cannot be ordered"),
        (3, NIGHT, "today is 2026-11-01"),
    ],
)
def test_an_override_that_cannot_be_is_refused(store, quantity, until, why):
    night(store)
    with pytest.raises(OrderError, match=why):
        keep(store, "a", quantity, until=until)
    assert read_overrides(store).empty


@on_sqlite
def test_nothing_is_kept_before_the_first_night(store):
    with pytest.raises(OrderError, match="no night has run yet"):
        keep(store, "a", 3)


def test_results_of_overrides_are_replaced_line_by_line(store):
    row = {name: 1.0 for name, column in OVERRIDE_RESULTS.columns.items() if column.kind == "number"} | {
        "order_id": FIRST, "author": "ana", "reason": None, "suggested_on": NIGHT, "ends_on": AFTER, "measured_on": None,
    }  # fmt: skip
    rows = OVERRIDE_RESULTS.check(
        pd.DataFrame([row | {"item_id": item} for item in ("a", "b@M02")]), where="test"
    )
    replace_override_results(store, rows)
    replace_override_results(store, OVERRIDE_RESULTS.empty())
    replace_override_results(store, rows.iloc[[1]].assign(measured_on=pd.Timestamp(AFTER), saved_eur=-2.0))
    kept = read_override_results(store)
    assert kept["item_id"].tolist() == ["a", "b@M02"]
    assert kept["saved_eur"].tolist() == [1, -2]
    assert kept["measured_on"].isna().tolist() == [True, False]


def _begin(url, as_of):
    with open_store(url, main_location="M01") as opened:
        return night_book(opened, as_of)["placed_lines"]["order_id"].tolist()


def _approve(url, order_id):
    with open_store(url, main_location="M01") as opened:
        move(opened, "approved", order_id=order_id)


def test_a_night_that_begins_while_people_approve_sees_the_same_for_ever(store, store_url):
    suppliers = [f"S{number}" for number in range(1, 5)]
    night(store, NIGHT, *(suggested({f"x{name}": 3}, supplier=name) for name in suppliers))
    numbers = read_orders(store)["order_id"].tolist()
    people = [(_approve, store_url, order_id) for order_id in numbers]
    seen_then, *failed = at_the_same_moment(_act, (_begin, store_url, NEXT), *people)
    assert failed == [None] * len(numbers)
    assert _begin(store_url, NEXT) == seen_then
    assert _begin(store_url, AFTER) == numbers


def _act(function, url, what):
    return function(url, what)
