"""The proxy that the documentation describes, in front of the server: TLS, compression, websockets, nobody's word believed."""

import asyncio
import re
import shutil
import socket
import ssl
import subprocess
import time

import pytest
import requests
from served import served
from servers import needed
from shops import PROJECT
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect
from visitors import PASSWORD, kernel_of, told, widget_of

from optiflow_lib.dashboards.serving.handlers import PING_S

pytestmark = pytest.mark.server


def documented():
    page = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    return re.search(r"```nginx\n(.*?)```", page, re.DOTALL)[1]


def configuration(folder, *, port, behind):
    """The documented servers, on other ports, with a certificate of the test's own."""
    text = documented().replace("listen 443", f"listen 127.0.0.1:{port}").replace("127.0.0.1:8866", behind)
    text = re.sub(r"ssl_certificate +\S+;", f"ssl_certificate {folder}/certificate.pem;", text)
    text = re.sub(r"ssl_certificate_key +\S+;", f"ssl_certificate_key {folder}/key.pem;", text)
    types = "types { text/html html; } default_type application/octet-stream;"
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"pid {folder}/pid; error_log {folder}/error.log; events {{}} http {{ {types} {paths} access_log off;\n{text}\n}}"


@pytest.fixture(scope="module")
def proxied(write_shop, tmp_path_factory):
    """Address of nginx, the server behind it, the certificate to trust."""
    program, folder = needed("nginx", package="nginx-light"), tmp_path_factory.mktemp("nginx")
    certify = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        [*certify.split(), *names, "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
        check=True,
        capture_output=True,
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with served(write_shop({"ana": "buyer"}, behind_proxy=True, warm_kernels=1)) as running:
        file = folder / "nginx.conf"
        file.write_text(
            configuration(folder, port=port, behind=running.address.removeprefix("http://")), encoding="utf-8"
        )
        process = subprocess.Popen([program, "-c", file, "-g", "daemon off;", "-e", folder / "error.log"])
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"https://localhost:{port}", running, folder / "certificate.pem"
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def browser_of(certificate):
    browser = requests.Session()
    browser.trust_env, browser.verify = False, str(certificate)
    return browser


@pytest.fixture
def ana(proxied):
    address, _, certificate = proxied
    browser = browser_of(certificate)
    browser.get(f"{address}/login")
    form = {"_xsrf": browser.cookies["_xsrf"], "name": "ana", "password": PASSWORD}
    answer = browser.post(f"{address}/login", data=form, allow_redirects=False)
    assert answer.status_code == 302
    (cookie,) = [line for line in answer.raw.headers.getlist("Set-Cookie") if line.startswith("username-")]
    assert "Secure" in cookie
    return browser


def test_a_page_comes_through_it_compressed_and_while_it_is_printed(proxied, ana):
    address, *_ = proxied
    answer = ana.get(f"{address}/dashboard", stream=True)
    assert answer.headers["Content-Encoding"] == "gzip"
    first = next(answer.iter_content(None)).decode()
    assert 'aria-busy="true"' in first
    assert "</html>" not in first


def test_all_that_a_page_asks_for_weighs_less_than_two_megabytes(proxied, ana):
    address, running, _ = proxied
    page = ana.get(f"{address}/dashboard", stream=True)
    weight = len(page.raw.read(decode_content=False))
    for name in (
        "theme.css",
        "components.css",
        "theme.js",
        "optiflow.js",
        "charts.js",
        "sketch.js",
        "axes.js",
        "kernel.js",
        "widgets.js",
        "look.js",
        "plotly-basic.min.js",
        "favicon.svg",
    ):
        answer = ana.get(f"{address}{running.context.assets}/{name}", stream=True)
        assert answer.status_code == 200
        weight += len(answer.raw.read(decode_content=False))
    assert weight < 600_000


def test_a_widget_talks_to_python_through_it(proxied, ana):
    address, _, certificate = proxied
    answer = ana.get(f"{address}/dashboard")
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in ana.cookies)
    trusting = ssl.create_default_context(cafile=str(certificate))

    async def count():
        target = f"{address.replace('https', 'wss')}/api/kernels/{kernel_of(answer)}/channels?session_id=s"
        headers = {"Cookie": cookies, "Origin": address}
        connection = await websocket_connect(HTTPRequest(target, headers=headers, ssl_options=trusting))
        state = '{"method": "update", "state": {"count": 3}, "buffer_paths": []}'
        header = '{"msg_id": "m", "msg_type": "comm_msg", "username": "", "session": "s", "version": "5.3"}'
        await connection.write_message(
            f'{{"channel": "shell", "header": {header}, "parent_header": {{}}, "metadata": {{}}, '
            f'"content": {{"comm_id": "{widget_of(answer)}", "data": {state}}}}}'
        )
        async with asyncio.timeout(10):
            while '"counted": 3' not in (message := await connection.read_message()):
                pass
        connection.close()
        return message

    assert "comm_msg" in asyncio.run(count())


def test_nobody_is_let_in_without_the_form_whatever_they_send(proxied):
    address, _, certificate = proxied
    forged = {"X-Remote-User": "ana", "X-Forwarded-For": "127.0.0.1"}
    answer = browser_of(certificate).get(f"{address}/dashboard", headers=forged)
    assert answer.url.split("?")[0].endswith("/login")


def test_who_guesses_waits_by_their_own_address_not_by_the_proxys(proxied, ana):
    _, running, _ = proxied
    running.context.attempts.failed("address 203.0.113.7")
    assert told(ana.get(f"{proxied[0]}/alerts"))["user"] == "ana"
    assert "address 127.0.0.1" not in running.context.attempts._wrong


def test_the_server_asks_an_open_page_more_often_than_the_proxy_waits():
    patience = re.search(r"proxy_read_timeout (\d+)s", documented())[1]
    assert int(patience) > 2 * PING_S
