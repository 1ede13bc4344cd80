import shutil

import pytest
from playwright.sync_api import Page, expect
from screens import NAMES, READERS, drawn, fits, look, plain, words
from served import served

from optiflow_lib.jobs import verdicts, views
from optiflow_lib.texts import number

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own_shop(shop_night, tmp_path_factory):
    """A served shop that the tests of this file may change."""
    copied = shutil.copytree(shop_night.parent, tmp_path_factory.mktemp("judged") / "shop")
    with served(copied / shop_night.name) as running:
        yield running


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


@pytest.mark.parametrize(("locale", "viewport"), READERS, ids=NAMES)
def test_the_calendar_opens_at_its_newest_week(served_shop, new_context, locale, viewport):
    page = look(
        new_context(locale=locale, viewport=viewport).new_page(), f"{served_shop.address}/improvement"
    )
    box = page.locator(".scroll:has(> .calendar)")
    frame, weeks = box.bounding_box(), box.locator("thead th")
    newest, oldest = weeks.last.bounding_box(), weeks.first.bounding_box()
    assert newest["x"] + newest["width"] <= frame["x"] + frame["width"] + 1
    is_phone = viewport == READERS[1][1]
    assert (oldest["x"] < frame["x"]) == is_phone
    weekdays = box.locator("tbody th").first.bounding_box()
    assert weekdays["x"] >= frame["x"] - 1
    if is_phone:  # the rest is one movement away
        box.evaluate("box => box.scrollBy(-2000, 0)")
        assert weeks.first.bounding_box()["x"] >= frame["x"]
    assert fits(page)


def test_a_bad_forecast_leads_to_its_item(served_shop, page: Page):
    look(page, f"{served_shop.address}/improvement")
    link = page.locator('[data-region="worst"] .table a').first
    name = link.inner_text()
    link.click()
    page.wait_for_url("**/predictions?item=*")
    expect(page.get_by_role("heading", name=name)).to_be_visible()


@pytest.mark.parametrize(("locale", "viewport"), [READERS[0], READERS[3]], ids=[NAMES[0], NAMES[3]])
def test_an_unusual_day_is_explained_by_an_event_to_the_database_and_back(
    own_shop, new_context, locale, viewport
):
    page = look(new_context(locale=locale, viewport=viewport).new_page(), f"{own_shop.address}/improvement")
    words_of = {
        "fr": ("Expliqué par un événement", "Nom de l'événement", "Motif", "Enregistrer", "Défaire"),
        "en": ("Explained by an event", "Name of the event", "Reason", "Save", "Undo"),
    }
    explained, name, reason, save, undo = words_of[locale[:2]]
    opener = page.locator('[data-do="mark"]').first
    item_id, day = opener.get_attribute("data-item"), opener.get_attribute("data-day")
    opener.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label(name)).to_be_hidden()
    dialog.get_by_label(explained).check()
    dialog.get_by_label(name).fill("<b>Fête</b> & cie")
    dialog.get_by_label(reason).select_option(index=2)
    assert fits(page)
    dialog.get_by_role("button", name=save).click()
    expect(dialog).to_have_count(0)
    judged = page.locator('[data-region="unusual"] [data-do="withdraw"]')
    expect(judged).to_have_count(1)
    expect(page.locator('[data-region="unusual"]')).to_contain_text("<b>Fête</b> & cie")
    expect(page.locator(f'[data-do="mark"][data-item="{item_id}"][data-day="{day}"]')).to_have_count(0)
    (kept,) = verdicts.standing(own_shop.settings).itertuples()
    assert (kept.item_id, f"{kept.day:%Y-%m-%d}", kept.verdict, kept.event) == (
        item_id,
        day,
        "event",
        "<b>Fête</b> & cie",
    )
    page.locator('[data-region="status"]').get_by_role("button", name=undo).click()
    expect(page.locator(f'[data-do="mark"][data-item="{item_id}"][data-day="{day}"]')).to_have_count(1)
    assert verdicts.standing(own_shop.settings).empty


def test_the_dialog_is_left_by_the_keyboard_and_gives_the_focus_back(served_shop, page: Page):
    look(page, f"{served_shop.address}/improvement")
    opener = page.locator('[data-do="mark"]').nth(1)
    for leave in ("Escape", "Enter"):  # the key itself, and the button Cancel
        opener.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
        if leave == "Enter":
            dialog.get_by_role("button", name="Annuler").focus()
        page.keyboard.press(leave)
        expect(dialog).to_be_hidden()
        expect(opener).to_be_focused()


def test_a_verdict_without_a_reason_is_not_sent(served_shop, page: Page):
    look(page, f"{served_shop.address}/improvement")
    page.locator('[data-do="mark"]').first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(dialog).to_be_visible()
    assert page.evaluate("document.activeElement.name") == "reason"
    assert verdicts.standing(served_shop.settings).empty
