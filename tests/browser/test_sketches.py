"""A chart's first sight, drawn without plotly, against what plotly draws a little later in the same place."""

import pytest
from playwright.sync_api import Page, Route, expect
from screens import NAMES, READERS

pytestmark = pytest.mark.browser
NEAR = 14  # px: what a chart may move by when plotly takes over

LINES = """
name => [...document.querySelectorAll(`#chart-${name} ` + SELECTOR)].map(line => {
    const box = line.getBoundingClientRect(), frame = line.closest("figure").getBoundingClientRect();
    return [box.left - frame.left, box.top - frame.top, box.right - frame.left, box.bottom - frame.top];
})
"""
SKETCHED = LINES.replace("SELECTOR", "'.sketch path[fill=none]:not([stroke=none])'")
DRAWN = LINES.replace("SELECTOR", "'.scatterlayer .js-line:not([style*=\"stroke-width: 0\"])'")


class Plotly:
    """Comes when it is let through."""

    def __init__(self, page: Page) -> None:
        self._held: list[Route] = []
        page.route("**/plotly-basic.min.js", lambda route: self._held.append(route))  # noqa: PLW0108 - playwright marks what it is given

    def come(self, page: Page) -> None:
        page.wait_for_timeout(0)  # what is held is told between two steps only
        while not self._held:
            page.wait_for_timeout(50)
        for route in self._held:
            route.continue_()


def written(page: Page, selector: str) -> list[str]:
    said = page.locator(selector).all_text_contents()
    return [words.replace("\n", "").replace("\N{MINUS SIGN}", "-") for words in said if words.strip()]


@pytest.mark.parametrize(("locale", "viewport"), READERS, ids=NAMES)
def test_a_sketch_shows_what_plotly_draws_where_plotly_draws_it(served_shop, new_context, locale, viewport):
    page = new_context(locale=locale, viewport=viewport).new_page()
    plotly = Plotly(page)
    page.goto(f"{served_shop.address}/dashboard", wait_until="domcontentloaded")
    expect(page.locator(".sketch")).to_have_count(2, timeout=15_000)
    expect(page.locator("figure[data-drawn]")).to_have_count(0)
    lines = page.evaluate(SKETCHED, "sales")
    money = written(page, "#chart-sales .sketch text[text-anchor=end]")
    names = written(page, "#chart-stock .sketch text[text-anchor=end]:not(.in-bar)")
    plotly.come(page)
    expect(page.locator("figure[data-drawn]")).to_have_count(2, timeout=30_000)
    expect(page.locator(".sketch")).to_have_count(0)
    drawn = page.evaluate(DRAWN, "sales")
    assert len(lines) == len(drawn) == 3
    assert lines == [pytest.approx(box, abs=NEAR) for box in drawn]
    assert money == written(page, "#chart-sales .ytick text")
    assert set(names) >= set(written(page, "#chart-stock .ytick text"))


def test_a_forecast_with_its_interval_and_events_is_sketched(served_shop, page):
    plotly = Plotly(page)
    page.goto(f"{served_shop.address}/predictions", wait_until="domcontentloaded")
    expect(page.locator("#chart-forecast .sketch")).to_have_count(1, timeout=15_000)
    interval = page.locator("#chart-forecast .sketch path[fill^=var]")
    expect(interval).to_have_count(1)
    assert 0 < float(interval.get_attribute("fill-opacity")) < 0.5
    plotly.come(page)
    expect(page.locator("#chart-forecast[data-drawn]")).to_have_count(1, timeout=30_000)


def test_what_cannot_be_sketched_waits_for_plotly(served_shop, page):
    plotly = Plotly(page)
    page.goto(f"{served_shop.address}/predictions", wait_until="domcontentloaded")
    expect(page.locator("#chart-forecast .sketch")).to_have_count(1, timeout=15_000)
    expect(page.locator("#chart-components .sketch")).to_have_count(0)  # bars one upon the other
    plotly.come(page)
    expect(page.locator("#chart-components[data-drawn]")).to_have_count(1, timeout=30_000)


@pytest.mark.parametrize(
    "figure",
    [
        {"data": [], "layout": {}},
        {"data": [{"type": "scatter", "mode": "markers", "x": [1], "y": [1], "name": "a"}], "layout": {}},
        {
            "data": [{"type": "scatter", "mode": "lines", "x": [1, 2], "y": [None, None], "line": {}}],
            "layout": {},
        },
        {"data": [{"type": "scatter", "mode": "lines", "x": [1], "y": [1], "line": {}}], "layout": {}},
        {
            "data": [{"type": "scatter", "mode": "lines", "x": [1, 2], "y": [1, 2], "line": {}}],
            "layout": {"yaxis2": {}},
        },
    ],
    ids=["nothing", "markers", "no value", "one value", "two scales"],
)
def test_it_leaves_to_plotly_what_it_does_not_know(served_shop, page, figure):
    page.goto(f"{served_shop.address}/dashboard")
    assert not page.evaluate(
        """async figure => {
            const { sketch } = await import(document.querySelector('link[href$="sketch.js"]').href);
            figure.layout.margin = { l: 50, r: 10, t: 20, b: 30 };
            return sketch(figure, { width: 600, height: 300, font: "sans-serif", language: "fr" });
        }""",
        figure,
    )


def test_a_hostile_name_is_text_in_a_sketch(served_shop, page):
    page.goto(f"{served_shop.address}/dashboard")
    said = page.evaluate(
        """async name => {
            const { sketch } = await import(document.querySelector('link[href$="sketch.js"]').href);
            const bar = { type: "bar", orientation: "h", x: [3], y: [name], marker: { color: "var(--accent)" } };
            const layout = { margin: { l: 50, r: 10, t: 20, b: 30 }, xaxis: { visible: false } };
            const made = sketch({ data: [bar], layout }, { width: 600, height: 300, font: "sans-serif", language: "fr" });
            document.body.append(made);
            return [made.textContent, made.querySelectorAll("img, script, b").length];
        }""",
        "&lt;img src=x onerror=alert(1)&gt;&lt;b&gt;Café",
    )
    assert said == ["<img src=x onerror=alert(1)><b>Café", 0]
