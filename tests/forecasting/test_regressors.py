from datetime import date

import pandas as pd
import pytest
from demand_frames import events, items_of

from optiflow_lib.errors import ForecastError
from optiflow_lib.forecasting import event_columns, with_events
from optiflow_lib.forecasting.school import school_holidays

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)


def columns(*rows, items=None):
    made = event_columns(
        events(*rows), items=items_of(["a", "b"]) if items is None else items, first_day=FIRST, last_day=LAST
    )
    return made.assign(day=made["day"].dt.day)


def event(kind, first, last, **others):
    return {"type": kind, "first_day": first, "last_day": last} | others


def test_an_event_is_a_column_of_its_type_on_each_of_its_days():
    made = columns(event("flash sale", "2026-01-05", "2026-01-06"))
    assert made["day"].tolist() == [5, 6, 5, 6]
    assert made["event_flash_sale"].tolist() == [1.0] * 4


def test_an_event_outside_the_period_is_cut_to_it():
    made = columns(event("fair", "2025-12-30", "2026-01-02"), event("fair", "2026-02-01", "2026-02-02"))
    assert made.loc[made["item_id"] == "a", "day"].tolist() == [1, 2]


def test_a_scope_names_a_category_or_a_product():
    two = pd.concat([items_of(["a"], category="tea"), items_of(["b"], category="jam")])
    made = columns(
        event("promo", "2026-01-05", "2026-01-05", scope="category:tea"),
        event("promo", "2026-01-06", "2026-01-06", scope="product:b"),
        items=two,
    )
    assert made[["item_id", "day"]].to_numpy().tolist() == [["a", 5], ["b", 6]]


def test_a_discount_is_the_value_and_the_greatest_of_overlapping_ones_counts():
    made = columns(
        event("promo", "2026-01-05", "2026-01-06", discount=0.3, scope="product:a"),
        event("promo", "2026-01-06", "2026-01-07", discount=0.2, scope="product:a"),
    )
    assert made["event_promo"].tolist() == [0.3, 0.3, 0.2]


def test_days_without_an_event_are_zero_in_the_demand():
    demand = pd.DataFrame({"item_id": "a", "day": pd.date_range("2026-01-04", periods=3), "quantity": 1.0})
    event_days = event_columns(
        events(event("fair", "2026-01-05", "2026-01-05")),
        items=items_of(["a"]),
        first_day=FIRST,
        last_day=LAST,
    )
    assert with_events(demand, event_days)["event_fair"].tolist() == [0.0, 1.0, 0.0]


def test_without_events_there_are_no_columns():
    assert columns().columns.tolist() == ["item_id", "day"]


def test_an_event_of_a_zone_is_only_for_its_items():
    two = items_of(["a", "b"]).assign(zone=["A", "B"])
    made = columns(event("fair", "2026-01-05", "2026-01-05", zone="B"), items=two)
    assert made["item_id"].tolist() == ["b"]
    assert columns(event("fair", "2026-01-05", "2026-01-05", zone="B")).empty


def test_school_holidays_of_a_zone_are_events():
    made = school_holidays(["A", "C"], first_day=date(2026, 2, 1), last_day=date(2026, 5, 31))
    winter = made[made["name"] == "Winter Break"].set_index("zone")
    # The ministry of education: zone A from 7 to 23 February 2026, zone C from 21 February to 9 March, when school begins.
    assert winter["first_day"].dt.strftime("%d.%m.").to_dict() == {"A": "07.02.", "C": "21.02."}
    assert winter["last_day"].dt.strftime("%d.%m.").to_dict() == {"A": "22.02.", "C": "08.03."}
    assert made["event_id"].is_unique
    with pytest.raises(ForecastError, match="'D'"):
        school_holidays(["D"], first_day=FIRST, last_day=LAST)
