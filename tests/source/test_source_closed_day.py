"""Which day the night closes."""

from datetime import date

import pandas as pd
import pytest
from source_shops import days_of, plain_shop, rows_of

from optiflow_lib.errors import DataError
from optiflow_lib.source import last_closed_day
from optiflow_lib.source.closed_day import day_left_out

LAST = date(2026, 1, 31)


def sales_of(products, *, days, also=()):
    """`products` products that sell every day, and single rows (day, product) beside."""
    names = [f"P{n}" for n in range(products)]
    daily = rows_of(
        product_id=names * len(days), location_id="S", day=[d for d in days for _ in names], quantity=1.0
    )
    more = pd.DataFrame(
        [(product, "S", day, 1.0) for day, product in also],
        columns=["product_id", "location_id", "day", "quantity"],
    )
    return pd.concat([daily, more], ignore_index=True)


def closed(tmp_path, sales):
    with plain_shop(tmp_path, sales=sales) as source:
        closed, last = last_closed_day(source), source.last_day("sales")
        return closed, day_left_out(source, closed, last=last)


def test_a_day_that_is_all_there_is_closed(tmp_path):
    assert closed(tmp_path, sales_of(10, days=days_of(60))) == (LAST, None)


def test_a_half_loaded_last_day_is_left_out_and_told(tmp_path):
    sales = sales_of(10, days=days_of(60), also=[("2026-02-01", f"P{n}") for n in range(4)])
    assert closed(tmp_path, sales) == (LAST, date(2026, 2, 1))


def test_a_day_with_half_its_usual_rows_is_closed(tmp_path):
    sales = sales_of(10, days=days_of(60), also=[("2026-02-01", f"P{n}") for n in range(5)])
    assert closed(tmp_path, sales) == (date(2026, 2, 1), None)


def test_a_day_is_compared_with_its_own_weekday(tmp_path):
    """On Sundays only one product of ten is sold: a Sunday of one row is whole."""
    weekdays = [day for day in days_of(60) if pd.Timestamp(day).day_of_week != 6]
    sundays = [day for day in days_of(60) if pd.Timestamp(day).day_of_week == 6]
    sales = sales_of(10, days=weekdays, also=[(day, "P0") for day in [*sundays, "2026-02-01"]])
    assert closed(tmp_path, sales) == (date(2026, 2, 1), None)


@pytest.mark.parametrize("typed", ["2026-03-01", "2062-01-31"])
def test_a_sale_dated_far_ahead_by_mistake_is_not_the_last_day(tmp_path, typed):
    sales = sales_of(10, days=days_of(60), also=[(typed, "P0")])
    assert closed(tmp_path, sales)[0] == LAST


def test_one_day_of_history_is_closed(tmp_path):
    assert closed(tmp_path, sales_of(1, days=["2026-01-31"])) == (LAST, None)


def test_a_shop_that_opens_again_after_a_pause_closes_its_days(tmp_path):
    reopened = days_of(3, last="2026-06-30")
    assert closed(tmp_path, sales_of(10, days=[*days_of(60), *reopened])) == (date(2026, 6, 30), None)


def test_no_sales_at_all_is_an_error_that_names_the_select(tmp_path):
    with (
        plain_shop(tmp_path, sales=sales_of(1, days=["2026-01-31"]).head(0)) as source,
        pytest.raises(DataError) as error,
    ):
        last_closed_day(source)
    assert error.value.what == "the source holds no sales"
    assert "[sales], line " in error.value.where
    assert "optiflow check" in error.value.mend
