import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optiflow_lib.purchasing import unit_prices

BREAKS = {"from_quantity": [0.0, 400.0, 800.0], "unit_cost": [0.75, 0.72, 0.68]}  # Snyder & Shen, example 3.5
COLUMNS = ["item_id", "supplier_id", "from_quantity", "unit_cost", "discount_kind"]


def priced(quantity, *, kind="all_units", supplier="S", **terms):
    lines = pd.DataFrame({"item_id": ["a"], "supplier_id": [supplier], "quantity": [float(quantity)]})
    table = pd.DataFrame(BREAKS | terms).assign(item_id="a", supplier_id="S", discount_kind=kind)
    return unit_prices(lines, supplier_terms=table).iloc[0].tolist()


@pytest.mark.parametrize(
    ("quantity", "price"), [(1, 0.75), (399.9, 0.75), (400, 0.72), (799, 0.72), (800, 0.68), (1e9, 0.68)]
)
@pytest.mark.parametrize("kind", ["all_units", None])
def test_with_all_units_discounts_the_last_break_reached_holds_for_every_unit(quantity, price, kind):
    assert priced(quantity, kind=kind) == [0.75, price]


@pytest.mark.parametrize(
    ("quantity", "cost"),
    [
        (100, 75),
        (400, 300),
        (500, 300 + 72),
        (1000, 300 + 288 + 136),
    ],
)
def test_with_incremental_discounts_each_unit_has_the_price_of_its_stretch(quantity, cost):
    list_price, unit_price = priced(quantity, kind="incremental")
    assert (list_price, unit_price * quantity) == (0.75, pytest.approx(cost))


def test_a_quantity_below_the_first_break_has_its_price():
    assert priced(1, from_quantity=[10.0, 400.0, 800.0]) == [0.75, 0.75]
    assert priced(20, from_quantity=[10.0, 400.0, 800.0], kind="incremental") == pytest.approx([0.75, 0.75])


def test_a_break_that_is_missing_is_zero_and_of_two_terms_for_one_break_the_first_counts():
    assert priced(5, from_quantity=[None, 0.0, 800.0]) == [0.75, 0.75]


def test_what_cannot_be_a_price_is_not_known():
    assert priced(5, unit_cost=[None, -1.0, None], from_quantity=[0, 1, 2]) == pytest.approx(
        [float("nan")] * 2, nan_ok=True
    )
    assert priced(5, supplier="another") == pytest.approx([float("nan")] * 2, nan_ok=True)


def test_a_table_of_terms_without_breaks_or_without_rows_will_do():
    lines = pd.DataFrame({"item_id": ["a", "b"], "supplier_id": "S", "quantity": 2.0}, index=[7, 3])
    plain = pd.DataFrame({"item_id": ["b"], "supplier_id": ["S"], "unit_cost": [3.0]})
    prices = unit_prices(lines, supplier_terms=plain)
    assert prices.loc[3].tolist() == [3.0, 3.0]
    assert prices.loc[7].isna().all()
    assert unit_prices(lines, supplier_terms=pd.DataFrame(columns=COLUMNS)).isna().all(axis=None)
    assert unit_prices(lines.iloc[:0], supplier_terms=plain).empty


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0, 1e4), min_size=1, max_size=5, unique=True).map(sorted),
    st.lists(st.floats(0.01, 100), min_size=5, max_size=5).map(lambda prices: sorted(prices, reverse=True)),
    st.floats(0.5, 1e5),
    st.sampled_from(["all_units", "incremental"]),
)
def test_falling_prices_never_make_a_unit_dearer_than_the_list_price_or_cheaper_than_the_last(
    breaks, prices, quantity, kind
):
    costs = prices[: len(breaks)]
    list_price, unit_price = priced(quantity, kind=kind, from_quantity=breaks, unit_cost=costs)
    assert list_price == costs[0]
    assert costs[-1] * (1 - 1e-9) <= unit_price <= list_price * (1 + 1e-9)
