"""How fast a page is beside the same page in Streamlit, in the same run: python -m benchmarks.page_speed.

Visits alternate; each is a fresh browser (cold cache) and then the same browser again (warm cache). Times start at the
navigation and are taken inside the page, frame by frame. Chromium is needed, and the `bench` extra for Streamlit.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, Popen

import nbformat
import requests
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.machine import print_header
from benchmarks.page_load import print_burst, print_memory
from benchmarks.speed_page import FOLDER, write_data

VISITS = 10
REDRAWS = 10
PROJECT = Path(__file__).parents[1]
CELLS = (
    "from optiflow_lib.dashboards import pages\n\npages.warm_up()",
    "from benchmarks import speed_page\n\npage = speed_page.opened(pages.wait_for_visit())",
    "page.figures()",
    "page.charts()",
    "page.table()",
    "page.controls()",
)
ROWS = (
    "first figures",
    "charts",
    "table",
    "control usable",
    "control usable, warm cache",
    "charts answer the pointer",
)
# Notes for each mark when its condition is first true; a frame is 16 ms.
WATCH = """
(marks) => {
    window.seen = {};
    const look = () => {
        for (const [name, condition] of Object.entries(marks)) {
            try {
                if (!(name in window.seen) && eval(condition)) window.seen[name] = performance.now();
            } catch {}
        }
        requestAnimationFrame(look);
    };
    look();
}
"""


@dataclass(frozen=True)
class Peer:
    """A served page: where it is, and how to see what is on the screen."""

    name: str
    address: str
    marks: dict[str, str]
    choose: Callable[[Page, str], None]
    measured: dict[str, list[float]] = field(default_factory=dict)

    def add(self, row: str, value: float) -> None:
        """Keeps one measurement."""
        self.measured.setdefault(row, []).append(value)

    def median(self, row: str) -> float:
        """Of what was kept."""
        return statistics.median(self.measured[row])


# Lines and bars with their axes are on the screen; ours are drawn twice, and answer when plotly has drawn them.
PLOTLY = "document.querySelectorAll('.js-plotly-plot .main-svg .trace').length >= 2"
SKETCH = "document.querySelectorAll('.sketch').length >= 2"
OURS = {
    "first figures": "document.querySelectorAll('[data-kpi]').length >= 6",
    "charts": f"{SKETCH} || {PLOTLY}",
    "charts answer the pointer": PLOTLY,
    "table": "document.querySelectorAll('tbody tr').length >= 1000",
    "control usable": "document.querySelector('[data-region=choice]:not([aria-busy])') && document.querySelector('[data-alive]')",
}
THEIRS = {
    "first figures": "[...document.querySelectorAll('[data-testid=stMetricValue]')].filter(e => e.textContent).length >= 6",
    "charts": PLOTLY,
    "charts answer the pointer": PLOTLY,
    "table": "document.querySelector('[data-testid=stDataFrame] canvas')?.width > 0",
    "control usable": "document.querySelector('[data-testid=stSelectbox] input') && document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]')",
}


def main() -> None:
    """Serves both, visits both, prints the tables."""
    print_header("Page speed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(folder)
        os.environ[FOLDER] = str(folder)
        os.environ["PYTHONPATH"] = str(PROJECT)
        with _ours(folder) as ours, _streamlit() as theirs, _chromium() as browser:
            for peer in (ours, theirs):
                _visit(browser, peer, keep=False)
            for _ in range(VISITS):
                for peer in (ours, theirs):
                    _visit(browser, peer, keep=True)
            for peer in (ours, theirs):
                _redraw(browser, peer)
            _print(ours, theirs)
            print_burst(ours.address)
            print_memory(ours.address)


def _print(ours: Peer, theirs: Peer) -> None:
    print(f"\nmedian ms of {VISITS} visits{'':12}{ours.name:>10}{theirs.name:>12}{'ratio':>8}")
    for row in (*ROWS, "redraw", "redraw, 95th percentile"):
        a, b = ours.median(row), theirs.median(row)
        print(f"{row:<34}{a:>10.0f}{b:>12.0f}{b / a:>7.1f}x")
    a, b = ours.median("megabytes"), theirs.median("megabytes")
    print(f"{'transfer, MB (not compressed)':<34}{a:>10.1f}{b:>12.1f}{b / a:>7.1f}x")


def _visit(browser: Browser, peer: Peer, *, keep: bool) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 900})
    cold, megabytes = _seen(context, peer)
    warm, _ = _seen(context, peer)
    context.close()
    if keep:
        for row, at in cold.items():
            peer.add(row, at)
        peer.add("control usable, warm cache", warm["control usable"])
        peer.add("megabytes", megabytes)


def _seen(context: BrowserContext, peer: Peer) -> tuple[dict[str, float], float]:
    page = context.new_page()
    sizes = _transfer(page)
    page.add_init_script(f"({WATCH})({peer.marks!r})")
    page.goto(peer.address)
    page.wait_for_function(f"Object.keys(window.seen).length === {len(peer.marks)}", timeout=60_000)
    seen = page.evaluate("window.seen")
    megabytes = sum(sizes) / 1e6
    page.close()
    return seen, megabytes


def _transfer(page: Page) -> list[float]:
    sizes: list[float] = []
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.on("Network.dataReceived", lambda event: sizes.append(event["dataLength"]))
    client.on(
        "Network.webSocketFrameReceived", lambda event: sizes.append(len(event["response"]["payloadData"]))
    )
    return sizes


def _redraw(browser: Browser, peer: Peer) -> None:
    page = browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 900}).new_page()
    page.add_init_script(f"({WATCH})({peer.marks!r})")
    page.goto(peer.address)
    page.wait_for_function(f"Object.keys(window.seen).length === {len(peer.marks)}", timeout=60_000)
    page.wait_for_timeout(1000)
    times = []
    for turn in range(REDRAWS):
        page.evaluate("window.line = () => document.querySelector('path.js-line')?.getAttribute('d')")
        page.evaluate("window.before = window.line(), window.changed = 0")
        peer.choose(page, ("Drinks", "Fresh", "Garden", "Home", "Grocery")[turn % 5])
        page.wait_for_function("window.changed > 0", timeout=20_000)
        times.append(page.evaluate("window.changed"))
        page.wait_for_timeout(200)
    page.context.close()
    peer.measured["redraw"] = times
    peer.measured["redraw, 95th percentile"] = [sorted(times)[-1]]


CLOCK = """
    window.changed = 0;
    const start = performance.now();
    const look = () => {
        if (window.line() && window.line() !== window.before) window.changed = performance.now() - start;
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
"""


def _choose_ours(page: Page, category: str) -> None:
    act = "const field = document.querySelector('[name=category]'); field.value = name;"
    page.evaluate(
        f"(name) => {{ {CLOCK} {act} field.dispatchEvent(new Event('change', {{bubbles: true}})); }}",
        category,
    )


def _choose_theirs(page: Page, category: str) -> None:
    page.locator("[data-testid=stSelectbox] input").click()
    option = page.locator("[role=option]", has_text=category)
    option.wait_for()
    page.evaluate(
        f"() => document.addEventListener('pointerup', () => {{ {CLOCK} }}, {{once: true, capture: true}})"
    )
    option.click()


@contextmanager
def _ours(folder: Path) -> Iterator[Peer]:
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    (folder / "notebooks" / "dashboards").mkdir(parents=True)
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata=kernel),
        folder / "notebooks" / "dashboards" / "speed.ipynb",
    )
    settings = folder / "optiflow.toml"
    settings.write_text("[dashboards]\nlanguage = 'en'\nwarm_kernels = 12\nviewers = 40\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "optiflow_lib.cli",
        "serve",
        "--port",
        "8871",
        "--settings",
        str(settings),
    ]
    with _running(command, "http://127.0.0.1:8871/login"):
        yield Peer("Optiflow", "http://127.0.0.1:8871/speed", OURS, _choose_ours)


@contextmanager
def _streamlit() -> Iterator[Peer]:
    options = ["--server.port", "8872", "--server.headless", "true", "--browser.gatherUsageStats", "false"]
    script = str(PROJECT / "benchmarks" / "streamlit_page.py")
    command = [sys.executable, "-m", "streamlit", "run", script, *options]
    with _running(command, "http://127.0.0.1:8872/_stcore/health"):
        yield Peer("Streamlit", "http://127.0.0.1:8872/", THEIRS, _choose_theirs)


@contextmanager
def _running(command: list[str], address: str) -> Iterator[None]:
    process = Popen(command, stdout=DEVNULL)
    try:
        for _ in range(600):
            try:
                requests.get(address, timeout=5)
                break
            except requests.RequestException:
                time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def _chromium() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        flags = [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
        ]
        browser = playwright.chromium.launch(executable_path=program, args=flags, headless=True)
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
