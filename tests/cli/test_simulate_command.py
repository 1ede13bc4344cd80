"""`optiflow simulate` on the small shop."""

import json

import pandas as pd
import pytest

from optiflow_lib.jobs.policies import POLICIES

SHORT = ("--days", 21)


@pytest.fixture
def warm(monkeypatch):
    monkeypatch.setenv("OPTIFLOW_SIMULATION__WARM_UP_DAYS", "7")


def test_it_tells_service_cost_and_trade_off_of_each_policy(optiflow, shop_night, warm):
    status, told, _ = optiflow("simulate", *SHORT, "--settings", shop_night)
    assert status == 0
    assert "2026-10-11 to 2026-10-31" in told
    assert [policy.name for policy in POLICIES.values() if policy.name not in told] == []
    assert "ours costs against erp_rule: " in told
    assert "What service costs" in told


def test_tools_get_json_and_files(optiflow, shop_night, warm, tmp_path):
    asked = ("--from", "2026-10-11", "--to", "2026-10-30", "--policy", "ours", "--policy", "erp_rule")
    status, told, _ = optiflow(
        "simulate", *asked, "--only", "class=A", "--json", "--csv", tmp_path / "out", "--settings", shop_night
    )
    made = json.loads(told)
    assert (status, made["first_day"], made["last_day"]) == (0, "2026-10-11", "2026-10-30")
    assert {row["policy"] for row in made["summary"]} == {"ours", "erp_rule"}
    items = pd.read_csv(tmp_path / "out" / "items.csv", dtype={"item_id": str})
    assert set(items["abc"]) == {"A"}
    files = ["assumed", "curves", "days", "items", "left_out", "savings", "summary"]
    assert sorted(file.stem for file in (tmp_path / "out").iterdir()) == files


def test_limits_of_a_file_are_replayed(optiflow, shop_night, warm, tmp_path):
    file = tmp_path / "limits.csv"
    words = ("--policy", "present", "--limits", file, *SHORT, "--settings", shop_night)
    status, _, error = optiflow("simulate", *words)
    assert status == 1
    assert str(file) in error
    file.write_text("item_id,minimum,maximum\n" + "".join(f"{n:04d},2,9\n" for n in range(1, 13)))
    status, told, _ = optiflow("simulate", *words)
    assert status == 0
    assert "assumed:" not in told


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("--only", "colour=red"), 2, "WHAT=VALUE"),
        (("--only", "class"), 2, "WHAT=VALUE"),
        (("--policy", "oracle"), 1, "there is no policy oracle"),
        (("--to", "2027-01-01"), 1, "last closed day is 2026-10-31"),
        (("--only", "class=Z"), 1, "no item has abc Z"),
    ],
)
def test_a_wrong_wish_is_answered_with_what_to_mend(optiflow, shop_night, warm, words, status, told):
    ended, _, error = optiflow("simulate", *SHORT, *words, "--settings", shop_night)
    assert ended == status
    assert told in error
