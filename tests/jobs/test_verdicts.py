"""What people say of unusual days changes the nights after it and no night before it."""

import shutil
import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from shops import run_jobs

from optiflow_lib import store
from optiflow_lib.errors import AccessError, DataError
from optiflow_lib.forecasting import level_shifts
from optiflow_lib.jobs import judged_days, verdicts, views
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


SHIFT = {
    "quantity": 9.0,
    "expected": 4.0,
    "low": 2.0,
    "high": 6.0,
    "direction": "high",
    "cause": "level shift",
}


def shifted(*rows):
    return ANOMALIES.check(pd.DataFrame([SHIFT | row for row in rows]), where="test")


def real(**changes):
    day = pd.Timestamp("2026-10-02")
    row = {"item_id": "a", "day": day, "last_day": day, "verdict": "real", "cause": "level shift"}
    return pd.DataFrame([row | {"direction": "high"} | changes])


@pytest.mark.parametrize("day", ["2026-08-22", "2026-09-17", "2026-10-01", "2026-10-20", "2026-11-12"])
def test_a_real_change_of_level_is_settled_wherever_a_later_night_places_it(day):
    assert still_open(shifted({"item_id": "a", "day": day}), real()).empty


@pytest.mark.parametrize(
    "other",
    [
        {"item_id": "b", "day": "2026-10-01"},
        {"item_id": "a", "day": "2026-10-20", "direction": "low"},  # it went back: the buyer wants to know
        {"item_id": "a", "day": "2026-11-14"},  # six weeks later it rose once more
        {"item_id": "a", "day": "2026-10-05", "cause": "bulk sale"},
    ],
)
def test_what_is_not_that_change_of_level_stays_open(other):
    assert len(still_open(shifted(other), real())) == 1


def test_one_verdict_settles_one_change_of_level():
    both = shifted({"item_id": "a", "day": "2026-10-04"}, {"item_id": "a", "day": "2026-10-28"})
    (rest,) = still_open(both, real())["day"]
    assert rest == pd.Timestamp("2026-10-28")


def test_shifts_that_are_taken_for_one_are_those_that_a_night_never_finds_apart():
    assert judged_days.SHIFTS_APART_DAYS == level_shifts.APART


def test_an_episode_ends_with_its_days_in_a_row_and_a_new_level_with_the_night():
    promotion = [
        {"item_id": "a", "day": day, "cause": "promotion not recorded"}
        for day in ("2026-10-05", "2026-10-06", "2026-10-07", "2026-10-09")
    ]
    known = shifted(*promotion, {"item_id": "a", "day": "2026-10-08", "cause": "bulk sale"})
    ends = {
        day: judged_days.episode_end(known, pd.Timestamp(day), as_of=pd.Timestamp(NIGHT))
        for day in ("2026-10-05", "2026-10-08", "2026-10-09")
    }
    assert [f"{end:%m-%d}" for end in ends.values()] == ["10-07", "10-08", "10-09"]
    level = shifted({"item_id": "a", "day": "2026-09-10"})
    assert judged_days.episode_end(level, pd.Timestamp("2026-09-10"), as_of=pd.Timestamp(NIGHT)) == (
        pd.Timestamp(NIGHT)
    )


def sell_more(settings, item_id, *, from_day):
    """Three times as much of an item, from a day on."""
    product, location = item_id, "M01"
    with closing(sqlite3.connect(settings.folder / "shop.db")) as shop, shop:
        shop.execute(
            "UPDATE ventes SET quantite = quantite * 3 WHERE nature = 'vente' AND article_id = ? AND magasin_id = ?"
            " AND date_vente >= ?",
            (product, location, from_day.isoformat()),
        )


@pytest.mark.parametrize(("direction", "open_again"), [("high", 0), ("low", 1)])
def test_through_nights_a_judged_change_of_level_is_not_asked_about_again(
    shop, settings, direction, open_again
):
    sold = views.open_view(settings).read("history").groupby("item_id")["quantity"].sum()
    item_id = sold[~sold.index.str.contains("@")].idxmax()
    sell_more(settings, item_id, from_day=NIGHT - timedelta(days=40))
    next_night(shop)
    (seen,) = anomalies(settings).query("item_id == @item_id and cause == 'level shift'").itertuples()
    assert seen.direction == "high"
    earlier = seen.day.date() - timedelta(days=25)  # a night before had placed it there
    with opened_store(settings) as opened:
        verdict = store.Verdict(
            verdict="real",
            last_day=earlier,
            direction=direction,
            cause="level shift",
            event=None,
            reason="un concurrent a fermé",
        )
        store.keep_verdict(opened, item_id, earlier, verdict, author="ana", at=datetime(2026, 11, 2, 9))
    later = NEXT + timedelta(days=1)
    run_jobs(shop, "check_inputs", "find_anomalies", as_of=later)
    found = anomalies(settings, as_of=later).query("item_id == @item_id and cause == 'level shift'")
    assert len(found) == open_again


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
