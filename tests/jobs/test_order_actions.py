"""An order's life as people lead it, on a real store and the frozen inputs of a real shop."""

import email
import io
import shutil
import sqlite3
from email import policy

import pandas as pd
import pytest
from order_shops import NIGHT, open_order_shop, suggest
from pypdf import PdfReader
from shops import run_jobs

from optiflow_lib import store
from optiflow_lib.errors import AccessError, OrderError
from optiflow_lib.jobs import actions, additions, views
from optiflow_lib.jobs.desk import Desk
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.jobs.orders import draft_totals, line_price, order_parts
from optiflow_lib.settings import load_settings


@pytest.fixture(scope="module")
def order_shop(tmp_path_factory):
    return open_order_shop(tmp_path_factory.mktemp("order_shop") / "shop")


@pytest.fixture
def settings(order_shop, tmp_path):
    shutil.copytree(order_shop.parent, tmp_path / "shop")
    return load_settings(tmp_path / "shop" / order_shop.name)


def number_of(settings, supplier):
    orders = views.orders(settings)[0]
    return orders.set_index("supplier_id").at[supplier, "order_id"]


def line_of(settings, order_id, item_id):
    return views.orders(settings)[1].set_index(["order_id", "item_id"]).loc[(order_id, item_id)]


def text_of(pdf):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.fixture
def approved(settings):
    order_id = number_of(settings, "F03")
    actions.approve(settings, order_id=order_id, author="ana")
    return order_id


def test_every_step_of_an_order_keeps_who_took_it(settings, approved):
    actions.send(settings, order_id=approved, author="bob")
    assert (
        actions.receive(settings, order_id=approved, author="eve", quantities={"0002": 5})
        == "partly_received"
    )
    assert actions.receive(settings, order_id=approved, author="dan") == "received"
    steps = order_parts(settings, approved).steps
    assert list(zip(steps["state"], steps["author"], strict=True)) == [
        ("draft", "optiflow"),
        ("approved", "ana"),
        ("sent", "bob"),
        ("partly_received", "eve"),
        ("received", "dan"),
    ]
    assert steps["at"].is_monotonic_increasing
    assert line_of(settings, approved, "0002")["received_quantity"] == 12


def test_a_receipt_can_be_taken_back(settings, approved):
    actions.send(settings, order_id=approved, author="bob")
    actions.receive(settings, order_id=approved, author="bob")
    assert (
        actions.receive(settings, order_id=approved, author="bob", quantities={"0002": -2})
        == "partly_received"
    )


def test_a_draft_is_not_sent_and_an_order_that_was_not_sent_receives_nothing(settings, approved):
    with pytest.raises(OrderError, match="is draft and cannot become sent"):
        actions.send(settings, order_id=number_of(settings, "F01"), author="bob")
    with pytest.raises(OrderError, match="is approved and cannot become received"):
        actions.receive(settings, order_id=approved, author="bob")


@pytest.mark.parametrize("quantity", [float("nan"), float("inf")])
def test_a_quantity_that_is_no_number_did_not_arrive(settings, approved, quantity):
    actions.send(settings, order_id=approved, author="bob")
    with pytest.raises(OrderError, match="of item 0002 cannot have arrived"):
        actions.receive(settings, order_id=approved, author="bob", quantities={"0002": quantity})
    assert line_of(settings, approved, "0002")["received_quantity"] == 0


def test_an_edited_quantity_has_the_suppliers_price_for_it(settings):
    order_id = number_of(settings, "F03")
    prices = []
    for quantity in (119, 120, 0):
        edit = {"order_id": order_id, "item_id": "0002", "quantity": quantity}
        actions.set_quantity(settings, **edit, author="ana", reason="fête")
        line = line_of(settings, order_id, "0002")
        prices.append((line["quantity"], line["unit_cost"], line["list_price"]))
    assert prices == [(119, 2.04, 2.04), (120, 1.94, 2.04), (0, 1.94, 2.04)]


def test_the_document_of_an_order_is_the_same_when_everything_else_has_changed(settings, approved):
    name, first = actions.order_pdf(settings, order_id=approved)
    assert name == f"{approved}.pdf"
    company = settings.purchasing.model_copy(update={"company": "Autre", "currency": "USD", "address": "x"})
    changed = settings.model_copy(update={"purchasing": company})
    shutil.rmtree(settings.paths.runs)  # the names of its night are gone
    with opened_store(changed) as opened:
        store.replace_night(
            opened, {"items": store.read_night(opened, "items", as_of=NIGHT).iloc[:0]}, as_of=NIGHT
        )
    assert actions.order_pdf(changed, order_id=approved) == (name, first)
    actions.send(changed, order_id=approved, author="bob")
    actions.receive(changed, order_id=approved, author="bob")
    assert actions.order_pdf(changed, order_id=approved) == (name, first)
    assert "Maison Optiflow" in text_of(first)


def test_the_document_of_a_draft_follows_what_it_stands_on(settings):
    order_id = number_of(settings, "F03")
    company = settings.purchasing.model_copy(update={"company": "Autre Maison"})
    _, before = actions.order_pdf(settings, order_id=order_id)
    suggest(settings.folder / "optiflow.toml", 24.0)
    _, after = actions.order_pdf(settings.model_copy(update={"purchasing": company}), order_id=order_id)
    assert "Autre Maison" in text_of(after)
    assert "Autre Maison" not in text_of(before)
    assert "48,96" in text_of(after)  # 24 × 2.04


def test_documents_speak_the_suppliers_language_unless_another_is_asked_for(settings):
    order_id = number_of(settings, "F06")
    assert "Draft order" in text_of(actions.order_pdf(settings, order_id=order_id)[1])
    assert "Projet de commande" in text_of(actions.order_pdf(settings, order_id=order_id, language="fr")[1])
    assert b"Order number,Product" in actions.order_csv(settings, order_id=order_id)[1]
    assert (
        "N° de commande;Article".encode() in actions.order_csv(settings, order_id=order_id, language="fr")[1]
    )


def test_the_message_to_a_supplier_carries_the_document_that_is_printed(settings, approved):
    name, content = actions.order_eml(settings, order_id=approved)
    sent = email.message_from_bytes(content, policy=policy.default)
    assert (name, str(sent["To"])) == (f"{approved}.eml", "Brasserie & Caves Réunies <order@caves.example>")
    assert [part.get_content() for part in sent.iter_attachments()] == [
        actions.order_pdf(settings, order_id=approved)[1]
    ]
    assert actions.order_eml(settings, order_id=approved) == (name, content)


def test_a_draft_is_not_written_to_a_supplier(settings):
    with pytest.raises(OrderError, match="the order is draft: its supplier must not get it"):
        actions.order_eml(settings, order_id=number_of(settings, "F01"))


def test_an_order_that_does_not_exist_is_named(settings):
    with pytest.raises(OrderError, match="there is no order BC-1999-000001"):
        actions.order_pdf(settings, order_id="BC-1999-000001")


def test_drafts_are_compared_with_what_their_suppliers_ask_for(settings):
    totals = draft_totals(settings).set_index("supplier_id")
    assert totals.loc["F03", ["value", "missing_to_free_delivery", "missing_to_minimum"]].tolist() == [
        24.48,
        575.52,
        125.52,
    ]
    assert totals["is_exact"].all()
    for order_id in totals["order_id"]:
        actions.cancel(settings, order_id=order_id, author="ana")
    assert draft_totals(settings).empty


def test_drafts_are_still_listed_when_their_nights_inputs_were_cleaned_away(settings, caplog):
    shutil.rmtree(settings.paths.runs)
    totals = draft_totals(settings)
    assert totals["value"].gt(0).all()
    assert totals["missing_to_free_delivery"].isna().all()
    assert "thresholds of suppliers are unknown" in caplog.text


def test_a_supplier_that_the_source_does_not_know_is_named_by_its_number(order_shop, tmp_path):
    shutil.copytree(order_shop.parent, tmp_path / "shop")
    settings = load_settings(tmp_path / "shop" / order_shop.name)
    with sqlite3.connect(tmp_path / "shop" / "shop.db") as shop_db:
        shop_db.execute("DELETE FROM fournisseurs")
    shop_db.close()
    run_jobs(tmp_path / "shop" / order_shop.name, "check_inputs")
    assert order_parts(settings, number_of(settings, "F03")).supplier["name"] == "F03"
    assert "F03" in text_of(actions.order_pdf(settings, order_id=number_of(settings, "F03"))[1])


# --- an item that the night does not suggest ---


@pytest.fixture
def published(shop):
    """A shop whose night was published, with an item that is in no draft."""
    settings = load_settings(shop)
    items = views.open_view(settings).read("items")
    drafted = views.orders(settings)[1]["item_id"]
    return settings, items[~items["item_id"].isin(drafted)].iloc[0]


def test_an_item_is_added_to_its_supplier_s_draft_at_the_supplier_s_price(published):
    settings, item = published
    order_id = additions.add_to_draft(
        settings, item_id=item["item_id"], quantity=24.0, author="zoé", reason="fête"
    )
    order = order_parts(settings, order_id)
    assert order.order["supplier_id"] == item["supplier_id"]
    line = line_of(settings, order_id, item["item_id"])
    assert (line["quantity"], line["suggested_quantity"], line["edited_by"]) == (24.0, 0.0, "zoé")
    with opened_store(settings) as opened:
        given = {"order_id": order_id, "item_id": item["item_id"], "quantity": 24.0}
        assert line_price(settings, opened, **given) == {
            "unit_cost": line["unit_cost"],
            "list_price": line["list_price"],
        }
    assert item["name"] in text_of(actions.order_pdf(settings, order_id=order_id, language="fr")[1])


def test_the_next_night_keeps_what_was_added(shop, published):
    settings, item = published
    order_id = additions.add_to_draft(
        settings, item_id=item["item_id"], quantity=24.0, author="zoé", reason="fête"
    )
    run_jobs(shop, "raise_alerts")
    line = line_of(settings, order_id, item["item_id"])
    assert (line["quantity"], line["reason"]) == (24.0, "fête")


def test_what_cannot_be_added_is_refused_and_nothing_is_written(published):
    settings, item = published
    drafted = views.orders(settings)[1].iloc[0]
    before = views.orders(settings)[1]
    for item_id, quantity, says in (
        ("no such item", 1.0, "there is no such item"),
        (item["item_id"], 0.0, "cannot be ordered"),
        (item["item_id"], float("nan"), "cannot be ordered"),
        (drafted["item_id"], 1.0, f"the item is in draft {drafted['order_id']} already"),
    ):
        with pytest.raises(OrderError, match=says):
            additions.add_to_draft(settings, item_id=item_id, quantity=quantity, author="zoé", reason="é")
    assert views.orders(settings)[1].equals(before)


def test_an_item_without_a_supplier_cannot_be_ordered_and_one_without_a_price_can(published):
    settings, item = published
    view = views.open_view(settings)
    frames = {name: view.read(name) for name in view.snapshot.names}
    chosen = frames["items"]["item_id"] == item["item_id"]

    def publish(**changes):
        changed = frames["items"].copy()
        for name, value in changes.items():
            changed.loc[chosen, name] = value
        folder = views.published_folder(settings)
        now = {"as_of": view.as_of, "published_at": view.published_at}
        store.publish(frames | {"items": changed}, folder=folder, **now)

    given = {"item_id": item["item_id"], "quantity": 6.0, "author": "zoé", "reason": "é"}
    publish(supplier_id=None, supplier=None)
    with pytest.raises(OrderError, match="no supplier of it is known"):
        additions.add_to_draft(settings, **given)
    publish(supplier_id="F99", unit_cost=None)  # of whom no terms are known
    line = line_of(settings, additions.add_to_draft(settings, **given), item["item_id"])
    assert line["unit_cost"] >= 0
    assert pd.isna(line["list_price"])


def test_only_who_may_edit_adds(published):
    settings, item = published
    given = {"item_id": item["item_id"], "quantity": 6.0, "reason": "é"}
    with pytest.raises(AccessError, match="viewer"):
        Desk(settings, "Léa", "viewer").add(**given)
    order_id = Desk(settings, "Zoé", "buyer").add(**given)
    assert line_of(settings, order_id, item["item_id"])["edited_by"] == "Zoé"
