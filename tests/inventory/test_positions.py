import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inventory_frames import NIGHT, day, items, lead_times, on_order, stock

from optiflow_lib.inventory import positions

NOTHING = on_order().head(0)


def position(held, coming=NOTHING, *, waits=None, overdue_days=30, of=None):
    made = positions(
        items() if of is None else of,
        stock=held,
        on_order=coming,
        lead_times=lead_times() if waits is None else waits,
        as_of=NIGHT,
        overdue_days=overdue_days,
    )
    return made.set_index("item_id").loc["A"]


def test_position_is_on_hand_less_reserved_less_backorders_plus_what_comes_in_time():
    held = stock(A=20).assign(reserved=3.0, backordered=2.0)
    made = position(held, on_order({}, {"expected_on": day(4)}))
    assert (made["on_order"], made["on_order_in_time"], made["inventory_position"]) == (20, 20, 35)
    assert made["next_arrival"] == day(2)


@pytest.mark.parametrize(
    ("lead_time", "order_on", "review", "last_day"),
    [(4.0, day(1), 1.0, 5), (4.0, day(3), 7.0, 13), (2.5, day(1), 1.0, 3)],
)
def test_an_order_counts_until_the_end_of_the_protection_interval_and_not_a_day_longer(
    lead_time, order_on, review, last_day
):
    waits = lead_times({"lead_time": lead_time, "order_on": order_on, "review_period": review})
    in_time = position(stock(A=0), on_order({"expected_on": day(last_day)}), waits=waits)
    too_late = position(stock(A=0), on_order({"expected_on": day(last_day + 1)}), waits=waits)
    assert in_time["inventory_position"] == 10
    assert (too_late["inventory_position"], too_late["on_order"]) == (0, 10)


def test_a_late_order_is_expected_tomorrow_until_it_is_too_late_to_be_counted_on():
    late = on_order({"expected_on": day(-29)})
    lost = on_order({"expected_on": day(-30)})
    assert position(stock(A=0), late)["inventory_position"] == 10
    assert position(stock(A=0), late)["next_arrival"] == day(1)
    given_up = position(stock(A=0), lost)
    assert (given_up["inventory_position"], given_up["on_order"]) == (0, 10)
    assert pd.isna(given_up["next_arrival"])


def test_an_order_without_a_day_is_expected_a_lead_time_after_it_was_sent():
    assert position(stock(A=0), on_order({"expected_on": None, "ordered_on": day(-1)}))[
        "next_arrival"
    ] == day(3)
    waits = lead_times({"lead_time": 40.0, "review_period": 1.0})
    far = position(stock(A=0), on_order({"expected_on": None, "ordered_on": day(9)}), waits=waits)
    assert (far["next_arrival"], far["on_order_in_time"]) == (day(49), 0)


def test_an_item_without_a_stock_row_has_nothing():
    made = position(stock(B=5))
    assert (made["on_hand"], made["inventory_position"]) == (0, 0)


def test_a_negative_stock_is_shown_and_counts_as_zero():
    made = position(stock(A=-4), on_order({}))
    assert (made["on_hand"], made["inventory_position"]) == (-4, 10)


def test_open_orders_of_unknown_items_are_left_out():
    assert position(stock(A=1), on_order({"product_id": "Z"}))["on_order"] == 0


quantities = st.floats(0, 100)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(quantities, st.integers(-40, 40)), max_size=6), st.integers(0, 20), st.integers(0, 20)
)
def test_waiting_longer_never_counts_fewer_orders(lines, one, other):
    coming = on_order(*({"open_quantity": units, "expected_on": day(ahead)} for units, ahead in lines))
    near, far = (
        position(stock(A=7), coming, waits=lead_times({"lead_time": float(days)}))
        for days in sorted((one, other))
    )
    assert near["inventory_position"] <= far["inventory_position"] + 1e-9
    assert 7 <= near["inventory_position"] <= 7 + sum(units for units, _ in lines) + 1e-9
