import pandas as pd
import pytest

from optiflow_lib.jobs import views
from optiflow_lib.settings import load_settings


@pytest.fixture(scope="module")
def settings(shop_night):
    return load_settings(shop_night)


@pytest.fixture(scope="module")
def view(settings):
    return views.open_view(settings)


def test_the_rows_of_one_item_are_read_without_the_others(settings, view):
    item_id = view.read("items")["item_id"].iloc[3]
    fresh = views.open_view(settings)
    rows = fresh.read_item("history", item_id)
    assert set(rows["item_id"]) == {item_id}
    everything = view.read("history")
    expected = everything[everything["item_id"] == item_id].reset_index(drop=True)
    pd.testing.assert_frame_equal(rows, expected)
    pd.testing.assert_frame_equal(view.read_item("history", item_id), expected)  # already in memory
    assert view.read_item("history", "no such item").empty


def test_daily_frames_add_up_to_the_indicators_of_the_night(view):
    kpis = view.read("kpis").query("scope == 'all'").set_index("kpi")["value"]
    today = pd.Timestamp(view.as_of)
    totals, stock = view.read("daily_totals"), view.read("daily_stock")
    recent = totals[totals["day"] > today - pd.Timedelta(days=28)]
    assert recent["revenue"].sum() == pytest.approx(kpis["revenue"])
    held = stock[stock["day"] == today]
    assert held["items"].sum() == len(view.read("items"))
    assert held["in_stock"].sum() <= held["items"].sum()
    assert held["value"].sum() == pytest.approx(
        kpis["stock_value"], rel=0.05
    )  # items that ended count in the days


def test_the_expected_revenue_is_that_of_the_items(view):
    priced = view.read("forecasts").merge(view.read("items")[["item_id", "price"]], on="item_id")
    assert view.read("daily_forecast")["revenue"].sum() == pytest.approx(
        (priced["forecast"] * priced["price"]).sum()
    )


def test_the_indicators_of_past_nights_are_kept_with_the_night(view):
    nights = view.read("kpi_nights")
    assert nights["as_of"].max() == pd.Timestamp(view.as_of)
    assert len(nights) == len(view.read("kpis"))


def test_suppliers_and_what_is_on_its_way_are_published(view):
    assert {"supplier_id", "name", "free_delivery_from"} <= set(view.read("suppliers"))
    assert set(view.read("on_order")["item_id"]) <= set(view.read("items")["item_id"])


def test_the_day_is_read_at_one_moment(settings):
    day = views.read_day(settings)
    pd.testing.assert_frame_equal(day.alerts, views.alerts(settings))
    assert set(day.lines["order_id"]) == set(day.orders["order_id"]) == set(day.steps["order_id"])
    assert day.alerts["euros_at_risk"].is_monotonic_decreasing
