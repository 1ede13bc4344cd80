"""A person adds an item that no draft holds to its supplier's draft, and the next nights keep it."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from store_frames import NIGHT, on_sqlite, suggested, together
from store_processes import at_the_same_moment

from optiflow_lib.errors import OrderError
from optiflow_lib.store import (
    Addition,
    add_to_draft,
    move_order,
    open_store,
    read_order_lines,
    read_order_steps,
    read_orders,
    replace_drafts,
    set_line_quantity,
)

NEXT = NIGHT + timedelta(days=1)
FIRST, SECOND = "BC-2026-000001", "BC-2026-000002"
AT = datetime(2026, 11, 1, 9, 30)
ALLOWED = {"draft": {"approved", "cancelled"}}


def add(store, item="x", quantity=5.0, *, supplier="S1", location="M01", **others):
    given = {"unit_cost": 2.0, "list_price": 2.5, "vat_rate": 0.2, "reason": "fête <b>"}
    days = {"leaves_on": date(2026, 11, 2), "expected_on": date(2026, 11, 4)}
    added = Addition(item, supplier, location, quantity, **(given | days | others))
    return add_to_draft(store, added, as_of=NIGHT, author="ana", prefix="BC", at=AT)


def suggest(store, *suggestions, as_of=NIGHT, **others):
    orders, lines = together(*suggestions) if suggestions else suggested({})
    replace_drafts(store, orders, lines, as_of=as_of, author="optiflow", **others)


def quantities(store, order_id):
    lines = read_order_lines(store, order_ids=[order_id])
    return lines.set_index("item_id")["quantity"].to_dict()


def test_an_item_joins_the_draft_that_its_supplier_has(store):
    suggest(store, suggested({"a": 3}), suggested({"b": 4}, supplier="S2"))
    assert add(store) == FIRST
    assert quantities(store, FIRST) == {"a": 3, "x": 5}
    line = read_order_lines(store, order_ids=[FIRST]).set_index("item_id").loc["x"]
    assert (line["suggested_quantity"], line["unit_cost"], line["list_price"]) == (0, 2.0, 2.5)
    assert (line["edited_by"], line["reason"]) == ("ana", "fête <b>")
    assert pd.isna(line["edited_until"])
    assert len(read_order_steps(store, order_ids=[FIRST])) == 1


def test_a_draft_is_made_for_a_supplier_or_a_place_that_has_none(store):
    suggest(store, suggested({"a": 3}))
    assert add(store, "x@M02", location="M02") == SECOND
    order = read_orders(store).set_index("order_id").loc[SECOND]
    assert (order["supplier_id"], order["location_id"], order["state"]) == ("S1", "M02", "draft")
    assert (order["as_of"].date(), order["expected_on"].date()) == (NIGHT, date(2026, 11, 4))
    (step,) = read_order_steps(store, order_ids=[SECOND]).itertuples()
    assert (step.state, step.author, step.day.date(), step.night.date()) == ("draft", "ana", NEXT, NIGHT)


def test_the_next_night_keeps_what_was_added_whatever_it_suggests(store):
    suggest(store, suggested({"a": 3}))
    add(store)
    add(store, "y", supplier="S2")
    suggest(store, suggested({"a": 4, "x": 50}), as_of=NEXT)
    assert quantities(store, FIRST) == {"a": 4, "x": 5}
    assert quantities(store, SECOND) == {"y": 5}
    line = read_order_lines(store, order_ids=[FIRST]).set_index("item_id").loc["x"]
    assert (line["suggested_quantity"], line["edited_by"]) == (50, "ana")


def test_a_draft_of_added_items_alone_leaves_and_arrives_as_the_last_night_says(store):
    suggest(store, suggested({"a": 3}))
    add(store, "y", supplier="S2")
    add(store, "z", supplier="S2")
    days = pd.DataFrame(
        {
            "item_id": ["a", "y", "z"],
            "leaves_on": pd.to_datetime(["2026-11-09", "2026-11-03", "2026-11-03"]),
            "expected_on": pd.to_datetime(["2026-11-30", "2026-11-05", "2026-11-06"]),
        }
    )
    suggest(store, suggested({"a": 3}), as_of=NEXT, days=days)
    orders = read_orders(store).set_index("order_id")
    assert (orders.loc[SECOND, "leaves_on"].date(), orders.loc[SECOND, "expected_on"].date()) == (
        date(2026, 11, 3),
        date(2026, 11, 6),
    )
    assert pd.isna(orders.loc[FIRST, "expected_on"])


def test_what_is_set_to_nothing_is_gone_the_next_night(store):
    suggest(store, suggested({"a": 3}))
    add(store)
    set_line_quantity(store, FIRST, "x", 0, author="ana", reason="erreur")
    suggest(store, suggested({"a": 3}), as_of=NEXT)
    assert quantities(store, FIRST) == {"a": 3}


def test_an_item_that_a_draft_holds_is_not_added_a_second_time(store):
    suggest(store, suggested({"a": 3}))
    with pytest.raises(OrderError, match=f"the item is in draft {FIRST} already"):
        add(store, "a")
    add(store)
    with pytest.raises(OrderError, match="already"):
        add(store, supplier="S2")
    assert len(read_orders(store)) == 1
    move_order(store, FIRST, "approved", author="ana", at=AT, allowed=ALLOWED)
    assert add(store) == SECOND


@on_sqlite
@pytest.mark.parametrize("quantity", [0.0, -1.0, float("nan"), float("inf")])
def test_a_quantity_that_cannot_be_ordered_is_refused_and_no_draft_is_made(store, quantity):
    suggest(store, suggested({"a": 3}))
    with pytest.raises(OrderError, match="cannot be ordered"):
        add(store, quantity=quantity, supplier="S2")
    assert len(read_orders(store)) == 1


@on_sqlite
def test_before_the_first_night_no_draft_is_made(store):
    with pytest.raises(OrderError, match="no night has run yet"):
        add(store)
    assert read_orders(store).empty


def _add(url, item):
    with open_store(url, main_location="M01") as store:
        return add(store, item, supplier="S9")


def test_people_who_add_at_the_same_moment_share_the_new_draft(store, store_url):
    suggest(store, suggested({"a": 3}))
    made = at_the_same_moment(_add, *[(store_url, item) for item in ("x", "y", "z")])
    assert made == [SECOND] * 3
    assert quantities(store, SECOND) == {"x": 5, "y": 5, "z": 5}
