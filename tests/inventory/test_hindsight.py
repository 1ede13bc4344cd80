"""Whether a person or the model was right is reckoned from what was wanted afterwards."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optiflow_lib.inventory import changed_lines, in_hindsight, override_record
from optiflow_lib.inventory.hindsight import hindsight_cost
from optiflow_lib.schemas.operations import OVERRIDE_RESULTS, PLACED_LINES
from optiflow_lib.schemas.results import DEMAND, INTERVAL_DEMAND, ITEMS
from optiflow_lib.schemas.stock import CLASSES, RECOMMENDATIONS
from optiflow_lib.settings import InventorySettings

NIGHT = date(2026, 10, 1)
SETTINGS = InventorySettings(
    holding_rate=0.365, order_line_cost=2.0, shortage_cost={"A": 2.0, "B": 1.5, "C": 1.0}
)
AFTER = pd.Timestamp(NIGHT + timedelta(days=7))


def frame(schema, *rows, **common):
    filled = {"number": 0.0, "whole": 0, "text": "-", "day": NIGHT, "flag": False}
    missing = {
        name: None if column.nullable else (column.choices or (filled.get(column.kind),))[0]
        for name, column in schema.columns.items()
    }
    return schema.check(pd.DataFrame([missing | common | row for row in rows]), where="test")


def changed(
    quantity=30.0, *, suggested=10.0, unit_cost=10.0, list_price=10.0, price=15.0, abc="A", item_cost=10.0
):
    """What one line of item a is measured by: 5 on hand, 2 wanted a day, 7 days."""
    line = {
        "order_id": "B1",
        "state": "sent",
        "edited_by": "ana",
        "suggested_on": NIGHT,
        "unit_cost": unit_cost,
    }
    line |= {"suggested_quantity": suggested, "quantity": quantity, "list_price": list_price}
    known = {"item_id": "a", "inventory_position": 5.0, "protection_interval": 6.4, "unit_cost": list_price}
    return changed_lines(
        frame(PLACED_LINES, line).assign(item_id="a"),
        frame(RECOMMENDATIONS, known, known | {"item_id": "b"}),
        items=frame(ITEMS, {"item_id": "a", "unit_cost": item_cost, "price": price}),
        classes=frame(CLASSES, {"item_id": "a", "abc": abc}),
        interval_demand=frame(
            INTERVAL_DEMAND,
            {"item_id": "a", "interval": "protection", "days": 7.0, "mean": 14.0},
            {"item_id": "a", "interval": "lead_time", "days": 3.0, "mean": 99.0},
        ),
        settings=SETTINGS,
    )


def wanted(*quantities, first=1):
    days = [NIGHT + timedelta(days=first + n) for n in range(len(quantities))]
    rows = [
        {"item_id": "a", "day": day, "quantity": quantity}
        for day, quantity in zip(days, quantities, strict=True)
    ]
    return DEMAND.check(pd.DataFrame(rows), where="test")


def measured(line, *quantities, as_of=AFTER):
    return in_hindsight(line, wanted(*quantities), as_of=as_of).iloc[0]


def test_a_line_is_measured_by_what_its_night_knew():
    line = changed(unit_cost=9.5).iloc[0]
    assert (line["position"], line["daily_demand"], line["ends_on"]) == (5, 2, AFTER)
    assert line["shortage_cost_eur"] == 2 * (15 - 10)
    assert line["holding_cost_eur"] == pytest.approx(0.01)
    assert (line["suggested_surcharge_eur"], line["surcharge_eur"], line["order_cost_eur"]) == (0, -0.5, 2)
    assert (line["author"], line.isna()["measured_on"]) == ("ana", True)


def test_without_a_cost_the_assumed_share_of_the_price_is_reckoned_with():
    line = changed(item_cost=None, price=20.0, list_price=None).iloc[0]
    assert line["shortage_cost_eur"] == pytest.approx(2 * (20 - 14))
    assert (line["suggested_surcharge_eur"], line["surcharge_eur"]) == (0, 0)


def test_a_person_who_foresaw_a_feast_beat_the_model():
    told = measured(changed(30.0), 5, 5, 5, 5, 5, 5, 5)  # 35 wanted: the model's 15 were 20 short
    assert told["demand"] == 35
    assert told["suggested_cost_eur"] == pytest.approx(20 * 10 + 2)
    assert told["cost_eur"] == pytest.approx(2)
    assert told["saved_eur"] == pytest.approx(200)


def test_a_person_who_ordered_too_much_holds_it_until_it_is_sold():
    told = measured(changed(50.0), 2, 2, 2, 2, 2, 2, 3)  # 15 wanted, just the model's
    assert told["suggested_cost_eur"] == pytest.approx(2)
    assert told["cost_eur"] == pytest.approx(0.01 * 40 * 40 / (2 * 2) + 2)
    assert told["saved_eur"] < 0


def test_ordering_nothing_saves_the_line_when_nothing_is_wanted():
    told = measured(changed(0.0, suggested=10.0), 0, 0, 0, 0, 0, 0, 0)
    assert told["saved_eur"] == pytest.approx(2 + 0.01 * (15 * 15 - 5 * 5) / 4)


def test_a_discount_counts_for_the_quantity_that_earned_it():
    assert measured(changed(20.0, unit_cost=9.0), *[25 / 7] * 7)["cost_eur"] == pytest.approx(2 - 20)


def test_nothing_is_measured_before_the_interval_has_passed():
    line = changed()
    early = in_hindsight(line, wanted(*[2] * 7), as_of=AFTER - pd.Timedelta(days=1))
    pd.testing.assert_frame_equal(early, line)


def test_what_was_measured_stays_and_the_same_day_measures_the_same():
    once = in_hindsight(changed(), wanted(*[2] * 7), as_of=AFTER)
    pd.testing.assert_frame_equal(in_hindsight(once, wanted(*[2] * 7), as_of=AFTER), once)
    pd.testing.assert_frame_equal(
        in_hindsight(once, wanted(*[9] * 9), as_of=AFTER + pd.Timedelta(days=2)), once
    )


def test_days_out_of_stock_count_with_what_was_expected():
    told = measured(changed(), 5, None, 5, None, 5, 5, 5)
    assert (told["unknown_days"], told["demand"]) == (2, 25 + 2 * 2)


def test_where_no_day_is_known_nothing_is_measured():
    told = measured(changed(), *[None] * 7)
    assert told["unknown_days"] == 7
    assert told.isna()[["demand", "suggested_cost_eur", "cost_eur", "saved_eur"]].all()
    assert told["measured_on"] == AFTER


def test_demand_before_and_after_the_interval_is_not_looked_at():
    line = in_hindsight(changed(), wanted(9, *[2] * 7, 9, first=0), as_of=AFTER + pd.Timedelta(days=1))
    assert line["demand"].tolist() == [14]


def test_without_lines_there_are_no_results():
    nothing = OVERRIDE_RESULTS.empty()
    pd.testing.assert_frame_equal(in_hindsight(nothing, wanted(1), as_of=AFTER), nothing)
    assert override_record(nothing).empty


def test_the_record_says_who_beat_the_model_and_by_how_much():
    good, bad = (in_hindsight(changed(q), wanted(*[5] * 7), as_of=AFTER) for q in (30.0, 0.0))
    waiting = changed().assign(author="bob")
    record = override_record(pd.concat([good, bad.assign(author="bob"), waiting]))
    assert record[["author", "lines", "measured", "better", "worse"]].to_numpy().tolist() == [
        ["ana", 1, 1, 1, 0],
        ["bob", 2, 1, 0, 1],
    ]
    assert record["saved_eur"].tolist() == pytest.approx([200, -98])


amounts = st.floats(0, 500)


@given(amounts, amounts, st.floats(-50, 500), amounts, st.floats(0, 50), st.floats(0, 10), st.floats(0, 1))
def test_of_two_quantities_below_demand_the_larger_never_costs_more(
    one, other, position, demand, daily, short, held
):
    low, high = sorted((min(one, max(demand - position, 0)), min(other, max(demand - position, 0))))
    costs = [
        hindsight_cost(
            np.array([quantity]), position=np.array([position]), demand=np.array([demand]), daily_demand=np.array([daily]),
            shortage_cost=np.array([short]), holding_cost=np.array([held]), order_cost=np.zeros(1), surcharge=np.zeros(1),
        )[0]
        for quantity in (low, high)
    ]  # fmt: skip
    assert costs[1] <= costs[0] + 1e-6
    assert min(costs) >= 0
