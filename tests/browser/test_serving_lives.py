"""Pages and their kernels in a real browser: they end together, survive a lost connection, wait for room, know who looks."""

import re
import time
from datetime import datetime

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import expect
from served import served, write_page
from shops import write_settings

from optiflow_lib.dashboards.serving.stores import opened_store
from optiflow_lib.settings import load_settings
from optiflow_lib.store import add_user, users

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
WHO = """
from IPython.display import HTML

HTML(f'<p id="who">{visit.user} {visit.role}</p>')
"""
BUTTON = """
import anywidget
import traitlets

class Counter(anywidget.AnyWidget):
    _esm = '''export default { render({ model, el }) {
        const button = document.createElement("button");
        button.id = "count";
        button.textContent = "0";
        button.onclick = () => model.send("more");
        model.on("change:count", () => { button.textContent = model.get("count"); });
        el.append(button);
    } };'''
    count = traitlets.Int(0).tag(sync=True)

    def __init__(self):
        super().__init__()
        self.on_msg(self.more)

    def more(self, _widget, content, _buffers):
        self.count += content == "more"

Counter()
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lives")
    write_page(folder / "notebooks" / "dashboards" / "dashboard.ipynb", WHO, BUTTON)
    settings_file = write_settings(
        folder,
        paths={"notebooks": str(folder / "notebooks")},
        dashboards={"warm_kernels": 1, "viewers": 2, "language": "en"},
    )
    with served(settings_file) as running:
        yield running


@pytest.fixture
def opened(shop, new_context):
    """Opens the page and waits until its control lives; all pages of a test are gone after it."""

    def open_page(maker=new_context, **options):
        page = maker(locale="en-GB", **options).new_page()
        page.goto(f"{shop.address}/dashboard")
        return page

    yield open_page
    shop.call(shop.context.lives.end_all)


def kernel_of(page):
    return page.evaluate("JSON.parse(document.getElementById('optiflow-page').textContent).kernel")


def until(condition, *, within_s=15.0):
    end = time.monotonic() + within_s
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return met


def test_a_kernel_ends_when_its_page_is_left(shop, opened):
    page = opened()
    expect(page.locator("#count")).to_have_text("0")
    kernel_id = kernel_of(page)
    assert kernel_id in shop.server.kernel_manager
    page.goto("about:blank")
    assert until(lambda: kernel_id not in shop.server.kernel_manager, within_s=5)


def test_a_page_comes_back_by_itself_after_a_lost_connection(shop, opened, new_context):
    page = opened()
    page.locator("#count").click()
    expect(page.locator("#count")).to_have_text("1")
    life = shop.context.lives._lives[kernel_of(page)]
    for connection in list(life.connections):
        shop.call(connection.close, 1001, "as a network would")
    page.locator("#count").click()  # asked while nobody hears it
    expect(page.locator("#count")).to_have_text("2")
    expect(page.locator(".connection-lost")).to_have_count(0)
    new_context.errors.clear()


def test_a_page_whose_kernel_is_gone_says_so_and_offers_a_fresh_one(shop, opened):
    page = opened()
    expect(page.locator("#count")).to_have_text("0")
    shop.call(shop.context.lives.end, kernel_of(page))
    expect(page.get_by_role("alert")).to_contain_text("The connection to the server is lost.")
    page.get_by_role("button", name="Reload the page").click()
    page.locator("#count").click()
    expect(page.locator("#count")).to_have_text("1")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_one_too_many_waits_and_gets_in_by_itself(shop, opened):
    first, second = opened(), opened()
    expect(second.locator("#count")).to_have_text("0")
    waiting = opened()
    expect(waiting.get_by_role("status")).to_contain_text("as soon as there is room")
    first.goto("about:blank")
    expect(waiting.locator("#count")).to_have_text("0", timeout=20_000)


def test_going_back_gives_a_living_page(shop, opened):
    page = opened()
    expect(page.locator("#count")).to_have_text("0")
    page.goto("about:blank")
    page.go_back()
    page.locator("#count").click()
    expect(page.locator("#count")).to_have_text("1")


def test_two_people_log_in_look_and_log_out(shop, opened, new_context, monkeypatch):
    monkeypatch.setattr(users, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))
    with opened_store(load_settings(shop.settings.folder / "optiflow.toml")) as store:
        for name, role in (("ana", "buyer"), ("bob", "viewer")):
            add_user(store, name=name, password=PASSWORD, role=role, at=datetime(2026, 11, 1))
    time.sleep(2.1)  # accounts are read again every two seconds
    pages = {}
    for name, role in (("ana", "buyer"), ("bob", "viewer")):
        pages[name] = page = opened()
        expect(page).to_have_url(re.compile("/login"))
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill("wrong one")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
        expect(page.get_by_label("Name")).to_have_value(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#who")).to_have_text(f"{name} {role}")
    pages["ana"].reload()
    expect(pages["ana"].locator("#who")).to_have_text("ana buyer", timeout=10_000)
    pages["ana"].get_by_role("button", name="Log out").click()
    expect(pages["ana"].get_by_label("Password")).to_be_visible()
    pages["bob"].reload()
    expect(pages["bob"].locator("#who")).to_have_text("bob viewer", timeout=10_000)
    new_context.errors.clear()  # the browser reports the two refusals itself
