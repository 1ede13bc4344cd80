"""An item that is in no draft is added to its supplier's from the work list, to the database and back."""

import pandas as pd
import pytest
from hostile import is_harmless, words

from optiflow_lib import store
from optiflow_lib.dashboards.pages import alerts
from optiflow_lib.jobs import views
from optiflow_lib.jobs.night import opened_store


def ask(page, do, **values):
    return page.controls().answer({"do": do, **values})


@pytest.fixture
def page(shop_visit):
    return alerts.opened(shop_visit())


def free_item(page):
    """An item of the night that no draft holds."""
    items = page.view.read("items")
    return items[~items["item_id"].isin(views.orders(page.settings)[1]["item_id"])].iloc[0]


def good(item, **changes):
    return {"item": item["item_id"], "quantity": "240", "reason": "Other", "note": "fête <b>"} | changes


def digest(settings):
    with opened_store(settings) as opened:
        return store.dump_digest(opened)


def test_an_item_in_no_draft_is_offered_to_its_supplier_s(page):
    item = free_item(page)
    detail = ask(page, "edit", item=item["item_id"]).regions["detail"]
    assert 'data-do="add"' in detail
    assert f"Commander à {item['supplier']}" in words(detail)
    drafted = views.orders(page.settings)[1]["item_id"].iloc[0]
    assert 'data-do="add"' not in ask(page, "edit", item=drafted).regions["detail"]


def test_it_is_added_under_the_reader_s_name_and_then_edited_like_any_line(page):
    item = free_item(page)
    reply = ask(page, "add", **good(item))
    stored = views.orders(page.settings)[1].set_index("item_id").loc[item["item_id"]]
    order = views.orders(page.settings)[0].set_index("order_id").loc[stored["order_id"]]
    assert (order["supplier_id"], order["state"]) == (item["supplier_id"], "draft")
    assert (stored["quantity"], stored["suggested_quantity"]) == (240.0, 0.0)
    assert (stored["edited_by"], stored["reason"]) == ("Zoé", "Autre, fête <b>")
    assert f"Ajouté à {stored['order_id']} : {item['name']}." in words(reply.regions["status"])
    assert "Zoé : Autre, fête <b>" in words(reply.regions["drafts"])
    assert 'data-do="quantity"' in ask(page, "edit", item=item["item_id"]).regions["detail"]
    changed = good(item, order=stored["order_id"], quantity="12")
    assert "Quantité enregistrée : 12." in words(ask(page, "quantity", **changed).regions["status"])


def test_a_draft_is_made_for_a_supplier_without_one(page):
    item = free_item(page)
    orders = views.orders(page.settings)[0]
    for order_id in orders.loc[orders["supplier_id"] == item["supplier_id"], "order_id"]:
        ask(page, "cancel", order=order_id)
    reply = ask(page, "add", **good(item))
    made = views.orders(page.settings)[0]
    (order,) = made[~made["order_id"].isin(orders["order_id"])].itertuples()
    assert (order.supplier_id, order.location_id, order.state) == (
        item["supplier_id"],
        item["location_id"],
        "draft",
    )
    assert f'id="{order.order_id}"' in reply.regions["drafts"]


def test_a_quantity_that_breaks_packs_is_taken_and_remarked_on(page):
    items = page.view.read("items")
    taken = set(views.orders(page.settings)[1]["item_id"])
    for item in items[~items["item_id"].isin(taken)].to_dict("records"):
        told = words(ask(page, "add", **good(pd.Series(item), quantity="1")).regions["status"])
        if "pas un multiple" in told:
            return
    pytest.fail("no item is sold by packs")


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": "0"},
        {"quantity": "-3"},
        {"quantity": "2.5"},
        {"quantity": "1e9"},
        {"quantity": "nan"},
        {"quantity": ""},
        {"reason": ""},
        {"reason": "Because"},
        {"note": "x" * 201},
        {"item": "no such item"},
    ],
    ids=str,
)
def test_what_cannot_be_added_is_refused_before_anything_is_written(page, wrong):
    before = digest(page.settings)
    reply = ask(page, "add", **(good(free_item(page)) | wrong))
    assert "Cette valeur ne peut pas être utilisée." in words(reply.regions["status"])
    assert digest(page.settings) == before


def test_an_item_of_a_draft_is_not_added_again_by_a_page_that_was_open_before(shop_visit):
    first, second = alerts.opened(shop_visit()), alerts.opened(shop_visit())
    item = free_item(first)
    ask(second, "edit", item=item["item_id"])
    ask(first, "add", **good(item))
    reply = ask(second, "add", **good(item))
    assert "L'action n'a pas pu être faite." in words(reply.regions["status"])
    assert (views.orders(first.settings)[1]["item_id"] == item["item_id"]).sum() == 1


def test_a_viewer_adds_nothing_by_any_message(shop_visit):
    page = alerts.opened(shop_visit(role="viewer"))
    item, before = free_item(page), digest(page.settings)
    assert 'data-do="add"' not in ask(page, "edit", item=item["item_id"]).regions["detail"]
    assert "Votre rôle ne le permet pas." in words(ask(page, "add", **good(item)).regions["status"])
    assert digest(page.settings) == before


def test_an_item_without_a_supplier_says_why_it_cannot_be_ordered(page):
    view, item = page.view, free_item(page)
    items = view.read("items").copy()
    items.loc[items["item_id"] == item["item_id"], ["supplier_id", "supplier"]] = None
    frames = {name: view.read(name) for name in view.snapshot.names} | {"items": items}
    folder = views.published_folder(page.settings)
    store.publish(frames, folder=folder, as_of=view.as_of, published_at=view.published_at)
    again = alerts.opened(page.visit)
    assert "Aucun fournisseur connu" in words(ask(again, "edit", item=item["item_id"]).regions["detail"])
    assert "ne peut pas être utilisée" in words(ask(again, "add", **good(item)).regions["status"])


def test_hostile_names_are_shown_and_never_run(hostile_visit):
    page = alerts.opened(hostile_visit)
    drafted = set(views.orders(page.settings)[1]["item_id"])
    for item_id in set(page.view.read("items")["item_id"]) - drafted:
        assert is_harmless(ask(page, "edit", item=item_id).regions["detail"])
