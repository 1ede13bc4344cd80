"""What axe-core finds on every page, in both themes, on a laptop and on a phone: nothing."""

from pathlib import Path

import axe_playwright_python
import pytest
from screens import LAPTOP, PHONE, look

from optiflow_lib.dashboards.serving.notebooks import pages_of

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


def test_axe_sees_a_fault_that_is_there(served_shop, new_context):
    page = look(new_context().new_page(), f"{served_shop.address}/dashboard")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert ("label", "critical", "<input>") in faults(page)
