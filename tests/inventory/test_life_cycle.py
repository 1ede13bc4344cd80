from datetime import timedelta

import pandas as pd
import pytest
from inventory_frames import NIGHT, TODAY, day

from optiflow_lib.inventory import life_cycle
from optiflow_lib.schemas.stock import ALERTS

YESTERDAY = NIGHT - timedelta(days=1)


def alerts(*rows: dict) -> pd.DataFrame:
    """Alerts of item A: out of stock, high, opened and seen tonight."""
    usual = {"type": "stockout", "subject_kind": "item", "subject": "A", "severity": "high", "state": "open"}
    usual |= {"euros_at_risk": 5.0, "detail": "{}", "opened_on": TODAY, "last_seen_on": TODAY}
    usual |= dict.fromkeys(("resolved_on", "snoozed_until", "handled_by"))
    return ALERTS.check(
        pd.DataFrame([usual | row for row in rows], columns=list(ALERTS.columns)), where="test"
    )


def before(**values):
    return alerts({"opened_on": day(-5), "last_seen_on": day(-1)} | values)


def after(previous, raised, last_night=YESTERDAY):
    return life_cycle(previous, raised, as_of=NIGHT, last_night=last_night)


def only(frame):
    assert len(frame) == 1
    return frame.iloc[0]


def test_a_new_cause_opens_an_alert_tonight():
    made = only(after(alerts(), alerts({})))
    assert (made["state"], made["opened_on"], made["last_seen_on"]) == ("open", TODAY, TODAY)


def test_a_cause_that_holds_keeps_its_first_day_and_is_seen_tonight():
    made = only(after(before(), alerts({"euros_at_risk": 9.0})))
    assert (made["opened_on"], made["last_seen_on"], made["euros_at_risk"]) == (day(-5), TODAY, 9.0)


def test_an_acknowledged_alert_stays_acknowledged():
    made = only(after(before(state="acknowledged", handled_by="ana"), alerts({})))
    assert (made["state"], made["handled_by"]) == ("acknowledged", "ana")


@pytest.mark.parametrize(("until", "state"), [(day(1), "snoozed"), (TODAY, "open"), (day(-1), "open")])
def test_a_snoozed_alert_comes_back_on_its_day(until, state):
    made = only(after(before(state="snoozed", snoozed_until=until, handled_by="ana"), alerts({})))
    assert made["state"] == state
    assert pd.isna(made["snoozed_until"]) is (state == "open")


@pytest.mark.parametrize("state", ["acknowledged", "snoozed"])
def test_a_cause_that_has_become_more_urgent_opens_its_alert_again(state):
    until = day(9) if state == "snoozed" else None
    handled = before(state=state, severity="medium", snoozed_until=until, handled_by="ana")
    assert only(after(handled, alerts({"severity": "high"})))["state"] == "open"
    assert only(after(handled, alerts({"severity": "info"})))["state"] == state


def test_a_cause_gone_tonight_waits_one_night_and_is_then_resolved():
    waiting = after(before(), alerts())
    assert only(waiting)["state"] == "open"
    assert only(waiting)["last_seen_on"] == day(-1)
    resolved = only(life_cycle(waiting, alerts(), as_of=NIGHT + timedelta(days=1), last_night=NIGHT))
    assert (resolved["state"], resolved["resolved_on"]) == ("resolved", day(1))


@pytest.mark.parametrize(("kind", "state"), [("order_now", "resolved"), ("overstock", "open")])
def test_an_alert_that_asked_for_an_order_is_resolved_as_soon_as_somebody_ordered(kind, state):
    previous = pd.concat([before(type=kind), before(type=kind, subject="B")])
    made = life_cycle(previous, alerts(), as_of=NIGHT, last_night=YESTERDAY, ordered={"A"})
    assert made.set_index("subject")["state"].to_dict() == {"A": state, "B": "open"}


def order_due(**values):
    """A line that somebody should have ordered, first told five nights ago."""
    return before(type="order_now", **values)


def order_waits(until):
    return alerts({"type": "order_now", "state": "snoozed", "snoozed_until": until})


def test_an_order_that_was_not_placed_is_put_off_until_its_suppliers_day_and_is_then_the_same_alert():
    waiting = after(order_due(), order_waits(day(3)))
    put_off = only(waiting)
    assert (put_off["state"], put_off["snoozed_until"], put_off["opened_on"]) == ("snoozed", day(3), day(-5))
    assert pd.isna(put_off["handled_by"])
    due = alerts({"type": "order_now", "opened_on": day(2), "last_seen_on": day(2)})
    again = only(life_cycle(waiting, due, as_of=NIGHT + timedelta(days=2), last_night=NIGHT))
    assert (again["state"], again["opened_on"]) == ("open", day(-5))
    assert pd.isna(again["snoozed_until"])


@pytest.mark.parametrize(
    ("chosen", "until", "by"), [(day(9), day(9), "ana"), (day(1), day(3), None), (TODAY, day(3), None)]
)
def test_a_later_day_that_a_person_chose_outlasts_the_suppliers(chosen, until, by):
    made = only(
        after(order_due(state="snoozed", snoozed_until=chosen, handled_by="ana"), order_waits(day(3)))
    )
    assert (made["state"], made["snoozed_until"]) == ("snoozed", until)
    assert (None if pd.isna(made["handled_by"]) else made["handled_by"]) == by


def test_an_acknowledged_order_stays_acknowledged_while_it_waits():
    made = only(after(order_due(state="acknowledged", handled_by="ana"), order_waits(day(3))))
    assert (made["state"], made["handled_by"]) == ("acknowledged", "ana")
    assert pd.isna(made["snoozed_until"])


def test_an_order_that_is_no_longer_needed_while_it_waits_is_resolved_as_others_are():
    waiting = order_due(state="snoozed", snoozed_until=day(3))
    assert only(after(waiting, alerts()))["state"] == "snoozed"
    assert only(after(before(type="order_now", last_seen_on=day(-2)), alerts()))["state"] == "resolved"


def test_an_alert_whose_cause_another_one_tells_tonight_is_resolved_at_once():
    made = after(before(type="unavoidable_stockout"), alerts({}, {"subject": "B"}))
    assert made.set_index(["type", "subject"])["state"].to_dict() == {
        ("stockout", "A"): "open",
        ("stockout", "B"): "open",
        ("unavoidable_stockout", "A"): "resolved",
    }


def test_nights_are_counted_not_days_when_the_shop_was_closed_between():
    saturday = alerts({"opened_on": day(-9), "last_seen_on": day(-3)})
    assert only(after(saturday, alerts(), NIGHT - timedelta(days=3)))["state"] == "open"
    assert only(after(saturday, alerts(), YESTERDAY))["state"] == "resolved"


def test_a_value_that_swings_around_its_threshold_is_one_alert():
    standing, states = alerts(), []
    for night in range(8):
        as_of = NIGHT + timedelta(days=night)
        raised = alerts({"opened_on": day(night), "last_seen_on": day(night)}) if night % 2 == 0 else alerts()
        last_night = as_of - timedelta(days=1) if night else None
        standing = life_cycle(standing, raised, as_of=as_of, last_night=last_night)
        states.append(only(standing)["state"])
    assert set(states) == {"open"}
    assert only(standing)["opened_on"] == TODAY


def test_a_cause_that_comes_back_after_its_alert_was_resolved_is_a_new_one():
    made = only(after(before(state="resolved", resolved_on=day(-1)), alerts({})))
    assert (made["state"], made["opened_on"]) == ("open", TODAY)


def test_there_is_one_alert_for_each_type_and_subject():
    previous = pd.concat([before(), before(type="overstock"), before(subject="B")])
    raised = alerts({}, {"type": "order_now"}, {"subject": "B"})
    made = after(previous, raised)
    assert not made.duplicated(["type", "subject"]).any()
    assert made[["type", "subject"]].to_numpy().tolist() == [
        ["order_now", "A"],
        ["overstock", "A"],
        ["stockout", "A"],
        ["stockout", "B"],
    ]


def test_nothing_before_and_nothing_now_is_nothing():
    assert after(alerts(), alerts(), None).empty
