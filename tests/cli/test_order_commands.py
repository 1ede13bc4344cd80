"""Orders on the command line, from the draft to the last receipt."""

import shutil

import pandas as pd
import pytest
from order_shops import NIGHT, open_order_shop

from optiflow_lib import store
from optiflow_lib.jobs import views
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.schemas.operations import OVERRIDE_RESULTS
from optiflow_lib.settings import load_settings


@pytest.fixture(scope="module")
def order_shop(tmp_path_factory):
    return open_order_shop(tmp_path_factory.mktemp("order_shop") / "shop")


@pytest.fixture
def orders(optiflow, order_shop, tmp_path):
    """Runs `optiflow orders` on a copy of the shop."""
    shutil.copytree(order_shop.parent, tmp_path / "shop")
    settings_file = tmp_path / "shop" / order_shop.name

    def run(*words):
        return optiflow("orders", *words, "--settings", settings_file)

    run.overrides = lambda *words: optiflow("overrides", *words, "--settings", settings_file)
    run.settings = load_settings(settings_file)
    return run


@pytest.fixture
def number(orders):
    return views.orders(orders.settings)[0].set_index("supplier_id").at["F03", "order_id"]


def state_of(orders, number):
    return views.orders(orders.settings)[0].set_index("order_id").at[number, "state"]


def test_an_order_is_approved_sent_and_received_and_its_history_tells_so(orders, number):
    assert orders("approve", number, "--as", "Zoé") == (0, f"{number} approved by Zoé\n", "")
    assert orders("send", number, "--as", "[red]Bob") == (0, f"{number} sent by [red]Bob\n", "")
    assert orders("receive", number, "--as", "Eve", "--line", "0002=5") == (
        0,
        f"{number} partly received\n",
        "",
    )
    assert orders("receive", number, "--as", "Eve", "--all") == (0, f"{number} received\n", "")
    status, told, _ = orders("show", number)
    assert (status, f"{number}: received, Brasserie & Caves Réunies" in told) == (0, True)
    history = told[told.index("who") :]
    for state, author in [
        ("draft", "optiflow"),
        ("approved", "Zoé"),
        ("sent", "[red]Bob"),
        ("received", "Eve"),
    ]:
        assert any(state in row and author in row for row in history.splitlines()), state


def test_a_list_tells_what_is_missing_to_free_delivery_and_to_the_minimum(orders, number):
    status, told, _ = orders("list", "--state", "draft")
    (row,) = (row for row in told.splitlines() if number in row)
    assert status == 0
    cells = [cell.strip() for cell in row.split("│")[1:-1]]
    assert cells == [
        number,
        "F03",
        "M01",
        "draft",
        "2026-11-04",
        "24.48",
        "575.52",
        "125.52",
    ]  # 12 × 2.04; 600, 150
    orders("approve", number)
    assert number not in orders("list", "--state", "draft")[1]
    assert "24.48" in orders("list", "--state", "approved")[1]


def test_what_arrived_is_entered_line_by_line_and_a_mistake_taken_back(orders, number):
    orders("approve", number)
    orders("send", number)
    assert orders("receive", number, "--line", "0002=7", "--line", "0002=1", "--line", "0002=-2,5")[0] == 0
    line = views.orders(orders.settings)[1].set_index(["order_id", "item_id"]).loc[(number, "0002")]
    assert line["received_quantity"] == 5.5


@pytest.mark.parametrize(
    "words", [[], ["--all", "--line", "0002=1"], ["--line", "0002"], ["--line", "0002=many"]]
)
def test_a_receipt_that_says_nothing_clear_is_wrong_use(orders, number, words):
    orders("approve", number)
    orders("send", number)
    status, _, error = orders("receive", number, *words)
    assert (status, "--line" in error) == (2, True)
    assert state_of(orders, number) == "sent"


def test_a_receipt_of_an_item_that_was_not_ordered_changes_nothing(orders, number):
    orders("approve", number)
    orders("send", number)
    status, _, error = orders("receive", number, "--line", "0002=5", "--line", "9999=1")
    assert (status, "has no line for item 9999" in error) == (1, True)
    assert state_of(orders, number) == "sent"


def test_an_order_is_cancelled_until_something_of_it_arrived(orders, number):
    orders("approve", number)
    orders("send", number)
    assert orders("cancel", number, "--as", "Zoé") == (0, f"{number} cancelled by Zoé\n", "")
    status, _, error = orders("receive", number, "--all")
    assert (status, "is cancelled and cannot become received" in error) == (1, True)


@pytest.mark.parametrize("command", ["pdf", "export", "eml"])
def test_files_are_written_twice_the_same(orders, number, command, tmp_path):
    orders("approve", number)
    ending = {"pdf": "pdf", "export": "csv", "eml": "eml"}[command]
    written = []
    for folder in ("one", "two"):
        status, told, _ = orders(command, number, "--to", tmp_path / folder)
        file = tmp_path / folder / f"{number}.{ending}"
        assert (status, told.replace("\n", "")) == (0, f"written: {file}")
        written.append(file.read_bytes())
    assert written[0] == written[1]
    _, _, error = orders(command, number, "--to", tmp_path, "--language", "de")
    assert "--language" in error


def test_a_draft_has_no_message(orders, number, tmp_path):
    status, _, error = orders("eml", number, "--to", tmp_path / "mail")
    assert (status, "its supplier must not get it" in error) == (1, True)
    assert not (tmp_path / "mail").exists()


def test_a_receipt_is_entered_for_the_day_it_arrived_and_what_never_came_is_closed(orders, number):
    orders("approve", number)
    orders("send", number)
    status, _, error = orders("receive", number, "--line", "0002=5", "--on", "2026-10-30")
    assert (status, "cannot have arrived on 2026-10-30" in error) == (1, True)
    assert orders("receive", number, "--line", "0002=5", "--on", "2026-11-01")[0] == 0
    assert orders("close", number, "--as", "Eve") == (0, f"{number} closed by Eve\n", "")
    assert state_of(orders, number) == "received"


def test_a_drafts_quantity_is_edited_with_who_and_why(orders, number):
    told = orders("edit", number, "0002", "7", "--as", "Zoé", "--reason", "[b]fête")
    assert told == (0, f"7 of 0002 in {number}, by Zoé\n", "")
    shown = orders("show", number)[1]
    assert "Zoé" in shown
    assert "[b]fête" in shown
    orders("approve", number)
    status, _, error = orders("edit", number, "0002", "8")
    assert (status, "its quantities are fixed" in error) == (1, True)


def test_an_override_is_kept_listed_lifted_and_its_record_shown(orders, number):
    told = orders.overrides("set", "0002", "30", "--until", "2026-11-09", "--as", "Zoé", "--reason", "fête")
    assert told == (0, "30 of 0002 until 2026-11-09, by Zoé\n", "")
    (row,) = (row for row in orders.overrides("list")[1].splitlines() if "0002" in row)
    assert [cell.strip() for cell in row.split("│")[1:-1]] == [
        "0002",
        "30",
        "2026-11-09",
        "Zoé",
        "2026-11-01",
        "fête",
    ]
    line = views.orders(orders.settings)[1].set_index(["order_id", "item_id"]).loc[(number, "0002")]
    assert line["quantity"] == 30
    assert orders.overrides("lift", "0002", "--as", "Bob") == (0, "override of 0002 lifted by Bob\n", "")
    assert "0002" not in orders.overrides("list")[1]
    status, _, error = orders.overrides("lift", "0002")
    assert (status, "the item has no override" in error) == (1, True)
    assert orders.overrides("set", "9999", "1", "--until", "2026-11-09")[0] == 1


def test_results_of_overrides_tell_who_beat_the_model(orders):
    row = {name: 1.0 for name, column in OVERRIDE_RESULTS.columns.items() if column.kind == "number"} | {
        "order_id": "BC-1", "author": "[b]Zoé", "reason": None, "suggested_on": NIGHT, "ends_on": NIGHT,
        "measured_on": NIGHT, "saved_eur": 1234.5,
    }  # fmt: skip
    waiting = row | {"item_id": "0003"} | dict.fromkeys(("measured_on", "demand", "saved_eur"))
    results = OVERRIDE_RESULTS.check(pd.DataFrame([row | {"item_id": "0002"}, waiting]), where="test")
    with opened_store(orders.settings) as opened:
        store.replace_override_results(opened, results)
    status, told, _ = orders.overrides("results")
    rows = [
        [cell.strip() for cell in line.split("│")[1:-1]] for line in told.splitlines() if "[b]Zoé" in line
    ]
    assert (status, rows) == (
        0,
        [
            ["BC-1", "0002", "[b]Zoé", "1", "1", "1", "2026-10-31", "1,234.50"],
            ["BC-1", "0003", "[b]Zoé", "1", "1", "–", "2026-10-31", "–"],
            ["[b]Zoé", "2", "1", "1", "0", "1,234.50"],
        ],
    )
