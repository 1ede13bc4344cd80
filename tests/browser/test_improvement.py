import pytest
from playwright.sync_api import Page, expect
from screens import NAMES, READERS, drawn, fits, look, plain, words

from optiflow_lib.jobs import views
from optiflow_lib.texts import number

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("locale", "viewport"), READERS, ids=NAMES)
def test_the_counts_on_screen_are_the_store_s(served_shop, new_context, locale, viewport):
    view = views.open_view(served_shop.settings)
    page = look(
        new_context(locale=locale, viewport=viewport).new_page(), f"{served_shop.address}/improvement"
    )
    accuracy = view.read("accuracy")
    used = accuracy[accuracy["champion"]]
    counts = {
        "unusual_days": len(view.read("anomalies")),
        "worse_items": int((used["value_added"] < 0).sum()),
        "data_problems": len(view.read("quality")),
    }
    for name, count in counts.items():
        assert words(page, f'[data-kpi="{name}"]') == plain(number(count, locale[:2]))
    assert sum(sum(trace["y"]) for trace in drawn(page, "added")) == used["value_added"].notna().sum()
    assert fits(page)


def test_a_day_of_the_calendar_shows_its_items_and_their_series(served_shop, page: Page):
    look(page, f"{served_shop.address}/improvement")
    anomalies = views.open_view(served_shop.settings).read("anomalies")
    day = anomalies["day"].max()
    page.locator(f'[data-do="day"][data-day="{day:%Y-%m-%d}"]').click()
    rows = page.locator('[data-do="series"]')
    expect(rows).to_have_count(int((anomalies["day"] == day).sum()))
    item_id = rows.first.get_attribute("data-item")
    rows.first.click()
    expect(rows.first).to_have_attribute("aria-pressed", "true")
    unusual = drawn(page, "unusual")[2]
    of_item = anomalies[anomalies["item_id"] == item_id]
    assert set(unusual["x"]) <= {f"{one:%Y-%m-%d}" for one in of_item["day"]}
    assert f"{day:%Y-%m-%d}" in unusual["x"]


def test_a_bad_forecast_leads_to_its_item(served_shop, page: Page):
    look(page, f"{served_shop.address}/improvement")
    link = page.locator('[data-region="worst"] .table a').first
    name = link.inner_text()
    link.click()
    page.wait_for_url("**/predictions?item=*")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
