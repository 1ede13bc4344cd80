import shutil
from datetime import timedelta

import pandas as pd
import pytest
from playwright.sync_api import Page, expect
from screens import NAMES, READERS, drawn, fits, look, plain, words
from served import served

from optiflow_lib.jobs import views
from optiflow_lib.texts import money, number

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own_shop(shop_night, tmp_path_factory):
    """A served shop that the tests of this file may change."""
    copied = shutil.copytree(shop_night.parent, tmp_path_factory.mktemp("own") / "shop")
    with served(copied / shop_night.name) as running:
        yield running


def stored_alerts(settings):
    found = views.alerts(settings)
    return found.assign(key=found["type"] + ":" + found["subject"]).set_index("key")


def draft_line(settings, place=0):
    """The first line of a draft; the tests that change orders take different ones."""
    orders, lines, _ = views.orders(settings)
    order_id = orders.query("state == 'draft'")["order_id"].iloc[place]
    return lines[(lines["order_id"] == order_id) & (lines["quantity"] > 0)].iloc[0]


@pytest.mark.parametrize(("locale", "viewport"), READERS, ids=NAMES)
def test_the_work_list_is_the_store_s_in_every_reader_s_form(served_shop, new_context, locale, viewport):
    language = locale[:2]
    page = look(new_context(locale=locale, viewport=viewport).new_page(), f"{served_shop.address}/alerts")
    stored = views.alerts(served_shop.settings).query("state == 'open'")
    shown = page.locator("[data-alert]").evaluate_all("rows => rows.map(row => row.dataset.alert)")
    assert shown == [f"{row.type}:{row.subject}" for row in stored.head(25).itertuples()]
    euros = page.locator(".euros").all_inner_texts()
    assert [plain(text) for text in euros] == [
        plain(money(e, language)) for e in stored["euros_at_risk"].head(25)
    ]
    assert fits(page)
    orders, lines, _ = views.orders(served_shop.settings)
    for order_id in orders["order_id"]:
        of_order = lines[lines["order_id"] == order_id]
        worth = (of_order["quantity"] * of_order["unit_cost"]).sum()
        assert words(page, f'[data-order="{order_id}"].value') == plain(money(worth, language, cents=True))


def test_one_click_explains_a_line(served_shop, page: Page):
    look(page, f"{served_shop.address}/alerts")
    alert = views.alerts(served_shop.settings).query("type == 'stockout' and state == 'open'").iloc[0]
    page.locator(f'[data-alert="stockout:{alert["subject"]}"]').click()
    item = views.open_view(served_shop.settings).read("items").set_index("item_id").loc[alert["subject"]]
    expect(page.locator("#detail-title")).to_have_text(item["name"])
    told = words(page, '[data-region="detail"]')
    for sentence in views.explanation(served_shop.settings, alert["subject"], "fr"):
        assert plain(sentence) in told
    assert sum(sum(trace["y"]) for trace in drawn(page, "demand")) == pytest.approx(1.0, abs=0.01)
    assert len(drawn(page, "ahead")[0]["y"]) == served_shop.settings.forecast.horizon_days
    page.wait_for_url(f"**/alerts?alert=stockout*{alert['subject']}")


def test_the_search_answers_while_it_is_typed_and_keeps_the_focus(served_shop, page: Page):
    look(page, f"{served_shop.address}/alerts")
    view = views.open_view(served_shop.settings)
    stored = views.alerts(served_shop.settings).query("state == 'open' and subject_kind == 'item'")
    name = view.read("items").set_index("item_id")["name"][stored["subject"].iloc[-1]]
    field = page.get_by_label("Rechercher")
    field.press_sequentially(name[:5].upper(), delay=30)
    expect(page.locator("[data-alert]").first).to_contain_text(name[:5])
    assert page.evaluate("document.activeElement.id") == "alert-search"
    field.fill("rien de tel")
    expect(page.locator('[data-region="list"]')).to_contain_text("Rien à faire.")


def test_the_list_is_worked_through_with_the_keyboard(served_shop, page: Page):
    look(page, f"{served_shop.address}/alerts")
    rows = page.locator("[data-row]")
    rows.first.focus()
    page.keyboard.press("ArrowDown")
    second = rows.nth(1).get_attribute("data-alert")
    assert page.evaluate("document.activeElement.dataset.alert") == second
    page.keyboard.press("Enter")
    expect(page.locator(f'[data-alert="{second}"][aria-pressed="true"]')).to_have_count(1)


def test_several_lines_are_acknowledged_and_put_off_to_the_database_and_back(own_shop, page: Page):
    look(page, f"{own_shop.address}/alerts")
    boxes = page.locator('.lines input[name="alerts"]')
    keys = [boxes.nth(place).get_attribute("value") for place in range(3)]
    for key in keys[:2]:
        page.locator(f'.lines input[value="{key}"]').check()
    page.locator("#work-list").get_by_role("button", name="Marquer comme vue").click()
    expect(page.locator('[data-region="status"]')).to_contain_text("Alertes mises à jour : 2.")
    expect(page.locator(f'[data-alert="{keys[0]}"]')).to_have_count(0)

    until = views.open_view(own_shop.settings).as_of + timedelta(days=4)
    page.locator(f'.lines input[value="{keys[2]}"]').check()
    page.locator("#work-list").get_by_label("Reporter au").fill(until.isoformat())
    page.locator("#work-list").get_by_role("button", name="Reporter au").click()
    expect(page.locator(f'[data-alert="{keys[2]}"]')).to_have_count(0)

    stored = stored_alerts(own_shop.settings)
    assert stored.loc[keys, "state"].tolist() == ["acknowledged", "acknowledged", "snoozed"]
    assert stored.loc[keys[2], "snoozed_until"] == pd.Timestamp(until)
    look(page, f"{own_shop.address}/alerts?state=snoozed")
    expect(page.locator("[data-alert]")).to_have_count(1)


def test_a_quantity_is_changed_with_a_reason_to_the_database_and_back(own_shop, page: Page):
    line = draft_line(own_shop.settings)
    look(page, f"{own_shop.address}/alerts?item={line['item_id']}")
    page.get_by_label(f"Quantité dans {line['order_id']}").fill(str(int(line["quantity"]) + 12))
    page.get_by_label("Motif").select_option("Événement ou promotion")
    page.get_by_label("Note").fill("<b>fête</b> du quartier")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator('[data-region="status"]')).to_contain_text("Quantité enregistrée")
    card = page.locator(f'article[id="{line["order_id"]}"]')
    expect(card).to_contain_text("<b>fête</b> du quartier")
    stored = views.orders(own_shop.settings)[1].set_index(["order_id", "item_id"])
    stored = stored.loc[(line["order_id"], line["item_id"])]
    assert stored["quantity"] == line["quantity"] + 12
    assert "<b>fête</b>" in stored["reason"]
    assert plain(number(stored["quantity"], "fr")) in plain(card.inner_text())


def test_an_item_in_no_draft_is_added_to_its_supplier_s_to_the_database_and_back(own_shop, page: Page):
    items = views.open_view(own_shop.settings).read("items")
    free = items[~items["item_id"].isin(views.orders(own_shop.settings)[1]["item_id"])].iloc[0]
    look(page, f"{own_shop.address}/alerts?item={free['item_id']}")
    page.get_by_label(f"Commander à {free['supplier']}").fill("36")
    page.get_by_label("Motif").select_option("Stock compté")
    page.get_by_label("Note").fill("<i>rayon vide</i>")
    page.get_by_role("button", name="Ajouter au brouillon").click()
    expect(page.locator('[data-region="status"]')).to_contain_text("Ajouté à")
    stored = views.orders(own_shop.settings)[1].set_index("item_id").loc[free["item_id"]]
    assert stored["quantity"] == 36
    assert "<i>rayon vide</i>" in stored["reason"]
    card = page.locator(f'article[id="{stored["order_id"]}"]')
    expect(card).to_contain_text("<i>rayon vide</i>")
    expect(card).to_contain_text(free["name"])
    expect(page.get_by_label(f"Quantité dans {stored['order_id']}")).to_have_value("36")


def test_an_order_is_approved_and_its_documents_downloaded(own_shop, page: Page):
    line = draft_line(own_shop.settings, place=-1)
    look(page, f"{own_shop.address}/alerts")
    card = page.locator(f'article[id="{line["order_id"]}"]')
    card.get_by_role("button", name="Approuver…").click()
    expect(card).to_contain_text("Ses quantités seront alors figées.")
    card.get_by_role("button", name="Approuver", exact=True).click()
    expect(page.locator('[data-region="status"]')).to_contain_text("est approuvée.")
    expect(card).to_contain_text("Approuvée")
    assert (
        views.orders(own_shop.settings)[0].set_index("order_id").loc[line["order_id"], "state"] == "approved"
    )
    with page.expect_download() as taken:
        card.get_by_role("button", name="PDF").click()
    assert taken.value.path().read_bytes().startswith(b"%PDF-")
    with page.expect_download() as taken:
        card.get_by_role("button", name="CSV").click()
    assert taken.value.suggested_filename.endswith(".csv")
    assert line["item_id"] in taken.value.path().read_text(encoding="utf-8-sig")
    card.get_by_role("button", name="Marquer comme envoyée").click()
    expect(card).to_contain_text("Envoyée")


def test_on_a_phone_a_line_leads_down_to_its_explanation(served_shop, new_context):
    page = look(
        new_context(viewport={"width": 400, "height": 800}).new_page(), f"{served_shop.address}/alerts"
    )
    page.locator("[data-row]").nth(1).click()
    expect(page.locator("#detail-title")).to_be_in_viewport()
    drawn(page, "demand")
    assert fits(page)


def test_when_the_kernel_is_gone_what_was_typed_survives_the_reload(own_shop, new_context):
    maker = new_context
    page = maker().new_page()
    line = draft_line(own_shop.settings)
    look(page, f"{own_shop.address}/alerts?item={line['item_id']}")
    page.get_by_label("Note").fill("à demander au chef")
    page.reload()
    expect(page.get_by_label("Note")).to_have_value("à demander au chef")
