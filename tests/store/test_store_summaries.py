from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from store_frames import NIGHT, alert, frame_of

from optiflow_lib.errors import StoreError
from optiflow_lib.store import (
    SUMMARIES,
    read_night,
    read_summary,
    refresh_summaries,
    replace_alerts,
    replace_night,
)

IDS = [f"{number:03d}" for number in range(40)]


@pytest.fixture
def shop(store):
    items = frame_of("items", ids=IDS).assign(category=np.resize(["bread", "wine", "été"], len(IDS)))
    items.loc[items["category"] == "wine", "unit_cost"] = np.nan
    horizon = pd.concat(
        [frame_of("forecasts", ids=IDS, seed=day).assign(day=f"2026-11-0{day}") for day in (1, 2)]
    )
    accuracy = pd.concat(
        [
            frame_of("accuracy", ids=IDS, seed=1).assign(candidate="prophet", champion=True, days=28),
            frame_of("accuracy", ids=IDS, seed=2).assign(candidate="naive", champion=False, days=28),
        ]
    )
    tables = {
        "items": items,
        "forecasts": horizon.assign(forecast=horizon["forecast"].abs()),
        "recommendations": frame_of("recommendations", ids=IDS),
        "accuracy": accuracy,
    }
    replace_night(store, tables, as_of=NIGHT)
    other = {name: frame.iloc[:5] for name, frame in tables.items()}
    replace_night(store, other, as_of=NIGHT - timedelta(days=1))
    refresh_summaries(store)
    return store


def joined(store, *names):
    rows = read_night(store, names[0], as_of=NIGHT)
    for name in names[1:]:
        rows = rows.merge(
            read_night(store, name, as_of=NIGHT), on="item_id", how="left", suffixes=("", f"_{name}")
        )
    units = read_night(store, "forecasts", as_of=NIGHT).groupby("item_id")["forecast"].sum().rename("units")
    return rows.merge(units, on="item_id", how="left")


def test_categories_add_up_to_what_their_items_say(shop):
    rows = joined(shop, "items", "recommendations")
    cost = rows["unit_cost"].fillna(rows["unit_cost_recommendations"]).fillna(0)
    rows["stock_value"] = rows["on_hand"].clip(lower=0) * cost
    wanted = rows.groupby("category").agg(
        items=("item_id", "size"),
        stock_value=("stock_value", "sum"),
        forecast_units=("units", "sum"),
        order_value=("value_eur", "sum"),
        euros_at_risk=("euros_at_risk", "sum"),
    )
    assert_frame_equal(read_summary(shop, "summary_categories"), wanted.reset_index(), check_dtype=True)


def test_accuracy_weighs_the_champions_by_units(shop):
    rows = joined(shop, "accuracy", "items")
    rows = rows[rows["champion"]]
    found = read_summary(shop, "summary_accuracy").set_index("category")
    for category, items in rows.groupby("category"):
        for measure, weight in (("wape", "units"), ("bias", "units"), ("coverage_80", "days")):
            known = items.dropna(subset=[measure])
            wanted = np.average(known[measure], weights=known[weight])
            assert found.at[category, measure] == pytest.approx(wanted)
        assert found.at[category, "items"] == items["wape"].notna().sum()


def test_alerts_are_counted_unless_they_are_resolved(store):
    alerts = [
        alert("1"),
        alert("2", euros_at_risk=7.5),
        alert("3", "overstock", severity="info"),
        alert("4", state="resolved", resolved_on=NIGHT),
    ]
    replace_alerts(store, pd.concat(alerts), as_of=NIGHT)
    assert read_summary(store, "summary_alerts").empty  # not before the refresh
    refresh_summaries(store)
    assert read_summary(store, "summary_alerts").to_numpy().tolist() == [
        ["high", "stockout", 2, 20.0],
        ["info", "overstock", 1, 12.5],
    ]


def test_refreshing_twice_changes_nothing_and_no_night_gives_no_rows(store):
    for _ in range(2):
        refresh_summaries(store)
    for name, schema in SUMMARIES.items():
        assert_frame_equal(read_summary(store, name), schema.empty())


def test_an_unknown_summary_is_refused(sqlite_store):
    with pytest.raises(StoreError, match="there is no summary 'users'"):
        read_summary(sqlite_store, "users")
