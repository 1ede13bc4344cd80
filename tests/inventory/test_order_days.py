from datetime import date, timedelta

import pandas as pd
import pytest
from inventory_frames import NIGHT, day, suppliers

from optiflow_lib.inventory import closed_weekdays, order_chances
from optiflow_lib.inventory.order_days import next_open_day, order_days


def found(row, **values):
    rules = {"closed": frozenset(), "closed_days": frozenset(), "review_period": 1} | values
    made = order_days(suppliers(row), as_of=NIGHT, **rules).iloc[0]
    return (made["order_on"] - day(0)).days, made["review_period"]


# The night is Friday 30 October 2026; one day ahead is Saturday.
@pytest.mark.parametrize(
    ("supplier", "rules", "expected"),
    [
        ({}, {}, (1, 1)),
        ({}, {"closed": {6, 7}}, (3, 1)),  # nobody is there before Monday
        ({}, {"review_period": 7}, (1, 7)),
        ({"review_period": 14}, {}, (1, 14)),
        ({"order_weekdays": "1"}, {}, (3, 7)),
        ({"order_weekdays": "1", "review_period": 14}, {}, (3, 14)),
        ({"order_weekdays": "1,3, 5"}, {"review_period": 9}, (3, 2)),
        ({"order_weekdays": "7"}, {"closed": {7}}, (2, 7)),  # an order needs no open shop
        ({"order_weekdays": "1"}, {"closed_days": {date(2026, 11, 2)}}, (10, 7)),
        ({"order_weekdays": "lundi"}, {}, (1, 1)),
        ({"order_weekdays": ""}, {}, (1, 1)),
        ({"order_weekdays": "1"}, {"closed_days": {date(2026, 11, 2 + n) for n in range(28)}}, (31, 7)),
    ],
)
def test_orders_go_on_the_supplier_s_next_day(supplier, rules, expected):
    assert found(supplier, **rules) == expected


def test_a_supplier_that_is_always_closed_is_asked_tomorrow():
    never = {(day(0) + pd.Timedelta(days=n)).date() for n in range(1, 400)}
    assert found({}, closed_days=never)[0] == 1


def sales(*weekdays, quantity=1.0):
    days = pd.date_range(end=day(0), periods=70)
    kept = days[(days.day_of_week + 1).isin(weekdays)]
    return pd.DataFrame({"item_id": "A", "day": kept, "quantity": quantity})


def test_weekdays_without_sales_for_eight_weeks_are_closed():
    assert closed_weekdays(sales(1, 2, 3, 4, 5, 6), as_of=NIGHT) == {7}


def test_returns_are_no_opening_and_no_sales_at_all_close_nothing():
    assert closed_weekdays(sales(1, 7, quantity=-1.0), as_of=NIGHT) == frozenset()
    assert closed_weekdays(sales(), as_of=NIGHT) == frozenset()


def test_one_sale_on_a_sunday_opens_sundays_for_eight_weeks():
    once = pd.concat([sales(1, 2, 3, 4, 5, 6), sales(7).tail(1)])
    assert closed_weekdays(once, as_of=NIGHT) == frozenset()
    long_ago = pd.concat([sales(1, 2, 3, 4, 5, 6), sales(7).head(1)])
    assert closed_weekdays(long_ago, as_of=NIGHT) == {7}


def test_the_next_open_day_skips_closed_weekdays_and_holidays():
    assert next_open_day(NIGHT, closed={6, 7}, closed_days={date(2026, 11, 2)}) == date(2026, 11, 3)


@pytest.mark.parametrize(
    "supplier",
    [{}, {"review_period": 14}, {"order_weekdays": "1"}, {"order_weekdays": "2,5", "review_period": 9}],
)
@pytest.mark.parametrize("months_closed", [0, 3])
def test_chances_of_many_evenings_are_those_of_each(supplier, months_closed):
    rules = {
        "closed": frozenset({7}),
        "closed_days": {date(2026, 11, 2 + 9 * n) for n in range(3)}
        | {date(2026, 12, 1) + timedelta(days=n) for n in range(31 * months_closed)},
        "review_period": 2,
    }
    can_order, review = order_chances(suppliers(supplier), first_day=NIGHT, n_days=90, **rules)["S1"]
    for ahead in range(90):
        evening = NIGHT + timedelta(days=ahead)
        told = order_days(suppliers(supplier), as_of=evening, **rules).iloc[0]
        assert can_order[ahead] == (told["order_on"].date() == evening + timedelta(days=1))
        assert review[ahead] == told["review_period"]
