import os
from pathlib import Path

import pytest
from playwright.sync_api import expect
from screens import NAMES, READERS, drawn, fits, look, plain, words
from served import served
from shops import PROJECT, run_jobs, write_settings

from optiflow_lib.jobs import views
from optiflow_lib.texts import money, number, percent

pytestmark = pytest.mark.browser
README_IMAGE = PROJECT / "docs" / "images" / "dashboard.png"


@pytest.mark.parametrize(("locale", "viewport"), READERS, ids=NAMES)
def test_the_figures_on_screen_are_those_of_the_store(served_shop, new_context, locale, viewport):
    language = locale[:2]
    page = look(new_context(locale=locale, viewport=viewport).new_page(), f"{served_shop.address}/dashboard")
    stored = (
        views.open_view(served_shop.settings).read("kpis").query("scope == 'all'").set_index("kpi")["value"]
    )
    assert words(page, '[data-kpi="revenue"]') == plain(money(stored["revenue"], language))
    assert words(page, '[data-kpi="stock_value"]') == plain(money(stored["stock_value"], language))
    assert words(page, '[data-kpi="service"]') == plain(percent(stored["service"], language, decimals=1))
    assert number(stored["days_of_cover"], language) in words(page, '[data-kpi="days_of_cover"]')
    assert fits(page)
    heading = {"fr": "Principaux risques", "en": "Top risks"}[language]
    expect(page.get_by_role("heading", name=heading)).to_be_visible()


def test_charts_show_what_was_sold_and_what_is_held(served_shop, page):
    look(page, f"{served_shop.address}/dashboard")
    view = views.open_view(served_shop.settings)
    sold = {trace["name"]: trace for trace in drawn(page, "sales")}["Ventes"]
    totals = view.read("daily_totals").groupby("day")["revenue"].sum()
    assert sold["x"][-1] == str(view.as_of)
    assert sum(sold["y"]) == pytest.approx(totals.tail(28).sum(), abs=0.5)
    (held,) = drawn(page, "stock")
    stored = (
        view.read("kpis").query("kpi == 'stock_value' and scope == 'category'").set_index("scope_id")["value"]
    )
    assert dict(zip(held["y"], held["x"], strict=True)) == pytest.approx(stored.to_dict(), abs=0.01)


def test_a_filter_changes_figures_charts_and_address_at_once(served_shop, page):
    look(page, f"{served_shop.address}/dashboard")
    kpis = (
        views.open_view(served_shop.settings).read("kpis").query("kpi == 'revenue' and scope == 'category'")
    )
    category, value = kpis.iloc[0][["scope_id", "value"]]
    page.get_by_label("Catégorie").select_option(category)
    expect(page.locator('[data-kpi="revenue"]')).to_have_text(money(value, "fr"))
    (held,) = drawn(page, "stock")
    assert held["y"] == [category]
    page.wait_for_url("**/dashboard?category=*")
    look(page, page.url)  # the link shows the same to a colleague
    expect(page.locator('[data-kpi="revenue"]')).to_have_text(money(value, "fr"))


def test_filters_go_with_the_reader_to_the_other_pages(served_shop, page):
    category = views.open_view(served_shop.settings).read("items")["category"].iloc[0]
    look(page, f"{served_shop.address}/dashboard?category={category}")
    page.get_by_role("navigation").get_by_role("link", name="Alertes").click()
    page.wait_for_url("**/alerts?category=*")
    expect(page.get_by_label("Catégorie")).to_have_value(category)


def test_a_risk_leads_to_its_explanation(served_shop, page):
    look(page, f"{served_shop.address}/dashboard")
    first = views.alerts(served_shop.settings).query("state == 'open'").iloc[0]
    page.locator('[data-region="tables"] .table a').first.click()
    page.wait_for_url("**/alerts?alert=*")
    assert first["subject"] in page.url
    expect(page.locator("#detail-title")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "words_"), [("fr-FR", "Page pour la réunion (PDF)"), ("en-GB", "Page for the meeting (PDF)")]
)
def test_the_page_for_the_meeting_is_taken_away_by_its_button(served_shop, new_context, locale, words_):
    page = look(new_context(locale=locale).new_page(), f"{served_shop.address}/dashboard")
    with page.expect_download() as taken:
        page.get_by_role("button", name=words_).click()
    assert taken.value.suggested_filename.endswith(".pdf")
    assert taken.value.path().read_bytes().startswith(b"%PDF-")


def test_what_a_figure_means_is_told_on_focus(served_shop, page):
    look(page, f"{served_shop.address}/dashboard")
    hint = page.locator(".card .hint").first
    hint.focus()
    shown = page.evaluate("getComputedStyle(document.querySelector('.card .hint'), '::after').display")
    assert shown == "block"
    assert hint.get_attribute("aria-label") == "ventes hors TVA, 28 derniers jours"


@pytest.mark.skipif(
    not os.environ.get("OPTIFLOW_SCREENSHOTS"), reason="OPTIFLOW_SCREENSHOTS=1 makes the README's image"
)
def test_the_readme_shows_the_dashboard_of_the_sample(new_context, tmp_path: Path):
    source = {"url": f"sqlite:///{PROJECT / 'optiflow.db'}", "sample": True}
    settings_file = write_settings(tmp_path, source=source, forecast={"backtest_origins": 1})
    run_jobs(settings_file)
    README_IMAGE.parent.mkdir(parents=True, exist_ok=True)
    with served(settings_file) as shop:
        page = new_context(locale="en-GB", viewport={"width": 1400, "height": 1000}).new_page()
        look(page, f"{shop.address}/dashboard")
        drawn(page, "sales")
        drawn(page, "stock")
        page.screenshot(path=README_IMAGE)
