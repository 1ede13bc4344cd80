from datetime import date, timedelta

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from store_frames import NIGHT, alert, on_sqlite

from optiflow_lib.errors import DataError, StoreError
from optiflow_lib.schemas.stock import ALERTS
from optiflow_lib.store import (
    dump_digest,
    open_store,
    previous_alerts,
    read_alert_history,
    read_alerts,
    replace_alerts,
    set_alert_state,
)

NEXT = NIGHT + timedelta(days=1)
LATER = NIGHT + timedelta(days=9)


def all_of(*alerts):
    return pd.concat(alerts, ignore_index=True)


def acknowledge(store, subject="0001", author="ana"):
    set_alert_state(store, type="stockout", subject=subject, state="acknowledged", author=author)


def resolved_on(day, subject="0001", **values):
    return alert(subject, state="resolved", resolved_on=day, last_seen_on=NIGHT, **values)


def states(store):
    return read_alerts(store).set_index("subject")["state"].to_dict()


def test_alerts_of_every_kind_come_back_as_they_were_written(store):
    written = all_of(
        alert("0001"),
        alert("0001@M02", state="snoozed", snoozed_until=LATER, handled_by="é"),
        alert("S'1", "supplier_drift", kind="supplier"),
        alert("night", "data_quality", kind="night"),
    )
    replace_alerts(store, written, as_of=NIGHT)
    assert_frame_equal(read_alerts(store), written.sort_values(["type", "subject"], ignore_index=True))
    assert read_alerts(store, states=("snoozed",))["subject"].tolist() == ["0001@M02"]


@on_sqlite
def test_without_alerts_frames_are_empty_and_meet_the_schema(store):
    assert_frame_equal(read_alerts(store), ALERTS.empty())
    assert_frame_equal(previous_alerts(store, as_of=NIGHT), ALERTS.empty())
    replace_alerts(store, ALERTS.empty(), as_of=NIGHT)
    assert_frame_equal(previous_alerts(store, as_of=NIGHT), ALERTS.empty())


def test_an_acknowledgement_says_who(store):
    replace_alerts(store, all_of(alert("0001"), alert("0002")), as_of=NIGHT)
    acknowledge(store)
    assert read_alerts(store)[["subject", "state", "handled_by"]].fillna("").to_numpy().tolist() == [
        ["0001", "acknowledged", "ana"],
        ["0002", "open", ""],
    ]


@on_sqlite
def test_a_snooze_has_a_day_and_ends_by_opening_again(store):
    replace_alerts(store, alert(), as_of=NIGHT)
    set_alert_state(store, type="stockout", subject="0001", state="snoozed", author="ana", until=LATER)
    assert read_alerts(store)["snoozed_until"].dt.date.tolist() == [LATER]
    set_alert_state(store, type="stockout", subject="0001", state="open", author="ana")
    assert read_alerts(store)[["snoozed_until", "handled_by"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("state", "until"), [("resolved", None), ("snoozed", None), ("acknowledged", LATER), ("nonsense", None)]
)
def test_a_state_that_makes_no_sense_is_refused(sqlite_store, state, until):
    replace_alerts(sqlite_store, alert(), as_of=NIGHT)
    with pytest.raises(StoreError, match="cannot be set to"):
        set_alert_state(sqlite_store, type="stockout", subject="0001", state=state, author="a", until=until)


@pytest.mark.parametrize("subject", ["0002", "0001@M02", "' OR 1=1 --"])
def test_an_alert_that_is_not_there_is_said_to_be_gone(store, subject):
    replace_alerts(store, alert(), as_of=NIGHT)
    with pytest.raises(StoreError, match="does not exist any more"):
        acknowledge(store, subject)
    assert states(store) == {"0001": "open"}


@on_sqlite
def test_a_resolved_alert_cannot_be_acknowledged(store):
    replace_alerts(store, alert(), as_of=NIGHT)
    replace_alerts(store, resolved_on(NEXT), as_of=NEXT)
    with pytest.raises(StoreError, match="resolved"):
        acknowledge(store)


@on_sqlite
def test_resolved_episodes_are_kept_beside_a_new_one(store):
    replace_alerts(store, alert(), as_of=NIGHT)
    replace_alerts(store, resolved_on(NEXT), as_of=NEXT)
    replace_alerts(store, alert(opened_on=LATER), as_of=LATER)
    assert states(store) == {"0001": "open"}
    assert read_alert_history(store)["state"].tolist() == ["resolved", "open"]


@on_sqlite
def test_before_a_night_stand_the_alerts_that_were_not_resolved(store):
    replace_alerts(store, all_of(alert("0001"), alert("0002")), as_of=NIGHT)
    replace_alerts(store, all_of(resolved_on(NEXT), alert("0002", last_seen_on=NEXT)), as_of=NEXT)
    assert previous_alerts(store, as_of=LATER)["subject"].tolist() == ["0002"]


def test_after_a_night_has_run_it_still_sees_what_was_before_it(store):
    first = all_of(alert("0001"), alert("0002", euros_at_risk=5.0))
    replace_alerts(store, first, as_of=NIGHT)
    before = previous_alerts(store, as_of=NEXT)
    second = all_of(
        resolved_on(NEXT),
        alert("0002", euros_at_risk=99.0, last_seen_on=NEXT, severity="critical"),
        alert("0003", opened_on=NEXT, last_seen_on=NEXT),
    )
    replace_alerts(store, second, as_of=NEXT)
    assert_frame_equal(previous_alerts(store, as_of=NEXT), before)
    assert_frame_equal(previous_alerts(store, as_of=NEXT), first)


def test_running_a_night_twice_leaves_what_running_it_once_does(store):
    replace_alerts(store, all_of(alert("0001"), alert("0002")), as_of=NIGHT)
    second = all_of(resolved_on(NEXT), alert("0002"), alert("0003", opened_on=NEXT))
    replace_alerts(store, second, as_of=NEXT)
    once = dump_digest(store)
    replace_alerts(store, second, as_of=NEXT)
    assert dump_digest(store) == once


@on_sqlite
def test_a_night_that_runs_again_with_other_results_takes_its_first_ones_back(store):
    replace_alerts(store, alert("0001"), as_of=NIGHT)
    replace_alerts(store, all_of(resolved_on(NEXT), alert("0003", opened_on=NEXT)), as_of=NEXT)
    replace_alerts(store, alert("0001", last_seen_on=NEXT), as_of=NEXT)
    assert states(store) == {"0001": "open"}
    assert len(read_alert_history(store)) == 1


def test_what_people_did_after_a_night_stays_when_it_runs_again(store):
    replace_alerts(store, alert("0001"), as_of=NIGHT)
    second = all_of(alert("0001"), alert("0002", opened_on=NEXT))
    replace_alerts(store, second, as_of=NEXT)
    acknowledge(store, "0001")
    set_alert_state(store, type="stockout", subject="0002", state="snoozed", author="bob", until=LATER)
    assert previous_alerts(store, as_of=NEXT)[["state", "handled_by"]].to_numpy().tolist() == [
        ["acknowledged", "ana"]
    ]
    replace_alerts(store, second, as_of=NEXT)
    assert states(store) == {"0001": "acknowledged", "0002": "snoozed"}


@on_sqlite
def test_the_next_night_may_open_again_what_people_had_snoozed(store):
    replace_alerts(store, alert(), as_of=NIGHT)
    set_alert_state(store, type="stockout", subject="0001", state="snoozed", author="ana", until=NEXT)
    assert previous_alerts(store, as_of=NEXT)["state"].tolist() == ["snoozed"]
    replace_alerts(store, alert(), as_of=NEXT)
    assert states(store) == {"0001": "open"}
    # Run again, the night starts from the snooze once more.
    assert previous_alerts(store, as_of=NEXT)["state"].tolist() == ["snoozed"]


@on_sqlite
def test_an_alert_that_resolves_itself_resolves_although_somebody_handled_it(store):
    replace_alerts(store, alert(), as_of=NIGHT)
    replace_alerts(store, alert(), as_of=NEXT)
    acknowledge(store)
    replace_alerts(store, resolved_on(NEXT), as_of=NEXT)
    assert states(store) == {"0001": "resolved"}


def test_a_night_older_than_the_last_one_changes_nothing(store):
    assert replace_alerts(store, alert(opened_on=NEXT), as_of=NEXT) is True
    before = dump_digest(store)
    assert replace_alerts(store, alert("0009"), as_of=NIGHT) is False
    assert dump_digest(store) == before


@on_sqlite
def test_a_frame_that_is_wrong_changes_nothing(store):
    replace_alerts(store, alert(), as_of=NIGHT)
    with pytest.raises(DataError, match="repeated"):
        replace_alerts(store, all_of(alert("2"), alert("2")), as_of=NIGHT)
    assert states(store) == {"0001": "open"}


def test_another_main_location_names_the_subjects_anew(sqlite_store_url):
    with open_store(sqlite_store_url, main_location="M01") as store:
        replace_alerts(store, all_of(alert("7"), alert("S7", "supplier_drift", kind="supplier")), as_of=NIGHT)
    with open_store(sqlite_store_url, main_location="M02") as store:
        assert set(read_alerts(store)["subject"]) == {"7@M01", "S7"}
        acknowledge(store, "7@M01")
        set_alert_state(store, type="supplier_drift", subject="S7", state="acknowledged", author="ana")


@on_sqlite
def test_an_alert_opened_long_ago_keeps_its_day(store):
    replace_alerts(store, alert(opened_on=date(2020, 2, 29)), as_of=NIGHT)
    assert previous_alerts(store, as_of=NEXT)["opened_on"].dt.date.tolist() == [date(2020, 2, 29)]
