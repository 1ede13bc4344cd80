"""Two running servers: one on this machine only, one that people log in to."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

import pytest
import requests
from argon2 import PasswordHasher
from served import Served, served, write_page
from shops import write_settings
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from optiflow_lib.dashboards.serving import server
from optiflow_lib.dashboards.serving.stores import opened_store
from optiflow_lib.settings import load_settings
from optiflow_lib.store import add_user, users

PASSWORD = "correct horse battery"
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


def logged_in(running: Served, name: str) -> requests.Session:
    """A browser in which this person logged in."""
    browser = requests.Session()
    assert log_in(running, browser, name, PASSWORD).status_code == 302
    return browser


def log_in(
    running: Served, browser: requests.Session, name: str, password: str, **fields
) -> requests.Response:
    browser.get(f"{running.address}/login")
    form = {"_xsrf": browser.cookies["_xsrf"], "name": name, "password": password, **fields}
    return browser.post(f"{running.address}/login", data=form, allow_redirects=False)


def told(answer: requests.Response) -> dict:
    """What the page's kernel was told about the visit."""
    return json.loads(re.search(r"<pre id='told'>(.*?)</pre>", answer.text)[1])


def kernel_of(answer: requests.Response) -> str:
    """Id of the kernel that printed the page."""
    return json.loads(re.search(r'id="optiflow-page">(.*?)</script>', answer.text)[1])["kernel"]


def widget_of(answer: requests.Response) -> str:
    """Id of the page's widget."""
    return json.loads(re.search(r"data-widget><script [^>]*>(.*?)</script>", answer.text)[1])["model"]


class Connection:
    """A page's websocket, for a test that sends what no page would."""

    def __init__(self, running: Served, kernel_id: str, browser: requests.Session) -> None:
        self._address = f"{running.address.replace('http', 'ws')}/api/kernels/{kernel_id}/channels?session_id={uuid4().hex}"
        self._headers = {"Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)}

    async def __aenter__(self) -> "Connection":
        self._socket = await websocket_connect(HTTPRequest(self._address, headers=self._headers))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._socket.close()

    async def send(self, kind: str, content: dict, *, channel: str = "shell") -> None:
        header = {
            "msg_id": uuid4().hex,
            "msg_type": kind,
            "username": "",
            "session": "test",
            "version": "5.3",
        }
        message = {
            "channel": channel,
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
        }
        await self._socket.write_message(json.dumps(message))

    async def answers(self, kind: str, *, within_s: float = 5) -> list[dict]:
        """The contents of the messages of a kind that come until the first of them, or until the time is over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within_s
        while (left := end - loop.time()) > 0:
            try:
                message = await asyncio.wait_for(self._socket.read_message(), left)
            except TimeoutError:
                break
            if message is None:
                break
            read = json.loads(message)
            if read["header"]["msg_type"] == kind:
                return [read["content"]]
        return []

    async def end_code(self, *, within_s: float = 15) -> int | None:
        """The code with which the server ended the connection."""
        async with asyncio.timeout(within_s):
            while await self._socket.read_message() is not None:
                pass
        return self._socket.close_code
