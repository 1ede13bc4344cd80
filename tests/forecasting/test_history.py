from datetime import date

import numpy as np
import pandas as pd
import pytest

from optiflow_lib.errors import DataError
from optiflow_lib.forecasting import daily_demand
from optiflow_lib.forecasting.panel import panel_of
from optiflow_lib.schemas.results import DAILY_SALES

FIRST, CUTOFF = date(2026, 1, 1), date(2026, 1, 10)


def sales(*rows):
    frame = pd.DataFrame(rows, columns=["item_id", "day", "quantity"]).assign(
        revenue=None, on_promotion=False
    )
    return DAILY_SALES.check(frame, where="test")


def items(*rows):
    frame = pd.DataFrame(rows, columns=["item_id", "launched_on", "ends_on"])
    return frame.assign(**{c: pd.to_datetime(frame[c]) for c in ("launched_on", "ends_on")})


def stock(*rows):
    frame = pd.DataFrame(rows, columns=["item_id", "day", "on_hand", "in_stock_share"])
    return frame.assign(day=pd.to_datetime(frame["day"]))


def demand(daily_sales, known_items, stock_history=None):
    made = daily_demand(
        daily_sales, items=known_items, stock_history=stock_history, first_day=FIRST, cutoff=CUTOFF
    )
    return made.assign(day=made["day"].dt.day).set_index(["item_id", "day"])["quantity"]


def test_a_day_without_a_sale_is_zero_from_the_first_sale_to_the_cutoff():
    made = demand(sales(("a", "2026-01-04", 3), ("a", "2026-01-06", 2)), items(("a", None, None)))
    assert made["a"].to_dict() == {4: 3, 5: 0, 6: 2, 7: 0, 8: 0, 9: 0, 10: 0}


def test_a_launch_before_the_first_sale_begins_the_history():
    made = demand(sales(("a", "2026-01-04", 3)), items(("a", "2026-01-02", None)))
    assert made["a"].index.min() == 2
    assert made["a"][2] == 0


def test_a_product_that_ended_has_no_days_after_its_end():
    made = demand(sales(("a", "2026-01-04", 3)), items(("a", None, "2026-01-05")))
    assert made["a"].index.tolist() == [4, 5]


def test_a_day_out_of_stock_is_unknown_not_zero():
    out = stock(("a", "2026-01-05", 0, None), ("a", "2026-01-06", 4, 0.5), ("a", "2026-01-07", 4, 1.0))
    made = demand(sales(*(("a", f"2026-01-0{d}", 2) for d in (4, 5, 6, 7))), items(("a", None, None)), out)
    assert made["a"].isna().to_dict() == {4: False, 5: True, 6: True, 7: False, 8: False, 9: False, 10: False}


def test_a_day_in_stock_for_most_of_its_hours_is_scaled_up_to_the_whole_day():
    out = stock(("a", "2026-01-04", 0, 0.8), ("a", "2026-01-05", 0, 0.74), ("a", "2026-01-06", 3, 1.0))
    made = demand(sales(*(("a", f"2026-01-0{d}", 4) for d in (4, 5, 6))), items(("a", None, None)), out)
    assert made["a"][4] == pytest.approx(5.0)
    assert np.isnan(made["a"][5])
    assert made["a"][6] == 4


def test_a_day_of_more_returns_than_sales_counts_as_zero():
    made = demand(sales(("a", "2026-01-04", 3), ("a", "2026-01-05", -2)), items(("a", None, None)))
    assert made["a"][5] == 0


def test_nothing_outside_the_period_is_seen():
    inside = (("a", "2026-01-04", 3),)
    outside = (("a", "2025-12-30", 99), ("a", "2026-01-11", 99), ("b", "2026-01-12", 9))
    known_items = items(("a", None, None), ("b", None, None))
    pd.testing.assert_series_equal(
        demand(sales(*inside), known_items), demand(sales(*inside, *outside), known_items)
    )


def test_an_item_that_is_not_of_the_assortment_has_no_demand():
    assert "b" not in demand(sales(("a", "2026-01-04", 3), ("b", "2026-01-04", 3)), items(("a", None, None)))


def test_two_rows_of_an_item_and_day_are_refused_by_name():
    with pytest.raises(DataError, match="item_id=a, day=2026-01-04"):
        sales(("a", "2026-01-04", 3), ("a", "2026-01-04", 2))


def test_a_panel_keeps_unknown_days_and_days_before_an_items_life_unknown():
    frame = daily_demand(
        sales(("a", "2026-01-04", 3), ("b", "2026-01-08", 1)),
        items=items(("a", None, None), ("b", None, None)),
        stock_history=stock(("a", "2026-01-05", 0, None)),
        first_day=FIRST,
        cutoff=CUTOFF,
    )
    panel = panel_of(frame)
    assert panel.item_ids.tolist() == ["a", "b"]
    assert panel.quantity[0].tolist()[0] == 3
    assert np.isnan(panel.quantity[0]).tolist() == [False, True, *[False] * 5]
    assert np.isnan(panel.quantity[1]).tolist() == [True] * 4 + [False] * 3
    later = panel.between(pd.Timestamp("2026-01-10"), pd.Timestamp("2026-01-12"))
    assert later[0, 0] == 0
    assert np.isnan(later[:, 1:]).all()
    assert panel.until(pd.Timestamp("2026-01-05")).quantity.shape == (2, 2)


def test_a_panel_of_nothing_has_no_items():
    assert panel_of(
        daily_demand(sales(), items=items(), stock_history=None, first_day=FIRST, cutoff=CUTOFF)
    ).quantity.shape == (0, 0)
