"""Each type of alert with a case that raises it and a near one that does not."""

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from inventory_frames import (
    NIGHT,
    classes,
    day,
    forecasts,
    interval_demand,
    items,
    lead_times,
    on_order,
    products,
    receipts,
    stock,
    suppliers,
    terms,
)

from optiflow_lib.inventory import Events, Known, morning, positions, raised_alerts, recommendations, sentence
from optiflow_lib.inventory.hysteresis import HIDES, LIMITS
from optiflow_lib.inventory.model_alerts import drifting_items
from optiflow_lib.schemas.results import ACCURACY, ANOMALIES, DAILY_SALES, EVENT_IMPACT, QUALITY
from optiflow_lib.schemas.source import RECEIPTS
from optiflow_lib.schemas.stock import ALERTS
from optiflow_lib.settings import InventorySettings

OLD = receipts(*[4] * 9, every=30)
NO_RECEIPTS = RECEIPTS.empty().assign(item_id=pd.Series(dtype="str"))
NONE_OPEN = on_order().head(0)


@cache
def demand(*daily, before=4, until=5):
    return interval_demand(*daily, before=before, until=until)


def sold(*, until=0, quantity=4.0, days=56, item="A"):
    """Sales of every day up to `until` days from the night."""
    made = {"item_id": item, "day": pd.date_range(end=day(until), periods=days), "quantity": quantity}
    return DAILY_SALES.check(
        pd.DataFrame(made).assign(revenue=3 * quantity, on_promotion=False), where="test"
    )


def raised(
    held=10.0, *, daily=4.0, coming=NONE_OPEN, waits=None, abc="A", inventory=None, standing=None, **frames
):
    """The alerts of a shop of one item of which 4 a day are wanted; its supplier needs four days.

    `standing` are those of the night before.
    """
    waits = lead_times() if waits is None else waits
    settings = InventorySettings(**({"order_line_cost": 0.0} | (inventory or {})))
    of_item = {name: frames.pop(name) for name in list(frames) if name in Known.__dataclass_fields__}
    known = Known(
        **{
            "items": items(),
            "products": products(),
            "suppliers": suppliers(),
            "supplier_terms": terms({}),
            "positions": positions(
                of_item.get("items", items()),
                stock=stock(A=held),
                on_order=coming,
                lead_times=waits,
                as_of=NIGHT,
                overdue_days=settings.overdue_days,
            ),
            "lead_times": waits,
            "classes": classes(abc),
            "interval_demand": demand(daily),
            "forecasts": forecasts(daily),
            "as_of": NIGHT,
        }
        | of_item
    )
    events = Events(
        **{
            "daily_sales": sold(),
            "on_order": coming,
            "receipts": OLD,
            "event_impact": EVENT_IMPACT.empty(),
            "anomalies": ANOMALIES.empty(),
            "quality": QUALITY.empty(),
            "accuracy": ACCURACY.empty(),
            "judged": judged(0),
        }
        | frames
    )
    seen = morning(known, recommendations(known, settings), events=events, settings=settings)
    return raised_alerts(seen, standing=standing)


def types(alerts):
    return set(alerts["type"])


def one(alerts, kind):
    found = alerts[alerts["type"] == kind]
    assert len(found) == 1, alerts["type"].tolist()
    alert = found.iloc[0]
    for language in ("en", "fr"):
        told = sentence(alert, name="Thé", language=language)
        assert "{" not in told
        assert "nan" not in told
    return alert, json.loads(alert["detail"])


def test_a_quiet_morning_raises_nothing():
    assert raised(40.0).empty


# stockout -------------------------------------------------------------------------------------------------------


def test_an_empty_shelf_that_customers_look_for_is_critical():
    alert, detail = one(raised(0.0), "stockout")
    assert (alert["severity"], detail["arrival"], detail["quantity"]) == ("critical", None, 29)
    assert alert["euros_at_risk"] == pytest.approx(20, rel=0.02)


def test_an_empty_shelf_with_a_delivery_on_its_way_is_high_names_its_day_and_asks_for_no_order():
    alerts = raised(0.0, coming=on_order({"open_quantity": 5.0}))
    alert, detail = one(alerts, "stockout")
    assert (alert["severity"], detail["arrival"]) == ("high", "2026-11-01")
    assert "order_now" not in types(alerts)
    assert "Nov 1, 2026" in sentence(alert, name="Tea", language="en")


@pytest.mark.parametrize(
    "values",
    [
        {"held": 1.0},
        {"held": 0.0, "daily": 0.0},
        {"held": 0.0, "items": items({"ends_on": day(0)})},
        {"held": 0.0, "items": items({"launched_on": day(3)})},
    ],
)
def test_something_on_the_shelf_or_nobody_looking_for_it_is_no_stockout(values):
    assert "stockout" not in types(raised(**values))


# unavoidable stockout -------------------------------------------------------------------------------------------


def test_stock_that_ends_before_an_order_could_arrive_is_an_unavoidable_stockout():
    alert, detail = one(raised(12.0), "unavoidable_stockout")
    assert alert["severity"] == "critical"
    assert detail["chance"] > 0.5
    assert detail["arrival"] == "2026-11-03"


def test_stock_that_lasts_more_likely_than_not_is_no_unavoidable_stockout():
    assert "unavoidable_stockout" not in types(raised(17.0))


def test_a_delivery_counts_when_it_arrives_before_an_order_of_today_would():
    in_time, later = ({"coming": on_order({"expected_on": day(n)})} for n in (4, 5))
    assert "unavoidable_stockout" not in types(raised(8.0, **in_time))
    assert "unavoidable_stockout" in types(raised(8.0, **later))


def test_what_is_reserved_cannot_be_sold():
    held = stock(A=20).assign(reserved=12.0)
    reserved = positions(
        items(), stock=held, on_order=NONE_OPEN, lead_times=lead_times(), as_of=NIGHT, overdue_days=30
    )
    assert "unavoidable_stockout" in types(raised(20.0, positions=reserved))


# order now ------------------------------------------------------------------------------------------------------


def test_a_position_at_the_reorder_point_has_to_be_ordered_now_and_how_much():
    alert, detail = one(raised(28.0), "order_now")
    assert (alert["severity"], detail["quantity"]) == ("high", 1)
    assert 0.02 < detail["chance"] < 0.06


def test_a_position_above_the_reorder_point_waits():
    assert "order_now" not in types(raised(29.0))


def test_what_is_on_order_in_time_is_not_ordered_again():
    assert raised(20.0, coming=on_order({"open_quantity": 20.0})).empty


def test_what_arrives_too_late_does_not_hide_that_an_order_is_due():
    assert "order_now" in types(
        raised(20.0, coming=on_order({"open_quantity": 500.0, "expected_on": day(60)}))
    )


def test_an_order_that_can_leave_after_the_next_night_is_not_due_now():
    # Monday is the next open day after Friday's night when nothing is ever sold at the weekend.
    weekdays = sold(days=70)
    weekdays = weekdays[weekdays["day"].dt.day_of_week < 5]
    monday, tuesday = (lead_times({"order_on": day(n)}) for n in (3, 4))
    assert "order_now" in types(raised(20.0, waits=monday, daily_sales=weekdays))
    assert "order_now" not in types(raised(20.0, waits=tuesday, daily_sales=weekdays))


def test_what_only_fills_up_an_order_is_not_due():
    two = {
        "items": items({}, {}),
        "products": products({}, {}),
        "classes": classes("A", "A"),
        "interval_demand": demand(4.0, 4.0),
        "forecasts": forecasts(4.0, 4.0),
        "suppliers": suppliers({"free_delivery_from": 60.0}),
        "waits": lead_times({}, {}),
    }
    both = positions(
        two["items"],
        stock=stock(A=28, B=40),
        on_order=NONE_OPEN,
        lead_times=two["waits"],
        as_of=NIGHT,
        overdue_days=30,
    )
    alerts = raised(**two, positions=both, daily_sales=pd.concat([sold(), sold(item="B")]))
    assert alerts[["type", "subject"]].to_numpy().tolist() == [["order_now", "A"]]


# event not covered ----------------------------------------------------------------------------------------------


def event(first=2, last=4, **values):
    row = {"event_id": "E1", "item_id": "A", "name": "Fête", "type": "local", "first_day": day(first)}
    row |= {
        "last_day": day(last),
        "to_come": True,
        "uplift_units": 8.0,
        "uplift_low": 2.0,
        "uplift_high": 12.0,
    }
    return EVENT_IMPACT.check(
        pd.DataFrame([row | {"uplift_percent": 0.5, "uplift_eur": 9.0} | values]), where="test"
    )


def test_an_event_that_stock_cannot_reach_in_time_is_not_covered():
    # Until the fourth day 16 are expected, p80 about 19: 15 are there, an order arrives on the fourth day.
    slow = lead_times({"lead_time": 6.0})
    alert, detail = one(raised(15.0, waits=slow, event_impact=event()), "event_not_covered")
    assert alert["severity"] == "high"
    assert detail["missing"] == pytest.approx(16 * 24 / 20 - 15, abs=0.9)
    assert detail["event"] == "Fête"


@pytest.mark.parametrize(
    "values",
    [
        {"held": 22.0, "event_impact": event()},  # enough for p80
        {"held": 15.0, "event_impact": event(first=9, last=11)},  # a later order is still in time
        {"held": 15.0, "event_impact": event(to_come=False)},
        {"held": 15.0, "event_impact": event(uplift_units=-3.0)},
    ],
)
def test_a_covered_event_a_distant_one_and_one_that_sells_nothing_raise_nothing(values):
    waits = lead_times({"lead_time": 6.0})
    assert "event_not_covered" not in types(raised(waits=waits, **values))


def test_the_order_suggested_tonight_covers_an_event_it_arrives_for():
    assert "event_not_covered" not in types(raised(15.0, event_impact=event(first=4, last=5)))


def test_the_worst_of_several_events_is_told():
    slow = lead_times({"lead_time": 6.0})
    both = pd.concat([event(last=3), event(event_id="E2", name="Grande fête", last=5)])
    assert one(raised(11.0, waits=slow, event_impact=both), "event_not_covered")[1]["event"] == "Grande fête"


# order late -----------------------------------------------------------------------------------------------------


def test_an_order_past_its_day_is_late_and_worse_when_a_shelf_will_be_empty_without_it():
    late = on_order({"expected_on": day(-3)})
    alert, detail = one(raised(30.0, coming=late), "order_late")
    assert (alert["severity"], detail["days"], detail["supplier"]) == ("medium", 3, "Supplier 1")
    alert, _ = one(raised(8.0, coming=late), "order_late")
    assert alert["severity"] == "high"
    assert alert["euros_at_risk"] == pytest.approx(8, rel=0.2)


@pytest.mark.parametrize(
    "line", [{"expected_on": day(0)}, {"expected_on": None}, {"open_quantity": 0.0, "expected_on": day(-3)}]
)
def test_an_order_expected_today_without_a_day_or_without_quantity_is_not_late(line):
    assert "order_late" not in types(raised(30.0, coming=on_order(line)))


def test_the_lines_of_one_late_order_are_one_alert():
    late = on_order(*[{"expected_on": day(-3)}] * 3, {"expected_on": day(-1)})
    alerts = raised(30.0, coming=late)
    assert alerts.loc[alerts["type"] == "order_late", "subject"].tolist() == ["L0", "L3"]
    assert set(alerts["subject_kind"]) == {"order"}


def test_a_late_order_keeps_its_name_when_its_first_line_has_come():
    promised = {"promised_on": day(-3), "ordered_on": day(-5), "received_on": day(-1)}
    came = receipts(4).assign(order_line_id="L0", **promised)
    late = on_order({"expected_on": day(-3)}, {"expected_on": day(-3)})
    for coming, received in ((late, OLD), (late.iloc[1:], pd.concat([OLD, came]))):
        alerts = raised(30.0, coming=coming, receipts=received)
        assert alerts.loc[alerts["type"] == "order_late", "subject"].tolist() == ["L0"]


# overstock and dead stock ---------------------------------------------------------------------------------------


def test_more_than_the_class_s_days_is_overstock():
    alert, detail = one(raised(250.0), "overstock")
    assert (alert["severity"], detail["allowed"], detail["cover"]) == ("medium", 60, 62.5)
    assert detail["tied"] == pytest.approx(20)
    assert alert["euros_at_risk"] == pytest.approx(20 * 0.25 / 365 * 10 / 4 / 2)


@pytest.mark.parametrize(
    "values", [{"held": 240.0}, {"held": 250.0, "abc": "B"}, {"held": 250.0, "daily": 0.0}]
)
def test_stock_within_the_class_s_days_is_no_overstock(values):
    assert "overstock" not in types(raised(**values))


def test_an_order_that_restores_the_level_is_no_overstock():
    big = terms({"minimum_quantity": 300.0})
    assert "overstock" not in types(raised(310.0, supplier_terms=big))


def test_stock_that_nobody_has_bought_for_90_days_is_dead():
    alert, detail = one(raised(40.0, daily_sales=sold(until=-90)), "dead_stock")
    assert (alert["severity"], detail["days"], detail["tied"]) == ("medium", 90, 80)
    assert alert["euros_at_risk"] == pytest.approx(80 * 0.25)


@pytest.mark.parametrize(
    "values",
    [
        {"daily_sales": sold(until=-89)},
        {"daily_sales": sold(until=-90), "abc": "C"},
        {"daily_sales": sold(until=-90), "held": 0.0},
        {"daily_sales": sold(until=-90), "receipts": receipts(4)},  # received a fortnight ago
        {"daily_sales": sold(until=-90), "items": items({"launched_on": day(-20)})},
    ],
)
def test_stock_sold_lately_of_a_slow_class_or_new_is_not_dead(values):
    assert "dead_stock" not in types(raised(**({"held": 40.0} | values)))


def test_dead_stock_is_not_overstock_as_well():
    alerts = raised(900.0, daily_sales=sold(until=-200), receipts=NO_RECEIPTS)
    assert types(alerts) == {"dead_stock"}


def test_stock_never_sold_is_idle_since_it_was_received():
    never = sold(quantity=0.0)
    assert "dead_stock" in types(raised(40.0, daily_sales=never, receipts=receipts(*[4] * 9, every=40)))
    assert "dead_stock" not in types(raised(40.0, daily_sales=never, receipts=receipts(4, every=75)))


# minimum quantity, price break ----------------------------------------------------------------------------------


def test_a_minimum_that_lasts_half_a_year_is_told_when_it_is_ordered():
    long = {"maximum_cover_days": dict.fromkeys("ABC", 400)}
    alert, detail = one(
        raised(0.0, supplier_terms=terms({"minimum_quantity": 740.0}), inventory=long), "moq_excess"
    )
    assert (alert["severity"], detail["cover"], detail["withheld"]) == ("info", 185, False)


def test_a_minimum_beyond_the_maximum_cover_is_not_ordered_and_that_is_told():
    alerts = raised(0.0, supplier_terms=terms({"minimum_quantity": 800.0}))
    alert, detail = one(alerts, "moq_excess")
    assert (alert["severity"], detail["withheld"], detail["least"]) == ("medium", True, 800)
    assert "nothing is ordered" in sentence(alert, name="Tea", language="en")
    assert "order_now" not in types(alerts)


@pytest.mark.parametrize(("held", "least"), [(0.0, 700.0), (700.0, 740.0)])
def test_a_minimum_of_less_than_half_a_year_or_that_is_not_due_is_not_told(held, least):
    long = {"maximum_cover_days": dict.fromkeys("ABC", 400)}
    assert "moq_excess" not in types(
        raised(held, supplier_terms=terms({"minimum_quantity": least}), inventory=long, abc="C")
    )


BREAKS = terms({}, {"from_quantity": 60.0, "unit_cost": 1.9})


def test_an_order_raised_for_its_price_says_so_with_what_it_saves_a_year_and_is_one_alert():
    alerts = raised(20.0, supplier_terms=BREAKS)
    alert, detail = one(alerts, "order_now")
    assert types(alerts) == {"order_now"}
    assert (detail["before"], detail["quantity"]) == (9, 60)
    assert detail["gain"] == pytest.approx(1460 * 0.1 - 0.25 * (1.9 * 30 - 2 * 4.5))
    told = sentence(alert, name="Tea", language="en")
    assert told.endswith("chance. 60 instead of 9 earn a better price: €134 a year.")


def test_a_price_break_is_an_alert_of_its_own_where_no_order_is_told():
    # The shelf is empty and a delivery is on its way: the stockout tells that, and nothing tells the order.
    alerts = raised(0.0, supplier_terms=BREAKS, coming=on_order({"open_quantity": 5.0}))
    alert, detail = one(alerts, "price_break_gain")
    assert types(alerts) == {"stockout", "price_break_gain"}
    assert (alert["severity"], detail["quantity"]) == ("info", 60)


@pytest.mark.parametrize(
    ("least", "opens", "stays"), [(120.0, True, True), (200.0, False, True), (300.0, False, False)]
)
def test_a_price_break_is_told_when_it_saves_what_a_buyer_would_act_on(least, opens, stays):
    given = {"supplier_terms": BREAKS, "coming": on_order({"open_quantity": 5.0})}
    given |= {"inventory": {"price_break_least_gain": least}}
    assert ("price_break_gain" in types(raised(0.0, **given))) is opens
    stood = raised(0.0, **given | {"inventory": {}})
    assert ("price_break_gain" in types(raised(0.0, standing=stood, **given))) is stays
    _, detail = one(raised(20.0, supplier_terms=BREAKS, inventory=given["inventory"]), "order_now")
    assert (detail["gain"] is None) is not opens


def test_a_price_break_of_an_order_that_can_wait_is_not_told():
    breaks = terms({}, {"from_quantity": 60.0, "unit_cost": 1.9})
    later = lead_times({"order_on": day(5)})
    assert "price_break_gain" not in types(raised(0.0, supplier_terms=breaks, waits=later))


def test_a_price_break_that_saves_too_little_is_not_told():
    breaks = terms({}, {"from_quantity": 60.0, "unit_cost": 1.9999})
    assert "price_break_gain" not in types(raised(0.0, supplier_terms=breaks))


# suppliers, sales, models, data ---------------------------------------------------------------------------------


def test_a_supplier_that_became_slower_drifts():
    slower = receipts(*[4, 5, 6] * 5, 8, 8, 7, 8, 8, every=7)
    alert, detail = one(raised(40.0, receipts=slower), "supplier_drift")
    assert (alert["subject_kind"], alert["subject"], alert["severity"]) == ("supplier", "S1", "medium")
    assert detail["recent"] == pytest.approx(7.8)
    assert raised(40.0, receipts=receipts(*[4, 5, 6] * 7, every=7)).empty


def anomaly(**values):
    row = {"item_id": "A", "day": day(-6), "quantity": 40.0, "expected": 4.0, "low": 0.0, "high": 11.0}
    row |= {"direction": "high", "cause": "bulk sale"} | values
    return ANOMALIES.check(pd.DataFrame([row]), where="test")


def test_a_sale_of_the_last_week_that_does_not_fit_is_told_once():
    both = pd.concat([anomaly(), anomaly(day=day(-2), quantity=50.0)])
    alert, detail = one(raised(40.0, anomalies=both), "sales_anomaly")
    assert (alert["severity"], detail["quantity"], detail["day"]) == ("info", 50, "2026-10-28")
    assert raised(40.0, anomalies=anomaly(day=day(-7))).empty


def judged(n=28, *, forecast=4.0, q10=1.0, q90=7.0, seed=1, mean=4.0, item="A"):
    rng = np.random.default_rng(seed)
    quantity = rng.poisson(mean, n).astype(float)
    days = pd.date_range(end=day(0), periods=n)
    made = {"item_id": item, "day": days, "forecast": forecast, "q10": q10, "q90": q90, "quantity": quantity}
    return pd.DataFrame(made).astype({"item_id": "str"})


def accuracy(wape=0.4):
    row = dict.fromkeys(ACCURACY.columns) | {"item_id": "A", "candidate": "prophet", "champion": True}
    return ACCURACY.check(pd.DataFrame([row | {"days": 84, "wape": wape}]), where="test")


@pytest.mark.parametrize(
    ("days", "usual", "cause"),
    [
        (judged(forecast=7.5, q90=12.0), 2.0, "leans"),
        (judged(mean=4.0, forecast=4.0), 0.2, "misses more"),
        (judged(q10=4.0, q90=4.0), 2.0, "unsure"),
        (judged(q10=0.0, q90=20.0), 2.0, ""),  # a wide interval promises to cover everything
    ],
)
def test_a_model_that_leans_misses_more_or_is_unsure_drifts(days, usual, cause):
    alerts = raised(40.0, judged=days, accuracy=accuracy(usual))
    if not cause:
        assert alerts.empty
        return
    alert, detail = one(alerts, "model_drift")
    assert (alert["severity"], detail["cause"]) == ("medium", cause)


@pytest.mark.parametrize(
    ("days", "usual"),
    [
        (judged(), 0.42),  # as good as its backtest
        (judged(13, forecast=9.0), 0.1),  # too few days
        (judged(mean=0.0, forecast=0.02, q10=0.0, q90=0.0), 0.1),  # nothing was wanted
        (judged(mean=0.05, forecast=0.05, q10=0.0, q90=0.0), 1.2),  # one sale more or less of a slow mover
        (judged().assign(quantity=np.nan), 0.1),  # every day was censored
    ],
)
def test_a_model_within_chance_does_not_drift(days, usual):
    assert raised(40.0, judged=days, accuracy=accuracy(usual)).empty


def test_models_that_are_right_drift_by_chance_on_few_mornings():
    many = pd.concat([judged(seed=seed, item=f"I{seed}") for seed in range(400)], ignore_index=True)
    usual = pd.concat([accuracy(0.41).assign(item_id=f"I{seed}") for seed in range(400)])
    assert len(drifting_items(many, accuracy=usual)) <= 0.02 * 400


def test_each_kind_of_data_problem_is_one_alert_with_its_rows():
    rows = [
        {"check": check, "subject": f"P{n}", "day": None, "detail": "x", "mend": "y"}
        for n, check in enumerate(["negative stock", "missing cost", "negative stock"])
    ]
    alerts = raised(40.0, quality=QUALITY.check(pd.DataFrame(rows), where="test"))
    assert alerts["subject"].tolist() == ["missing cost", "negative stock"]
    assert set(alerts["severity"]) == {"high"}
    assert set(alerts["subject_kind"]) == {"night"}
    assert json.loads(alerts["detail"].iloc[1]) == {"rows": 2}
    assert (
        sentence(alerts.iloc[1], name="negative stock", language="fr")
        == "Données\u00a0: stock négatif (2 lignes)."
    )


# what stands closes later than it opened ------------------------------------------------------------------------


def slower(*last_five):
    """Deliveries of 4 to 6 days, then the last five."""
    return receipts(*[4, 5, 6] * 5, *last_five, every=7)


def stands(kind, subject="A", kind_of_subject="item"):
    """One alert that stood the night before."""
    row = {
        "type": kind,
        "subject": subject,
        "subject_kind": kind_of_subject,
        "severity": "high",
        "state": "open",
    }
    row |= {"euros_at_risk": 1.0, "detail": "{}", "opened_on": day(-5), "last_seen_on": day(-1)}
    row |= dict.fromkeys(("resolved_on", "snoozed_until", "handled_by"))
    return ALERTS.check(pd.DataFrame([row]), where="test")


@pytest.mark.parametrize(
    ("kind", "stays", "closes"),
    [
        ("stockout", {"held": 3.0}, {"held": 4.0}),
        ("unavoidable_stockout", {"held": 16.0}, {"held": 20.0}),
        (
            "event_not_covered",
            {"held": 20.0, "waits": lead_times({"lead_time": 6.0}), "event_impact": event()},
            {"held": 26.0, "waits": lead_times({"lead_time": 6.0}), "event_impact": event()},
        ),
        ("overstock", {"held": 225.0}, {"held": 216.0}),
        ("supplier_drift", {"receipts": slower(5, 6, 6, 5, 6)}, {"receipts": slower(5, 5, 5, 5, 6)}),
        (
            "model_drift",
            {"judged": judged(forecast=5.4), "accuracy": accuracy(2.0)},
            {"judged": judged(forecast=4.6), "accuracy": accuracy(2.0)},
        ),
    ],
)
def test_an_alert_that_stands_closes_beyond_a_looser_limit_than_it_opened(kind, stays, closes):
    before = stands(
        kind, **({"subject": "S1", "kind_of_subject": "supplier"} if kind == "supplier_drift" else {})
    )
    between, gone = ({"held": 40.0} | case for case in (stays, closes))
    assert kind not in types(raised(**between))
    one(raised(**between, standing=before), kind)
    assert kind not in types(raised(**gone, standing=before))


def test_a_shelf_with_a_piece_that_came_back_is_almost_out_of_stock_and_says_so():
    alert, detail = one(raised(1.0, standing=stands("stockout")), "stockout")
    assert detail["left"] == 1
    assert sentence(alert, name="Tea", language="en") == "Tea is almost out of stock: 1 left."
    assert "unavoidable_stockout" not in types(raised(1.0, standing=stands("stockout")))


def test_an_order_that_stands_waits_for_its_suppliers_day_and_opens_nothing_before():
    later = lead_times({"order_on": day(4)})
    assert "order_now" not in types(raised(20.0, waits=later))
    alert, _ = one(raised(20.0, waits=later, standing=stands("order_now")), "order_now")
    assert (alert["state"], alert["snoozed_until"]) == ("snoozed", day(3))


def test_the_table_of_limits_is_the_documentations():
    told = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", told.split("## Quiet")[1], flags=re.MULTILINE)
    assert {kind for kind, _, _ in rows} == set(LIMITS) | {"order_now"}
    hides = dict(re.findall(r"^\* `(\w+)` hides `(\w+)`", told, flags=re.MULTILINE))
    assert hides == {teller: kinds[0] for teller, kinds in HIDES.items()}


# all of them ----------------------------------------------------------------------------------------------------


def test_alerts_are_ranked_by_the_euros_at_risk_and_unique():
    alerts = raised(0.0, coming=on_order({"expected_on": day(-2)}), anomalies=anomaly(day=day(-1)))
    assert alerts["euros_at_risk"].is_monotonic_decreasing
    assert not alerts.duplicated(["type", "subject"]).any()
    assert (alerts["state"] == "open").all()
    assert (alerts["opened_on"] == day(0)).all()


def test_a_shop_without_orders_receipts_events_or_forecasts_of_the_past_has_its_alerts():
    assert types(raised(0.0, receipts=NO_RECEIPTS)) == {"stockout", "order_now"}
