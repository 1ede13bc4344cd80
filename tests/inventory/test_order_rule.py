import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optiflow_lib.inventory.order_rule import OrderInputs, decide
from optiflow_lib.inventory.price_breaks import PriceBreaks, average_price, yearly_cost

calm = settings(max_examples=150, deadline=None)
NAN = float("nan")


def inputs(**values) -> OrderInputs:
    """One line: position 3, s = 9, S = 20, single pieces at 2 €, no limits."""
    usual = {
        "position": 3.0,
        "reorder_point": 9.0,
        "order_up_to": 20.0,
        "minimum": 0.0,
        "multiple": 1.0,
        "sellable": NAN,
        "fresh": NAN,
        "covered": NAN,
        "yearly_demand": 700.0,
        "order_cost": 0.5,
        "holding_rate": 0.25,
        "has_supplier": True,
        "nearest": False,
        "allotted": NAN,
        "allotment": "",
    }
    prices = values.pop("prices", [(0, 2.0)])
    incremental = np.array([values.pop("incremental", False)])
    breaks = PriceBreaks(
        np.array([[least for least, _ in prices]], dtype=float),
        np.array([[price for _, price in prices]], dtype=float),
        incremental,
    )
    return OrderInputs(**{name: np.array([value]) for name, value in (usual | values).items()}, breaks=breaks)


def decided(**values):
    made = decide(inputs(**values))
    return float(made.quantity[0]), str(made.rule[0])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, (17, "level")),
        ({"position": 9.0}, (11, "level")),
        ({"position": 9.5}, (0, "enough")),
        ({"position": 25.0, "reorder_point": 30.0}, (0, "enough")),
        ({"has_supplier": False}, (0, "no supplier")),
        ({"minimum": 40.0}, (40, "minimum")),
        ({"multiple": 6.0}, (18, "multiple")),
        ({"multiple": 6.0, "minimum": 20.0}, (24, "minimum")),
        ({"multiple": 0.25, "order_up_to": 20.1}, (17.25, "multiple")),
        ({"position": -5.0}, (25, "level")),
        ({"sellable": 15.0}, (12, "ends soon")),
        ({"sellable": 2.0}, (0, "ends soon")),
        ({"fresh": 15.0, "multiple": 6.0}, (12, "shelf life")),
        ({"fresh": 15.0, "minimum": 13.0}, (0, "shelf life")),
        ({"covered": 15.0, "fresh": 18.0}, (12, "maximum cover")),
        ({"covered": 100.0}, (17, "level")),
        ({"allotted": 30.0, "allotment": "free delivery"}, (30, "free delivery")),
        ({"allotted": 5.0, "allotment": "budget"}, (5, "budget")),
        ({"allotted": 0.0, "allotment": "order too small"}, (0, "order too small")),
        ({"position": 15.0, "allotted": 6.0, "allotment": "minimum order"}, (6, "minimum order")),
    ],
)
def test_a_quantity_follows_from_the_rule_that_is_named(values, expected):
    assert decided(**values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"multiple": 10.0}, 20),  # 17 is nearer to 20
        ({"multiple": 10.0, "order_up_to": 17.0}, 10),  # 14 to 10
        ({"multiple": 10.0, "order_up_to": 17.0, "minimum": 12.0}, 20),  # 10 would be below the minimum
        ({"multiple": 50.0}, 50),  # never rounded to nothing
    ],
)
def test_rounding_to_the_nearest_pack_keeps_at_least_one_and_the_minimum(values, expected):
    assert decided(**values, nearest=True)[0] == expected


CHEAPER = [(0, 2.0), (40, 1.8), (400, 1.79)]


def test_a_price_break_that_saves_more_than_it_costs_to_hold_is_taken():
    # 700 a year: 20 cents a unit saved, against 11.5 units more held at 25 %.
    assert decided(prices=CHEAPER) == (40, "price break")


@pytest.mark.parametrize(
    "values",
    [
        {"prices": [(0, 2.0), (40, 1.999)], "order_cost": 0.0},  # too small a gain
        {"prices": CHEAPER, "yearly_demand": 5.0},  # nearly nothing is sold
        {"prices": CHEAPER, "covered": 42.0},  # the break would exceed the cover
        {"prices": CHEAPER, "position": 12.0},  # nothing is due
        {"prices": [(0, 2.0), (10, 1.0)]},  # reached anyway
    ],
)
def test_a_price_break_that_does_not_pay_or_may_not_is_left(values):
    assert decided(**values)[0] in (17, 0)


def test_incremental_discounts_pay_later_than_those_on_all_units():
    prices = [(0, 2.0), (40, 1.8)]
    assert decided(prices=prices, yearly_demand=200.0) == (40, "price break")
    assert decided(prices=prices, yearly_demand=200.0, incremental=True) == (17, "level")


def test_yearly_costs_are_those_of_snyder_and_shen():
    # Examples 3.5 to 3.7: the rule weighs quantities by the cost the books minimise.
    levels = np.array([[0.0, 400.0, 800.0]])
    prices = np.array([[0.75, 0.72, 0.68]])
    weighed = {
        "yearly_demand": np.array([1300.0]),
        "order_cost": np.array([8.0]),
        "holding_rate": np.array([0.3]),
    }
    for quantity, incremental, cost in ((800.0, False, 978.60), (304.0467800264, True, 1043.41052551)):
        breaks = PriceBreaks(levels, prices, np.array([incremental]))
        assert yearly_cost(np.array([quantity]), breaks, **weighed)[0] == pytest.approx(cost, abs=5e-9)


sizes = st.sampled_from([0.001, 0.5, 1.0, 6.0, 25.0])
units = st.floats(-20, 300)
maybe = st.one_of(st.just(NAN), st.floats(-5, 400))
lines = st.fixed_dictionaries(
    {
        "position": units,
        "reorder_point": units,
        "order_up_to": units,
        "minimum": st.floats(0, 60),
        "multiple": sizes,
        "sellable": maybe,
        "fresh": maybe,
        "covered": maybe,
        "yearly_demand": st.floats(0, 5000),
        "order_cost": st.floats(0, 5),
        "holding_rate": st.floats(0.01, 1),
        "has_supplier": st.booleans(),
        "nearest": st.booleans(),
        "incremental": st.booleans(),
        "prices": st.sampled_from(
            [[(0, 2.0)], [(0, NAN)], [(0, 2.0), (30, 1.7)], [(0, 3.0), (10, 2.0), (100, 0.5)]]
        ),
    }
)


@calm
@given(lines)
def test_minimum_and_multiple_always_hold_and_no_limit_is_exceeded(line):
    quantity, rule = decided(**line)
    assert quantity >= 0
    if quantity > 0:
        assert quantity >= line["minimum"] - 1e-6
        assert quantity / line["multiple"] == pytest.approx(round(quantity / line["multiple"]), abs=1e-6)
        limit = np.nanmin([line["sellable"], line["fresh"], line["covered"], np.inf])
        assert line["position"] + quantity <= limit + 1e-6
        assert line["position"] <= line["reorder_point"]
        assert line["has_supplier"]
    if rule == "level":
        assert quantity == pytest.approx(line["order_up_to"] - line["position"], abs=1e-4)


@calm
@given(lines, st.floats(0, 80))
def test_a_higher_level_never_orders_less(line, more):
    line |= {"prices": [(0, 2.0)], "sellable": NAN, "fresh": NAN, "covered": NAN}
    higher = line | {"order_up_to": line["order_up_to"] + more, "reorder_point": line["reorder_point"] + more}
    assert decided(**line)[0] <= decided(**higher)[0] + 1e-6


@calm
@given(lines, st.floats(0, 80))
def test_having_more_never_orders_more(line, more):
    line |= {"prices": [(0, 2.0)]}
    assert decided(**(line | {"position": line["position"] + more}))[0] <= decided(**line)[0] + 1e-6


@calm
@given(lines)
def test_money_is_never_negative(line):
    line = inputs(**line)
    price = average_price(decide(line).quantity, line.breaks)
    assert not (price < 0).any()


@calm
@given(st.lists(lines, min_size=2, max_size=5))
def test_lines_do_not_change_each_other(several):
    apart = [inputs(**line) for line in several]
    width = max(line.breaks.least.shape[1] for line in apart)

    def together(name):
        return np.concatenate([getattr(line, name) for line in apart])

    def wide(values, fill):
        return np.pad(values, ((0, 0), (0, width - values.shape[1])), constant_values=fill)

    breaks = PriceBreaks(
        np.vstack([wide(line.breaks.least, np.inf) for line in apart]),
        np.vstack([wide(line.breaks.price, np.nan) for line in apart]),
        np.concatenate([line.breaks.incremental for line in apart]),
    )
    names = [name for name in OrderInputs.__dataclass_fields__ if name != "breaks"]
    joined = decide(OrderInputs(**{name: together(name) for name in names}, breaks=breaks))
    assert joined.quantity.tolist() == [decide(line).quantity[0] for line in apart]
