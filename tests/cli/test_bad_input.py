"""What is broken is named with where and how to mend it; nothing is written by halves, no traceback is shown."""

import sqlite3
import subprocess
import sys

import pytest
from shops import PROJECT, open_shop, write_settings

from optiflow_lib.jobs.night import opened_store
from optiflow_lib.jobs.summary import night_summary
from optiflow_lib.settings import load_settings
from optiflow_lib.store import last_night, read_night

SHIPPED = PROJECT / "optiflow_lib" / "source" / "mappings" / "optiflow.toml"


@pytest.fixture
def tiny_shop(tmp_path):
    return open_shop(tmp_path / "tiny", products=3, years=1, seed=3)


def edit_shop(settings_file, *statements):
    connection = sqlite3.connect(settings_file.parent / "shop.db")
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def refused(optiflow, settings_file, *words):
    status, _, error = optiflow("nightly", *words, "--settings", settings_file)
    assert status == 1
    assert "Traceback" not in error
    assert "where:" in error
    assert "mend:" in error
    return error


def test_a_missing_database(optiflow, tmp_path):
    error = refused(optiflow, write_settings(tmp_path))
    assert "shop.db" in error
    assert not (tmp_path / "shop.db").exists()


def test_a_locked_database(optiflow, tiny_shop):
    write_settings(tiny_shop.parent, source={"timeout_s": 1})
    writer = sqlite3.connect(tiny_shop.parent / "shop.db")
    writer.execute("BEGIN EXCLUSIVE")
    try:
        assert "locked" in refused(optiflow, tiny_shop)
    finally:
        writer.rollback()
        writer.close()


def test_a_mapping_that_names_a_column_which_does_not_exist(optiflow, tiny_shop):
    own = tiny_shop.parent / "own.toml"
    own.write_text(SHIPPED.read_text(encoding="utf-8").replace("libelle", "nom_inconnu"), encoding="utf-8")
    write_settings(tiny_shop.parent, source={"mapping": str(own)})
    error = refused(optiflow, tiny_shop)
    assert "nom_inconnu" in error
    assert "[products]" in error
    assert str(own) in error
    status, told, _ = optiflow("check", "--settings", tiny_shop)
    assert (status, "nom_inconnu" in told) == (1, True)


def test_an_empty_sales_table(optiflow, tiny_shop):
    edit_shop(tiny_shop, "DELETE FROM ventes")
    assert "sales" in refused(optiflow, tiny_shop)
    with opened_store(load_settings(tiny_shop)) as store:
        assert last_night(store) is None


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [("horizon_days", -1, "forecast.horizon_days"), ("horizn_days", 30, "forecast.horizn_days")],
)
def test_a_broken_setting(optiflow, tiny_shop, key, value, told):
    write_settings(tiny_shop.parent, forecast={key: value})
    assert told in refused(optiflow, tiny_shop)


def test_a_day_of_the_wrong_form_is_wrong_use(optiflow, tiny_shop):
    status, _, error = optiflow("nightly", "--as-of", "31/10/2026", "--settings", tiny_shop)
    assert status == 2
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (b"\xff\xfe[\x00s\x00", "no UTF-8 text: byte 1"),  # an editor's UTF-16
        ("[paths]\nruns = 'été'".encode("latin-1"), "no UTF-8 text: byte 17"),
        (b"[source", "not TOML"),
        (b"source = 3", "setting source"),
    ],
)
def test_a_settings_file_that_cannot_be_read(optiflow, tmp_path, written, told):
    (tmp_path / "optiflow.toml").write_bytes(written)
    assert told in refused(optiflow, tmp_path / "optiflow.toml")


def test_a_folder_in_place_of_the_settings_file(optiflow, tmp_path):
    (tmp_path / "optiflow.toml").mkdir()
    assert "cannot be read: Is a directory" in refused(optiflow, tmp_path / "optiflow.toml")


def test_a_night_that_cannot_begin_says_so_in_the_log_and_runs_when_the_database_is_back(optiflow, tiny_shop):
    database, away = tiny_shop.parent / "shop.db", tiny_shop.parent / "away.db"
    database.rename(away)
    refused(optiflow, tiny_shop)
    log = (tiny_shop.parent / "batch_optiflow.log").read_text(encoding="utf-8")
    assert "ERROR - nightly cannot run: the database file shop.db does not exist" in log
    assert "Traceback" not in log
    away.rename(database)
    status, told, error = optiflow("nightly", "--resume", "--settings", tiny_shop)
    assert status in (0, 3), told + error


def mounted(settings_file, options):
    """The start of a shell in which the runs folder is a small disk of its own; skips where that is not allowed."""
    runs = settings_file.parent / "runs"
    runs.mkdir(exist_ok=True)
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a disk of their own")
    return ["unshare", "-rm", "sh", "-c", f'mount -t tmpfs -o {options} tmpfs {runs} && exec "$@"', "sh"]


@pytest.mark.parametrize(("options", "told"), [("ro", "read-only"), ("size=60k", "the disk is full")])
def test_a_disk_that_cannot_be_written(tiny_shop, options, told):
    mounting = mounted(tiny_shop, options)
    words = [sys.executable, "-m", "optiflow_lib.cli", "nightly", "--settings", str(tiny_shop)]
    ended = subprocess.run([*mounting, *words], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert told in ended.stderr
    assert str(tiny_shop.parent / "runs") in ended.stderr
    assert "mend:" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert told in (tiny_shop.parent / "batch_optiflow.log").read_text(encoding="utf-8")


def test_a_file_in_place_of_the_runs_folder(tiny_shop):
    (tiny_shop.parent / "runs").write_text("")
    command = [sys.executable, "-m", "optiflow_lib.cli", "nightly", "--settings", str(tiny_shop)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
    assert "a file stands where a folder is needed" in ended.stderr


@pytest.mark.parametrize(
    "words", [("orders", "show", "BC-0"), ("orders", "approve", "BC-0"), ("replay", "BC-0")]
)
def test_an_unknown_number(optiflow, tiny_shop, words):
    status, _, error = optiflow(*words, "--settings", tiny_shop)
    assert status == 1
    assert "there is no" in error
    assert "BC-0" in error
    assert "mend:" in error


def test_a_user_never_sees_a_traceback(tmp_path):
    command = [sys.executable, "-m", "optiflow_lib.cli", "nightly", "--settings", tmp_path / "none.toml"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("optiflow: the settings file does not exist")
    assert "Traceback" not in ended.stderr


def test_a_day_of_history_zeros_and_a_day_without_data_are_forecast_and_listed(optiflow, tiny_shop):
    edit_shop(
        tiny_shop,
        "DELETE FROM ventes WHERE article_id = '0003' AND date_vente < '2026-10-31'",
        "INSERT OR REPLACE INTO ventes VALUES ('0003', 'M01', '2026-10-31', 'vente', 4, 8.0, 0)",
        "UPDATE ventes SET quantite = 0 WHERE article_id = '0002'",
        "DELETE FROM ventes WHERE date_vente = '2026-10-20'",
    )
    status, told, error = optiflow("nightly", "--settings", tiny_shop)
    assert status in (0, 3), told + error
    settings = load_settings(tiny_shop)
    with opened_store(settings) as store:
        as_of = last_night(store)
        forecasts = read_night(store, "forecasts", as_of=as_of).groupby("item_id")["forecast"].sum()
        quality = read_night(store, "quality", as_of=as_of)
    assert night_summary(settings, as_of).forecasts == len(forecasts) >= 2
    assert forecasts["0003"] > 0
    assert forecasts["0002"] == 0
    assert "2026-10-20" in quality["day"].dt.strftime("%Y-%m-%d").tolist()
