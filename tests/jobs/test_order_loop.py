"""What was ordered is known to the nights after it: nothing is ordered twice, and what arrives closes and teaches."""

import shutil
import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pandas as pd
import pytest
from shops import open_shop, run_jobs

from optiflow_lib import jobs, store
from optiflow_lib.errors import OrderError
from optiflow_lib.jobs import actions, overrides, views
from optiflow_lib.jobs.decisions import lead_times_of
from optiflow_lib.jobs.night import inputs_folder, open_night, opened_store
from optiflow_lib.settings import load_settings
from optiflow_lib.source import open_inputs

pytestmark = pytest.mark.no_cover  # night after night: what they run, test_night.py shows to coverage
FIRST, NEXT, LATE = date(2026, 10, 19), date(2026, 10, 20), date(2026, 10, 24)
FORECAST = ("lead_times", "accuracy", "forecasts", "components", "interval_demand")
ITEM, SUPPLIER = "0001", "F01"
SUGGESTED = AGAIN = 180.0  # what F01 delivers free on either night: 400 € at 2.23 € each


@pytest.fixture(scope="module")
def first_night(tmp_path_factory):
    """A shop whose first night drafted orders; what two later nights forecast is there, these nights have not begun."""
    folder = tmp_path_factory.mktemp("loop") / "shop"
    forecast = {"candidates": ["seasonal_naive"], "sample_paths": 100, "history_days": 120}
    settings_file = open_shop(folder, products=8, years=1, forecast=forecast)
    change(
        settings_file,
        *(
            f"DELETE FROM {table} WHERE ligne_id IN {_ORDERED_SINCE}"
            for table in ("receptions", "lignes_commande")
        ),
        # Well below what asks for an order on each of the evenings, and enough until one could come.
        f"UPDATE historique_stocks SET quantite = 37 WHERE article_id = '{ITEM}' AND date_stock >= '{FIRST}'",
        f"UPDATE historique_stocks SET quantite = 26 WHERE article_id = '{ITEM}' AND date_stock >= '{LATE}'",
    )
    run_jobs(settings_file, "check_inputs", "forecast_demand", "raise_alerts", as_of=FIRST)
    ahead = shutil.copytree(folder, folder.parent / "ahead") / settings_file.name
    for night in (NEXT, LATE):
        run_jobs(ahead, "check_inputs", "forecast_demand", as_of=night)
        results = {name: read(ahead, name, night) for name in FORECAST}
        with opened_store(load_settings(settings_file)) as opened:
            store.replace_night(opened, results, as_of=night)
    return settings_file


_ORDERED_SINCE = """(SELECT ligne_id FROM lignes_commande JOIN commandes_fournisseurs USING (commande_id)
                     WHERE date_commande >= '2026-10-20')"""


@pytest.fixture
def shop(first_night, tmp_path):
    return shutil.copytree(first_night.parent, tmp_path / "shop") / first_night.name


@pytest.fixture
def settings(shop):
    return load_settings(shop)


def change(settings_file, *statements):
    with closing(sqlite3.connect(settings_file.parent / "shop.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def type_in(shop, quantity, *, ordered_on=NEXT, received=None, line="X1"):
    """Writes an order of the item into the business database, as a buyer would, and what was received of it."""
    statements = [
        f"INSERT INTO commandes_fournisseurs VALUES ('C{line}', '{SUPPLIER}', 'M01', '{ordered_on}', '2026-10-22')",
        f"INSERT INTO lignes_commande VALUES ('{line}', 'C{line}', '{ITEM}', {quantity})",
    ]
    if received:
        statements.append(f"INSERT INTO receptions VALUES ('{line}', '{NEXT}', {received})")
    change(shop, *statements)


def read(settings_file, name, as_of):
    with opened_store(load_settings(settings_file)) as opened:
        return store.read_night(opened, name, as_of=as_of)


def night(shop, as_of=NEXT):
    run_jobs(shop, "check_inputs", "raise_alerts", as_of=as_of)


def suggestion(shop, as_of=NEXT):
    return read(shop, "recommendations", as_of).set_index("item_id").loc[ITEM]


def alerts_of(settings, subject):
    alerts = views.alerts(settings)
    return set(alerts.loc[alerts["subject"] == subject, "type"])


def number(settings):
    """Number of the draft of the item."""
    orders, lines, _ = views.orders(settings)
    drafts = orders.loc[orders["state"] == "draft", "order_id"]
    return lines.loc[lines["order_id"].isin(drafts) & (lines["item_id"] == ITEM), "order_id"].iloc[0]


def ordered(settings, *states):
    order_id = number(settings)
    for state in ("approved", *states):
        actions.move(settings, order_id=order_id, to=state, author="ana")
    return order_id


def state_of(settings, order_id):
    return views.orders(settings)[0].set_index("order_id").at[order_id, "state"]


def results_of(settings, as_of=NEXT):
    with opened_store(settings) as opened:
        return store.dump_digest(opened, as_of=as_of)


def test_what_nobody_ordered_is_suggested_again(shop, settings):
    night(shop)
    assert (suggestion(shop)["on_order"], suggestion(shop)["order_quantity"]) == (0, AGAIN)
    assert "order_now" in alerts_of(settings, ITEM)


def test_an_approved_order_is_not_suggested_again_and_nothing_is_raised_for_it(shop, settings):
    order_id = ordered(settings)
    night(shop)
    told = suggestion(shop)
    assert (told["on_order"], told["on_order_in_time"], told["order_quantity"]) == (SUGGESTED, SUGGESTED, 0)
    assert alerts_of(settings, ITEM) == set()
    lines = views.orders(settings)[1]
    assert lines.loc[lines["item_id"] == ITEM, "order_id"].tolist() == [order_id]


@pytest.mark.parametrize(("typed", "counted"), [(96, SUGGESTED), (SUGGESTED, SUGGESTED), (200, 200)])
def test_an_order_typed_into_the_business_database_is_counted_once(shop, settings, typed, counted):
    ordered(settings, "sent")
    type_in(shop, typed)
    night(shop)
    assert suggestion(shop)["on_order"] == counted


def test_a_cancelled_order_is_suggested_again(shop, settings):
    ordered(settings, "cancelled")
    night(shop)
    assert (suggestion(shop)["on_order"], suggestion(shop)["order_quantity"]) == (0, AGAIN)


def test_an_order_approved_at_noon_changes_nothing_of_the_night_before_it(shop, settings):
    night(shop)
    before, digest = results_of(settings), open_inputs(inputs_folder(settings), NEXT).digest
    order_id = ordered(settings, "sent")
    actions.receive(settings, order_id=order_id, author="bob", quantities={ITEM: 5})
    night(shop)
    assert results_of(settings) == before
    assert open_inputs(inputs_folder(settings), NEXT).digest == digest
    lines = views.orders(settings)[1]
    assert lines.loc[lines["item_id"] == ITEM, "order_id"].tolist() == [order_id]
    night(shop, LATE)
    assert suggestion(shop, LATE)["on_order"] == AGAIN - 5


def test_a_night_killed_after_its_inputs_were_frozen_ends_as_if_nobody_had_acted_meanwhile(shop, settings):
    calm = shutil.copytree(shop.parent, shop.parent.parent / "calm") / shop.name
    night(calm)
    run_jobs(shop, "check_inputs", as_of=NEXT)
    order_id = ordered(settings)  # of the draft of the night before, which this one was about to renew
    run_jobs(shop, "raise_alerts", as_of=NEXT)
    assert results_of(settings) == results_of(load_settings(calm))
    lines = views.orders(settings)[1]
    assert lines.loc[lines["item_id"] == ITEM, "order_id"].tolist() == [order_id]  # not drafted once more


def test_inputs_frozen_without_our_orders_are_the_sources_alone(shop):
    with open_night(shop, FIRST.isoformat()) as opened:
        tables = {k: v for k, v in opened.inputs.manifest["tables"].items() if k in ("on_order", "receipts")}
        opened.inputs.manifest["tables"] = tables
        assert opened.book.standing.empty
        assert len(opened.book.receipts) == len(opened.inputs.read("receipts"))


def test_what_the_source_received_closes_the_order_once(shop, settings):
    order_id = ordered(settings)
    type_in(shop, SUGGESTED, received=100)
    night(shop)
    assert state_of(settings, order_id) == "partly_received"
    change(shop, f"INSERT INTO receptions VALUES ('X1', '{LATE}', {SUGGESTED - 100})")
    night(shop, LATE)
    with opened_store(settings) as opened:
        once, receipts = store.dump_digest(opened), store.read_order_receipts(opened)
    night(shop, LATE)
    with opened_store(settings) as opened:
        assert store.dump_digest(opened) == once
    assert receipts[["quantity", "author"]].to_numpy().tolist() == [
        [100, "optiflow"],
        [SUGGESTED - 100, "optiflow"],
    ]
    assert receipts["received_on"].dt.date.tolist() == [NEXT, LATE]
    steps = views.orders(settings)[2].query("order_id == @order_id")["state"].tolist()
    assert steps == ["draft", "approved", "sent", "partly_received", "received"]


def test_an_order_that_the_source_closed_short_is_closed(shop, settings):
    order_id = ordered(settings)
    type_in(shop, 100, received=90)  # the buyer typed less, and that came
    change(shop, "UPDATE lignes_commande SET quantite = 90 WHERE ligne_id = 'X1'")
    night(shop)
    assert state_of(settings, order_id) == "partly_received"
    actions.close(settings, order_id=order_id, author="ana")
    night(shop, LATE)
    assert state_of(settings, order_id) == "received"
    assert suggestion(shop, LATE)["on_order"] == 0
    with pytest.raises(OrderError, match="is received and cannot become received"):
        actions.close(settings, order_id=order_id, author="ana")


def observations(shop, as_of=NEXT):
    with open_night(shop, as_of.isoformat()) as opened:
        taught = opened.book.receipts
        return taught[
            (taught["item_id"] == ITEM) & (taught["ordered_on"] >= pd.Timestamp(NEXT))
        ], lead_times_of(opened).frame.set_index("item_id")


def test_a_receipt_that_a_person_entered_teaches_the_lead_time(shop, settings):
    order_id = ordered(settings, "sent")
    night(shop)
    actions.receive(settings, order_id=order_id, author="bob")
    _, before = observations(shop)
    run_jobs(shop, "check_inputs", as_of=LATE)
    taught, after = observations(shop, LATE)
    told = taught[["ordered_on", "received_on", "received_quantity"]].to_numpy().tolist()
    assert told == [[pd.Timestamp(NEXT), pd.Timestamp(NEXT + timedelta(days=1)), SUGGESTED]]
    assert after.at[ITEM, "lead_time"] < before.at[ITEM, "lead_time"]  # one day; usually two


def test_a_receipt_that_the_source_shows_as_well_teaches_once(shop, settings):
    order_id = ordered(settings, "sent")
    actions.receive(settings, order_id=order_id, author="bob", quantities={ITEM: 100})
    type_in(shop, SUGGESTED, received=100)
    run_jobs(shop, "check_inputs", as_of=NEXT)
    taught, _ = observations(shop)
    assert taught[["order_line_id", "received_quantity"]].to_numpy().tolist() == [["X1", 100]]


def test_an_order_that_does_not_come_is_late_under_its_own_number(shop, settings):
    order_id = ordered(settings, "sent")
    night(shop, LATE)
    late = views.alerts(settings).set_index(["type", "subject"]).loc[("order_late", order_id)]
    assert late["subject_kind"] == "order"
    assert '"days": 2' in late["detail"]
    assert suggestion(shop, LATE)["on_order"] == SUGGESTED


def test_an_order_typed_into_the_source_is_late_once(shop, settings):
    order_id = ordered(settings, "sent")
    type_in(shop, SUGGESTED)
    night(shop, LATE)
    late = views.alerts(settings).query("type == 'order_late'")["subject"].tolist()
    assert "X1" in late
    assert order_id not in late


def override(settings, quantity, until=LATE):
    overrides.override(settings, item_id=ITEM, quantity=quantity, until=until, author="ana", reason="fête")


def line(settings):
    lines = views.orders(settings)[1]
    return lines.set_index(["order_id", "item_id"]).loc[(number(settings), ITEM)]


def test_an_override_is_applied_by_later_nights_to_new_drafts_until_its_day(shop, settings):
    override(settings, 300)
    assert line(settings)["quantity"] == 300
    actions.cancel(settings, order_id=number(settings), author="ana")
    night(shop)
    told = line(settings)
    assert (told["quantity"], told["suggested_quantity"], told["edited_by"], told["reason"]) == (
        300,
        AGAIN,
        "ana",
        "fête",
    )
    night(shop, LATE)
    told = line(settings)
    assert told["quantity"] == told["suggested_quantity"]
    assert pd.isna(told["edited_by"])


def test_a_lifted_override_is_over_at_once(shop, settings):
    override(settings, 300)
    overrides.lift(settings, item_id=ITEM, author="bob")
    told = line(settings)
    assert (told["quantity"], told["unit_cost"]) == (SUGGESTED, 2.23)
    night(shop)
    assert line(settings)["quantity"] == AGAIN
    assert overrides.overrides(settings)["author"].tolist() == ["ana", "bob"]


def test_an_override_of_an_item_that_is_none_is_refused(settings):
    with pytest.raises(OrderError, match="there is no item 9999"):
        overrides.override(settings, item_id="9999", quantity=1, until=LATE, author="ana", reason="")


def test_what_a_person_changed_is_measured_once_its_interval_has_passed(shop, settings):
    actions.set_quantity(
        settings, order_id=number(settings), item_id=ITEM, quantity=20, author="ana", reason="too much"
    )
    assert jobs.measure_overrides(settings_file=str(shop), as_of=FIRST.isoformat()).empty  # a draft still
    order_id = ordered(settings, "sent")
    night(shop)
    waiting = jobs.measure_overrides(settings_file=str(shop), as_of=NEXT.isoformat()).iloc[0]
    assert (waiting["order_id"], waiting["suggested_quantity"], waiting["quantity"]) == (
        order_id,
        SUGGESTED,
        20,
    )
    assert pd.isna(waiting["measured_on"])
    night(shop, LATE)
    measured = jobs.measure_overrides(settings_file=str(shop), as_of=LATE.isoformat())
    told = measured.iloc[0]
    assert told["ends_on"].date() == date(2026, 10, 22)
    with closing(sqlite3.connect(shop.parent / "shop.db")) as connection:
        (sold,) = connection.execute(
            "SELECT SUM(quantite) FROM ventes WHERE article_id = ? AND date_vente BETWEEN ? AND ?",
            (ITEM, str(NEXT), "2026-10-22"),
        ).fetchone()
    assert told["demand"] == sold
    assert told["saved_eur"] == pytest.approx(told["suggested_cost_eur"] - told["cost_eur"])
    again = jobs.measure_overrides(settings_file=str(shop), as_of=LATE.isoformat())
    pd.testing.assert_frame_equal(again, measured)
    pd.testing.assert_frame_equal(overrides.override_results(settings), measured)


def test_a_person_who_orders_nothing_is_measured_and_one_who_cancels_is_not(shop, settings):
    override(settings, 0)
    ordered(settings)
    other = views.orders(settings)[1].query("item_id == '0003'")["order_id"].iloc[0]
    edit = {"order_id": other, "item_id": "0003", "quantity": 7, "author": "bob", "reason": ""}
    actions.set_quantity(settings, **edit)
    actions.cancel(settings, order_id=other, author="bob")
    run_jobs(shop, "check_inputs", as_of=LATE)
    results = jobs.measure_overrides(settings_file=str(shop), as_of=LATE.isoformat())
    assert results[["item_id", "quantity"]].to_numpy().tolist() == [[ITEM, 0]]


def test_what_a_person_enters_is_dated_by_the_clock_unless_the_shop_is_a_sample(shop, settings, monkeypatch):
    order_id = ordered(settings, "sent")
    monkeypatch.setenv("OPTIFLOW_SOURCE__SAMPLE", "false")
    actions.receive(load_settings(shop), order_id=order_id, author="bob")
    steps = views.orders(settings)[2].query("order_id == @order_id").set_index("state")
    assert steps.at["sent", "day"].date() == NEXT
    assert steps.at["received", "day"] == max(pd.Timestamp(NEXT), pd.Timestamp.now().normalize())
