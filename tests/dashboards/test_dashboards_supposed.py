import time

import pandas as pd
import pytest
from hostile import HOSTILE, is_harmless, words

from optiflow_lib import store
from optiflow_lib.dashboards.pages import predictions
from optiflow_lib.jobs import views


@pytest.fixture
def page(visit, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return predictions.opened(visit())


@pytest.fixture
def item(page):
    """An item that saw a promotion."""
    impact = page.view.read("event_impact")
    return str(impact[~impact["to_come"] & (impact["type"] == "promotion")]["item_id"].iloc[0])


def ask(page, do, **values):
    return page.controls().answer({"do": do, **values})


def answered(page, reply, seconds=120):
    """The reply that holds the answer: what the page asks for by itself is asked for."""
    until = time.monotonic() + seconds
    while reply.later:
        assert "data-region" not in reply.regions["suppose"]
        reply = ask(page, reply.later)
        assert time.monotonic() < until
    return reply.regions.get("suppose") or reply.regions["status"]


def question(page, item, /, **changes):
    days = page.view.read_item("forecasts", item)["day"]
    first, last = days.iloc[2].date().isoformat(), days.iloc[8].date().isoformat()
    usual = {"item": item, "kind": "promotion", "first_day": first, "last_day": last}
    return usual | {"price_change": "-20", "uplift": ""} | changes


def test_nothing_is_calculated_until_the_reader_supposes_something(page, item):
    ask(page, "pick", item=item)
    shown = page.content("suppose")
    assert "Faire une hypothèse" in words(shown)
    assert "form" not in shown


def test_the_question_is_opened_with_an_answer_and_asked_again_with_another(page, item):
    ask(page, "pick", item=item)
    opened = answered(page, ask(page, "suppose_open", item=item))
    assert 'id="chart-supposed"' in opened
    assert "promotion" in words(opened)
    half = answered(page, ask(page, "suppose", **question(page, item, uplift="50")))
    expected = page.view.read_item("forecasts", item)["forecast"]
    assert f"({'+' if expected.iloc[2:9].sum() else ''}" in words(half)
    assert is_harmless(half)
    ask(page, "pick", item=item)
    assert 'id="chart-supposed"' in page.content("suppose")  # the same item chosen again keeps its answer


def test_another_item_begins_anew(page, item):
    answered(page, ask(page, "suppose_open", item=item))
    other = next(one for one in page.view.read("items")["item_id"] if one != item)
    assert "Faire une hypothèse" in words(ask(page, "pick", item=other).regions["suppose"])


def test_an_event_the_item_never_had_asks_for_what_the_reader_expects(page, item):
    shown = answered(page, ask(page, "suppose", **question(page, item, kind="")))
    assert "n'a jamais connu un tel événement" in words(shown)
    assert "chart-supposed" in answered(
        page, ask(page, "suppose", **question(page, item, kind="", uplift="30"))
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"item": "gone"},
        {"kind": HOSTILE[0]},
        {"first_day": "2020-01-01"},
        {"last_day": "2020-01-01"},
        {"last_day": "no day"},
        {"price_change": "-100"},
        {"price_change": "1e9"},
        {"uplift": "-101"},
        {"uplift": "nan"},
    ],
    ids=str,
)
def test_what_cannot_be_supposed_is_refused(page, item, wrong):
    reply = ask(page, "suppose", **question(page, item, **wrong))
    assert "Cette valeur ne peut pas être utilisée." in words(reply.regions["status"])
    assert not reply.later


def test_a_page_that_waits_for_nothing_is_not_told_anything(page):
    reply = ask(page, "suppose_wait")
    assert (reply.regions, reply.later) == ({}, "")


def test_what_people_marked_afterwards_is_no_event_to_suppose(shop_visit, item):
    view = views.open_view(shop_visit().settings)
    frames = {name: view.read(name) for name in view.snapshot.names}
    past = frames["event_impact"].query("item_id == @item and not to_come").head(1)
    marked = past.assign(event_id="marked", name="Fête", type="marked high")
    frames["event_impact"] = pd.concat([frames["event_impact"], marked], ignore_index=True)
    folder = views.published_folder(shop_visit().settings)
    store.publish(frames, folder=folder, as_of=view.as_of, published_at=view.published_at)
    page = predictions.opened(shop_visit())
    ask(page, "pick", item=item)
    shown = ask(page, "suppose_open", item=item).regions["suppose"]
    assert 'value="promotion"' in shown
    assert "marked" not in shown
