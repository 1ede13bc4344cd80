"""What the server adds to a page, in a real browser: figures first, charts, controls, theme, language; all from here."""

import json
import re

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect
from served import served, write_page
from shops import write_settings

from optiflow_lib.dashboards.components.reasons import KINDS
from optiflow_lib.texts import text

pytestmark = pytest.mark.browser

FIGURES = """
from IPython.display import HTML

HTML(f'<p id="who">{visit.user} {visit.role} {visit.language} {dict(visit.filters)}</p>')
"""
CHART = """
from optiflow_lib.dashboards.components.charts import bars, chart

chart([bars(["a", "b"], [1000.5, 2], name="sales")], name="sales", told="Sales: a 1000, b 2.")
"""
WIDGET = """
import anywidget
import traitlets

class Counter(anywidget.AnyWidget):
    _esm = '''export default { render({ model, el }) {
        const button = document.createElement("button");
        button.id = "count";
        const show = () => { button.textContent = `counted ${model.get("count")}`; };
        button.onclick = () => { model.set("count", model.get("count") + 1); model.save_changes(); };
        model.on("change:count", show);
        model.on("msg:custom", (content) => { document.getElementById("who").textContent = content.said; });
        show();
        el.append(button);
    } };'''
    count = traitlets.Int(0).tag(sync=True)

    @traitlets.observe("count")
    def counted(self, change):
        self.send({"said": f"Python counted {change.new}"})

Counter()
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    pages = folder / "notebooks" / "dashboards"
    for name, cells in {
        "dashboard": (FIGURES, CHART, WIDGET),
        "alerts": (FIGURES,),
        "sliders": (FIGURES, "import ipywidgets\n\nipywidgets.IntSlider(value=7, description='how many')"),
        "broken": (FIGURES, "raise ValueError('<b>secret</b>')", "HTML('<p id=after>never</p>')"),
        "refused": (
            "from optiflow_lib.errors import DataError\n\nraise DataError(what='<i>no</i> rows', where='x', mend='add rows')",
        ),
    }.items():
        write_page(pages / f"{name}.ipynb", *cells)
    words = nbformat.read(write_page(pages / "words.ipynb", FIGURES), as_version=4)
    words.cells.append(nbformat.v4.new_markdown_cell("## What sold in the rain"))
    hidden = {"tags": ["hide"]}
    words.cells.append(nbformat.v4.new_markdown_cell("for readers of the notebook", metadata=hidden))
    nbformat.write(words, pages / "words.ipynb")
    settings_file = write_settings(
        folder, paths={"notebooks": str(folder / "notebooks")}, dashboards={"warm_kernels": 2}
    )
    with served(settings_file) as running:
        yield running


def test_figures_are_text_in_the_page_before_any_script_ran(shop, new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{shop.address}/dashboard?location=M01&language=en")
    expect(page.locator("#who")).to_have_text(re.compile(r".+ admin en \{'location': 'M01'\}"))
    expect(page.locator("figcaption")).to_have_text("Sales: a 1000, b 2.")


def test_charts_are_drawn_and_redrawn_in_the_themes_colours(shop, page: Page):
    page.goto(f"{shop.address}/dashboard")
    bar = page.locator(".plot .bars path").first
    expect(bar).to_be_visible()
    light = bar.evaluate("bar => getComputedStyle(bar).fill")
    page.get_by_role("button", name="Clair ou sombre").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(bar).not_to_have_css("fill", light)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_chart_that_arrives_later_is_drawn(shop, page: Page):
    page.goto(f"{shop.address}/dashboard")
    expect(page.locator("figure[data-drawn]")).to_have_count(1)
    page.evaluate(
        """() => {
            const copy = document.querySelector("figure[data-chart]").cloneNode(true);
            copy.querySelector(".plot").remove();
            delete copy.dataset.drawn;
            delete copy.dataset.begun;
            document.querySelector("main").append(copy);
        }"""
    )
    expect(page.locator(".plot .bars")).to_have_count(2)


def test_numbers_of_a_chart_are_written_in_the_readers_way(shop, page: Page):
    page.goto(f"{shop.address}/dashboard")
    page.locator(".plot .bars path").first.hover(force=True)
    expect(page.locator(".hoverlayer")).to_contain_text(re.compile("1\u202f?000,5"))


def test_a_control_asks_python_and_python_answers(shop, page: Page):
    page.goto(f"{shop.address}/dashboard")
    page.locator("#count").click()
    page.locator("#count").click()
    expect(page.locator("#count")).to_have_text("counted 2")
    expect(page.locator("#who")).to_have_text("Python counted 2")


def test_widgets_of_other_kinds_bring_voilas_front_end(shop, page: Page):
    page.goto(f"{shop.address}/sliders")
    expect(page.locator(".widget-slider")).to_be_visible(timeout=20_000)
    expect(page.locator(".widget-readout")).to_have_text("7")


def test_language_follows_the_browser_then_the_switch_and_stays(shop, new_context):
    page = new_context(locale="en-GB").new_page()
    page.goto(f"{shop.address}/alerts?supplier=F01")
    expect(page.locator("#who")).to_contain_text(" en {'supplier': 'F01'}")
    page.get_by_role("link", name="Français").click()
    expect(page.locator("#who")).to_contain_text(" fr {'supplier': 'F01'}")
    expect(page.get_by_role("link", name="Alertes")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Tableau de bord").click()
    expect(page.locator("#who")).to_contain_text(" fr {'supplier': 'F01'}")
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_links_take_along_the_filters_that_mean_the_same_everywhere(shop, page: Page):
    page.goto(f"{shop.address}/dashboard?supplier=F01&item=A-17")
    alerts = page.get_by_role("link", name="Alertes")
    expect(alerts).to_have_attribute("href", "/alerts?supplier=F01")
    page.evaluate("history.replaceState(null, '', '/dashboard?location=M02&item=B-1')")  # as a control does
    alerts.click()
    expect(page.locator("#who")).to_contain_text(" fr {'location': 'M02'}")
    page.evaluate("history.replaceState(null, '', '/alerts?location=M02&alert=stockout')")
    page.get_by_role("link", name="English").click()
    expect(page.locator("#who")).to_contain_text(" en {'location': 'M02', 'alert': 'stockout'}")


def test_a_page_of_ones_own_may_have_words_between_its_cells(shop, page: Page):
    page.goto(f"{shop.address}/words")
    expect(page.get_by_role("heading", name="What sold in the rain", level=2)).to_be_visible()
    expect(page.get_by_text("for readers of the notebook")).to_have_count(0)


def test_a_failure_is_told_in_words_and_what_follows_is_not_run(shop, new_context):
    page = new_context(locale="en-GB").new_page()
    page.goto(f"{shop.address}/broken")
    expect(page.get_by_role("alert")).to_contain_text("This part of the page could not be made.")
    expect(page.get_by_role("alert")).to_contain_text("Reference in the server's log:")
    expect(page.locator("#after")).to_have_count(0)
    assert "secret" not in page.content()


def test_an_error_that_is_written_for_people_is_shown_to_them(shop, page: Page):
    page.goto(f"{shop.address}/refused")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(text(KINDS["DataError"], "fr"))
    title, line = (alert.locator("p").nth(place).bounding_box() for place in (0, 1))
    assert line["y"] >= title["y"] + title["height"]  # one below the other
    expect(alert.get_by_text("add rows")).to_be_hidden()
    alert.get_by_text("Détail technique").click()
    expect(alert.get_by_text("add rows")).to_be_visible()
    expect(alert).to_contain_text("<i>no</i> rows")


def test_an_address_that_leads_nowhere_says_so_inside_the_frame(shop, new_context):
    maker = new_context
    page = maker(locale="en-GB").new_page()
    assert page.goto(f"{shop.address}/nothing-here").status == 404
    expect(page.get_by_role("heading")).to_have_text("There is no such page")
    expect(page.get_by_role("link", name="Dashboard", exact=True)).to_be_visible()
    maker.errors.clear()  # the browser reports the 404 itself


@pytest.mark.parametrize("width", [1400, 400])
def test_the_page_never_scrolls_sideways(shop, new_context, width):
    page = new_context(viewport={"width": width, "height": 800}).new_page()
    page.goto(f"{shop.address}/dashboard")
    expect(page.locator("figure[data-drawn]")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_script_in_the_page_does_not_run(shop, new_context):
    maker = new_context
    page = maker().new_page()
    page.goto(f"{shop.address}/alerts")
    page.evaluate("document.querySelector('main').innerHTML += '<img src=x onerror=\"window.ran = 1\">'")
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in said for said in maker.errors)
    maker.errors.clear()


def test_nothing_is_asked_for_outside_and_no_more_than_what_is_needed(shop, page: Page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{shop.address}/dashboard")
    expect(page.locator("#count")).to_be_visible()
    assert {url.split("/")[2] for url in asked if not url.startswith("blob:")} == {shop.address.split("/")[2]}
    assert not [url for url in asked if "voila.js" in url]
    kilobytes = (
        sum(
            json.loads(size)
            for size in page.evaluate(
                "performance.getEntriesByType('resource').map(entry => JSON.stringify(entry.transferSize))"
            )
        )
        / 1000
    )
    assert kilobytes < 1500  # plotly is 1200 of them, before compression


def test_plotly_is_compiled_while_the_page_waits_not_while_it_draws(shop, page: Page, browser: Browser):
    browser.start_tracing(page=page, categories=["v8", "disabled-by-default-v8.compile"])
    page.goto(f"{shop.address}/dashboard")
    expect(page.locator("#chart-sales .trace")).to_have_count(1)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    threads = [event for event in events if event.get("name") == "thread_name"]
    main = {(event["pid"], event["tid"]) for event in threads if event["args"]["name"] == "CrRendererMain"}
    parsed = [event for event in events if event["name"] == "V8.ParseFunction"]
    late = [event for event in parsed if (event["pid"], event["tid"]) in main]
    assert main  # the trace is of what we think it is
    assert len(late) < 300  # 1,400 functions were parsed on the page's own thread before it was told
