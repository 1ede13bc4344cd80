"""Minimum orders, free delivery and budgets, through the suggestions they change."""

from functools import cache
from itertools import product

import numpy as np
import pytest
from inventory_frames import (
    NIGHT,
    classes,
    forecasts,
    interval_demand,
    items,
    lead_times,
    positions,
    products,
    suppliers,
    terms,
)

from optiflow_lib.inventory import Known, executed, recommendations, spending_curve
from optiflow_lib.settings import InventorySettings

MEANS = (6.0, 4.0, 2.0)


@cache
def demand():
    return interval_demand(*MEANS), forecasts(*MEANS)


def shop(*rows, held=(0.0, 0.0, 0.0), supplier=None, **frames) -> Known:
    """Three items of one supplier; 6, 4 and 2 a day are wanted."""
    of_interval, of_days = demand()
    usual = {
        "items": items(*(rows or ({}, {}, {}))),
        "products": products({}, {}, {}),
        "suppliers": suppliers({} if supplier is None else supplier),
        "supplier_terms": terms(*({"item_id": name, "multiple": 6.0} for name in "ABC")),
        "positions": positions(*({"on_hand": h, "inventory_position": h} for h in held)),
        "lead_times": lead_times({}, {}, {}),
        "classes": classes("A", "A", "A"),
        "interval_demand": of_interval,
        "forecasts": of_days,
    }
    return Known(**(usual | frames), as_of=NIGHT)


def suggested(frames, **inventory):
    made = recommendations(frames, InventorySettings(**inventory))
    assert [executed(trace) for trace in made["trace"]] == made["order_quantity"].tolist()
    return made.set_index("item_id")


def value(made):
    return made["value_eur"].sum()


def test_an_order_close_to_free_delivery_is_filled_up_with_what_sells():
    alone = suggested(shop(held=(10.0, 12.0, 6.0)))
    franco = value(alone) + 40
    filled = suggested(shop(held=(10.0, 12.0, 6.0), supplier={"free_delivery_from": franco}))
    assert franco <= value(filled) < franco + 24
    grown = filled[filled["order_quantity"] > alone["order_quantity"]]
    assert set(grown["rule"]) == {"free delivery"}
    assert set(filled.drop(grown.index)["rule"]) == set(alone.drop(grown.index)["rule"])


@pytest.mark.parametrize("multiple", [1.0, 6.0])
def test_an_order_filled_up_is_not_worth_a_pack_more_than_free_delivery_asks_for(multiple):
    """Lines that could grow by hundreds of packs are weighed several packs at a time; what is ordered is not."""
    packed = terms(*({"item_id": name, "multiple": multiple} for name in "ABC"))
    alone = suggested(shop(supplier_terms=packed))
    franco = value(alone) + 150
    filled = suggested(shop(supplier={"free_delivery_from": franco}, supplier_terms=packed))
    dearest_pack = multiple * filled["unit_cost"].max()
    assert franco <= value(filled) < franco + dearest_pack


def test_an_order_far_from_free_delivery_pays_for_its_delivery():
    alone = suggested(shop())
    far = suggested(shop(supplier={"free_delivery_from": 20 * value(alone)}))
    assert far["order_quantity"].tolist() == alone["order_quantity"].tolist()


def test_free_delivery_is_worth_no_more_than_the_delivery_costs():
    franco = value(suggested(shop())) + 300
    kept, filled = (
        suggested(shop(supplier={"free_delivery_from": franco}), delivery_cost=money) for money in (1.0, 80.0)
    )
    assert value(kept) < franco <= value(filled)


def test_nothing_is_filled_up_when_nothing_is_due():
    made = suggested(shop(held=(200.0, 200.0, 200.0), supplier={"free_delivery_from": 500.0}))
    assert made["order_quantity"].sum() == 0


def test_fillers_stay_within_their_limits():
    franco = value(suggested(shop())) + 60
    ends = shop({"ends_on": "2026-11-04"}, {}, {}, supplier={"free_delivery_from": franco})
    made = suggested(ends)
    assert made.loc["A", "order_quantity"] <= 30
    assert value(made) >= franco


def test_an_order_below_the_supplier_s_minimum_is_raised_to_it_when_it_pays():
    least = value(suggested(shop())) + 30
    made = suggested(shop(supplier={"minimum_order_value": least}))
    assert value(made) >= least
    assert "minimum order" in set(made["rule"])


def test_an_order_far_below_the_supplier_s_minimum_is_dropped_and_said_to_be():
    frames = shop(held=(200.0, 200.0, 9.0), supplier={"minimum_order_value": 3000.0})
    made = suggested(frames)
    assert (made.loc["C", "order_quantity"], made.loc["C", "rule"]) == (0, "order too small")
    assert set(made.drop("C")["rule"]) == {"enough"}


def test_the_minimum_order_comes_before_free_delivery():
    alone = value(suggested(shop()))
    made = suggested(
        shop(supplier={"minimum_order_value": alone + 20, "free_delivery_from": 30 * alone}),
        delivery_cost=1.0,
    )
    assert alone + 20 <= value(made) < 2 * alone


def test_each_location_s_order_has_to_be_worth_it_by_itself():
    elsewhere = shop({}, {}, {"location_id": "M02"}, supplier={"free_delivery_from": 250.0})
    here = shop(supplier={"free_delivery_from": 250.0})
    assert value(suggested(here)) < value(suggested(elsewhere))


@pytest.mark.parametrize("budget", [400.0, 150.0, 60.0, 5.0])
def test_a_budget_is_never_exceeded_and_spent_on_what_saves_most(budget):
    made = suggested(shop(), budget=budget)
    assert value(made) <= budget
    assert set(made["rule"]) <= {"budget", "multiple", "level"}
    assert (made["rule"] == "budget").any()


def test_a_budget_buys_the_best_combination_of_packs():
    # Few packs, so that every combination can be tried.
    frames = shop(held=(20.0, 14.0, 6.0))
    full = suggested(frames, order_line_cost=0.0)
    budget = value(full) * 0.6
    made = suggested(frames, order_line_cost=0.0, budget=budget)
    curve = spending_curve(full.reset_index(), interval_demand=frames.interval_demand)
    saved = {
        (item, round(part["quantity"].iloc[:n].max() if n else 0.0, 6)): part["gain"].iloc[:n].sum()
        for item, part in curve.groupby("item_id")
        for n in range(len(part) + 1)
    }
    choices = [sorted(q for i, q in saved if i == item) for item in full.index]
    best = max(
        sum(saved[item, q] for item, q in zip(full.index, combination, strict=True))
        for combination in product(*choices)
        if sum(combination) * 2.0 <= budget
    )
    reached = sum(saved[item, q] for item, q in made["order_quantity"].items())
    assert reached >= best - 1.5  # a pack that does not fit any more


def test_a_supplier_s_budget_holds_for_its_lines_only():
    frames = shop({}, {}, {"supplier_id": "S2"})
    made = suggested(frames, supplier_budgets={"S1": 50.0})
    alone = suggested(frames)
    assert value(made.loc[["A", "B"]]) <= 50
    assert made.loc["C", "order_quantity"] == alone.loc["C", "order_quantity"]


def test_both_budgets_hold_together():
    made = suggested(shop({}, {}, {"supplier_id": "S2"}), supplier_budgets={"S1": 90.0}, budget=120.0)
    assert value(made.loc[["A", "B"]]) <= 90
    assert value(made) <= 120


def test_an_ample_budget_changes_nothing():
    alone = suggested(shop())
    assert (
        suggested(shop(), budget=value(alone) + 1)["order_quantity"].tolist()
        == alone["order_quantity"].tolist()
    )


def test_the_curve_says_what_each_euro_saves_the_dearest_loss_first():
    frames = shop()
    made = suggested(frames)
    curve = spending_curve(made.reset_index(), interval_demand=frames.interval_demand)
    assert curve["total_euros"].iloc[-1] == pytest.approx(value(made))
    assert curve["total_margin_saved"].is_monotonic_increasing
    # Everything that was at risk and an order could save is saved at its end.
    assert curve["total_margin_saved"].iloc[-1] == pytest.approx(made["euros_at_risk"].sum(), rel=0.02)
    first, last = curve.iloc[: len(curve) // 3], curve.iloc[-len(curve) // 3 :]
    assert (
        first["margin_saved"].sum() / first["euros"].sum() > last["margin_saved"].sum() / last["euros"].sum()
    )


def test_the_curve_of_a_cut_order_shows_what_the_budget_left_out():
    frames = shop()
    cut = suggested(frames, budget=60.0)
    curve = spending_curve(cut.reset_index(), interval_demand=frames.interval_demand)
    assert curve["total_euros"].iloc[-1] > 200


def test_nothing_to_order_has_an_empty_curve():
    frames = shop(held=(200.0, 200.0, 200.0))
    curve = spending_curve(suggested(frames).reset_index(), interval_demand=frames.interval_demand)
    assert curve.empty
    assert list(curve) == [
        "item_id",
        "supplier_id",
        "quantity",
        "units",
        "euros",
        "gain",
        "margin_saved",
        "total_euros",
        "total_margin_saved",
    ]


def test_packs_of_one_line_stand_in_their_order():
    frames = shop()
    curve = spending_curve(suggested(frames).reset_index(), interval_demand=frames.interval_demand)
    for _, part in curve.groupby("item_id"):
        assert part["quantity"].is_monotonic_increasing
        assert np.allclose(part["units"].cumsum(), part["quantity"])
