import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from order_frames import lines_of, order_of, suppliers_of

from optiflow_lib.purchasing import draft_totals
from optiflow_lib.schemas.operations import ORDER_LINES, ORDERS

FIRST, SECOND = "BC-2026-000001", "BC-2026-000002"


def asked(franco, minimum, supplier="F01"):
    return {
        "supplier_id": supplier,
        "name": "x",
        "free_delivery_from": franco,
        "minimum_order_value": minimum,
    }


DUPONT = (asked(400.0, 150.0),)


def totals(*lines, suppliers=DUPONT, orders=None, currency="EUR"):
    orders = [order_of(state="draft")] if orders is None else orders
    return draft_totals(
        pd.DataFrame(orders),
        pd.concat(lines) if lines else lines_of([]),
        suppliers=suppliers_of(*suppliers),
        currency=currency,
    )


@pytest.mark.parametrize(
    ("units", "to_franco", "to_minimum", "is_below"),
    [(10, 375.0, 125.0, True), (60, 250.0, 0.0, False), (160, 0.0, 0.0, False), (500, 0.0, 0.0, False)],
)
def test_what_is_missing_to_the_franco_and_to_the_minimum(units, to_franco, to_minimum, is_below):
    row = totals(lines_of([units])).iloc[0]
    assert (row["value"], row["vat"]) == (units * 2.5, pytest.approx(units * 0.5))
    assert (row["missing_to_free_delivery"], row["missing_to_minimum"]) == (to_franco, to_minimum)
    assert row["is_below_minimum"] == is_below


def test_values_are_those_of_the_document_and_cents_are_not_lost():
    row = totals(lines_of([1, 1], unit_cost=0.125, vat_rate=0.1)).iloc[0]
    assert (row["value"], row["vat"], row["missing_to_free_delivery"]) == (0.26, 0.02, 399.74)
    assert totals(lines_of([1], unit_cost=0.6), currency="JPY")["value"].tolist() == [1.0]


@pytest.mark.parametrize("none", [0.0, None])
def test_a_threshold_of_nothing_is_none(none):
    row = totals(lines_of([1]), suppliers=[asked(none, none)]).iloc[0]
    thresholds = [
        "free_delivery_from",
        "missing_to_free_delivery",
        "minimum_order_value",
        "missing_to_minimum",
    ]
    assert row[thresholds].isna().all()
    assert not row["is_below_minimum"]


def test_a_supplier_nobody_knows_asks_for_nothing():
    assert not totals(lines_of([1]), suppliers=[])["is_below_minimum"].any()


def test_a_price_that_is_assumed_counts_and_is_said():
    totals_ = totals(
        lines_of([10, 10], list_price=[2.5, None]),
        lines_of([4], order_id=SECOND),
        orders=[order_of(), order_of(order_id=SECOND)],
    )
    assert totals_["order_id"].tolist() == [FIRST, SECOND]
    assert totals_["value"].tolist() == [50.0, 10.0]
    assert totals_["is_exact"].tolist() == [False, True]


def test_an_order_without_lines_and_lines_without_an_order_come_to_nothing():
    totals_ = totals(lines_of([7], order_id=SECOND))
    assert totals_[["value", "vat", "missing_to_minimum"]].to_numpy().tolist() == [[0.0, 0.0, 150.0]]
    nothing = draft_totals(ORDERS.empty(), ORDER_LINES.empty(), suppliers=suppliers_of(), currency="EUR")
    assert nothing.empty
    assert nothing["is_exact"].dtype == bool


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=5), st.floats(0, 1e6), st.floats(0, 1e6))
def test_money_is_never_negative(quantities, franco, minimum):
    row = totals(lines_of(quantities), suppliers=[asked(franco, minimum)]).iloc[0]
    money = row[["value", "vat", "missing_to_free_delivery", "missing_to_minimum"]].dropna()
    assert (money >= 0).all()
