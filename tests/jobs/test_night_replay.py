"""A past night gives the same results again, or says line by line where not."""

import shutil
import sqlite3
from contextlib import closing
from datetime import date

import pytest

from optiflow_lib import store
from optiflow_lib.errors import DataError, StoreError
from optiflow_lib.jobs.marks import Marks, marks_of
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.jobs.replay import replay_night
from optiflow_lib.settings import load_settings

NIGHT = date(2026, 10, 31)


@pytest.fixture
def settings(shop):
    return load_settings(shop)


@pytest.fixture
def marks(settings):
    with opened_store(settings) as opened:
        return marks_of(settings, opened, NIGHT)


def change(file, statement):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


def test_a_night_run_again_is_the_same_whatever_the_source_has_become_and_leaves_no_trace(settings, marks):
    change(settings.folder / "shop.db", "UPDATE ventes SET quantite = quantite * 2")
    files = {file: file.stat().st_mtime_ns for file in settings.paths.runs.rglob("*")}
    assert replay_night(settings, NIGHT, marks).empty
    assert {file: file.stat().st_mtime_ns for file in settings.paths.runs.rglob("*")} == files
    with opened_store(settings) as opened:
        assert marks_of(settings, opened, NIGHT) == marks


def test_what_differs_is_told_by_table_row_and_column(settings, marks):
    with opened_store(settings) as opened:
        lines = store.read_night(opened, "recommendations", as_of=NIGHT)
        first = lines.loc[0].copy()
        lines.loc[0, "order_quantity"] = first["order_quantity"] + 5
        store.replace_night(opened, {"recommendations": lines[:-1]}, as_of=NIGHT)
    found = replay_night(settings, NIGHT, marks).query("table == 'recommendations'")
    then, now = str(first["order_quantity"] + 5), str(first["order_quantity"])
    changed, missing = found.iloc[0], found.iloc[-1]
    assert changed.tolist() == ["recommendations", first["item_id"], "order_quantity", then, now]
    assert missing.tolist() == ["recommendations", lines.iloc[-1]["item_id"], "(row)", "missing", "there"]
    assert len(found) == 2


def test_another_way_to_forecast_shows(settings, marks):
    other = settings.forecast.model_copy(update={"candidates": ("moving_average",)})
    found = replay_night(settings.model_copy(update={"forecast": other}), NIGHT, marks)
    assert "forecast" in set(found.query("table == 'forecasts'")["column"])


def test_inputs_and_models_that_are_kept_no_longer_are_named(settings, marks):
    with pytest.raises(StoreError, match="2020-01-01_gone"):
        replay_night(settings, NIGHT, Marks(marks.inputs, "2020-01-01_gone", marks.results))
    shutil.rmtree(settings.paths.runs / "inputs")
    with pytest.raises(DataError, match="no inputs are frozen for 2026-10-31"):
        replay_night(settings, NIGHT, marks)
