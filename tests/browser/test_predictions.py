import io

import pandas as pd
import pytest
from playwright.sync_api import Page, expect
from screens import NAMES, READERS, drawn, fits, look, plain, words

from optiflow_lib.jobs import views
from optiflow_lib.texts import number

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("locale", "viewport"), READERS, ids=NAMES)
def test_the_forecast_on_screen_is_the_store_s(served_shop, new_context, locale, viewport):
    language = locale[:2]
    view = views.open_view(served_shop.settings)
    item = view.read("items").iloc[2]
    address = f"{served_shop.address}/predictions?item={item['item_id']}"
    page = look(new_context(locale=locale, viewport=viewport).new_page(), address)
    made = view.read_item("forecasts", item["item_id"]).sort_values("day")
    shown = {trace["name"]: trace for trace in drawn(page, "forecast")}
    forecast = shown[{"fr": "Prévision", "en": "Forecast"}[language]]
    assert forecast["y"] == pytest.approx(made["forecast"].tolist(), abs=0.005)
    assert forecast["x"][0] == f"{made['day'].iloc[0]:%Y-%m-%d}"
    assert plain(number(made["forecast"].sum(), language, decimals=1)) in words(page, ".key-facts")
    expect(page.get_by_role("heading", name=item["name"])).to_be_visible()
    assert fits(page)


def test_an_item_is_found_by_typing_and_chosen(served_shop, page: Page):
    look(page, f"{served_shop.address}/predictions")
    item = views.open_view(served_shop.settings).read("items").iloc[-1]
    page.get_by_label("Rechercher un article").press_sequentially(item["item_id"], delay=20)
    found = page.locator(f'[data-item="{item["item_id"]}"][data-row]')
    expect(found).to_be_visible()
    found.click()
    expect(page.locator('[data-region="forecast"] h2')).to_have_text(item["name"])
    page.wait_for_url(f"**item={item['item_id']}*")
    drawn(page, "forecast")


def test_the_compared_models_are_those_of_the_backtest(served_shop, page: Page):
    view = views.open_view(served_shop.settings)
    known = view.read("accuracy").query("champion").dropna(subset="wape")
    used = known.iloc[0]
    look(page, f"{served_shop.address}/predictions?item={used['item_id']}")
    rows = page.locator('[data-region="parts"] table').first.locator("tbody tr")
    expect(rows).to_have_count(len(view.read_item("accuracy", used["item_id"])))
    expect(rows.first).to_contain_text("utilisé")
    expect(rows.first).to_contain_text(f"{round(used['wape'] * 100)}\u00a0%")


def test_the_forecast_is_taken_away_as_a_table(served_shop, page: Page):
    view = views.open_view(served_shop.settings)
    item_id = view.read("items")["item_id"].iloc[0]
    look(page, f"{served_shop.address}/predictions?item={item_id}")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Exporter en CSV").click()
    rows = pd.read_csv(
        io.BytesIO(taken.value.path().read_bytes()), sep=";", decimal=",", encoding="utf-8-sig"
    )
    assert rows["Prévision"].sum() == pytest.approx(
        view.read_item("forecasts", item_id)["forecast"].sum(), abs=0.05
    )


@pytest.mark.parametrize(("locale", "viewport"), [READERS[0], READERS[3]], ids=[NAMES[0], NAMES[3]])
def test_what_if_is_asked_and_answered_in_the_page(served_shop, new_context, locale, viewport):
    impact = views.open_view(served_shop.settings).read("event_impact")
    item_id = impact[~impact["to_come"] & (impact["type"] == "promotion")]["item_id"].iloc[0]
    page = new_context(locale=locale, viewport=viewport).new_page()
    look(page, f"{served_shop.address}/predictions?item={item_id}")
    page.locator("[data-do=suppose_open]").click()
    page.wait_for_selector("#chart-supposed .main-svg", timeout=90_000)
    page.locator("[name=uplift]").fill("100")
    page.locator("form.suppose [type=submit]").click()
    made = {"fr": "Avec l'hypothèse", "en": "If so"}[locale[:2]]
    forecast = {"fr": "Prévision", "en": "Forecast"}[locale[:2]]
    expect(page.locator("[name=uplift]")).to_have_attribute("value", "100")
    traces = {trace["name"]: trace["y"] for trace in drawn(page, "supposed")}
    assert traces[made][0] == pytest.approx(2 * traces[forecast][0], abs=0.02)
    assert traces[made][-1] == traces[forecast][-1]
    assert fits(page)
