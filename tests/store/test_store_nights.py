import time
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from store_frames import HOSTILE, NIGHT, frame_of, on_sqlite
from store_processes import killed_within

from optiflow_lib.errors import DataError, StoreError
from optiflow_lib.schemas.results import FORECASTS, NIGHT_TABLES, QUALITY
from optiflow_lib.store import (
    forget_nights,
    last_night,
    nights_of,
    open_store,
    read_night,
    read_nights,
    replace_item_chunk,
    replace_night,
)

ALL_TABLES = {name: frame_of(name, seed=number) for number, name in enumerate(NIGHT_TABLES)}


def test_every_table_comes_back_as_it_was_written(store):
    replace_night(store, ALL_TABLES, as_of=NIGHT)
    for name, frame in ALL_TABLES.items():
        key = list(NIGHT_TABLES[name].key)
        wanted = frame.sort_values(key, ignore_index=True) if key else frame
        assert_frame_equal(read_night(store, name, as_of=NIGHT), wanted, obj=name)


def test_a_night_that_was_not_written_is_empty_with_the_right_types(store):
    for name, schema in NIGHT_TABLES.items():
        assert_frame_equal(read_night(store, name, as_of=NIGHT), schema.empty(), obj=name)


def test_writing_a_night_again_replaces_it_and_only_it(store):
    before, after = NIGHT - timedelta(days=1), NIGHT
    for night in (before, after, after):
        replace_night(store, {"classes": frame_of("classes")}, as_of=night)
    replace_night(store, {"classes": frame_of("classes", ids=["0001"])}, as_of=after)
    assert len(read_night(store, "classes", as_of=before)) == len(HOSTILE)
    assert read_night(store, "classes", as_of=after)["item_id"].tolist() == ["0001"]
    assert last_night(store) == after


def test_an_empty_frame_empties_the_table_of_that_night(store):
    replace_night(store, {"failures": frame_of("failures")}, as_of=NIGHT)
    replace_night(store, {"failures": NIGHT_TABLES["failures"].empty()}, as_of=NIGHT)
    assert read_night(store, "failures", as_of=NIGHT).empty


@on_sqlite
def test_a_frame_that_is_wrong_leaves_everything_as_it_was(store):
    replace_night(store, {"classes": frame_of("classes")}, as_of=NIGHT)
    wrong = frame_of("forecasts").assign(forecast=np.inf)
    with pytest.raises(DataError, match="infinite"):
        replace_night(store, {"classes": frame_of("classes", ids=["1"]), "forecasts": wrong}, as_of=NIGHT)
    assert len(read_night(store, "classes", as_of=NIGHT)) == len(HOSTILE)


def test_a_write_that_fails_half_way_leaves_everything_as_it_was(store):
    replace_night(store, {"classes": frame_of("classes")}, as_of=NIGHT)
    # Two ids of one item pass the schema and meet in the key (product_id, location_id).
    twice = pd.concat([frame_of("forecasts", ids=["0001"]), frame_of("forecasts", ids=["0001@M01"])])
    with pytest.raises(StoreError, match="refused"):
        replace_night(store, {"classes": frame_of("classes", ids=["1"]), "forecasts": twice}, as_of=NIGHT)
    assert len(read_night(store, "classes", as_of=NIGHT)) == len(HOSTILE)
    assert read_night(store, "forecasts", as_of=NIGHT).empty


def _write_half(url, here):
    with open_store(url, main_location="M01") as store, store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM classes")
        here()


def test_a_writer_killed_half_way_leaves_everything_as_it_was_and_no_lock(store, store_url):
    replace_night(store, {"classes": frame_of("classes")}, as_of=NIGHT)
    killed_within(_write_half, store_url)
    assert len(read_night(store, "classes", as_of=NIGHT)) == len(HOSTILE)
    replace_night(store, {"classes": frame_of("classes", ids=["1"])}, as_of=NIGHT)
    assert len(read_night(store, "classes", as_of=NIGHT)) == 1


@on_sqlite
def test_an_unknown_table_is_refused(store):
    with pytest.raises(StoreError, match="there is no table 'sales'"):
        replace_night(store, {"sales": pd.DataFrame()}, as_of=NIGHT)


def test_another_main_location_names_the_same_items_anew(sqlite_store_url):
    with open_store(sqlite_store_url, main_location="M01") as store:
        replace_night(store, {"classes": frame_of("classes", ids=["7", "7@M02"])}, as_of=NIGHT)
    with open_store(sqlite_store_url, main_location="M02") as store:
        assert read_night(store, "classes", as_of=NIGHT)["item_id"].tolist() == ["7", "7@M01"]


def test_rows_without_identity_keep_their_order(store):
    problems = pd.DataFrame({"check": "c", "subject": list("zya"), "day": pd.NaT, "detail": "", "mend": ""})
    replace_night(store, {"quality": problems}, as_of=NIGHT)
    found = read_night(store, "quality", as_of=NIGHT)
    assert_frame_equal(found, QUALITY.check(problems, where="test"))


def test_chunks_of_items_end_as_the_whole(store):
    whole = {name: ALL_TABLES[name] for name in ("forecasts", "event_impact", "accuracy")}
    for chunk in ([*HOSTILE[:3]], [*HOSTILE[3:]], [*HOSTILE[:3]]):
        ids = pd.Series(chunk)
        parts = {name: frame[frame["item_id"].isin(ids)] for name, frame in whole.items()}
        replace_item_chunk(store, parts, as_of=NIGHT, items=ids)
    for name, frame in whole.items():
        wanted = frame.sort_values(list(NIGHT_TABLES[name].key), ignore_index=True)
        assert_frame_equal(read_night(store, name, as_of=NIGHT), wanted)


@on_sqlite
def test_an_item_of_a_chunk_that_has_no_rows_now_loses_those_it_had(store):
    replace_night(store, {"failures": frame_of("failures", ids=["1", "2"])}, as_of=NIGHT)
    none = {"failures": NIGHT_TABLES["failures"].empty()}
    replace_item_chunk(store, none, as_of=NIGHT, items=pd.Series(["1"]))
    assert read_night(store, "failures", as_of=NIGHT)["item_id"].tolist() == ["2"]


@on_sqlite
def test_a_chunk_may_not_touch_other_items(store):
    with pytest.raises(StoreError, match="has rows of item"):
        replace_item_chunk(store, {"classes": frame_of("classes")}, as_of=NIGHT, items=pd.Series(["0001"]))
    with pytest.raises(StoreError, match="has no items"):
        replace_item_chunk(store, {"kpis": frame_of("kpis")}, as_of=NIGHT, items=pd.Series(["0001"]))


def test_nights_are_read_together_with_their_day_in_front(store):
    nights = [NIGHT - timedelta(days=days) for days in (2, 1, 0)]
    for night in nights:
        replace_night(store, {"kpis": frame_of("kpis")}, as_of=night)
    every = read_nights(store, "kpis")
    assert every.columns[0] == "as_of"
    assert every["as_of"].dt.date.unique().tolist() == nights
    assert len(read_nights(store, "kpis", since=NIGHT)) == len(every) / 3
    assert read_nights(store, "accuracy").dtypes["as_of"] == every.dtypes["as_of"]


def test_only_the_last_nights_are_kept(store):
    nights = [NIGHT - timedelta(days=days) for days in (3, 2, 1, 0)]
    for night in nights:
        replace_night(store, {"kpis": frame_of("kpis")}, as_of=night)
    assert forget_nights(store, keep=2) == nights[:2]
    assert forget_nights(store, keep=2) == []
    assert nights_of(store) == nights[2:]


def test_a_thousand_items_are_written_in_seconds(sqlite_store):
    ids = np.repeat([f"{number:05d}" for number in range(1000)], 30)
    days = np.tile(pd.date_range("2026-11-01", periods=30), 1000)
    numbers = np.random.default_rng(0).normal(size=(30_000, 8))
    forecasts = pd.DataFrame({"item_id": ids, "day": days, "model": "prophet"})
    forecasts[["forecast", "q10", "q50", "q90", "trend", "weekly", "yearly", "events"]] = numbers
    started = time.perf_counter()
    replace_night(sqlite_store, {"forecasts": forecasts, "components": forecasts}, as_of=NIGHT)
    assert time.perf_counter() - started < 5  # about 0.7 s; the machine may be busy
    assert_frame_equal(
        read_night(sqlite_store, "forecasts", as_of=NIGHT), FORECASTS.check(forecasts, where="test")
    )


any_number = st.floats(allow_nan=False, allow_infinity=False)
any_text = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=20
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(any_text, any_number, any_text), min_size=1, max_size=5, unique_by=lambda row: row[0])
)
def test_any_number_and_text_survive_exactly(store, rows):
    ids, numbers, words = zip(*rows, strict=True)
    ids = [f"{word}@M02" for word in ids]
    frame = pd.DataFrame({"item_id": ids, "day": pd.Timestamp("2026-11-01"), "model": words})
    for name in ("forecast", "q10", "q50", "q90"):
        frame[name] = numbers
    replace_night(store, {"forecasts": frame}, as_of=date(2026, 1, 1))
    found = read_night(store, "forecasts", as_of=date(2026, 1, 1)).set_index("item_id").loc[ids]
    assert found["forecast"].tolist() == list(numbers)
    assert found["model"].tolist() == list(words)
