"""A visit on this machine: who and what reaches the page's kernel, what is counted, what is closed."""

import re
import socket
from urllib.parse import urlsplit

import nbformat
import pytest
import requests
from served import write_page
from visitors import told

from optiflow_lib.dashboards.pages.visit import local_user
from optiflow_lib.dashboards.serving.stores import PUBLISHED, opened_store
from optiflow_lib.jobs import views
from optiflow_lib.store import visits_per_day


def asked_raw(running, path, *, host=None):
    """Asks for a path exactly as it is written: a client library would tidy it."""
    address = urlsplit(running.address)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host or address.netloc}\r\nConnection: close\r\n\r\n".encode()
        )
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return int(answer.split()[1]), answer


def test_the_root_leads_to_the_first_page(local):
    answer = requests.get(local.address, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard")


def test_without_people_the_person_at_this_machine_may_do_everything(local):
    answer = requests.get(f"{local.address}/dashboard?location=M01&category=Épicerie")
    assert told(answer) == {
        "user": local_user(),
        "role": "admin",
        "language": "en",
        "filters": {"location": "M01", "category": "Épicerie"},
    }


def test_neither_headers_nor_the_address_can_say_who_it_is(local):
    forged = {
        "X-Optiflow-User": "eve",
        "X-Optiflow-Roles": "admin",
        "Optiflow-Visit": "{}",
        "X-Remote-User": "eve",
    }
    answer = requests.get(f"{local.address}/alerts?user=eve&role=viewer&OPTIFLOW_VISIT=x", headers=forged)
    assert told(answer)["user"] == local_user()
    assert told(answer)["role"] == "admin"


def test_a_page_shows_what_is_there_when_it_is_visited_not_when_its_kernel_started(local):
    data = local.settings.folder / "data.txt"
    for content in ("of yesterday", "of today"):
        data.write_text(content, encoding="utf-8")
        answer = requests.get(f"{local.address}/dashboard")
        assert re.search("<p id='data'>(.*?)</p>", answer.text)[1] == content


def test_visits_and_distinct_visitors_are_counted_by_the_server(local):
    def counted():
        with opened_store(local.settings) as store:
            days = visits_per_day(store)
        return days[days["page"] == "alerts"][["visits", "visitors"]].sum().tolist()

    def settled():
        local.context.recorder._thread.submit(lambda: None).result(10)
        return counted()

    visits, visitors = settled()
    first, second = requests.Session(), requests.Session()
    for browser in (first, first, second):
        assert browser.get(f"{local.address}/alerts").status_code == 200
    requests.get(f"{local.address}/nothing-here")
    assert settled() == [visits + 3, visitors + 2]


def test_a_visitor_is_counted_under_a_random_word_never_an_address(local):
    browser = requests.Session()
    browser.get(f"{local.address}/alerts")
    local.context.recorder._thread.submit(lambda: None).result(10)
    with opened_store(local.settings) as store, store.reading() as connection:
        seen = {row[0] for row in connection.exec_driver_sql("SELECT visitor FROM visits")}
    assert all(re.fullmatch(r"[\w-]{12}", visitor) for visitor in seen)


@pytest.mark.parametrize(
    "path",
    [
        "/voila/files/dashboard.ipynb",
        "/voila/files/public/../../optiflow_store.db",
        "/voila/files/dashboard.ipynb/",
        "/voila/files/x.py/.",
        "/voila/tree",
        "/voila/render/dashboard.ipynb",
        "/voila/api/contents",
        "/voila/query/00000000-0000-0000-0000-000000000000",
        "/voila/execution/00000000-0000-0000-0000-000000000000",
        "/voila/static/voila.js",
        "/api/kernels",
        "/api/contents",
        "/dashboard.ipynb",
        "/..%2f..%2foptiflow.toml",
        "/../optiflow.toml",
    ],
)
def test_there_is_nothing_but_pages(local, path):
    status, answer = asked_raw(local, path)
    assert status == 404
    assert b"cells" not in answer


@pytest.mark.parametrize("kind", ["own", "voila", "lab"])
@pytest.mark.parametrize(
    "path", ["../../conf.json", "..%2f..%2fconf.json", "/etc/passwd", "%2fetc/passwd", ""]
)
def test_static_files_lead_nowhere_else(local, kind, path):
    status, _ = asked_raw(local, f"{local.server.assets}/{kind}/{path}")
    assert status in (403, 404)


def test_static_files_are_kept_by_the_browser_under_an_address_that_names_their_content(local):
    answer = requests.get(f"{local.address}{local.context.assets}/theme.css")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    page = requests.get(f"{local.address}/alerts")
    assert page.headers["Cache-Control"] == "no-store"
    assert f"{local.context.assets}/theme.css" in page.text


def test_a_page_forbids_scripts_and_connections_from_elsewhere(local):
    policy = requests.get(f"{local.address}/alerts").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
    assert "frame-ancestors 'none'" in policy


def test_a_foreign_name_for_this_machine_is_refused(local):
    status, _ = asked_raw(local, "/alerts", host="evil.example")
    assert status == 403


def test_without_people_a_visit_through_a_proxy_is_refused(local):
    answer = requests.get(f"{local.address}/alerts", headers={"X-Forwarded-For": "203.0.113.7"})
    assert answer.status_code == 403
    assert answer.url.split("?")[0].endswith("/login")
    assert "optiflow users add" in answer.text


def test_the_published_night_is_looked_for_where_the_night_puts_it(local):
    assert views.published_folder(local.settings) == local.settings.paths.runs / PUBLISHED


def test_a_notebook_that_somebody_adds_is_a_page_at_once_with_words_and_widgets_of_any_kind(local):
    file = write_page(
        local.settings.paths.notebooks / "dashboards" / "mine.ipynb",
        "import ipywidgets\n\nipywidgets.IntSlider()",
    )
    notebook = nbformat.read(file, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell("## What *rain* sells"))
    notebook.cells.append(nbformat.v4.new_code_cell("1 / 0", metadata={"tags": ["hide"]}))
    nbformat.write(notebook, file)
    try:
        answer = requests.get(f"{local.address}/mine")
    finally:
        file.unlink()
    assert "<h2>What <em>rain</em> sells</h2>" in answer.text
    assert f'id="voila-front-end" href="{local.server.assets}/voila/voila.js"' in answer.text
    assert 'role="alert"' not in answer.text
    assert requests.get(f"{local.address}/mine").status_code == 404
