from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from order_frames import lines_of

from optiflow_lib.purchasing.amounts import line_amounts, order_amount, rounded

quantities = st.floats(0.001, 1e6)
prices = st.floats(0, 1e5)
rates = st.sampled_from([0.0, 0.021, 0.055, 0.1, 0.2])


def summed(lines, currency="EUR"):
    return order_amount(line_amounts(lines, currency=currency), currency=currency)


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (2.675, 2, "2.68"),
        (1.005, 2, "1.01"),
        (0.125, 2, "0.13"),
        (0.5, 0, "1"),
        (1e22, 2, "1" + "0" * 22 + ".00"),
    ],
)
def test_a_number_is_rounded_half_up_as_it_is_written_and_not_as_it_is_stored(value, decimals, expected):
    assert rounded(value, decimals) == Decimal(expected)


def test_an_order_reckoned_by_hand():
    lines = lines_of([3, 1.5, 7], unit_cost=[1.15, 0.33, 2.0], vat_rate=[0.055, 0.055, 0.2])
    amount = summed(lines)
    assert [line.total for line in line_amounts(lines, currency="EUR")] == [
        Decimal("3.45"),
        Decimal("0.50"),  # 0.495
        Decimal("14.00"),
    ]
    assert amount.vat_by_rate == {
        Decimal("0.055"): (Decimal("3.95"), Decimal("0.22")),  # 0.19 + 0.03, not 0.055 x 3.95 = 0.217
        Decimal("0.2"): (Decimal("14.00"), Decimal("2.80")),
    }
    assert (amount.subtotal, amount.total) == (Decimal("17.95"), Decimal("20.97"))


@pytest.mark.parametrize(("currency", "total"), [("EUR", "0.35"), ("JPY", "0"), ("TND", "0.346")])
def test_amounts_are_rounded_to_the_currencys_smallest_coin(currency, total):
    assert summed(lines_of([1], unit_cost=0.3456, vat_rate=0.0), currency).total == Decimal(total)


def test_the_price_shown_times_the_quantity_shown_is_the_total_shown():
    (line,) = line_amounts(lines_of([1000], unit_cost=0.00005), currency="EUR")
    assert (line.unit_price, line.total) == (Decimal("0.0001"), Decimal("0.10"))


def test_a_line_without_a_known_price_is_in_no_sum():
    amount = summed(lines_of([3, 5], unit_cost=2.0, list_price=[2.0, None]))
    assert (amount.subtotal, amount.is_complete) == (Decimal("6.00"), False)
    assert line_amounts(lines_of([5], list_price=None), currency="EUR")[0].unit_price is None


def test_an_order_without_lines_comes_to_nothing():
    amount = summed(lines_of([]))
    assert (amount.subtotal, amount.total, amount.vat_by_rate, amount.is_complete) == (0, 0, {}, True)


@pytest.mark.parametrize(
    ("list_price", "unit_cost", "discount"),
    [(2.0, 1.9, "0.05"), (2.0, 2.0, "0"), (2.0, 3.0, "0"), (0.0, 0.0, "0"), (None, 1.0, "0")],
)
def test_a_discount_is_the_share_of_the_list_price_that_is_not_paid(list_price, unit_cost, discount):
    (line,) = line_amounts(lines_of([1], unit_cost=unit_cost, list_price=list_price), currency="EUR")
    assert line.discount == Decimal(discount)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(quantities, prices, rates), max_size=20))
def test_totals_are_the_sums_of_rounded_lines_and_never_negative(rows):
    given_ = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
    frame = lines_of(given_[0], unit_cost=given_[1], list_price=given_[1], vat_rate=given_[2])
    lines, amount = line_amounts(frame, currency="EUR"), summed(frame)
    assert amount.subtotal == sum(line.total for line in lines)
    assert amount.total == amount.subtotal + sum(line.vat for line in lines)
    assert amount.subtotal == sum(base for base, _ in amount.vat_by_rate.values())
    for line in lines:
        assert line.total == line.total.quantize(Decimal("0.01"))
        assert abs(line.total - line.quantity * line.unit_price) <= Decimal("0.005")
        assert min(line.total, line.vat, amount.total) >= 0
