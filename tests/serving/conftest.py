"""Two running servers: one on this machine only, one that people log in to."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from argon2 import PasswordHasher
from served import Served, served, write_page
from shops import write_settings
from visitors import PASSWORD, logged_in

from optiflow_lib.dashboards.serving import server
from optiflow_lib.dashboards.serving.stores import opened_store
from optiflow_lib.settings import load_settings
from optiflow_lib.store import add_user, users

PEOPLE = {"ana": "buyer", "bob": "viewer", "zoé": "manager"}
FIGURES = """
import json
from pathlib import Path
from IPython.display import HTML

told = {"user": visit.user, "role": visit.role, "language": visit.language, "filters": dict(visit.filters)}
HTML(f"<pre id='told'>{json.dumps(told)}</pre>")
"""
DATA = """
HTML(f"<p id='data'>{Path('data.txt').read_text()}</p>")
"""
WIDGET = """
import anywidget
import traitlets

class Counter(anywidget.AnyWidget):
    _esm = "export default { render() {} }"
    count = traitlets.Int(0).tag(sync=True)

    @traitlets.observe("count")
    def counted(self, change):
        self.send({"counted": change.new})

Counter()
"""
DYING = """
import os

os._exit(1)
"""


@pytest.fixture(scope="session")
def quick_hashes():
    """Hashes that cost no time; what a hash costs is written in it, so the server checks them as fast."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(users, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))
        yield


@pytest.fixture(scope="session", autouse=True)
def watchful():
    """The servers look after their pages more often than in life."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(server, "WATCH_S", 0.2)
        yield


@pytest.fixture(scope="session")
def write_shop(quick_hashes, tmp_path_factory):
    """Writes a folder with pages, settings and people; returns the settings file."""

    def write(people=None, **dashboards):
        folder = tmp_path_factory.mktemp("served")
        pages = folder / "notebooks" / "dashboards"
        write_page(pages / "dashboard.ipynb", FIGURES, DATA, WIDGET)
        write_page(pages / "alerts.ipynb", FIGURES)
        write_page(pages / "dying.ipynb", FIGURES, DYING)
        (folder / "data.txt").write_text("at first", encoding="utf-8")
        settings_file = write_settings(
            folder,
            paths={"notebooks": str(folder / "notebooks")},
            dashboards={"warm_kernels": 2, "viewers": 6, "language": "en", **dashboards},
        )
        with opened_store(load_settings(settings_file)) as store:
            for name, role in (people or {}).items():
                add_user(store, name=name, password=PASSWORD, role=role, at=datetime(2026, 11, 1))
        return settings_file

    return write


@pytest.fixture(scope="session")
def _local(write_shop) -> Iterator[Served]:
    with served(write_shop()) as running:
        yield running


@pytest.fixture(scope="session")
def _shared(write_shop) -> Iterator[Served]:
    with served(write_shop(PEOPLE)) as running:
        yield running


@pytest.fixture
def local(_local) -> Iterator[Served]:
    """A server on this machine only, without people."""
    yield from _clean(_local)


@pytest.fixture
def shared(_shared) -> Iterator[Served]:
    """A server that ana (buyer), bob (viewer) and zoé (manager) log in to."""
    yield from _clean(_shared)


def _clean(running: Served) -> Iterator[Served]:
    running.context.attempts.__init__()
    yield running
    running.call(running.context.lives.end_all)


@pytest.fixture
def ana(shared):
    return logged_in(shared, "ana")


@pytest.fixture
def bob(shared):
    return logged_in(shared, "bob")
