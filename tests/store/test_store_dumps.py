import hashlib
import io
import shutil
from datetime import datetime, timedelta

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from store_frames import NIGHT, alert, frame_of, suggested

from optiflow_lib.errors import StoreError
from optiflow_lib.schemas.results import NIGHT_TABLES
from optiflow_lib.store import (
    add_user,
    backup,
    copy_store,
    dump,
    dump_digest,
    move_order,
    open_store,
    previous_alerts,
    read_alerts,
    read_night,
    read_summary,
    read_users,
    record_visit,
    replace_alerts,
    replace_drafts,
    replace_night,
    restore,
    set_alert_state,
    start_run,
    visits_per_day,
)

AT = datetime(2026, 11, 1, 4)
KEPT = ("overrides", "override_results", "day_verdicts")
FRAMES = {name: frame_of(name, seed=number) for number, name in enumerate(NIGHT_TABLES)}


def fill(store, *, at=AT, shuffled=False):
    frames = {name: FRAMES[name] for name in reversed(FRAMES)} if shuffled else FRAMES
    keyed = {
        n: f.sample(frac=1, random_state=1) if shuffled and NIGHT_TABLES[n].key else f
        for n, f in frames.items()
    }
    replace_night(store, keyed, as_of=NIGHT)
    replace_alerts(store, pd.concat([alert("b"), alert("a", detail='{"é": "x,\\"y\\""}')]), as_of=NIGHT)
    set_alert_state(store, type="stockout", subject="a", state="acknowledged", author="ana")
    replace_drafts(store, *suggested({"a": 0.1, "b@M02": 1e-9}), as_of=NIGHT, author="optiflow", at=at)
    move_order(store, "BC-2026-000001", "approved", author="ana", at=at, allowed={"draft": {"approved"}})


@pytest.fixture(scope="module")
def filled_file(sqlite_template, tmp_path_factory):
    file = shutil.copy(sqlite_template, tmp_path_factory.mktemp("filled") / "store.db")
    with open_store(f"sqlite:///{file}", main_location="M01") as store:
        fill(store)
    return file


@pytest.fixture
def filled_url(filled_file, tmp_path):
    return f"sqlite:///{shutil.copy(filled_file, tmp_path / 'filled.db')}"


@pytest.fixture
def filled(filled_url):
    with open_store(filled_url, main_location="M01") as store:
        yield store


def text_of(store, **others):
    stream = io.StringIO()
    dump(store, stream, **others)
    return stream.getvalue()


@pytest.mark.server
def test_the_same_results_give_the_same_text_in_both_databases(sqlite_store_url, postgres_store_url):
    with (
        open_store(sqlite_store_url, main_location="M01") as one,
        open_store(postgres_store_url, main_location="M01") as other,
    ):
        fill(one)
        fill(other, shuffled=True, at=AT + timedelta(hours=5))
        assert text_of(one) == text_of(other)
        assert dump_digest(one) == dump_digest(other)


def test_the_digest_is_that_of_the_text(filled):
    assert dump_digest(filled) == hashlib.sha256(text_of(filled).encode()).hexdigest()


def test_every_result_is_in_the_text(filled):
    titles = {line[2:].split()[0] for line in text_of(filled).splitlines() if line.startswith("# ")}
    assert titles == {
        *NIGHT_TABLES,
        "alerts",
        "orders",
        "order_lines",
        "order_steps",
        "order_receipts",
        *KEPT,
    }


def test_runs_users_and_visits_are_not_in_it(filled):
    before = dump_digest(filled)
    start_run(filled, run_id="r", chain="nightly", as_of=NIGHT, started_at=AT, folder="f")
    add_user(filled, name="ana", password="correct horse", role="buyer", at=AT)
    record_visit(filled, page="alerts", visitor="v", at=AT)
    assert dump_digest(filled) == before


def test_any_changed_number_changes_the_digest(filled):
    before = dump_digest(filled)
    forecasts = FRAMES["forecasts"].copy()
    forecasts.loc[0, "q90"] += 1e-9
    replace_night(filled, {"forecasts": forecasts}, as_of=NIGHT)
    assert dump_digest(filled) != before


def test_one_night_is_written_alone_without_what_outlives_it(filled):
    alone = text_of(filled, as_of=NIGHT)
    replace_night(filled, FRAMES, as_of=NIGHT + timedelta(days=1))
    assert text_of(filled, as_of=NIGHT) == alone
    assert "# alerts" not in alone
    assert len(text_of(filled)) > 1.9 * len(alone)


def test_a_backup_of_a_store_in_use_is_a_store(filled, tmp_path):
    backup(filled, tmp_path / "copy.db")
    with open_store(f"sqlite:///{tmp_path}/copy.db", main_location="M01") as copy:
        assert dump_digest(copy) == dump_digest(filled)


def test_a_restored_store_is_as_it_was(filled, filled_url, tmp_path):
    backup(filled, tmp_path / "copy.db")
    replace_night(filled, {"forecasts": FRAMES["forecasts"].head(0)}, as_of=NIGHT)
    filled.close()
    restore(filled_url, tmp_path / "copy.db", main_location="M01")
    with open_store(filled_url, main_location="M01") as again:
        assert_frame_equal(read_night(again, "forecasts", as_of=NIGHT), FRAMES["forecasts"])
        assert len(read_alerts(again)) == 2


def test_what_is_no_backup_is_not_restored(filled, filled_url, tmp_path):
    filled.close()
    (tmp_path / "letters").write_bytes(b"dear all" * 999)
    for file, says in (
        (tmp_path / "letters", "not a SQLite database"),
        (tmp_path / "none", "does not exist"),
    ):
        with pytest.raises(StoreError, match=says):
            restore(filled_url, file, main_location="M01")
    with open_store(filled_url, main_location="M01") as again:
        assert len(read_alerts(again)) == 2
    assert not list(tmp_path.glob("*.restored*"))


def test_a_store_is_copied_whole_into_an_empty_one_of_either_kind(filled_url, store_url):
    with open_store(filled_url, main_location="M01") as first:
        add_user(first, name="ana", password="correct horse", role="buyer", at=AT)
        for visitor in "ab":
            record_visit(first, page="alerts", visitor=visitor, at=AT)
        copy_store(first, store_url)
        with open_store(store_url, main_location="M01") as copy:
            assert dump_digest(copy) == dump_digest(first)
            assert_frame_equal(read_users(copy), read_users(first))
            record_visit(copy, page="alerts", visitor="c", at=AT)
            assert visits_per_day(copy)["visitors"].tolist() == [3]
            assert_frame_equal(previous_alerts(copy, as_of=NIGHT), previous_alerts(first, as_of=NIGHT))
            assert len(read_summary(copy, "summary_categories"))
        with pytest.raises(StoreError, match="already holds rows in table"):
            copy_store(first, store_url)


@pytest.mark.server
def test_postgresql_is_copied_by_its_own_tools(postgres_store_url, tmp_path):
    with (
        open_store(postgres_store_url, main_location="M01") as store,
        pytest.raises(StoreError, match="only a store in a SQLite file"),
    ):
        backup(store, tmp_path / "copy.db")
