"""The README's first command on a checkout that nothing was run in: the night, the address, the pages."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from optiflow_lib.jobs import views
from optiflow_lib.settings import load_settings

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """The files under version control, and this environment: what `make run` installs is installed."""
    folder = tmp_path_factory.mktemp("checkout")
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    for name in tracked.stdout.split("\0")[:-1]:
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@contextmanager
def make_run(checkout: Path) -> Iterator[tuple[list[str], str]]:
    """`make run` until it serves: the lines it printed, the address among them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {"PYTHONPATH": str(checkout), "OPTIFLOW_DASHBOARDS__PORT": str(port), "PYTHONUNBUFFERED": "1"}
    command = ["make", "--old-file=.venv/.installed", "run"]
    with subprocess.Popen(
        command, cwd=checkout, env=os.environ | own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    ) as running:  # fmt: skip
        lines = []
        try:
            for line in running.stdout:
                lines.append(line)
                if found := re.search(rf"http://127\.0\.0\.1:{port}\S*", line):
                    break
            yield lines, found[0] if found else pytest.fail("".join(lines))
        finally:
            os.killpg(running.pid, signal.SIGINT)
            running.wait(60)


@pytest.fixture(scope="module")
def first_run(checkout):
    with make_run(checkout) as (lines, address), urllib.request.urlopen(address, timeout=60) as page:
        return "".join(lines), page.read().decode()


def test_make_run_tells_a_newcomer_what_the_night_did(first_run, checkout):
    told, _ = first_run
    shown = views.open_view(load_settings(checkout / "optiflow.toml")).snapshot
    lines = (shown.read("recommendations")["order_quantity"] > 0).sum()
    assert f"{len(shown.read('items'))} items, " in told
    assert re.search(r"\d+ alerts, \d+ of them critical", told)
    assert re.search(rf"{lines} suggested order lines for \d+ suppliers, worth [\d,]+ EUR", told)
    assert re.search(r"done in [\d.]+ s; executed notebooks in \S+_nightly_001", told)


def test_make_run_serves_the_night_it_ran(first_run):
    assert re.search(r"31 oct(obre|\.) 2026", first_run[1])  # no browser asked for English


def test_a_second_make_run_serves_without_repeating_the_night(first_run, checkout):
    with make_run(checkout) as (lines, address), urllib.request.urlopen(address, timeout=60) as page:
        assert page.status == 200
        assert "nightly_001" in "".join(lines)
    assert len(list((checkout / "runs").glob("*_nightly_*"))) == 1


def test_make_run_changes_no_file_under_version_control(first_run, checkout):
    tracked = [file.relative_to(checkout) for file in checkout.rglob("*.ipynb") if "runs" not in file.parts]
    for name in (Path("optiflow.db"), Path("optiflow.toml"), *tracked):
        assert (checkout / name).read_bytes() == (PROJECT / name).read_bytes(), name
