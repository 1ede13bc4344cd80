import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inventory_frames import (
    NIGHT,
    classes,
    day,
    forecasts,
    interval_demand,
    items,
    lead_times,
    positions,
    products,
    suppliers,
    terms,
)

from optiflow_lib.inventory import Known, alternatives, executed, recommendations
from optiflow_lib.inventory.levels import MOST_RATIO
from optiflow_lib.schemas.results import INTERVAL_DEMAND
from optiflow_lib.settings import InventorySettings

PLAIN = {"order_line_cost": 0.0}  # an order every day: no lots


@cache
def ordinary(n):
    rows = ({},) * n
    return {
        "items": items(*rows),
        "products": products(*rows),
        "suppliers": suppliers(),
        "supplier_terms": terms(),
        "positions": positions(*rows),
        "lead_times": lead_times(*rows),
        "classes": classes(*"A" * n),
        "interval_demand": interval_demand(*[4.0] * n),
        "forecasts": forecasts(*[4.0] * n),
    }


def known(*, n=1, **frames) -> Known:
    """A shop of `n` items of which 4 a day are wanted; nothing is there."""
    return Known(**(ordinary(n) | frames), as_of=NIGHT)


def suggested(frames=None, **inventory):
    made = recommendations(frames or known(), InventorySettings(**inventory))
    assert [executed(trace) for trace in made["trace"]] == made["order_quantity"].tolist()
    return made.set_index("item_id")


def told(row):
    return json.loads(row["trace"])


def stocked(held, **more):
    return positions({"on_hand": held, "inventory_position": held} | more)


def test_the_level_is_the_quantile_of_demand_when_an_order_goes_every_day():
    made = suggested(**PLAIN).loc["A"]
    # Poisson 20 over five days: 29 are enough with 97.5 % chance; nothing is there, so 29 are ordered.
    assert (made["order_up_to_level"], made["reorder_point"], made["order_quantity"]) == (29, 28, 29)
    assert (made["rule"], made["value_eur"]) == ("level", 58)
    assert (made["stockout_probability"], made["euros_at_risk"]) == (1, pytest.approx(20, rel=0.02))


def test_one_above_the_reorder_point_waits_and_the_reorder_point_does_not():
    assert suggested(known(positions=stocked(29.0)), **PLAIN).loc["A", "order_quantity"] == 0
    assert suggested(known(positions=stocked(28.0)), **PLAIN).loc["A", "order_quantity"] == 1


def test_an_order_line_that_costs_makes_lots_of_the_economic_size():
    made = suggested(order_line_cost=0.5).loc["A"]
    # √(2 · 0.5 · 4 · 365 / (0.25 · 2)) = 54.04
    assert made["order_up_to_level"] - made["reorder_point"] == 54
    assert made["reorder_point"] < suggested(**PLAIN).loc["A", "reorder_point"]


def test_the_lot_is_at_least_the_supplier_s_minimum_in_whole_packs():
    made = suggested(known(supplier_terms=terms({"minimum_quantity": 50.0, "multiple": 12.0})), **PLAIN).loc[
        "A"
    ]
    assert made["order_quantity"] % 12 == 0
    assert made["order_up_to_level"] - made["reorder_point"] == 60


@pytest.mark.parametrize(("target", "level"), [("cycle_service", 0.95), ("fill_rate", 0.97)])
def test_the_target_of_the_class_is_the_one_promised(target, level):
    frames = known(classes=classes("B"))
    made = suggested(frames, target={"A": "economic", "B": target, "C": "economic"}, **PLAIN)
    assert told(made.loc["A"])["target"]["kind"] == target
    assert told(made.loc["A"])["target"]["level"] == level


def test_an_economic_target_weighs_the_margin_against_holding_until_an_order_is_there():
    economic = {"target": dict.fromkeys("ABC", "economic"), "shortage_cost": dict.fromkeys("ABC", 1.0)}
    made = suggested(known(lead_times=lead_times({"review_period": 7.0})), **economic, **PLAIN).loc["A"]
    over = 2.0 * 0.25 / 365 * (4 + 7)  # lead time and review period
    assert told(made)["target"]["level"] == pytest.approx(1 / (1 + over))
    dear = economic | {"shortage_cost": dict.fromkeys("ABC", 100.0)}
    assert told(suggested(known(), **dear, **PLAIN).loc["A"])["target"]["level"] == MOST_RATIO
    dearer = known(items=items({"unit_cost": 2.99}), lead_times=lead_times({"review_period": 7.0}))
    assert told(suggested(dearer, **economic, **PLAIN).loc["A"])["target"]["level"] < 0.85


def test_without_a_margin_an_economic_target_falls_back_on_the_class_s_service():
    frames = known(items=items({"unit_cost": 3.0}))
    made = suggested(frames, target=dict.fromkeys("ABC", "economic"))
    assert told(made.loc["A"])["target"]["level"] == 0.975


def test_backorders_need_no_less_than_lost_sales():
    fill = {"target": dict.fromkeys("ABC", "fill_rate"), "fill_rate": dict.fromkeys("ABC", 0.9)}
    lost, waiting = (
        suggested(unmet_demand=kind, **fill, **PLAIN).loc["A"] for kind in ("lost", "backordered")
    )
    assert lost["order_up_to_level"] <= waiting["order_up_to_level"]


def test_a_product_that_ends_is_ordered_no_further_than_it_sells():
    made = suggested(known(items=items({"ends_on": day(3)})), **PLAIN).loc["A"]
    assert (made["order_quantity"], made["rule"]) == (12, "ends soon")
    gone = suggested(known(items=items({"ends_on": day(-1)})), **PLAIN).loc["A"]
    assert (gone["order_quantity"], gone["rule"]) == (0, "ends soon")


def test_the_product_that_follows_is_kept_with_the_trace():
    both = {"products": products({"successor_id": "B"}, {}), "items": items({"ends_on": day(3)})}
    assert told(suggested(known(**both)).loc["A"])["successor"] == "Tea B"
    assert told(suggested(known()).loc["A"])["successor"] is None


def test_an_end_beyond_the_forecasts_counts_days_at_their_mean():
    made = suggested(known(items=items({"ends_on": day(100)}))).loc["A"]
    assert told(made)["inputs"]["sellable"] == pytest.approx(400)


def test_a_product_that_spoils_is_ordered_no_further_than_it_keeps():
    # Seven days: nothing lasts longer than until the fourth day (arrival) and seven more.
    frames = known(products=products({"shelf_life_days": 7.0}), supplier_terms=terms({"multiple": 30.0}))
    made = suggested(frames, **PLAIN).loc["A"]
    assert (made["order_quantity"], made["rule"]) == (30, "shelf life")
    frames = known(products=products({"shelf_life_days": 7.0}), supplier_terms=terms({"multiple": 45.0}))
    made = suggested(frames, **PLAIN).loc["A"]
    assert (made["order_quantity"], made["rule"]) == (0, "shelf life")


def test_no_order_lasts_longer_than_the_maximum_cover():
    frames = known(supplier_terms=terms({"minimum_quantity": 100.0}))
    assert suggested(frames, maximum_cover_days=dict.fromkeys("ABC", 30)).loc["A", "rule"] == "minimum"
    made = suggested(frames, maximum_cover_days=dict.fromkeys("ABC", 20)).loc["A"]
    assert (made["order_quantity"], made["rule"]) == (0, "maximum cover")


def test_packs_are_rounded_as_the_settings_say():
    frames = known(supplier_terms=terms({"multiple": 20.0}), positions=stocked(3.0))
    up, nearest = (suggested(frames, rounding=how, **PLAIN).loc["A"] for how in ("up", "nearest"))
    assert (up["order_quantity"], nearest["order_quantity"]) == (60, 40)


def test_a_price_break_is_taken_and_its_price_is_the_order_s():
    breaks = terms({"multiple": 1.0}, {"from_quantity": 60.0, "unit_cost": 1.9})
    made = suggested(known(supplier_terms=breaks), **PLAIN).loc["A"]
    assert (made["order_quantity"], made["rule"], made["unit_cost"]) == (60, "price break", 1.9)
    assert made["value_eur"] == pytest.approx(114)


def test_goods_by_weight_are_ordered_by_their_step():
    frames = known(items=items({"unit_step": 0.25}))
    made = suggested(frames, **PLAIN).loc["A"]
    assert made["order_quantity"] % 0.25 == 0
    assert made["order_quantity"] % 1 != 0 or made["order_up_to_level"] == pytest.approx(29, abs=0.25)


def assumptions(frames):
    return told(suggested(frames).loc["A"])["assumptions"]


@pytest.mark.parametrize(
    ("frames", "assumed"),
    [
        ({"items": items({"unit_cost": None}), "supplier_terms": terms()}, ["unit cost"]),
        ({"items": items({"unit_cost": -2.0})}, ["unit cost"]),
        ({"items": items({"price": None})}, ["price"]),
        ({"items": items({"price": None, "unit_cost": None})}, ["unit cost", "price"]),
        ({"lead_times": lead_times({"basis": "assumed"})}, ["lead time"]),
        ({"positions": positions({"on_hand": -3.0})}, ["stock of zero"]),
        ({"interval_demand": INTERVAL_DEMAND.empty(), "forecasts": forecasts()}, ["no demand"]),
        ({"supplier_terms": terms({"minimum_quantity": -5.0})}, ["minimum quantity of one pack"]),
        ({}, []),
    ],
)
def test_what_is_missing_is_assumed_and_named(frames, assumed):
    assert assumptions(known(**frames)) == assumed


def test_a_missing_cost_is_reckoned_from_the_price_and_a_missing_price_from_the_cost():
    without_cost = suggested(known(items=items({"unit_cost": None}))).loc["A"]
    assert without_cost["unit_cost"] == pytest.approx(0.7 * 3)
    assert told(without_cost)["inputs"]["margin"] == pytest.approx(0.3 * 3)
    without_price = suggested(known(items=items({"price": None}))).loc["A"]
    assert told(without_price)["inputs"]["margin"] == pytest.approx(2 / 0.7 - 2)


def test_without_cost_and_price_a_quantity_is_still_suggested_worth_nothing_known():
    made = suggested(known(items=items({"price": None, "unit_cost": None}))).loc["A"]
    assert made["order_quantity"] > 0
    assert np.isnan(made["unit_cost"])
    assert (made["value_eur"], made["euros_at_risk"]) == (0, 0)


def test_an_item_nobody_delivers_is_not_ordered():
    made = suggested(known(items=items({"supplier_id": None}))).loc["A"]
    assert (made["order_quantity"], made["rule"]) == (0, "no supplier")
    assert made["stockout_probability"] == 1


def test_nothing_wanted_is_never_ordered():
    frames = known(interval_demand=interval_demand(0.0), forecasts=forecasts(0.0))
    made = suggested(frames).loc["A"]
    assert (made["order_quantity"], made["rule"]) == (0, "enough")
    assert np.isnan(made["days_of_cover"])


def test_the_trace_says_every_step_that_changed_the_number():
    frames = known(supplier_terms=terms({"minimum_quantity": 31.0, "multiple": 6.0}))
    made = suggested(frames, **PLAIN).loc["A"]
    steps = told(made)["steps"]
    assert [name for name, _ in steps][-1] == "multiple"
    assert steps[-1][1] == made["order_quantity"]


def test_the_trace_names_where_its_inputs_come_from():
    frames = known(lead_times=lead_times({"basis": "shrunk", "observations": 3}))
    made = told(suggested(frames).loc["A"])
    assert made["sources"]["lead_time"] == "shrunk (3)"
    assert made["sources"]["stock"] == NIGHT.isoformat()
    assert made["inputs"]["order_on"] == "2026-10-31"
    assert made["distribution"]["q50"] == 20


def test_alternatives_cost_more_or_say_what_they_would_save():
    costs = {"target": dict.fromkeys("ABC", "economic"), "order_line_cost": 0.5}
    frames = known(supplier_terms=terms({"multiple": 6.0}, {"from_quantity": 400.0, "unit_cost": 1.99}))
    made = suggested(frames, **costs).loc["A"]
    other = alternatives(made["trace"]).set_index("quantity")
    chosen = made["order_quantity"]
    assert other.index.tolist() == [0, chosen - 6, chosen, chosen + 6, 402]
    assert other.loc[chosen].eq(0).all()
    assert other.loc[0, "extra"] > 10  # the shelf is empty
    assert other.loc[0, "lost_margin"] > 10
    assert other.loc[chosen + 6, "holding"] > 0 > other.loc[chosen + 6, "ordering"]
    assert (
        other["extra"] - other[["lost_margin", "holding", "ordering", "goods"]].sum(axis=1)
    ).abs().max() < 0.001


def test_the_economic_lot_is_the_cheapest_of_its_alternatives():
    frames = known(positions=stocked(24.0), supplier_terms=terms({"multiple": 1.0}))
    made = suggested(frames, order_line_cost=0.5).loc["A"]
    assert made["order_quantity"] > 0
    extra = alternatives(made["trace"]).set_index("quantity")["extra"]
    assert extra.drop(0.0).min() >= -0.02


def test_a_break_s_price_shows_among_the_alternatives():
    frames = known(supplier_terms=terms({}, {"from_quantity": 500.0, "unit_cost": 1.0}))
    made = suggested(frames, maximum_cover_days=dict.fromkeys("ABC", 60)).loc["A"]
    assert alternatives(made["trace"]).set_index("quantity").loc[500.0, "goods"] == -500


shares = st.floats(0.51, 0.99)


@settings(max_examples=25, deadline=None)
@given(
    shares,
    shares,
    st.sampled_from(["cycle_service", "fill_rate"]),
    st.floats(0, 40),
    st.sampled_from([0.0, 0.5]),
)
def test_promising_more_service_never_orders_less(one, other, target, held, line_cost):
    low, high = (
        suggested(
            known(positions=stocked(held)),
            target=dict.fromkeys("ABC", target),
            service_level=dict.fromkeys("ABC", promised),
            fill_rate=dict.fromkeys("ABC", promised),
            order_line_cost=line_cost,
        ).loc["A"]
        for promised in sorted((one, other))
    )
    assert low["reorder_point"] <= high["reorder_point"]
    assert low["order_quantity"] <= high["order_quantity"]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 12),
    st.integers(0, 12),
    st.sampled_from([1.0, 7.0]),
    st.sampled_from([0.0, 0.5]),
    st.floats(0.05, 9),
)
def test_a_longer_lead_time_never_lowers_the_reorder_point(one, other, review, line_cost, mean):
    points = []
    for lead_time in sorted((one, other)):
        frames = known(
            lead_times=lead_times({"lead_time": float(lead_time), "review_period": review}),
            interval_demand=interval_demand(mean, before=lead_time, until=lead_time + review, samples=4000),
            forecasts=forecasts(mean),
        )
        points.append(suggested(frames, order_line_cost=line_cost).loc["A", "reorder_point"])
    assert points[0] <= points[1]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_shop_s_quantities_execute_again_hold_their_packs_and_cost_no_less_than_nothing(data):
    draw = data.draw
    n = draw(st.integers(1, 5))
    money = st.one_of(st.none(), st.floats(0.01, 200))
    rows = [
        {
            "unit_cost": draw(money),
            "price": draw(money),
            "ends_on": draw(st.one_of(st.none(), st.integers(-10, 90).map(day))),
            "supplier_id": draw(st.sampled_from(["S1", "S2", None])),
        }
        for _ in range(n)
    ]
    held = [
        {"on_hand": value, "inventory_position": value}
        for value in draw(st.lists(st.floats(-9, 80), min_size=n, max_size=n))
    ]
    means = draw(st.lists(st.floats(0, 12), min_size=n, max_size=n))
    bought = [
        {
            "item_id": name,
            "supplier_id": row["supplier_id"] or "S1",
            "minimum_quantity": draw(st.floats(0, 40)),
            "multiple": draw(st.sampled_from([1.0, 6.0, 0.5])),
            "unit_cost": draw(st.floats(0, 90)),
        }
        for name, row in zip("ABCDE", rows, strict=False)
    ]
    frames = known(
        n=n,
        items=items(*rows),
        positions=positions(*held),
        supplier_terms=terms(*bought),
        suppliers=suppliers({"free_delivery_from": draw(st.floats(0, 900))}, {"minimum_order_value": 50.0}),
        products=products(*[{"shelf_life_days": draw(st.one_of(st.none(), st.floats(1, 60)))}] * n),
        interval_demand=interval_demand(*means, samples=500),
        forecasts=forecasts(*means),
    )
    budget = draw(st.one_of(st.none(), st.floats(1, 500)))
    made = suggested(frames, budget=budget)
    assert (made[["order_quantity", "value_eur", "euros_at_risk"]] >= 0).all(axis=None)
    assert made["stockout_probability"].between(0, 1).all()
    assert budget is None or made["value_eur"].sum() <= budget + 1e-6
    pack = pd.Series({row["item_id"]: row["multiple"] for row in bought}).clip(lower=1.0)
    ordered = made[made["order_quantity"] > 0]
    packs = ordered["order_quantity"] / pack[ordered.index]
    assert (packs - packs.round()).abs().max() < 1e-6 or ordered.empty
    least = pd.Series({row["item_id"]: row["minimum_quantity"] for row in bought})
    assert (ordered["order_quantity"] >= least[ordered.index] - 1e-6).all()
