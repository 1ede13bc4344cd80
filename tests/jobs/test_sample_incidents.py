"""A night on the shipped sample finds what happened in it: four incidents that docs/data.md tells."""

from datetime import date

import pandas as pd
import pytest
from shops import PROJECT, write_settings

from optiflow_lib import jobs
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.settings import load_settings
from optiflow_lib.store import read_night

LAST_DAY = date(2026, 10, 31)


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """What the night of the shipped sample's last day says of its data and of unusual days."""
    source = {"url": f"sqlite:///{PROJECT / 'optiflow.db'}", "sample": True}
    file = write_settings(tmp_path_factory.mktemp("incidents"), source=source)
    for step in (jobs.check_inputs, jobs.find_anomalies):
        step(settings_file=str(file), as_of=LAST_DAY.isoformat())
    with opened_store(load_settings(file)) as store:
        return {name: read_night(store, name, as_of=LAST_DAY) for name in ("anomalies", "quality")}


def found(night, item_id):
    return night["anomalies"].query("item_id == @item_id")


def test_the_wholesale_customer_is_a_bulk_sale_of_one_day(night):
    (day,) = found(night, "0059").itertuples()
    assert (day.day, day.direction, day.cause) == (pd.Timestamp("2026-10-27"), "high", "bulk sale")
    assert day.quantity > 5 * day.expected


def test_the_week_without_a_display_is_seven_days_below(night):
    days = found(night, "0043")
    assert days["day"].tolist() == list(pd.date_range("2026-10-05", "2026-10-11"))
    assert set(days["direction"]) == {"low"}


def test_the_competitor_that_closed_is_a_level_shift(night):
    (shift,) = found(night, "0054").itertuples()
    assert (shift.direction, shift.cause) == ("high", "level shift")
    assert abs((shift.day - pd.Timestamp("2026-09-28")).days) <= 7


def test_the_quantity_with_a_digit_too_many_is_named_by_the_quality_of_data_and_unusual(night):
    (problem,) = night["quality"].itertuples()
    assert (problem.check, problem.subject) == ("quantity against revenue", "0021")
    assert (problem.day, "70" in problem.detail) == (pd.Timestamp("2026-10-28"), True)
    assert found(night, "0021")["day"].tolist() == [problem.day]


def test_little_else_is_told(night):
    others = set(night["anomalies"]["item_id"]) - {"0059", "0043", "0054", "0021"}
    assert len(others) <= 1
