"""A night leaves what its schemas promise, twice what once does, and nothing that it could not know."""

import json
import sqlite3
from datetime import date, timedelta

import pandas as pd
import pytest
from shops import run_jobs

from optiflow_lib import jobs, store
from optiflow_lib.errors import DataError
from optiflow_lib.inventory import executed
from optiflow_lib.jobs import actions, views
from optiflow_lib.jobs.night import inputs_folder, opened_store
from optiflow_lib.jobs.summary import night_summary
from optiflow_lib.schemas.results import NIGHT_TABLES
from optiflow_lib.settings import load_settings

LAST_DAY = date(2026, 10, 31)


def dumped(settings_file):
    with opened_store(load_settings(settings_file)) as opened:
        return store.dump_digest(opened)


def read(settings_file, name, *, as_of=LAST_DAY):
    with opened_store(load_settings(settings_file)) as opened:
        return store.read_night(opened, name, as_of=as_of)


def edit_shop(settings_file, statement):
    connection = sqlite3.connect(settings_file.parent / "shop.db")
    with connection:
        connection.execute(statement)
    connection.close()


def test_the_same_night_twice_leaves_the_same_bytes(shop):
    before, published = dumped(shop), views.open_view(load_settings(shop)).snapshot.digest
    run_jobs(shop)
    assert dumped(shop) == before
    assert views.open_view(load_settings(shop)).snapshot.digest == published


def test_every_item_is_forecast_for_every_day_of_the_horizon(shop_night):
    items, forecasts = read(shop_night, "items"), read(shop_night, "forecasts")
    days = pd.date_range(LAST_DAY + timedelta(days=1), periods=30)
    assert len(items) >= 10
    assert set(forecasts["item_id"]) == set(items["item_id"])
    assert (forecasts.groupby("item_id")["day"].apply(list) == [list(days)] * len(items)).all()
    assert (forecasts["q10"] <= forecasts["q50"]).all()
    assert (forecasts["q50"] <= forecasts["q90"]).all()


def test_components_add_up_to_what_was_forecast_before_it_is_floored_at_zero(shop_night):
    parts = read(shop_night, "components").merge(read(shop_night, "forecasts"), on=["item_id", "day"])
    total = parts[["trend", "weekly", "yearly", "events"]].sum(axis=1)
    assert len(parts) == len(read(shop_night, "forecasts"))
    assert total.clip(lower=0).to_numpy() == pytest.approx(parts["forecast"].to_numpy(), rel=1e-6, abs=1e-6)


def test_every_suggested_quantity_is_what_its_trace_computes_again(shop_night):
    recommendations = read(shop_night, "recommendations")
    again = recommendations["trace"].map(executed)
    assert (recommendations["order_quantity"] > 0).any()
    assert again.tolist() == recommendations["order_quantity"].tolist()


def test_every_draft_line_is_a_suggestion_and_every_suggestion_a_draft_line(shop_night):
    orders, lines, _ = views.orders(load_settings(shop_night))
    suggested = read(shop_night, "recommendations").query("order_quantity > 0")
    assert orders["state"].unique().tolist() == ["draft"]
    assert not orders.duplicated(["supplier_id", "location_id"]).any()
    drafted = lines.set_index("item_id")["quantity"].sort_index()
    assert drafted.to_dict() == suggested.set_index("item_id")["order_quantity"].to_dict()


def test_the_summary_counts_what_the_store_holds(shop_night):
    settings = load_settings(shop_night)
    summary = night_summary(settings, LAST_DAY)
    lines = views.orders(settings)[1]
    assert summary.items == summary.forecasts == len(read(shop_night, "items"))
    assert summary.alerts == len(views.alerts(settings))
    assert summary.order_lines == len(lines)
    assert summary.order_value == pytest.approx((lines["quantity"] * lines["unit_cost"]).sum())


def test_a_night_of_the_past_sees_nothing_that_came_after(shop):
    past = LAST_DAY - timedelta(days=40)
    run_jobs(shop, "check_inputs", "forecast_demand", as_of=past)
    made = read(shop, "forecasts", as_of=past)
    edit_shop(shop, f"DELETE FROM ventes WHERE date_vente > '{past}'")
    run_jobs(shop, "check_inputs", "forecast_demand", as_of=past)
    pd.testing.assert_frame_equal(read(shop, "forecasts", as_of=past), made)


def test_later_jobs_read_the_frozen_inputs_and_not_the_business_database(shop):
    before = dumped(shop)
    edit_shop(shop, "DELETE FROM ventes")
    run_jobs(shop, "forecast_demand", "measure_events", "find_anomalies", as_of=LAST_DAY)
    assert dumped(shop) == before


def test_a_job_without_frozen_inputs_says_which_notebook_to_run_first(shop):
    with pytest.raises(DataError, match="10_quality"):
        run_jobs(shop, "forecast_demand", as_of=LAST_DAY - timedelta(days=3))


def test_a_day_that_is_none_is_named(shop):
    with pytest.raises(DataError, match=r"as_of is '31.10.2026'"):
        jobs.check_inputs(settings_file=str(shop), as_of="31.10.2026")


def test_alerts_that_somebody_acknowledged_and_quantities_somebody_edited_outlive_the_next_night(shop):
    settings = load_settings(shop)
    alert = views.alerts(settings).iloc[0]
    actions.acknowledge(settings, type=alert["type"], subject=alert["subject"], author="Zoé")
    line = views.orders(settings)[1].iloc[0]
    edited = {"order_id": line["order_id"], "item_id": line["item_id"]}
    actions.set_quantity(settings, **edited, quantity=77, author="Zoé", reason="fête du quartier")
    run_jobs(shop, "raise_alerts")
    kept = views.alerts(settings).set_index(["type", "subject"]).loc[(alert["type"], alert["subject"])]
    assert (kept["state"], kept["handled_by"]) == ("acknowledged", "Zoé")
    lines = views.orders(settings)[1].set_index(["order_id", "item_id"])
    assert lines.loc[tuple(edited.values()), "quantity"] == 77


def test_the_published_night_holds_every_table_and_the_history_behind_the_charts(shop_night):
    view = views.open_view(load_settings(shop_night))
    assert view.as_of == LAST_DAY
    assert set(NIGHT_TABLES) <= set(view.snapshot.names)
    assert view.read("history")["day"].max() == pd.Timestamp(LAST_DAY)
    totals = view.read("daily_totals").groupby("day")["quantity"].sum()
    with sqlite3.connect(f"file:{shop_night.parent / 'shop.db'}?mode=ro", uri=True) as connection:
        sold = connection.execute("SELECT SUM(quantite) FROM ventes WHERE date_vente = ?", [str(LAST_DAY)])
        assert totals[pd.Timestamp(LAST_DAY)] == sold.fetchone()[0]
    connection.close()


def test_a_published_night_is_stale_only_when_the_shop_is_no_sample(shop, monkeypatch):
    pointer = inputs_folder(load_settings(shop)).parent / "published" / "current.json"
    told = json.loads(pointer.read_text(encoding="utf-8"))
    pointer.write_text(json.dumps(told | {"published_at": "2020-01-01T03:00:00"}), encoding="utf-8")
    assert not views.open_view(load_settings(shop)).stale
    monkeypatch.setenv("OPTIFLOW_SOURCE__SAMPLE", "false")
    assert views.open_view(load_settings(shop)).stale


def test_explanations_and_alerts_are_told_in_both_languages(shop_night):
    settings = load_settings(shop_night)
    items, live = views.open_view(settings).read("items"), views.alerts(settings)
    told = {language: views.alert_sentences(live, items, language) for language in ("fr", "en")}
    assert len(told["fr"]) == len(told["en"]) == len(live) > 0
    assert not set(told["fr"]) & set(told["en"])
    suggested = read(shop_night, "recommendations").query("order_quantity > 0")["item_id"].iloc[0]
    assert len(views.explanation(settings, suggested, "fr")) == 3
    assert views.explanation(settings, suggested, "fr") != views.explanation(settings, suggested, "en")
    assert views.explanation(settings, "no such item", "fr") == []
