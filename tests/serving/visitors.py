"""What tests do to a running server: log in, read what a page was told, speak to its kernel."""

import asyncio
import json
import re
from uuid import uuid4

import requests
from served import Served
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

PASSWORD = "correct horse battery"


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
