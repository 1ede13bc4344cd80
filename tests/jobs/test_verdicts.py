"""What people say of unusual days changes the nights after it and no night before it."""

import shutil
from datetime import date, timedelta

import pandas as pd
import pytest
from shops import run_jobs

from optiflow_lib import store
from optiflow_lib.errors import AccessError, DataError
from optiflow_lib.jobs import verdicts, views
from optiflow_lib.jobs.demand import demand_of, events_of, regressors_of
from optiflow_lib.jobs.desk import Desk
from optiflow_lib.jobs.judged_days import still_open, verdicts_known
from optiflow_lib.jobs.marks import marks_of
from optiflow_lib.jobs.night import inputs_folder, open_night, opened_store
from optiflow_lib.jobs.replay import replay_night
from optiflow_lib.jobs.verdicts import Judged
from optiflow_lib.schemas.results import ANOMALIES
from optiflow_lib.settings import load_settings
from optiflow_lib.source import open_inputs

NIGHT, NEXT = date(2026, 10, 31), date(2026, 11, 1)


@pytest.fixture
def settings(shop):
    return load_settings(shop)


@pytest.fixture
def unusual(settings):
    """An unusual day of the published night that no event, no shift and no later anomaly of its item is near."""
    found = views.open_view(settings).read("anomalies")
    single = found[(found["cause"] != "level shift") & ~found["item_id"].duplicated(keep=False)]
    return single.sort_values("day").iloc[-1]


def said(unusual, verdict="masked", **changes):
    day = unusual["day"].date()
    given = {"item_id": unusual["item_id"], "day": day, "last_day": day, "reason": "compté"} | changes
    return Judged(verdict=verdict, **given)


def next_night(shop, *names):
    run_jobs(shop, *(names or ("check_inputs", "find_anomalies")), as_of=NEXT)


def of_day(rows, unusual):
    return rows[(rows["item_id"] == unusual["item_id"]) & (rows["day"] == unusual["day"])]


def anomalies(settings, as_of=NEXT):
    with opened_store(settings) as opened:
        return store.read_night(opened, "anomalies", as_of=as_of)


def test_a_day_nobody_judged_is_open_again_the_next_night(shop, settings, unusual):
    next_night(shop)
    assert len(of_day(anomalies(settings), unusual)) == 1


def test_the_next_night_does_not_learn_from_a_masked_day(shop, settings, unusual):
    verdicts.judge(settings, said(unusual), author="ana")
    next_night(shop)
    assert of_day(anomalies(settings), unusual).empty
    with open_night(shop, NEXT.isoformat()) as night:
        masked = of_day(demand_of(night), unusual)["quantity"]
        assert masked.isna().all()
        assert len(masked) == 1
    with open_night(shop, NIGHT.isoformat()) as night:
        assert of_day(demand_of(night), unusual)["quantity"].notna().all()


def test_the_next_night_has_the_event_for_its_item_alone(shop, settings, unusual):
    last_day = min(unusual["day"].date() + timedelta(days=2), NIGHT)
    verdicts.judge(settings, said(unusual, "event", event="Fête du <b>", last_day=last_day), author="ana")
    next_night(shop, "check_inputs", "measure_events", "find_anomalies")
    assert of_day(anomalies(settings), unusual).empty
    with open_night(shop, NEXT.isoformat()) as night:
        event = events_of(night).set_index("name").loc["Fête du <b>"]
        assert (event["first_day"].date(), event["last_day"].date()) == (unusual["day"].date(), last_day)
        days = regressors_of(night, first_day=last_day - timedelta(days=30), last_day=last_day)
        column = f"event_marked_{unusual['direction']}"
        assert set(days.loc[days[column] > 0, "item_id"]) == {unusual["item_id"]}
    with opened_store(settings) as opened:
        impact = store.read_night(opened, "event_impact", as_of=NEXT).query("name == 'Fête du <b>'")
    assert impact["item_id"].tolist() == [unusual["item_id"]]
    assert impact["uplift_units"].iloc[0] != 0


def test_a_real_day_stays_demand_and_is_shown_as_open_no_more(shop, settings, unusual):
    with open_night(shop, NIGHT.isoformat()) as night:
        before = of_day(demand_of(night), unusual)["quantity"].iloc[0]
    verdicts.judge(settings, said(unusual, "real"), author="ana")
    next_night(shop)
    assert of_day(anomalies(settings), unusual).empty
    with open_night(shop, NEXT.isoformat()) as night:
        assert of_day(demand_of(night), unusual)["quantity"].tolist() == [before]


def test_a_verdict_taken_back_leaves_the_day_to_the_next_night(shop, settings, unusual):
    verdicts.judge(settings, said(unusual, "real"), author="ana")
    verdicts.withdraw(settings, item_id=unusual["item_id"], day=unusual["day"].date(), author="bob")
    assert verdicts.standing(settings).empty
    next_night(shop)
    assert len(of_day(anomalies(settings), unusual)) == 1


def test_a_verdict_at_noon_does_not_change_the_night_before(shop, settings, unusual):
    with opened_store(settings) as opened:
        before = marks_of(settings, opened, NIGHT)
    verdicts.judge(settings, said(unusual), author="ana")
    run_jobs(shop, "check_inputs", "find_anomalies", as_of=NIGHT)
    with opened_store(settings) as opened:
        assert marks_of(settings, opened, NIGHT) == before


def test_a_night_run_again_goes_by_the_verdicts_it_began_with(shop, settings, unusual):
    verdicts.judge(settings, said(unusual), author="ana")
    next_night(shop)
    frozen = open_inputs(inputs_folder(settings), NEXT).digest
    verdicts.withdraw(settings, item_id=unusual["item_id"], day=unusual["day"].date(), author="ana")
    verdicts.judge(settings, said(unusual, "real"), author="ana")
    next_night(shop)
    again = open_inputs(inputs_folder(settings), NEXT)
    assert again.digest == frozen
    assert verdicts_known(again, settings)["verdict"].tolist() == ["masked"]


@pytest.mark.long
def test_a_night_replayed_goes_by_the_verdicts_it_began_with(shop, settings, unusual):
    verdicts.judge(settings, said(unusual), author="ana")
    run_jobs(shop, as_of=NEXT)
    with opened_store(settings) as opened:
        first = marks_of(settings, opened, NEXT)
    verdicts.withdraw(settings, item_id=unusual["item_id"], day=unusual["day"].date(), author="ana")
    assert replay_night(settings, NEXT, first).empty


def test_a_forecast_with_a_marked_event_is_near_that_of_a_masked_day(shop, settings, unusual, tmp_path):
    made = []
    for verdict, event in (("masked", ""), ("event", "Fête")):
        own = load_settings(shutil.copytree(shop.parent, tmp_path / verdict) / shop.name)
        verdicts.judge(own, said(unusual, verdict, event=event), author="ana")
        run_jobs(own.folder / shop.name, "check_inputs", "forecast_demand", as_of=NEXT)
        with opened_store(own) as opened:
            assert store.read_night(opened, "failures", as_of=NEXT).empty
            rows = store.read_night(opened, "forecasts", as_of=NEXT)
        made.append(rows[rows["item_id"] == unusual["item_id"]]["forecast"].sum())
    assert made[1] == pytest.approx(made[0], rel=0.05)


def test_a_real_change_of_level_is_settled_though_it_is_found_again_some_days_off():
    shift = {"quantity": 9.0, "expected": 4.0, "low": 2.0, "high": 6.0, "direction": "high"}
    days = ["2026-10-01", "2026-10-04", "2026-10-20"]
    found = pd.DataFrame([{"item_id": "a", "day": day, **shift, "cause": "level shift"} for day in days])
    bulk = pd.DataFrame([{"item_id": "a", "day": "2026-10-05", **shift, "cause": "bulk sale"}])
    other = found.head(1).assign(item_id="b")
    unusual = ANOMALIES.check(pd.concat([found, bulk, other]), where="test")
    day = pd.Timestamp("2026-10-02")
    real = {"item_id": "a", "day": day, "last_day": day, "verdict": "real", "cause": "level shift"}
    rest = still_open(unusual, pd.DataFrame([real]))
    assert [(row.item_id, row.cause, f"{row.day:%m-%d}") for row in rest.itertuples()] == [
        ("a", "level shift", "10-20"),
        ("a", "bulk sale", "10-05"),
        ("b", "level shift", "10-01"),
    ]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"item_id": "no such item"}, "is no unusual day of item no such item"),
        ({"day": date(2020, 1, 1)}, "2020-01-01 is no unusual day"),
        ({"verdict": "deleted"}, "the verdict is 'deleted'"),
        ({"last_day": NEXT}, "the last day is 2026-11-01"),
        ({"last_day": date(2026, 1, 1)}, "the last day is 2026-01-01"),
        ({"verdict": "event"}, "the event is called ''"),
        ({"verdict": "event", "event": "x" * 81}, "the event is called 'xxx"),
        ({"verdict": "real", "event": "Fête"}, "the event is called 'Fête'"),
        ({"reason": ""}, "there is no reason"),
    ],
)
def test_a_verdict_that_cannot_be_is_refused_and_nothing_is_written(settings, unusual, changes, says):
    with pytest.raises(DataError, match=says):
        verdicts.judge(settings, said(unusual, **changes), author="ana")
    assert verdicts.standing(settings).empty


def test_a_viewer_judges_nothing_and_a_buyer_does_under_their_name(settings, unusual):
    day = unusual["day"].date()
    viewer, buyer = Desk(settings, "Léa", "viewer"), Desk(settings, "Zoé", "buyer")
    with pytest.raises(AccessError, match="the role viewer of Léa does not allow to judge"):
        viewer.judge(said(unusual))
    buyer.judge(said(unusual))
    with pytest.raises(AccessError):
        viewer.withdraw(item_id=unusual["item_id"], day=day)
    assert verdicts.standing(settings)["author"].tolist() == ["Zoé"]
    buyer.withdraw(item_id=unusual["item_id"], day=day)
    assert verdicts.standing(settings).empty


def test_a_day_that_a_later_night_no_longer_shows_can_still_be_judged_anew(shop, settings, unusual):
    verdicts.judge(settings, said(unusual), author="ana")
    next_night(shop, "check_inputs", "find_anomalies", "publish_night")
    verdicts.judge(settings, said(unusual, "real"), author="ana")
    (row,) = verdicts.standing(settings).itertuples()
    assert (row.verdict, row.direction) == ("real", unusual["direction"])
