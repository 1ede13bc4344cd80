import time

import pandas as pd
import pytest
from hostile import HOSTILE, is_harmless, words

from optiflow_lib.dashboards.components.simulating import POLICIES, left_out_list
from optiflow_lib.dashboards.pages import simulation
from optiflow_lib.jobs import policies
from optiflow_lib.schemas.reasons import SHORT_HISTORY
from optiflow_lib.texts import money, percent


@pytest.fixture(scope="module")
def calculations(tmp_path_factory):
    """A folder of the module's own for calculations."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("calculations")))
        yield


@pytest.fixture(scope="module")
def simulated(visit, calculations):
    """A viewer's page after a simulation of 28 days, and what was replied meanwhile."""
    page = simulation.opened(visit(role="viewer"))
    replies = [ask(page, "simulate", policies=["ours", "present"], days="28")]
    until = time.monotonic() + 180
    while replies[-1].later:
        replies.append(ask(page, replies[-1].later))
        assert time.monotonic() < until
    return page, replies


def ask(page, do, **values):
    return page.controls().answer({"do": do, **values})


def test_the_pages_words_for_policies_are_those_of_the_simulation():
    assert {key: (one.name, one.about) for key, one in policies.POLICIES.items()} == POLICIES


def test_at_first_the_reader_chooses(visit):
    page = simulation.opened(visit())
    shown = words(page.figures() + page.charts() + page.tables())
    assert "Choisissez des politiques et une période, puis simulez." in shown
    assert page.figures().count("checked") == len(simulation.USUAL)
    assert "Optiflow, économique" in shown


def test_progress_is_shown_while_the_page_can_be_used(simulated):
    _, replies = simulated
    assert "<progress" in replies[0].regions["result"]
    assert {reply.later for reply in replies[:-1]} == {"simulate_wait"}


def test_policies_stand_side_by_side_with_the_curve_and_the_items_behind(simulated):
    page, replies = simulated
    made, result = page._made, replies[-1].regions["result"]
    wide = made["summary"].pivot_table(index="policy", columns="indicator", values="value")
    assert 'id="chart-trade-off"' in result
    for policy in ("ours", "present"):
        assert money(wide.loc[policy, "stock_value"], "fr") in result
        assert percent(wide.loc[policy, "fill_rate_value"], "fr", decimals=1) in result
    behind = replies[-1].regions["behind"]
    items = made["items"].query("policy == 'ours'").sort_values("total_cost", ascending=False)
    assert behind.count('data-label="Article"') == min(len(items), simulation.ITEMS_SHOWN)
    assert items["name"].iloc[0] in words(behind)
    assert is_harmless(result + behind)


def test_another_policys_items_are_one_click_away(simulated):
    page, _ = simulated
    behind = ask(page, "behind", policy="present").regions["behind"]
    assert "Articles derrière : Minimum et maximum actuels" in words(behind)
    first = page._made["items"].query("policy == 'present'").sort_values("total_cost").iloc[-1]
    assert f"predictions?item={first['item_id']}" in behind


def test_the_address_shows_the_same_choice(simulated, visit):
    _, replies = simulated
    query = replies[0].query
    assert query == {"policies": "ours-present", "days": "28"}
    again = simulation.opened(visit(filters=query))
    assert (again.policies, again.days) == (["ours", "present"], "28")
    odd = simulation.opened(visit(filters={"policies": "<b>", "days": "x"}))
    assert (odd.policies, odd.days) == (list(simulation.USUAL), simulation.USUAL_DAYS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"policies": [], "days": "28"},
        {"policies": [HOSTILE[0]], "days": "28"},
        {"policies": ["ours"], "days": "9999"},
        {"policies": ["ours"]},
        {"policies": 3, "days": "28"},
    ],
    ids=str,
)
def test_what_cannot_be_simulated_is_refused_before_anything_is_calculated(visit, wrong):
    page = simulation.opened(visit())
    reply = ask(page, "simulate", **wrong)
    assert "Cette valeur ne peut pas être utilisée." in words(reply.regions["status"])
    assert page._task is None


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", "Savon A-1 · moins de 56 jours sont connus avant le premier jour"),
        ("en", "Savon A-1 · fewer than 56 days are known before the first day"),
    ],
)
def test_items_left_out_are_listed_with_the_reason(language, told):
    reasons = [SHORT_HISTORY.format(days=56), HOSTILE[0]]
    left_out = pd.DataFrame({"item_id": ["A-1", "A-2"], "name": ["Savon", HOSTILE[1]], "reason": reasons})
    html = left_out_list(left_out, left_out.iloc[:0], language)
    assert told in words(html)
    assert is_harmless(html)


def test_a_policy_that_was_not_replayed_has_no_items(simulated):
    page, _ = simulated
    assert "ne peut pas être utilisée" in words(ask(page, "behind", policy="foresight").regions["status"])


def test_a_period_without_enough_history_says_so(visit, calculations, monkeypatch):
    page = simulation.opened(visit())
    monkeypatch.setitem(simulation.PERIODS, "364", 4000)
    reply = ask(page, "simulate", policies=["ours"], days="364")
    until = time.monotonic() + 120
    while reply.later and time.monotonic() < until:
        reply = ask(page, reply.later)
    assert "Cette simulation est impossible." in words(reply.regions["result"])
    assert (ask(page, "simulate_wait").regions, page._task) == ({}, None)


def test_before_the_first_night_there_is_nothing_to_replay(empty_visit):
    page = simulation.opened(empty_visit)
    assert "Aucune nuit n'a encore tourné." in words(page.figures())
    assert (page.charts(), page.tables(), page.controls()) == ("", "", None)
