"""What a reader says of an unusual day: the dialog, what it refuses, and the way to the database and back."""

import re

import pandas as pd
import pytest
from hostile import HOSTILE, is_harmless, words

from optiflow_lib.dashboards.pages import improvement
from optiflow_lib.jobs import verdicts
from optiflow_lib.jobs.judged_days import episode_end
from optiflow_lib.texts import day


def ask(page, do, **values):
    return page.controls().answer({"do": do, **values})


@pytest.fixture
def page(shop_visit):
    return improvement.opened(shop_visit())


def first_unusual(page):
    return page._anomalies().iloc[0]


def given(row, **changes):
    first = f"{row['day']:%Y-%m-%d}"
    return {
        "item": row["item_id"],
        "day": first,
        "last_day": first,
        "verdict": "masked",
        "reason": "Wrong entry at the till",
        "note": "deux fois <b>",
    } | changes


def listed(html):
    return set(re.findall(r'data-do="mark" data-item="([^"]+)" data-day="([\d-]+)"', html))


def test_every_unusual_day_of_the_list_opens_a_dialog_that_says_what_the_night_saw(page):
    for item_id, first in listed(page.charts()):
        reply = ask(page, "mark", item=item_id, day=first)
        dialog = reply.regions["asking"]
        assert set(reply.regions) == {"asking"}
        assert day(pd.Timestamp(first), "fr", style="full") in words(dialog)
        assert page.view.read_item("items", item_id)["name"].iloc[0] in words(dialog)
        assert 'value="real" checked' in dialog


def test_the_dialog_offers_the_whole_episode(page):
    seen = page.view.read("anomalies")
    for row in page._anomalies().head(10).itertuples():
        own = seen[seen["item_id"] == row.item_id]
        end = episode_end(own, row.day, as_of=pd.Timestamp(page.view.as_of))
        dialog = ask(page, "mark", item=row.item_id, day=f"{row.day:%Y-%m-%d}").regions["asking"]
        assert f'name="last_day" value="{end:%Y-%m-%d}"' in dialog


def test_a_verdict_is_kept_under_its_author_and_the_day_is_no_longer_open(page):
    row, before = first_unusual(page), len(page._anomalies())
    ask(page, "mark", item=row["item_id"], day=f"{row['day']:%Y-%m-%d}")
    reply = ask(page, "judge", **given(row))
    (kept,) = verdicts.standing(page.settings).itertuples()
    assert (kept.item_id, kept.day, kept.verdict, kept.author) == (
        row["item_id"],
        row["day"],
        "masked",
        "Zoé",
    )
    assert kept.reason == "Wrong entry at the till, deux fois <b>"
    assert (kept.direction, kept.cause) == (row["direction"], row["cause"])
    assert reply.regions["asking"] == ""
    assert len(page._anomalies()) == before - 1
    told = words(reply.regions["unusual"])
    assert "Jours déjà jugés" in told
    assert "Erreur de caisse, deux fois <b> Zoé, " in told  # in the language of who reads it
    assert "La prochaine nuit en tiendra compte." in words(reply.regions["status"])
    assert (row["item_id"], f"{row['day']:%Y-%m-%d}") not in listed(reply.regions["unusual"])


def test_a_verdict_can_be_undone_from_the_message_and_from_the_list(page):
    row = first_unusual(page)
    first = f"{row['day']:%Y-%m-%d}"
    undo = f'data-do="withdraw" data-item="{row["item_id"]}" data-day="{first}"'
    for region in ("status", "unusual"):
        reply = ask(page, "judge", **given(row))
        assert undo in reply.regions[region]
        reply = ask(page, "withdraw", item=row["item_id"], day=first)
        assert verdicts.standing(page.settings).empty
        assert (row["item_id"], first) in listed(reply.regions["unusual"])
    assert "est retiré." in words(reply.regions["status"])


def test_an_event_is_kept_with_its_name_and_its_last_day(page):
    row = first_unusual(page)
    last = min(row["day"] + pd.Timedelta(days=2), pd.Timestamp(page.view.as_of))
    reply = ask(
        page,
        "judge",
        **given(row, verdict="event", event="Fête du quartier", last_day=f"{last:%Y-%m-%d}"),
    )
    (kept,) = verdicts.standing(page.settings).itertuples()
    assert (kept.verdict, kept.event, kept.last_day) == ("event", "Fête du quartier", last)
    assert "Fête du quartier" in words(reply.regions["unusual"])


def test_a_name_typed_before_another_verdict_was_chosen_is_not_kept(page):
    ask(page, "judge", **given(first_unusual(page), verdict="real", event="Fête"))
    assert verdicts.standing(page.settings)["event"].isna().all()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"verdict": "event", "event": " "}, "Donnez un nom à l'événement."),
        ({"reason": ""}, "Choisissez un motif."),
        ({"last_day": "2030-01-01"}, "Le dernier jour se situe entre le"),
        ({"last_day": "2020-01-01"}, "Le dernier jour se situe entre le"),
    ],
)
def test_what_is_missing_is_said_in_the_dialog_which_keeps_what_was_typed(page, changes, says):
    row = first_unusual(page)
    reply = ask(page, "judge", **given(row, **changes))
    dialog = reply.regions["asking"]
    assert says in words(dialog)
    assert 'value="deux fois &lt;b&gt;"' in dialog
    assert verdicts.standing(page.settings).empty


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "deleted"},
        {"reason": "Because"},
        {"note": "x" * 201},
        {"event": "x" * 81, "verdict": "event"},
        {"item": "no such item"},
        {"day": "2020-01-01"},
        {"last_day": "31/12"},
    ],
)
def test_a_crafted_verdict_is_refused(page, changes):
    reply = ask(page, "judge", **given(first_unusual(page), **changes))
    assert "Cette valeur ne peut pas être utilisée." in words(reply.regions["status"])
    assert verdicts.standing(page.settings).empty


def test_a_viewer_is_offered_nothing_and_cannot_by_a_crafted_message(shop_visit):
    buyer, viewer = (
        improvement.opened(shop_visit(role="buyer")),
        improvement.opened(shop_visit(role="viewer")),
    )
    row = first_unusual(viewer)
    first = f"{row['day']:%Y-%m-%d}"
    assert 'data-do="mark"' not in viewer.charts()
    assert ask(viewer, "mark", item=row["item_id"], day=first).regions["asking"] == ""
    reply = ask(viewer, "judge", **given(row))
    assert "Votre rôle ne le permet pas." in words(reply.regions["status"])
    assert verdicts.standing(viewer.settings).empty
    ask(buyer, "judge", **given(row))
    reply = ask(viewer, "withdraw", item=row["item_id"], day=first)
    assert "Votre rôle ne le permet pas." in words(reply.regions["status"])
    assert len(verdicts.standing(viewer.settings)) == 1
    again = improvement.opened(shop_visit(role="viewer"))
    assert "Jours déjà jugés" in words(again.charts())
    assert 'data-do="withdraw"' not in again.charts()


def test_a_filter_leaves_the_open_dialog_as_it_is(page):
    row = first_unusual(page)
    ask(page, "mark", item=row["item_id"], day=f"{row['day']:%Y-%m-%d}")
    category = page.view.read("items")["category"].iloc[0]
    assert "asking" not in ask(page, "filter", category=category).regions


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_in_a_verdict_are_shown_and_never_run(page, name):
    row = first_unusual(page)
    told = name[:80]
    wrong = ask(page, "judge", **given(row, verdict="event", event=told, note=told, reason=""))
    assert is_harmless(wrong.regions["asking"])
    reply = ask(page, "judge", **given(row, verdict="event", event=told, note=told))
    assert is_harmless(reply.regions["unusual"])
    assert is_harmless(reply.regions["status"])


@pytest.mark.parametrize(
    ("language", "heading"), [("fr", "Que s'est-il passé"), ("en", "What was this day?")]
)
def test_the_dialog_speaks_one_language(shop_visit, language, heading):
    page = improvement.opened(shop_visit(language=language))
    row = first_unusual(page)
    dialog = words(ask(page, "mark", item=row["item_id"], day=f"{row['day']:%Y-%m-%d}").regions["asking"])
    assert heading in dialog
    for french, english in (("Demande réelle", "Real demand"), ("Dernier jour", "Last day")):
        assert (french in dialog) == (language == "fr")
        assert (english in dialog) == (language == "en")
