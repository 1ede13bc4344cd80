"""What axe-core finds on every page, in both themes, on a laptop and on a phone: nothing."""

from pathlib import Path

import axe_playwright_python
import nbformat
import pytest
from nbformat import v4
from playwright.sync_api import expect
from screens import LAPTOP, PHONE, look

from optiflow_lib.dashboards import result_table
from optiflow_lib.dashboards.serving.notebooks import pages_of
from optiflow_lib.jobs import views

pytestmark = pytest.mark.browser

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
READERS = [("light", LAPTOP, "fr-FR"), ("dark", LAPTOP, "en-GB"), ("dark", PHONE, "fr-FR")]


def faults(page):
    """Rule, weight and element of everything axe-core objects to."""
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    page.evaluate(AXE)
    found = page.evaluate("axe.run()")["violations"]
    return [(one["id"], one["impact"], node["html"][:200]) for one in found for node in one["nodes"]]


@pytest.mark.parametrize(("theme", "viewport", "locale"), READERS, ids=["light", "dark", "dark-phone"])
def test_axe_finds_no_fault_on_any_page(served_shop, new_context, theme, viewport, locale):
    context = new_context(locale=locale, viewport=viewport, color_scheme=theme)
    pages = pages_of(served_shop.settings.paths.notebooks / "dashboards")
    found = {}
    for name in pages:
        page = look(context.new_page(), f"{served_shop.address}/{name}")
        found[name] = faults(page)
        page.close()
    assert {name: faulty for name, faulty in found.items() if faulty} == {}
    assert len(found) >= 5


def in_both_themes(page):
    """The faults in light and in dark, of a page as it stands."""
    found = {}
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found[theme] = faults(page)
    return {theme: faulty for theme, faulty in found.items() if faulty}


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_axe_finds_no_fault_in_the_dialog_on_an_unusual_day(served_shop, new_context, viewport):
    page = look(new_context(viewport=viewport).new_page(), f"{served_shop.address}/improvement")
    page.locator('[data-do="mark"]').first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Expliqué par un événement").check()
    assert in_both_themes(page) == {}
    dialog.get_by_label("Motif").select_option("Météo")
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Donnez un nom à l'événement.")
    assert in_both_themes(page) == {}


def test_axe_finds_no_fault_with_what_if_open_and_answered(served_shop, new_context):
    page = look(new_context().new_page(), f"{served_shop.address}/predictions")
    page.locator("[data-do=suppose_open]").click()
    page.wait_for_selector("form.suppose")
    assert in_both_themes(page) == {}
    page.wait_for_selector("#chart-supposed .main-svg", timeout=90_000)
    assert in_both_themes(page) == {}


def test_axe_finds_no_fault_after_a_simulation(served_shop, new_context):
    page = look(new_context().new_page(), f"{served_shop.address}/simulation?policies=ours-present&days=28")
    page.get_by_role("button", name="Simuler").click()
    page.wait_for_selector("#chart-trade-off .main-svg", timeout=150_000)
    page.get_by_role("button", name="Minimum et maximum actuels").click()
    expect(page.locator("[data-region=behind] tbody tr").first).to_be_visible()
    assert in_both_themes(page) == {}


def test_axe_finds_no_fault_in_an_explained_line_and_an_order_to_confirm(served_shop, new_context):
    settings = served_shop.settings
    items = views.open_view(settings).read("items")["item_id"]
    free = items[~items.isin(views.orders(settings)[1]["item_id"])].iloc[0]
    page = look(new_context().new_page(), f"{served_shop.address}/alerts?item={free}")
    expect(page.get_by_role("button", name="Ajouter au brouillon")).to_be_visible()
    page.locator('[data-do="confirm"]').first.click()
    expect(page.get_by_role("button", name="Pas encore")).to_be_visible()
    assert in_both_themes(page) == {}


def test_axe_finds_no_fault_in_an_executed_notebook(served_shop, new_context):
    folder = served_shop.settings.paths.runs / "2026-10-31_nightly_009"
    folder.mkdir(exist_ok=True)
    table = result_table(views.open_view(served_shop.settings).read("items"), "Items")
    shown = v4.new_output("execute_result", data={"text/html": str(table)})
    cells = [v4.new_markdown_cell("# Items\n\nAll of *them*."), v4.new_code_cell("items", outputs=[shown])]
    nbformat.write(v4.new_notebook(cells=cells), folder / "10_quality.ipynb")
    page = new_context().new_page()
    page.goto(f"{served_shop.address}/runs/{folder.name}/10_quality")
    expect(page.locator("article table")).to_be_visible()
    assert in_both_themes(page) == {}


def test_axe_sees_a_fault_that_is_there(served_shop, new_context):
    page = look(new_context().new_page(), f"{served_shop.address}/dashboard")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert ("label", "critical", "<input>") in faults(page)
