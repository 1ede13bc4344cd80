import os
import socket
import subprocess
import sys
from datetime import datetime, timedelta

import psutil
import pytest
from pandas.testing import assert_frame_equal
from store_frames import NIGHT, on_sqlite
from store_processes import at_the_same_moment

from optiflow_lib.schemas.operations import RUN_STEPS, RUNS
from optiflow_lib.store import (
    close_interrupted,
    finish_run,
    forget_visits,
    open_store,
    read_run_steps,
    read_runs,
    record_step,
    record_visit,
    start_run,
    start_step,
    visits_per_day,
)

AT = datetime(2026, 11, 1, 4)


def start(store, run_id="2026-10-31_nightly_001", at=AT):
    start_run(store, run_id=run_id, chain="nightly", as_of=NIGHT, started_at=at, folder=f"runs/{run_id}")
    return run_id


def states(store):
    return read_runs(store).set_index("run_id")["state"].to_dict()


def test_without_runs_frames_are_empty_and_meet_their_schema(store):
    assert_frame_equal(read_runs(store), RUNS.empty())
    assert_frame_equal(read_run_steps(store), RUN_STEPS.empty())
    assert close_interrupted(store) == []


def test_a_run_and_its_steps_are_recorded(store):
    run_id = start(store)
    start_step(store, run_id=run_id, step="10_quality", started_at=AT)
    assert read_run_steps(store, run_id=run_id)["state"].tolist() == ["running"]
    ended = AT + timedelta(seconds=2)
    record_step(store, run_id=run_id, step="10_quality", state="done", duration_s=2.0, ended_at=ended)
    record_step(
        store,
        run_id=run_id,
        step="20_forecasts",
        state="failed",
        duration_s=0.5,
        ended_at=ended,
        message="no",
    )
    finish_run(store, run_id=run_id, state="failed", ended_at=ended, duration_s=2.5, items=60, failed_items=1)
    run = read_runs(store).iloc[0]
    assert (run["state"], run["duration_s"], run["items"], run["failed_items"]) == ("failed", 2.5, 60, 1)
    steps = read_run_steps(store, run_id=run_id)
    assert steps["state"].tolist() == ["done", "failed"]
    assert steps["started_at"].tolist() == [AT, AT + timedelta(seconds=1.5)]


def test_a_resumed_run_forgets_how_it_ended_and_keeps_its_steps(store):
    run_id = start(store)
    record_step(store, run_id=run_id, step="10_quality", state="done", duration_s=1, ended_at=AT)
    finish_run(store, run_id=run_id, state="failed", ended_at=AT, duration_s=1)
    start(store, run_id, AT + timedelta(hours=1))
    assert states(store) == {run_id: "running"}
    assert read_runs(store)["ended_at"].isna().all()
    assert len(read_run_steps(store)) == 1


@on_sqlite
def test_runs_are_listed_as_they_began(store):
    for hour, run_id in enumerate(["b", "c", "a"]):
        start(store, run_id, AT + timedelta(hours=hour))
    assert read_runs(store)["run_id"].tolist() == ["b", "c", "a"]


@on_sqlite
def test_a_run_that_ends_leaves_no_step_running(store):
    run_id = start(store)
    start_step(store, run_id=run_id, step="10_quality", started_at=AT)
    finish_run(store, run_id=run_id, state="interrupted", ended_at=AT, duration_s=1)
    assert read_run_steps(store)["state"].tolist() == ["interrupted"]


def _start_and_die(url):
    with open_store(url, main_location="M01") as store:
        start(store, "of the dead")
        start_step(store, run_id="of the dead", step="10_quality", started_at=AT)


def test_a_run_whose_process_died_is_closed(store, store_url):
    at_the_same_moment(_start_and_die, (store_url,))
    assert states(store) == {"of the dead": "interrupted"}  # seen, before anybody wrote it down
    assert close_interrupted(store) == ["of the dead"]
    assert states(store) == {"of the dead": "interrupted"}
    assert read_run_steps(store)["state"].tolist() == ["interrupted"]


def test_a_run_of_this_process_that_says_running_is_closed_too(store):
    run_id = start(store)  # it never came to finish_run, and this process is about to start another
    assert close_interrupted(store) == [run_id]


def _pretend(store, run_id, process):
    with store.writing() as connection:
        connection.exec_driver_sql(f"UPDATE runs SET process = '{process}' WHERE run_id = '{run_id}'")


def test_a_run_of_a_living_process_goes_on(sqlite_store):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        created = psutil.Process(other.pid).create_time()
        for run_id, process in (
            ("alive", f"{socket.gethostname()} {other.pid} {created:.0f}"),
            ("its number was given again", f"{socket.gethostname()} {other.pid} {created - 60:.0f}"),
        ):
            _pretend(sqlite_store, start(sqlite_store, run_id), process)
        assert states(sqlite_store) == {"alive": "running", "its number was given again": "interrupted"}
        assert close_interrupted(sqlite_store) == ["its number was given again"]
        other.communicate(b"\n")
    assert close_interrupted(sqlite_store) == ["alive"]


@pytest.mark.parametrize(("hours", "closed"), [(None, []), (-1, []), (1, ["far"])])
def test_a_run_of_another_machine_is_closed_only_when_it_began_long_ago(sqlite_store, hours, closed):
    _pretend(sqlite_store, start(sqlite_store, "far"), f"elsewhere {os.getpid()} 1")
    assert states(sqlite_store) == {"far": "running"}  # its process cannot be seen from here
    before = None if hours is None else AT + timedelta(hours=hours)
    assert close_interrupted(sqlite_store, others_before=before) == closed


def test_visits_and_visitors_are_counted_by_day_and_page(store):
    assert visits_per_day(store).empty
    for hour, page, visitor in [
        (9, "alerts", "a"),
        (10, "alerts", "a"),
        (11, "alerts", "b"),
        (30, "home", "a"),
    ]:
        at = datetime(2026, 11, 1) + timedelta(hours=hour)
        record_visit(store, page=page, visitor=visitor, at=at)
    counted = visits_per_day(store)
    assert counted.astype({"day": "str"}).to_numpy().tolist() == [
        ["2026-11-01", "alerts", 3, 2, 2],
        ["2026-11-02", "home", 1, 1, 1],
    ]
    assert visits_per_day(store, first_day=datetime(2026, 11, 2).date())["page"].tolist() == ["home"]
    assert forget_visits(store, before=datetime(2026, 11, 2).date()) == 3
    assert visits_per_day(store)["page"].tolist() == ["home"]
