"""A real Chromium and a served shop whose night ran, for every test that looks at a page."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from served import Served, served

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LAPTOP, PHONE = {"width": 1400, "height": 900}, {"width": 400, "height": 800}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; without it the test is skipped on a laptop and fails in CI.

    It ends with its file: Playwright keeps an event loop running, beside which no test of another room can run its own.
    """
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        reason = "Chromium is not installed (Debian: apt-get install chromium)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS, headless=True)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def served_shop(shop_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The project's own dashboards, served over a copy of the shop whose night ran; shared by all tests of a run."""
    copied = shutil.copytree(shop_night.parent, tmp_path_factory.mktemp("served") / "shop")
    with served(copied / shop_night.name) as running:
        yield running


@pytest.fixture
def new_context(browser: Browser) -> Iterator["ContextMaker"]:
    """Makes browser contexts (a person's browser each) that may ask this machine only and log no error."""
    maker = ContextMaker(browser)
    yield maker
    maker.close()
    assert maker.outside == []
    assert maker.errors == []


@pytest.fixture
def page(new_context: "ContextMaker") -> Page:
    """A window of 1400 pixels in a French browser; fails at its end when anything outside was asked for."""
    return new_context().new_page()


class ContextMaker:
    """Browsers of several people; what they asked for outside this machine, and what their pages complained about."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.outside: list[str] = []
        self.errors: list[str] = []

    def __call__(
        self, *, locale: str = "fr-FR", viewport: dict[str, int] = LAPTOP, **options
    ) -> BrowserContext:
        context = self._browser.new_context(locale=locale, viewport=viewport, **options)
        context.on("request", lambda request: self._note(request.url))
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self._contexts.append(context)
        return context

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in (
            "127.0.0.1",
            "localhost",
        ):
            self.outside.append(url)
