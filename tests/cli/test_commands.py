"""Commands that look, compare and write files."""

import json
import re
import sqlite3

import pytest

from optiflow_lib.jobs import views
from optiflow_lib.settings import load_settings


def test_init_makes_a_sample_shop_and_refuses_to_replace_a_foreign_file(optiflow, tmp_path):
    file = tmp_path / "new.db"
    status, told, _ = optiflow("init", "--sample", "--products", 5, "--years", 1, "--database", file)
    assert (status, file.is_file()) == (0, True)
    assert str(file) in told
    file.write_bytes(b"somebody's own file")
    status, _, error = optiflow("init", "--sample", "--products", 5, "--years", 1, "--database", file)
    assert status == 1
    assert "mend:" in error
    assert file.read_bytes() == b"somebody's own file"


def test_init_without_a_choice_is_wrong_use(optiflow):
    status, _, error = optiflow("init")
    assert status == 2
    assert "--sample" in error


def test_check_reports_rows_and_period_of_every_table(optiflow, shop):
    status, told, _ = optiflow("check", "--settings", shop)
    assert status == 0
    for table in ("products", "sales", "stock_history", "receipts", "events"):
        assert re.search(rf"{table}\s+│\s+[1-9]\d*", told), table
    assert "2026-10-31" in told


def test_check_fails_on_a_table_the_database_does_not_have(optiflow, shop):
    connection = sqlite3.connect(shop.parent / "shop.db")
    connection.execute("ALTER TABLE ventes RENAME TO ventes_anciennes")
    connection.close()
    status, told, _ = optiflow("check", "--settings", shop)
    assert status == 1
    assert "ventes" in told


def test_status_tells_the_published_night_to_people_and_to_tools(optiflow, shop_night):
    status, told, _ = optiflow("status", "--settings", shop_night)
    assert (status, "published: 2026-10-31" in told) == (0, True)
    _, told, _ = optiflow("status", "--json", "--settings", shop_night)
    assert json.loads(told) == {"published": "2026-10-31", "stale": False, "runs": []}


def test_dump_writes_the_same_to_a_file_and_to_standard_output(optiflow, shop_night, tmp_path):
    file = tmp_path / "dump.txt"
    assert optiflow("dump", file, "--settings", shop_night)[0] == 0
    _, told, _ = optiflow("dump", "--settings", shop_night)
    assert told == file.read_text(encoding="utf-8")
    assert "forecasts" in told


def test_backtest_compares_the_candidates(optiflow, shop):
    status, told, _ = optiflow("backtest", "--origins", 1, "--settings", shop)
    assert status == 0
    assert re.search(r"seasonal_naive\s+│\s+\d+\s+│\s+\d+\s+│", told)
    assert re.search(r"prophet_windows\s+│", told)


def test_orders_are_listed_shown_approved_and_exported(optiflow, shop, tmp_path):
    orders, lines, _ = views.orders(load_settings(shop))
    number = orders["order_id"].iloc[0]
    status, told, _ = optiflow("orders", "list", "--settings", shop)
    assert (status, all(order_id in told for order_id in orders["order_id"])) == (0, True)
    _, told, _ = optiflow("orders", "show", number, "--settings", shop)
    assert all(item in told for item in lines.loc[lines["order_id"] == number, "item_id"])
    assert optiflow("orders", "approve", number, "--as", "Zoé", "--settings", shop)[0] == 0
    assert views.orders(load_settings(shop))[0].set_index("order_id").loc[number, "state"] == "approved"
    status, _, error = optiflow("orders", "approve", number, "--as", "Zoé", "--settings", shop)
    assert (status, "cannot become approved" in error) == (1, True)
    assert optiflow("orders", "export", number, "--to", tmp_path, "--settings", shop)[0] == 0
    assert (tmp_path / f"{number}.csv").stat().st_size > 0


def test_an_order_that_does_not_exist_is_named(optiflow, shop_night):
    status, _, error = optiflow("orders", "show", "BC-1999-000001", "--settings", shop_night)
    assert status == 1
    assert "BC-1999-000001" in error


@pytest.mark.parametrize("command", ["nightly", "weekly", "check", "status", "serve", "lab", "backtest"])
def test_every_command_explains_itself(optiflow, command):
    status, told, _ = optiflow(command, "--help")
    assert status == 0
    assert "--settings" in told
