"""Verdicts on unusual days: every one is kept, the latest counts, and a night sees those given before it began."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa
from alembic import command
from pandas.testing import assert_frame_equal
from store_frames import NIGHT, on_sqlite

from optiflow_lib.errors import DataError, OrderError
from optiflow_lib.schemas.operations import KNOWN_VERDICTS
from optiflow_lib.store import (
    Verdict,
    dump_digest,
    keep_verdict,
    night_book,
    open_store,
    read_verdicts,
    record_visit,
    standing_verdicts,
    visits_per_day,
    withdraw_verdict,
)
from optiflow_lib.store.connection import connected
from optiflow_lib.store.opening import VERSION_TABLE, _alembic_config

NEXT, AFTER = NIGHT + timedelta(days=1), NIGHT + timedelta(days=2)
DAY = date(2026, 10, 20)
AT = datetime(2026, 11, 1, 12, 0)


def judge(store, item_id="0001", day=DAY, *, verdict="masked", author="ana", **others):
    event = "Fête" if verdict == "event" else None
    given = {"direction": "high", "cause": "bulk sale", "event": event, "reason": "é <b>"} | others
    said = Verdict(verdict=verdict, last_day=given.pop("last_day", day), **given)
    keep_verdict(store, item_id, day, said, author=author, at=AT)


def known(store, as_of):
    return night_book(store, as_of)["day_verdicts"]


def test_a_verdict_is_read_back_with_its_author_and_when(store):
    night_book(store, NIGHT)
    judge(store, "0001@M02", verdict="event", last_day=DAY + timedelta(days=3))
    (row,) = read_verdicts(store).to_dict("records")
    assert row == {
        "item_id": "0001@M02",
        "day": pd.Timestamp(DAY),
        "position": 1,
        "verdict": "event",
        "last_day": pd.Timestamp(DAY + timedelta(days=3)),
        "direction": "high",
        "cause": "bulk sale",
        "event": "Fête",
        "reason": "é <b>",
        "author": "ana",
        "at": pd.Timestamp(AT),
        "night": pd.Timestamp(NIGHT),
    }


def test_a_night_knows_what_was_said_before_it_began_and_never_what_came_after(store):
    night_book(store, NIGHT)
    judge(store)
    assert_frame_equal(known(store, NIGHT), KNOWN_VERDICTS.empty())
    first = known(store, NEXT)
    assert first["verdict"].tolist() == ["masked"]
    judge(store, verdict="real", author="bob")
    judge(store, "0002")
    assert_frame_equal(known(store, NEXT), first)
    later = known(store, AFTER)
    assert later[["product_id", "verdict"]].to_numpy().tolist() == [["0001", "real"], ["0002", "masked"]]


def test_the_latest_verdict_counts_and_every_one_stays_to_be_seen(store):
    night_book(store, NIGHT)
    judge(store)
    judge(store, verdict="real", author="bob")
    withdraw_verdict(store, "0001", DAY, author="eve", at=AT)
    given = read_verdicts(store)
    assert given["position"].tolist() == [1, 2, 3]
    assert given["author"].tolist() == ["ana", "bob", "eve"]
    assert standing_verdicts(given).empty
    assert known(store, NEXT).empty
    judge(store, verdict="event")
    assert standing_verdicts(read_verdicts(store))["verdict"].tolist() == ["event"]


def test_verdicts_of_other_items_places_and_days_stand_beside_each_other(store):
    night_book(store, NIGHT)
    for item_id, day in (("0001", DAY), ("0001@M02", DAY), ("0001", NIGHT), ("0002", DAY)):
        judge(store, item_id, day)
    withdraw_verdict(store, "0001", DAY, author="ana", at=AT)
    rest = known(store, NEXT)
    assert [tuple(row) for row in rest[["product_id", "location_id", "day"]].to_numpy().tolist()] == [
        ("0001", "M01", pd.Timestamp(NIGHT)),
        ("0001", "M02", pd.Timestamp(DAY)),
        ("0002", "M01", pd.Timestamp(DAY)),
    ]


@on_sqlite
def test_a_verdict_that_does_not_stand_cannot_be_taken_back(store):
    night_book(store, NIGHT)
    with pytest.raises(DataError, match="no verdict stands on 2026-10-20"):
        withdraw_verdict(store, "0001", DAY, author="ana", at=AT)
    judge(store)
    withdraw_verdict(store, "0001", DAY, author="ana", at=AT)
    with pytest.raises(DataError, match="no verdict stands"):
        withdraw_verdict(store, "0001", DAY, author="ana", at=AT)
    assert len(read_verdicts(store)) == 2


@on_sqlite
def test_before_the_first_night_there_is_nothing_to_judge(store):
    with pytest.raises(OrderError, match="no night has run yet"):
        judge(store)
    assert read_verdicts(store).empty


@on_sqlite
def test_verdicts_are_part_of_the_dump_without_the_time_of_the_clock(store, tmp_path):
    night_book(store, NIGHT)
    before = dump_digest(store)
    judge(store)
    with open_store(f"sqlite:///{tmp_path}/other.db", main_location="M01") as other:
        night_book(other, NIGHT)
        said = Verdict("masked", DAY, "high", "bulk sale", None, "é <b>")
        keep_verdict(other, "0001", DAY, said, author="ana", at=AT + timedelta(hours=5))
        assert dump_digest(other) == dump_digest(store) != before


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def test_a_store_of_the_first_version_gets_the_table_and_keeps_its_rows(kind, tmp_path, request):
    url = request.getfixturevalue("postgres_url") if kind == "postgres" else f"sqlite:///{tmp_path}/store.db"
    engine = connected(url, busy_timeout_s=5.0)
    with engine.begin() as connection:
        command.upgrade(_alembic_config(connection), "0001")
        assert not sa.inspect(connection).has_table("day_verdicts")
        connection.execute(
            sa.text("INSERT INTO visits (at, day, page, visitor) VALUES (:at, :day, 'alerts', 'ana')"),
            {"at": "2026-11-01 08:00:00.000000", "day": "2026-11-01"},
        )
    engine.dispose()
    with open_store(url, main_location="M01") as opened:
        record_visit(opened, page="alerts", visitor="bob", at=AT)
        assert visits_per_day(opened)["visits"].sum() == 2
        night_book(opened, NIGHT)
        judge(opened)
        with opened.reading() as connection:
            assert connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar() == "0002"
