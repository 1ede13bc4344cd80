"""The simulation page in a real browser: asked for, calculated elsewhere, the page free meanwhile."""

import re

import pytest
from playwright.sync_api import expect
from screens import NAMES, READERS, drawn, fits, look, ticks

pytestmark = pytest.mark.browser
WORDS = {
    "fr": ("Simuler", "Service et stock", "Minimum et maximum actuels", "les 28 derniers jours"),
    "en": ("Simulate", "Service against stock", "Present minimum and maximum", "the last 28 days"),
}


@pytest.mark.parametrize(("locale", "viewport"), [READERS[0], READERS[3]], ids=[NAMES[0], NAMES[3]])
def test_policies_are_replayed_while_the_page_stays_free(served_shop, new_context, locale, viewport):
    send, title, present, period = WORDS[locale[:2]]
    page = new_context(locale=locale, viewport=viewport).new_page()
    look(page, f"{served_shop.address}/simulation?policies=ours-present&days=28")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator("select[name=days]")).to_have_value("28")
    page.get_by_role("button", name=send).click()
    expect(page.locator(".calculating progress")).to_be_visible()
    page.locator("select[name=days]").select_option(label=period)  # nothing waits for the calculation
    page.wait_for_selector("#chart-trade-off .main-svg", timeout=150_000)
    traces = {trace["name"] for trace in drawn(page, "trade-off")}
    assert {"Optiflow", present} <= traces
    sign = {"fr": "\u00a0%", "en": "%"}[locale[:2]]
    shares = [tick for tick in ticks(page, "trade-off") if "€" not in tick]
    assert shares
    assert [tick for tick in shares if not re.fullmatch(rf"[\d,.]+{sign}", tick)] == []
    page.get_by_role("button", name=present).click()
    expect(page.locator("[data-region=behind] h2")).to_contain_text(present)
    expect(page.locator("[data-region=behind] tbody tr").first).to_be_visible()
    assert fits(page)


def test_the_navigation_leads_to_the_simulation_and_back(served_shop, page):
    look(page, f"{served_shop.address}/dashboard")
    page.get_by_role("navigation").get_by_role("link", name="Simulation").click()
    page.wait_for_url("**/simulation")
    expect(page.get_by_role("heading", level=1)).to_have_text("Simulation")
