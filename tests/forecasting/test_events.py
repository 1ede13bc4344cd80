import numpy as np
import pandas as pd
import pytest
from demand_frames import LAST_DAY, counts, demand_of, events, items_of, settings

from optiflow_lib.forecasting import event_impact

N = 400


def day(offset):
    return LAST_DAY - np.timedelta64(offset, "D")


def promotion(first, last, **others):
    return {"type": "promotion", "first_day": day(first), "last_day": day(last)} | others


def impact_of(quantities, *rows):
    return event_impact(
        demand_of(quantities), events=events(*rows), items=items_of(sorted(quantities)), settings=settings(),
        as_of=LAST_DAY.date(),
    )  # fmt: skip


def shop_with_promotions(n_items=30, *, uplift=0.5, spans=((60, 54), (160, 154))):
    quantities = {}
    for i in range(n_items):
        quantity = counts(12.0, N, seed=i, dispersion=0.05)
        rng = np.random.default_rng(1000 + i)
        for first, last in spans:
            inside = slice(N - 1 - first, N - last)
            quantity[inside] += rng.poisson(uplift * 12.0, first - last + 1)
        quantities[f"A-{i:02}"] = quantity
    return quantities


def test_a_past_events_uplift_is_found_in_units_percent_and_money():
    made = impact_of(shop_with_promotions(), promotion(60, 54))
    assert made["uplift_units"].mean() == pytest.approx(7 * 6.0, rel=0.1)
    assert made["uplift_percent"].mean() == pytest.approx(0.5, abs=0.06)
    assert made["uplift_eur"].to_numpy() == pytest.approx(made["uplift_units"].to_numpy() * 3.0)
    assert not made["to_come"].any()


def test_the_80_percent_interval_of_a_past_event_covers_about_80_percent():
    made = impact_of(shop_with_promotions(120), promotion(60, 54))
    covered = ((made["uplift_low"] <= 42) & (made["uplift_high"] >= 42)).mean()
    assert 0.7 <= covered <= 0.92


def test_an_event_without_effect_is_said_to_have_none():
    made = impact_of(shop_with_promotions(uplift=0.0), promotion(60, 54))
    assert abs(made["uplift_percent"].mean()) < 0.05
    assert ((made["uplift_low"] < 0) & (made["uplift_high"] > 0)).mean() > 0.7


def test_an_event_to_come_is_expected_to_do_what_its_type_did():
    made = impact_of(shop_with_promotions(), promotion(60, 54), promotion(160, 154), promotion(-5, -11))
    to_come = made[made["to_come"]]
    assert to_come["uplift_percent"].mean() == pytest.approx(0.5, abs=0.07)
    assert to_come["uplift_units"].mean() == pytest.approx(42, rel=0.15)
    assert (to_come["uplift_percent"].std()) < 0.15


def test_an_event_of_a_new_type_takes_its_planned_uplift():
    made = impact_of(shop_with_promotions(4), promotion(-5, -11, planned_uplift=0.8))
    assert made["uplift_percent"].to_numpy() == pytest.approx([0.8] * 4)


def test_only_the_items_of_an_events_scope_are_measured():
    made = impact_of(shop_with_promotions(4), promotion(60, 54, scope="product:A-02"))
    assert made["item_id"].tolist() == ["A-02"]


def test_days_out_of_stock_do_not_count_as_lost_uplift():
    quantities = shop_with_promotions(20)
    for quantity in quantities.values():
        quantity[N - 58 : N - 54] = np.nan
    made = impact_of(quantities, promotion(60, 54))
    assert made["uplift_percent"].mean() == pytest.approx(0.5, abs=0.08)


def test_a_category_keeps_an_effect_of_its_own():
    strong = shop_with_promotions(10, uplift=1.0)
    weak = {item_id.replace("A", "B"): q for item_id, q in shop_with_promotions(10, uplift=0.1).items()}
    two = pd.concat(
        [items_of(sorted(strong), category="tea"), items_of(sorted(weak), category="jam")], ignore_index=True
    )
    made = event_impact(
        demand_of(strong | weak), events=events(promotion(60, 54), promotion(160, 154), promotion(-5, -11)), items=two,
        settings=settings(), as_of=LAST_DAY.date(),
    )  # fmt: skip
    to_come = made[made["to_come"]].merge(two[["item_id", "category"]], on="item_id")
    by_category = to_come.groupby("category")["uplift_percent"].mean()
    assert by_category["tea"] == pytest.approx(1.0, abs=0.15)
    assert by_category["jam"] == pytest.approx(0.1, abs=0.1)


def test_an_event_of_a_zone_concerns_the_items_of_this_zone():
    items = items_of(["A-00", "A-01"]).assign(zone=["north", "south"])
    made = event_impact(
        demand_of(shop_with_promotions(2)), events=events(promotion(60, 54, zone="south")), items=items,
        settings=settings(), as_of=LAST_DAY.date(),
    )  # fmt: skip
    assert made["item_id"].tolist() == ["A-01"]


def test_events_out_of_reach_and_shops_without_demand_have_no_impact():
    assert impact_of(shop_with_promotions(1), promotion(900, 890), promotion(-200, -205)).empty
    assert event_impact(
        demand_of({"a": np.array([1.0])}).iloc[:0], events=events(promotion(5, 4)), items=items_of(["a"]),
        settings=settings(), as_of=LAST_DAY.date(),
    ).empty  # fmt: skip
