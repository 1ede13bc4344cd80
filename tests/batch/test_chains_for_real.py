"""The night and the week as cron runs them: real notebooks, real kernels, a real shop."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import nbformat
import pytest

from optiflow_lib.batch.graph import CHAINS
from optiflow_lib.jobs import views
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.settings import load_settings
from optiflow_lib.store import dump_digest, read_run_steps, read_runs

LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - optiflow_lib\.[\w.]+ - (INFO|WARNING|ERROR) - .+")


def command(*words, settings_file):
    return [sys.executable, "-m", "optiflow_lib.cli", *words, "--settings", str(settings_file)]


def optiflow(*words, settings_file):
    asked = command(*words, settings_file=settings_file)
    return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=300)


def results_of(settings_file):
    settings = load_settings(settings_file)
    with opened_store(settings) as store:
        return dump_digest(store), views.open_view(settings).snapshot.digest


@pytest.fixture(scope="module")
def ran(shop_night, tmp_path_factory):
    """A shop without results whose night ran once by the command line: settings file, process."""
    folder = tmp_path_factory.mktemp("ran")
    for name in ("shop.db", shop_night.name):
        shutil.copy(shop_night.parent / name, folder / name)
    settings_file = folder / shop_night.name
    return settings_file, optiflow("nightly", settings_file=settings_file)


def test_the_night_ends_well_and_tells_a_newcomer_what_it_did(ran):
    settings_file, ended = ran
    assert ended.returncode == 0, ended.stdout + ended.stderr
    for told in (
        r"\d+ items, \d+ forecast",
        r"\d+ alerts",
        r"order lines for \d+ suppliers, worth [\d,]+ EUR",
    ):
        assert re.search(told, ended.stdout)
    folder = re.search(r"executed notebooks in (.+)", ended.stdout)[1]
    assert sorted(file.name for file in (settings_file.parent / "runs").glob("*_nightly_*")) == [
        "2026-10-31_nightly_001"
    ]
    assert folder.endswith("2026-10-31_nightly_001")


def test_notebooks_give_what_the_jobs_give_without_them(ran, shop_night):
    assert results_of(ran[0]) == results_of(shop_night)


def test_every_executed_notebook_shows_its_result_and_is_light(ran):
    run = ran[0].parent / "runs" / "2026-10-31_nightly_001"
    for step in CHAINS["nightly"].needs:
        file = run / f"{step}.ipynb"
        outputs = [o for cell in nbformat.read(file, 4).cells for o in cell.get("outputs", [])]
        shown = [o for o in outputs if o.output_type in ("execute_result", "display_data")]
        assert shown, step
        assert [o for o in outputs if o.output_type == "stream" and o.name == "stderr"] == [], step
        assert file.stat().st_size < 400_000, step


def test_the_record_the_log_and_the_store_tell_the_same_run(ran):
    folder = ran[0].parent
    record = json.loads((folder / "runs" / "2026-10-31_nightly_001" / "run.json").read_text(encoding="utf-8"))
    assert record["state"] == "done"
    assert record["items"] > 0
    assert {step["state"] for step in record["steps"].values()} == {"done"}
    lines = (folder / "batch_optiflow.log").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    with opened_store(load_settings(ran[0])) as store:
        (row,) = read_runs(store).to_dict("records")
        steps = read_run_steps(store, run_id=row["run_id"])
    assert (row["state"], row["items"]) == (record["state"], record["items"])
    assert set(steps["step"]) == set(CHAINS["nightly"].needs)
    assert (steps["duration_s"] > 0).all()


def test_a_complete_night_is_not_repeated_when_resumed(ran):
    settings_file, _ = ran
    ended = optiflow("nightly", "--resume", settings_file=settings_file)
    assert ended.returncode == 0
    assert len(list((settings_file.parent / "runs").glob("*_nightly_*"))) == 1


def test_a_past_night_is_replayed_to_the_same_results_by_its_name(ran):
    settings_file, _ = ran
    ended = optiflow("replay", "2026-10-31_nightly_001", settings_file=settings_file)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "2026-10-31_nightly_001 again: every result is the same\n"


def test_a_run_that_cannot_be_replayed_is_named_with_those_that_can(ran):
    ended = optiflow("replay", "2020-01-01_nightly_001", settings_file=ran[0])
    assert ended.returncode == 1
    assert "there is no run '2020-01-01_nightly_001'" in ended.stderr
    assert "name one that is kept: 2026-10-31_nightly_001" in ended.stderr


def test_results_that_somebody_changed_since_are_told_line_by_line(ran, tmp_path):
    settings_file = shutil.copytree(ran[0].parent, tmp_path / "shop") / ran[0].name
    with closing(sqlite3.connect(settings_file.parent / "optiflow_store.db")) as connection, connection:
        connection.execute("UPDATE recommendations SET order_quantity = 987654 WHERE product_id = '0001'")
    ended = optiflow(
        "replay", "2026-10-31_nightly_001", "--csv", str(tmp_path / "all.csv"), settings_file=settings_file
    )
    assert ended.returncode == 1
    assert "the store holds other results of 2026-10-31 by now" in ended.stderr
    assert "again: 1 values differ" in ended.stdout
    assert "recommendations,0001,order_quantity,987654" in (tmp_path / "all.csv").read_text()


def test_the_week_trains_validates_and_monitors(ran, tmp_path):
    settings_file = shutil.copytree(ran[0].parent, tmp_path / "shop") / ran[0].name
    ended = optiflow("weekly", settings_file=settings_file)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    record = json.loads((settings_file.parent / "runs/2026-10-31_weekly_001/run.json").read_text())
    assert {step["state"] for step in record["steps"].values()} == {"done"}
    assert list((settings_file.parent / "models").glob("*/manifest.json"))


def started(settings_file):
    return subprocess.Popen(
        command("nightly", settings_file=settings_file),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def killed(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)


def fresh_copy(settings_file, folder):
    """The shop without anything that a night made of it."""
    folder.mkdir()
    for name in ("shop.db", settings_file.name):
        shutil.copy(settings_file.parent / name, folder / name)
    return folder / settings_file.name


def test_a_night_killed_in_the_middle_ends_with_the_same_bytes_when_started_again(ran, tmp_path):
    settings_file = fresh_copy(ran[0], tmp_path / "shop")
    process, end = started(settings_file), time.monotonic() + 120
    while not list(settings_file.parent.glob("runs/*/10_quality.ipynb")) and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(2)
    assert process.poll() is None
    killed(process)
    ended = optiflow("nightly", "--resume", settings_file=settings_file)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert results_of(settings_file) == results_of(ran[0])


@pytest.mark.long
def test_killed_anywhere_a_night_ends_with_the_same_bytes(ran, tmp_path):
    """Twenty kills, from the first second on, some of them again while the run resumes."""
    expected = results_of(ran[0])
    for n in range(20):
        settings_file = fresh_copy(ran[0], tmp_path / f"shop_{n}")
        for seconds in (1 + n, 3) if n % 3 == 0 else (1 + n,):
            process = started(settings_file)
            time.sleep(seconds)
            killed(process)
        ended = optiflow("nightly", "--resume", settings_file=settings_file)
        assert ended.returncode == 0, f"kill {n}: {ended.stdout}{ended.stderr}"
        assert results_of(settings_file) == expected, f"kill {n}"
