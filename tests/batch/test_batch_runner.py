import json
import os
import signal
import subprocess
import sys
import time

import pytest
from filelock import FileLock

from optiflow_lib.batch import run_chain
from optiflow_lib.errors import LockHeldError
from optiflow_lib.settings import load_settings
from optiflow_lib.store import open_store, read_run_steps, read_runs


def append(name):
    """Code of a step that leaves a line behind: to see how often it ran."""
    return f"from pathlib import Path\nwith Path(settings_file).with_name('{name}').open('a') as f: f.write(as_of + '\\n')"


def times_run(folder, name):
    file = folder / name
    return len(file.read_text().splitlines()) if file.exists() else 0


@pytest.fixture
def run(settings, settings_file, console, day, warm):
    def run(*, resume=False):
        return run_chain(
            "nightly",
            settings=settings,
            settings_file=settings_file,
            as_of=day,
            resume=resume,
            console=console,
            warm=warm,
        )

    return run


def recorded(report):
    return json.loads((report.folder / "run.json").read_text())


def test_a_run_leaves_its_notebooks_its_record_and_its_log(chain_of, run, tmp_path):
    chain_of({"10_a": ((), append("a")), "20_b": (("10_a",), append("b"))})
    report = run()
    assert (report.state, report.exit_code) == ("done", 0)
    assert {file.name for file in report.folder.iterdir()} == {"10_a.ipynb", "20_b.ipynb", "run.json"}
    record = recorded(report)
    assert {name: step["state"] for name, step in record["steps"].items()} == {"10_a": "done", "20_b": "done"}
    assert record["parameters"]["as_of"] == "2026-01-31"
    assert {"python", "prophet", "pandas"} <= set(record["versions"])
    log = (tmp_path / "batch_optiflow.log").read_text().splitlines()
    assert log[0].split(" - ")[1:3] == ["optiflow_lib.batch.runner", "INFO"]


def test_the_store_remembers_runs_and_steps(chain_of, run, settings):
    chain_of({"10_a": ((), append("a"))})
    report = run()
    with open_store(settings.store.url, main_location="M01") as store:
        assert read_runs(store)[["run_id", "state"]].to_numpy().tolist() == [[report.run_id, "done"]]
        assert read_run_steps(store, run_id=report.run_id)["step"].tolist() == ["10_a"]


def test_independent_notebooks_run_at_the_same_time(chain_of, run):
    meet = (
        "import time\nfrom pathlib import Path\nhere = Path(settings_file).parent\n(here / '{me}').touch()\n"
        "end = time.time() + 30\nwhile not (here / '{other}').exists() and time.time() < end: time.sleep(0.05)\n"
        "assert (here / '{other}').exists()"
    )
    chain_of({"30_a": ((), meet.format(me="a", other="b")), "31_b": ((), meet.format(me="b", other="a"))})
    assert run().state == "done"


def test_a_failed_step_stops_what_needs_it_and_nothing_else(chain_of, run, tmp_path):
    chain_of(
        {"10_bad": ((), "1 / 0"), "20_needs": (("10_bad",), append("needs")), "30_free": ((), append("free"))}
    )
    report = run()
    assert (report.state, report.exit_code) == ("failed", 1)
    states = {name: step["state"] for name, step in recorded(report)["steps"].items()}
    assert states == {"10_bad": "failed", "20_needs": "skipped", "30_free": "done"}
    assert "10_bad: ZeroDivisionError: division by zero" in report.messages[0]
    assert times_run(tmp_path, "needs") == 0


def test_a_failed_optional_step_is_listed_and_the_chain_goes_on(chain_of, run, tmp_path):
    chain_of({"30_extra": ((), "1 / 0"), "40_main": (("30_extra",), append("main"))}, optional=["30_extra"])
    report = run()
    assert (report.state, report.exit_code) == ("partial", 3)
    assert times_run(tmp_path, "main") == 1


def test_resuming_repeats_only_what_was_not_done(chain_of, run, tmp_path):
    fails_once = (
        "from pathlib import Path\nmark = Path(settings_file).with_name('mark')\n"
        "first = not mark.exists()\nmark.touch()\nassert not first"
    )
    chain_of({"10_a": ((), append("a")), "20_b": (("10_a",), fails_once)})
    assert run().state == "failed"
    report = run(resume=True)
    assert report.state == "done"
    assert times_run(tmp_path, "a") == 1


def test_resuming_a_complete_day_does_nothing(chain_of, run, tmp_path):
    chain_of({"10_a": ((), append("a"))})
    first = run()
    second = run(resume=True)
    assert second.repeated
    assert second.run_id == first.run_id
    assert times_run(tmp_path, "a") == 1


def test_a_record_that_a_crash_has_damaged_is_named_and_the_day_begins_anew(chain_of, run, tmp_path):
    chain_of({"10_a": ((), append("a"))})
    damaged = run().folder / "run.json"
    for written in ('{"run_id": "2026', "[]", "{}"):
        damaged.write_text(written, encoding="utf-8")
        report = run(resume=True)
        assert report.state == "done"
        assert f"{damaged} cannot be read" in (tmp_path / "batch_optiflow.log").read_text()
        damaged = report.folder / "run.json"
    assert times_run(tmp_path, "a") == 4


def test_a_run_under_a_clock_that_was_set_back_is_not_the_first_to_be_forgotten(
    chain_of, settings_file, console, day, warm
):
    settings_file.write_text("[batch]\nkeep_runs = 2\n", encoding="utf-8")
    settings = load_settings(settings_file)
    chain_of({"10_a": ((), append("a"))})

    def run():
        given = {"settings": settings, "settings_file": settings_file, "as_of": day, "resume": False}
        return run_chain("nightly", **given, console=console, warm=warm).folder

    ahead = time.time() + 86_400
    for folder in (run(), run()):  # as if the clock had stood a day ahead until now
        os.utime(folder, (ahead, ahead))
    last = run()
    assert last.is_dir()
    assert len(list(settings.paths.runs.glob("*_nightly_*"))) == 2


def test_without_resuming_the_day_is_run_again(chain_of, run, tmp_path):
    chain_of({"10_a": ((), append("a"))})
    assert run().run_id != run().run_id
    assert times_run(tmp_path, "a") == 2


def test_a_second_run_is_refused_while_the_first_holds_the_lock(chain_of, run, settings):
    chain_of({"10_a": ((), "1")})
    settings.paths.runs.mkdir()
    with (
        FileLock(settings.paths.runs / ".lock"),
        pytest.raises(LockHeldError, match="another run is under way"),
    ):
        run()


SCRIPT = """
from datetime import date
from pathlib import Path
from rich.console import Console
from optiflow_lib.batch.graph import CHAINS, Chain
from optiflow_lib.batch import run_chain, warm_process
from optiflow_lib.settings import load_settings
CHAINS["nightly"] = Chain({{"10_a": (), "20_slow": ("10_a",)}})
file = Path({file!r})
with warm_process() as warm:
    run_chain("nightly", settings=load_settings(file), settings_file=file, as_of=date(2026, 1, 31), resume=False,
              console=Console(quiet=True), warm=warm)
"""


def told(settings_file, *words):
    """What `optiflow status` says."""
    asked = [sys.executable, "-m", "optiflow_lib.cli", "status", *words, "--settings", str(settings_file)]
    return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60).stdout


def status(settings_file):
    return json.loads(told(settings_file, "--json"))


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])
def test_a_killed_run_is_closed_and_finished_by_the_next(
    chain_of, run, settings_file, settings, tmp_path, sent
):
    slow = (
        "import time\nfrom pathlib import Path\nmark = Path(settings_file).with_name('started')\n"
        "again = mark.exists()\nmark.touch()\nif not again: time.sleep(120)\n" + append("slow")
    )
    chain_of({"10_a": ((), append("a")), "20_slow": (("10_a",), slow)})
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(file=str(settings_file))], stderr=subprocess.DEVNULL
    )
    end = time.monotonic() + 60
    while not (tmp_path / "started").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert status(settings_file)["runs"][0]["state"] == "running"
    os.kill(process.pid, sent)
    process.wait(timeout=30)
    assert status(settings_file)["runs"][0]["state"] == "interrupted"
    assert "optiflow nightly --resume" in told(settings_file)
    report = run(resume=True)
    assert report.state == "done"
    assert "--resume" not in told(settings_file)
    assert (times_run(tmp_path, "a"), times_run(tmp_path, "slow")) == (1, 1)
    with open_store(settings.store.url, main_location="M01") as store:
        assert "running" not in read_runs(store)["state"].tolist()
    log = (tmp_path / "batch_optiflow.log").read_text()
    assert f"{report.run_id} goes on after 10_a, as of 2026-01-31" in log
    assert (f"{report.run_id} was interrupted" in log) == (sent == signal.SIGKILL)
