import re
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hostile import HOSTILE, is_harmless, seen, words

from optiflow_lib import store
from optiflow_lib.dashboards.components.explanation import demand_bars, expected_stock
from optiflow_lib.dashboards.pages import alerts
from optiflow_lib.errors import AccessError
from optiflow_lib.jobs import overrides, views
from optiflow_lib.jobs.desk import Desk
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.schemas.results import INTERVAL_QUANTILES, PERCENTS
from optiflow_lib.texts import money


def whole(page):
    return page.figures() + page.work() + page.drafts()


def ask(page, do, **values):
    """What the page answers to a touch, as the widget would get it."""
    return page.controls().answer({"do": do, **values})


def keys_on_screen(html):
    return re.findall(r'data-alert="([^"]+)"', str(html))


def alert_of(settings, kind, state="open"):
    found = views.alerts(settings).query("type == @kind and state == @state")
    return found.iloc[0]


def key_of(alert):
    return f"{alert['type']}:{alert['subject']}"


def draft_line_of(settings):
    orders, lines, _ = views.orders(settings)
    drafts = orders.query("state == 'draft'")["order_id"]
    return lines[lines["order_id"].isin(drafts) & (lines["quantity"] > 0)].iloc[0]


# --- what is shown ---


def test_the_list_is_what_is_to_do_with_most_money_at_risk_first(visit):
    page = alerts.opened(visit())
    stored = views.alerts(page.settings).query("state == 'open'")
    shown = keys_on_screen(page.work())
    assert shown == [key_of(alert) for _, alert in stored.head(25).iterrows()]
    assert money(stored["euros_at_risk"].sum(), "fr") in page.work()
    assert words(page.work()).count("Tout sélectionner") == 1


def test_more_lines_are_shown_when_asked_for(visit, monkeypatch):
    monkeypatch.setattr(alerts, "PAGE_LINES", 2)
    page = alerts.opened(visit())
    assert len(keys_on_screen(page.work())) == 2
    assert len(keys_on_screen(ask(page, "more").regions["list"])) == 4


def test_the_search_finds_whatever_the_accents_and_capitals(visit):
    page = alerts.opened(visit())
    rows = page._rows()
    name = rows["name"].dropna().iloc[0]
    reply = ask(page, "show", search=name.upper(), state="open")
    found = set(keys_on_screen(reply.regions["list"]))
    assert set(rows.query("name == @name and state == 'open'")["key"]) <= found
    assert reply.query["search"] == name.upper()
    nothing = ask(page, "show", search="no such thing anywhere", state="open")
    assert "Rien à faire." in words(nothing.regions["list"])


def test_filters_of_the_list_stand_in_the_address(visit):
    page = alerts.opened(visit())
    kind, grave = alert_of(page.settings, "stockout")[["type", "severity"]]
    query = ask(page, "show", search="", state="", severity=grave, type=kind).query
    assert query == {"search": "", "state": "all", "severity": grave, "type": kind, "alert": "", "item": ""}
    again = alerts.opened(visit(filters={name: value for name, value in query.items() if value}))
    assert keys_on_screen(again.work()) == keys_on_screen(page.work())
    assert {key.split(":")[0] for key in keys_on_screen(again.work())} == {kind}


def test_an_address_with_words_that_are_none_shows_the_usual_list(visit):
    odd = {"state": "x", "severity": "y", "type": "<script>", "alert": "nothing:0"}
    page = alerts.opened(visit(filters=odd))
    assert page.chosen == alerts.Chosen(alert="nothing:0")
    assert "Cette alerte est résolue." in words(page.work())


def test_the_category_filter_keeps_only_its_alerts(visit):
    page = alerts.opened(visit())
    category = page._rows()["category"].dropna().iloc[0]
    reply = page.controls().answer({"do": "filter", "category": category})
    rows = page._rows()
    assert set(rows["category"]) == {category}
    assert "tools" not in reply.regions  # the reader may be typing there


def test_an_explained_line_tells_the_three_sentences_and_draws_what_they_say(visit):
    page = alerts.opened(visit())
    alert = alert_of(page.settings, "stockout")
    reply = ask(page, "explain", alert=key_of(alert))
    told = words(reply.regions["detail"])
    for sentence in views.explanation(page.settings, alert["subject"], "fr"):
        assert " ".join(sentence.split()) in told
    charts = re.findall(r'id="chart-(\w+)"', reply.regions["detail"])
    assert charts == ["demand", "ahead"]
    assert reply.query["alert"] == key_of(alert)
    assert f"predictions?item={alert['subject']}" in reply.regions["detail"]


def test_the_bars_of_the_demand_are_its_distribution(visit):
    view = alerts.opened(visit()).view
    for _, interval in view.read("interval_demand").iterrows():
        centres, shares = demand_bars(interval, unit_step=1.0)
        assert shares.sum() == pytest.approx(1.0)
        assert (shares >= -1e-9).all()
        width = centres[1] - centres[0] if len(centres) > 1 else 1.0
        median = centres[np.searchsorted(np.cumsum(shares), 0.5)]
        assert abs(median - interval["q50"]) <= 1.5 * width


def test_what_is_not_there_is_not_sold_later():
    held = expected_stock(10.0, np.array([4.0, 8.0, 1.0, 1.0]), np.array([0.0, 0.0, 0.0, 5.0]))
    assert held.tolist() == [6.0, 0.0, 0.0, 4.0]


def test_a_demand_that_never_varies_is_one_bar():
    same = pd.Series(dict.fromkeys(INTERVAL_QUANTILES, 0.0))
    centres, shares = demand_bars(same, unit_step=1.0)
    assert shares[centres == 0.0] == pytest.approx(1.0)
    assert len(PERCENTS) == len(INTERVAL_QUANTILES)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_speaks_one_language(visit, language):
    told = words(whole(alerts.opened(visit(language=language))))
    assert ("Marquer comme vue" in told) == (language == "fr")
    assert ("Mark as seen" in told) == (language == "en")


def test_hostile_names_are_shown_and_never_run(hostile_visit):
    page = alerts.opened(hostile_visit)
    assert is_harmless(whole(page))
    for key in keys_on_screen(page.work())[:8]:
        assert is_harmless(ask(page, "explain", alert=key).regions["detail"])
    assert is_harmless(ask(page, "show", search=HOSTILE[0]).regions["list"])


def test_every_alert_and_every_item_of_a_draft_can_be_explained(visit):
    page = alerts.opened(visit(filters={"state": "all"}))
    for key in page._rows()["key"]:
        assert "detail-title" in ask(page, "explain", alert=key).regions["detail"]
    for item_id in views.orders(page.settings)[1]["item_id"].unique():
        assert 'id="quantity"' in ask(page, "edit", item=item_id).regions["detail"]


# --- what is done, to the database and back ---


def test_alerts_are_acknowledged_put_off_and_reopened(shop_visit):
    page = alerts.opened(shop_visit())
    keys = keys_on_screen(page.work())[:3]
    reply = ask(page, "acknowledge", alerts=keys)
    assert "Alertes mises à jour : 3." in words(reply.regions["status"])
    assert not set(keys) & set(keys_on_screen(reply.regions["list"]))
    until = page.view.as_of + timedelta(days=3)
    ask(page, "snooze", alerts=keys[0], until=until.isoformat())
    stored = (
        views.alerts(page.settings)
        .assign(key=lambda rows: rows["type"] + ":" + rows["subject"])
        .set_index("key")
    )
    assert stored.loc[keys, "state"].tolist() == ["snoozed", "acknowledged", "acknowledged"]
    assert stored.loc[keys[0], "snoozed_until"] == pd.Timestamp(until)
    assert set(stored.loc[keys, "handled_by"]) == {"Zoé"}
    seen_ones = ask(page, "show", search="", state="acknowledged")
    assert "vue par Zoé" in words(seen_ones.regions["list"])
    ask(page, "reopen", alerts=keys)
    assert views.alerts(page.settings).query("state != 'open'").empty


def test_a_quantity_is_changed_with_a_reason(shop_visit):
    page = alerts.opened(shop_visit())
    line = draft_line_of(page.settings)
    given = {
        "order": line["order_id"],
        "item": line["item_id"],
        "reason": "Event or promotion",
        "note": "fête <b>",
    }
    reply = ask(page, "quantity", quantity=f"{line['quantity'] + 1:g}", **given)
    assert "Quantité enregistrée" in words(reply.regions["status"])
    stored = (
        views.orders(page.settings)[1]
        .set_index(["order_id", "item_id"])
        .loc[(line["order_id"], line["item_id"])]
    )
    assert stored["quantity"] == line["quantity"] + 1
    assert (stored["edited_by"], stored["reason"]) == ("Zoé", "Événement ou promotion, fête <b>")
    assert "Zoé : Événement ou promotion, fête <b>" in words(reply.regions["drafts"])
    assert is_harmless(reply.regions["drafts"])


def test_a_quantity_is_kept_until_a_day_for_the_nights_to_come(shop_visit):
    page = alerts.opened(shop_visit())
    line = draft_line_of(page.settings)
    until = page.view.as_of + timedelta(days=300)  # the shop's day may be months after the sample's last one
    given = {
        "order": line["order_id"],
        "item": line["item_id"],
        "reason": "Budget",
        "until": until.isoformat(),
    }
    reply = ask(page, "quantity", quantity="7", **given)
    assert "Quantité enregistrée : 7." in words(reply.regions["status"])
    (kept,) = overrides.overrides(page.settings).itertuples()
    assert (kept.item_id, kept.quantity, kept.author, kept.reason) == (line["item_id"], 7.0, "Zoé", "Budget")
    assert kept.until == pd.Timestamp(until)
    assert "Zoé : Budget (jusqu'au" in words(reply.regions["drafts"])


def test_an_order_is_approved_after_a_second_look_then_sent(shop_visit):
    page = alerts.opened(shop_visit())
    order_id = draft_line_of(page.settings)["order_id"]
    asked = ask(page, "confirm", order=order_id).regions["drafts"]
    assert f"Approuver {order_id} pour" in words(asked)
    assert views.orders(page.settings)[0].set_index("order_id").loc[order_id, "state"] == "draft"
    reply = ask(page, "approve", order=order_id)
    assert f"{order_id} est approuvée." in words(reply.regions["status"])
    ask(page, "send", order=order_id)
    steps = views.orders(page.settings)[2].query("order_id == @order_id")
    assert steps["state"].tolist()[-2:] == ["approved", "sent"]
    assert steps["author"].tolist()[-2:] == ["Zoé", "Zoé"]


def test_a_draft_can_be_cancelled(shop_visit):
    page = alerts.opened(shop_visit())
    order_id = draft_line_of(page.settings)["order_id"]
    reply = ask(page, "cancel", order=order_id)
    assert f'id="{order_id}"' not in reply.regions["drafts"]
    assert views.orders(page.settings)[0].set_index("order_id").loc[order_id, "state"] == "cancelled"


def test_drafts_stand_beside_the_budgets_of_the_night_and_of_their_supplier(visit):
    plain = visit()
    supplier = views.orders(plain.settings)[0].query("state == 'draft'")["supplier_id"].iloc[0]
    rules = {"budget": 1e6, "supplier_budgets": {supplier: 0.01}}
    inventory = plain.settings.inventory.model_copy(update=rules)
    settings = plain.settings.model_copy(update={"inventory": inventory})
    shown = words(alerts.opened(visit(settings=settings)).drafts())
    assert "Budget de 1 000 000 € : il reste" in shown
    assert "de trop." in shown
    filtered = words(alerts.opened(visit(settings=settings, filters={"supplier": supplier})).drafts())
    assert "1 000 000" not in filtered
    assert "Budget" not in words(alerts.opened(plain).drafts())


def sent_order_of(page):
    order_id = draft_line_of(page.settings)["order_id"]
    ask(page, "approve", order=order_id)
    ask(page, "send", order=order_id)
    return order_id, views.orders(page.settings)[1].query("order_id == @order_id and quantity > 0")


def test_what_arrives_is_counted_in_line_by_line_until_the_order_is_received(shop_visit):
    page = alerts.opened(shop_visit())
    order_id, lines = sent_order_of(page)
    drafts = ask(page, "confirm", order="").regions["drafts"]
    missing = {
        item: f'name="arrived:{item}" value="{units:g}"'
        for item, units in lines[["item_id", "quantity"]].values
    }
    assert all(field in drafts for field in missing.values())
    first = lines.iloc[0]
    reply = ask(page, "receive", order=order_id, **{f"arrived:{first['item_id']}": "1,5"})
    assert f"{order_id} est reçue en partie." in words(reply.regions["status"])
    rest = {f"arrived:{item}": f"{units:g}" for item, units in lines[["item_id", "quantity"]].values}
    reply = ask(page, "receive", order=order_id, **rest)
    assert f"{order_id} est reçue." in words(reply.regions["status"])
    stored = views.orders(page.settings)[1].query("order_id == @order_id").set_index("item_id")
    assert stored.loc[first["item_id"], "received_quantity"] == first["quantity"] + 1.5
    assert views.orders(page.settings)[0].set_index("order_id").loc[order_id, "state"] == "received"


def test_an_order_of_which_nothing_more_will_come_is_closed(shop_visit):
    page = alerts.opened(shop_visit())
    order_id, lines = sent_order_of(page)
    reply = ask(page, "receive", order=order_id, **{f"arrived:{lines['item_id'].iloc[0]}": "1"})
    assert 'data-do="close"' in reply.regions["drafts"]
    reply = ask(page, "close", order=order_id)
    assert f"{order_id} est soldée." in words(reply.regions["status"])
    assert views.orders(page.settings)[0].set_index("order_id").loc[order_id, "state"] == "received"


@pytest.mark.parametrize("wrong", ["", "0", "many", "1e9"])
def test_what_cannot_have_arrived_is_refused(shop_visit, wrong):
    page = alerts.opened(shop_visit())
    order_id, lines = sent_order_of(page)
    before = state_of_everything(page.settings)
    reply = ask(page, "receive", order=order_id, **{f"arrived:{lines['item_id'].iloc[0]}": wrong})
    assert "Cette valeur ne peut pas être utilisée." in words(reply.regions["status"])
    assert state_of_everything(page.settings) == before


def test_a_kept_quantity_is_listed_and_can_be_lifted(shop_visit):
    page = alerts.opened(shop_visit())
    line = draft_line_of(page.settings)
    until = (page.view.as_of + timedelta(days=300)).isoformat()
    given = {"order": line["order_id"], "item": line["item_id"], "reason": "Budget", "until": until}
    kept = ask(page, "quantity", quantity="7", **given).regions["drafts"]
    assert "Quantités imposées" in words(kept)
    assert 'data-do="lift"' in kept
    reply = ask(page, "lift", item=line["item_id"])
    assert f"La quantité de {line['item_id']} n'est plus imposée." in words(reply.regions["status"])
    assert "Quantités imposées" not in words(reply.regions["drafts"])
    assert overrides.overrides_in_force(page.settings).empty
    again = draft_line_of(page.settings)
    assert again["quantity"] == again["suggested_quantity"]


def test_an_order_is_downloaded_as_a_document_and_as_a_table(shop_visit):
    page = alerts.opened(shop_visit())
    line = draft_line_of(page.settings)
    pdf, table = ask(page, "pdf", order=line["order_id"]).file, ask(page, "csv", order=line["order_id"]).file
    assert pdf.name.endswith(".pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert table.name.endswith(".csv")
    assert line["item_id"] in table.content.decode("utf-8-sig")


def test_when_somebody_was_faster_the_reader_is_told(shop_visit):
    first, second = alerts.opened(shop_visit()), alerts.opened(shop_visit())
    order_id = draft_line_of(first.settings)["order_id"]
    ask(second, "confirm", order=order_id)
    ask(first, "approve", order=order_id)
    reply = ask(second, "approve", order=order_id)
    assert "L'action n'a pas pu être faite." in words(reply.regions["status"])
    steps = views.orders(first.settings)[2].query("order_id == @order_id and state == 'approved'")
    assert len(steps) == 1


# --- what is refused ---


def state_of_everything(settings):
    with opened_store(settings) as opened:
        return store.dump_digest(opened)


CRAFTED = [
    {"do": "acknowledge", "alerts": ["KEY"]},
    {"do": "snooze", "alerts": ["KEY"], "until": "UNTIL"},
    {"do": "reopen", "alerts": ["KEY"]},
    {"do": "quantity", "order": "ORDER", "item": "ITEM", "quantity": "5", "reason": "Other"},
    {
        "do": "quantity",
        "order": "ORDER",
        "item": "ITEM",
        "quantity": "5",
        "reason": "Other",
        "until": "UNTIL",
    },
    {"do": "approve", "order": "ORDER"},
    {"do": "send", "order": "ORDER"},
    {"do": "cancel", "order": "ORDER"},
    {"do": "receive", "order": "ORDER", "arrived:0001": "1"},
    {"do": "close", "order": "ORDER"},
    {"do": "lift", "item": "ITEM"},
]


def crafted(message, page):
    line, key = draft_line_of(page.settings), page._rows()["key"].iloc[0]
    until = (page.view.as_of + timedelta(days=2)).isoformat()
    known = {"KEY": key, "UNTIL": until, "ORDER": line["order_id"], "ITEM": line["item_id"]}
    return {
        name: [known[one] for one in value] if isinstance(value, list) else known.get(value, value)
        for name, value in message.items()
    }


@pytest.mark.parametrize("message", CRAFTED, ids=lambda message: message["do"])
def test_a_viewer_changes_nothing_by_any_message(shop_visit, message):
    page = alerts.opened(shop_visit(role="viewer"))
    before = state_of_everything(page.settings)
    reply = page.controls().answer(crafted(message, page))
    assert "Votre rôle ne le permet pas." in words(reply.regions["status"])
    assert state_of_everything(page.settings) == before


@pytest.mark.parametrize(
    "message", [m for m in CRAFTED if m["do"] in ("approve", "cancel", "close")], ids=lambda m: m["do"]
)
def test_a_buyer_does_not_decide_what_is_ordered(shop_visit, message):
    page = alerts.opened(shop_visit(role="buyer"))
    before = state_of_everything(page.settings)
    assert "Votre rôle" in words(page.controls().answer(crafted(message, page)).regions["status"])
    assert state_of_everything(page.settings) == before


def test_a_viewer_is_not_offered_what_is_refused(visit):
    offered = [
        attributes.get("data-do")
        for _, attributes in seen(whole(alerts.opened(visit(role="viewer")))).elements
    ]
    assert {do for do in offered if do} - {"more"} == {"filter", "show", "explain", "pdf", "csv"}
    assert Desk(visit().settings, "Zoé", "buyer").may("edit")
    with pytest.raises(AccessError, match="takes a manager"):
        Desk(visit().settings, "Zoé", "buyer").approve("BC-2026-000001")


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": "-1"},
        {"quantity": "1e9"},
        {"quantity": "2.5"},
        {"quantity": "nan"},
        {"quantity": ["5"]},
        {"reason": ""},
        {"reason": "<b>"},
        {"item": "no such item"},
        {"order": "BC-1999-000001"},
        {"note": "x" * 201},
        {"until": "2020-01-01"},
    ],
    ids=str,
)
def test_a_value_that_cannot_be_is_refused_before_anything_is_written(shop_visit, wrong):
    page = alerts.opened(shop_visit())
    line = draft_line_of(page.settings)
    before = state_of_everything(page.settings)
    good = {
        "order": line["order_id"],
        "item": line["item_id"],
        "quantity": "5",
        "reason": "Other",
        "note": "",
    }
    reply = ask(page, "quantity", **(good | wrong))
    assert "Cette valeur ne peut pas être utilisée." in words(reply.regions["status"])
    assert state_of_everything(page.settings) == before


@pytest.mark.parametrize("days", [-3, 0, 400])
def test_an_alert_is_put_off_to_a_day_to_come_within_a_year(shop_visit, days):
    page = alerts.opened(shop_visit())
    until = (page.view.as_of + timedelta(days=days)).isoformat()
    reply = ask(page, "snooze", alerts=[page._rows()["key"].iloc[0]], until=until)
    assert "Cette valeur ne peut pas être utilisée." in words(reply.regions["status"])
    assert views.alerts(page.settings).query("state != 'open'").empty


def test_without_a_chosen_line_the_reader_is_asked_for_one(shop_visit):
    page = alerts.opened(shop_visit())
    for chosen in ([], ["nothing:0"]):
        reply = ask(page, "acknowledge", alerts=chosen)
        assert "Choisissez d'abord une ou plusieurs lignes." in words(reply.regions["status"])


def test_lines_that_are_gone_are_said_to_be(visit):
    page = alerts.opened(visit())
    for do, values in (("explain", {"alert": "stockout:gone"}), ("edit", {"item": "gone"})):
        assert "ne peut pas être utilisée" in words(ask(page, do, **values).regions["status"])


def test_before_the_first_night_there_is_nothing_to_work_on(empty_visit):
    page = alerts.opened(empty_visit)
    assert "Aucune nuit n'a encore tourné." in words(page.figures())
    assert (page.work(), page.drafts(), page.controls()) == ("", "", None)


def test_when_the_store_is_down_the_page_says_so(shop_visit):
    page = alerts.opened(shop_visit())
    (page.settings.folder / "optiflow_store.db").write_bytes(b"no database any more")
    assert words(whole(page)).count("Cette partie ne peut pas être affichée") >= 2
    assert "pas pu être faite" in words(ask(page, "explain", alert="stockout:0001").regions["status"])
