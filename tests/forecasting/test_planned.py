import numpy as np
import pandas as pd

from optiflow_lib.forecasting.planned import planned

ITEMS = np.array(["a", "b", "c"], dtype=object)


def rows(*values):
    frame = pd.DataFrame(values, columns=["item_id", "day", "event_fair", "event_promo"])
    return frame.assign(day=pd.to_datetime(frame["day"]).astype("datetime64[us]"))


def test_what_everybody_has_alike_is_shared_and_the_rest_belongs_to_items():
    made = planned(
        rows(
            *((i, "2026-01-05", 1.0, 0.0) for i in ITEMS),
            *((i, "2026-01-09", 1.0, 0.0) for i in ITEMS),
            ("a", "2026-01-07", 0.0, 0.3),
        ),
        ITEMS,
    )
    assert made.shared["event_fair"].to_dict() == {
        pd.Timestamp("2026-01-05"): 1.0,
        pd.Timestamp("2026-01-07"): 0.0,
        pd.Timestamp("2026-01-09"): 1.0,
    }
    assert made.own.to_numpy().tolist() == [["a", pd.Timestamp("2026-01-07"), 0.3]]
    assert made.own_names == ["event_promo"]


def test_a_discount_of_two_strengths_or_with_one_item_missing_is_not_shared():
    everyone = [(i, "2026-01-05", 1.0, 0.2) for i in ITEMS] + [(i, "2026-01-06", 0.0, 0.3) for i in ITEMS]
    made = planned(rows(*everyone), ITEMS)
    assert (list(made.shared), made.own_names) == (["event_fair"], ["event_promo"])
    assert planned(rows(*everyone[:2]), ITEMS).shared.columns.tolist() == []


def test_items_that_are_not_of_the_shop_do_not_count():
    made = planned(rows(*((i, "2026-01-05", 1.0, 0.0) for i in [*ITEMS, "x"])), ITEMS)
    assert list(made.shared) == ["event_fair"]
    assert made.own.empty


def test_nothing_planned_is_nothing():
    made = planned(rows(), ITEMS)
    assert made.shared.empty
    assert made.own.empty
    assert made.own_names == []
