import numpy as np
import pandas as pd
import pytest
from inventory_frames import NIGHT, day, items, receipts, suppliers, terms

from optiflow_lib.inventory import learned_lead_times
from optiflow_lib.inventory.receipts import drifting_suppliers, observed_lines, observed_orders
from optiflow_lib.schemas.source import RECEIPTS
from optiflow_lib.settings import InventorySettings

NONE = RECEIPTS.empty().assign(item_id=pd.Series(dtype="str"))
QUOTED = terms({"lead_time": 6.0})


def learned(seen=NONE, *, quoted=QUOTED, of=None, known=None, **values):
    return learned_lead_times(
        seen,
        supplier_terms=quoted,
        suppliers=suppliers() if known is None else known,
        items=items() if of is None else of,
        as_of=NIGHT,
        settings=InventorySettings(),
        **values,
    )


def row(made, item="A"):
    return made.frame.set_index("item_id").loc[item]


def test_eight_receipts_speak_for_themselves():
    waits = (3, 4, 5, 3, 9, 4, 5, 3)
    made = row(learned(receipts(*waits)))
    assert (made["basis"], made["observations"]) == ("receipts", 8)
    assert made["lead_time"] == pytest.approx(np.mean(waits))
    assert made["lead_time_sd"] == pytest.approx(np.std(waits))


def test_fewer_are_shrunk_towards_what_the_supplier_needs_for_other_items():
    mine, others = receipts(2, 2), receipts(*[7, 9] * 8, item="B")
    made = row(learned(pd.concat([mine, others])))
    # The supplier's orders: sixteen for B, and A's two that were sent on days of their own.
    days = [*[7, 9] * 8, 2, 2]
    assert made["basis"] == "shrunk"
    assert made["lead_time"] == pytest.approx(2 / 8 * 2 + 6 / 8 * np.mean(days))


def test_a_supplier_with_few_orders_is_shrunk_towards_what_is_quoted():
    made = row(learned(receipts(10, 10, item="B")))
    assert made["basis"] == "shrunk"
    assert made["lead_time"] == pytest.approx(2 / 8 * 10 + 6 / 8 * 6)


def test_without_receipts_the_quoted_lead_time_holds_with_an_assumed_spread():
    made = row(learned())
    assert (made["basis"], made["lead_time"], made["observations"]) == ("quoted", 6, 0)
    assert made["lead_time_sd"] == pytest.approx(0.3 * 6)


@pytest.mark.parametrize(
    "quoted", [terms(), terms({}), terms({"lead_time": -3.0}), terms({"lead_time": 900.0})]
)
def test_without_a_believable_quoted_lead_time_one_is_assumed_and_said_to_be(quoted):
    made = row(learned(quoted=quoted))
    assert (made["basis"], made["lead_time"]) == ("assumed", 7)


def test_an_item_without_a_supplier_has_a_lead_time_too():
    made = row(learned(of=items({"supplier_id": None}), quoted=terms()))
    assert (made["basis"], made["order_on"], made["review_period"]) == ("assumed", day(1), 1)


def test_the_parts_disagreement_is_spread():
    # Own receipts say 2, the supplier says 10: half of each is neither.
    seen = pd.concat([receipts(2, 2, 2, 2), receipts(*[10] * 12, item="B", every=7)])
    made = row(learned(seen))
    assert made["lead_time_sd"] > 3


def test_receipts_of_another_supplier_do_not_count():
    assert row(learned(receipts(*[30] * 9, supplier="S2")))["basis"] == "quoted"


def test_receipts_after_the_night_are_not_seen():
    later = receipts(*[4] * 9).assign(received_on=day(1))
    assert row(learned(later))["basis"] == "quoted"


@pytest.mark.parametrize("days", [-2, 400])
def test_negative_and_absurd_lead_times_are_left_out(days):
    seen = receipts(*[4] * 9)
    wrong = receipts(0, item="A").assign(
        order_line_id="wrong", ordered_on=day(-5 - days), received_on=day(-5)
    )
    assert row(learned(pd.concat([seen, wrong])))["lead_time"] == pytest.approx(4)


def test_a_receipt_of_nothing_is_no_receipt():
    assert row(learned(receipts(*[4] * 9, received_quantity=0.0)))["basis"] == "quoted"


def test_a_line_that_came_in_parts_waits_by_the_share_of_each():
    one = receipts(4).iloc[0]
    parts = [
        one.to_dict()
        | {"received_on": one["ordered_on"] + pd.Timedelta(days=wait), "received_quantity": share}
        for wait, share in ((2, 1.0), (12, 9.0))
    ]
    lines = observed_lines(RECEIPTS.check(pd.DataFrame(parts), where="test").assign(item_id="A"), as_of=NIGHT)
    assert lines[["days", "weight"]].to_numpy().tolist() == [[2, 0.1], [12, 0.9]]


def test_only_the_last_receipts_tell_how_a_supplier_delivers_today():
    assert row(learned(receipts(*[20] * 30, *[3] * 30, every=5)))["lead_time"] == pytest.approx(3)


def test_lines_sent_together_are_one_order():
    together = pd.concat([receipts(5, item=name, every=7) for name in "ABC"])
    assert observed_orders(together, as_of=NIGHT)["days"].tolist() == [5]


def test_order_days_are_the_supplier_s_next_two():
    # The night is a Friday: the next Monday, then the Thursday after it.
    made = row(learned(known=suppliers({"order_weekdays": "1,4"})))
    assert (made["order_on"], made["review_period"]) == (day(3), 3)


def test_an_order_waits_for_the_supplier_s_day():
    today = learned(known=suppliers({"order_weekdays": "6"})).draws(n_samples=50, seed=1)
    monday = learned(known=suppliers({"order_weekdays": "1"})).draws(n_samples=50, seed=1)
    assert (monday - today == 2).all()


def test_draws_are_the_receipts_own():
    waits = (3, 4, 5, 3, 9, 4, 5, 3)
    drawn = learned(receipts(*waits)).draws(n_samples=800, seed=1)[0]
    assert {int(value): int((drawn == value).sum()) for value in set(waits)} == {
        3: 300,
        4: 200,
        5: 200,
        9: 100,
    }


def test_draws_have_the_moments_of_the_table():
    made = learned(pd.concat([receipts(2, 3, 2), receipts(*[7, 9, 14, 8], item="B")]))
    drawn = made.draws(n_samples=20_000, seed=3)[0]
    assert drawn.mean() == pytest.approx(row(made)["lead_time"], rel=0.02)
    assert drawn.std() == pytest.approx(row(made)["lead_time_sd"], rel=0.05)


def test_an_item_s_draws_do_not_depend_on_the_others():
    seen = pd.concat([receipts(2, 3, 9), receipts(4, 8, item="B")])
    quoted = terms({"lead_time": 6.0}, {"item_id": "B", "lead_time": 3.0})
    both = learned(seen, of=items({}, {}), quoted=quoted).draws(n_samples=40, seed=5)
    alone = learned(seen, of=items({}, {}).tail(1), quoted=quoted).draws(n_samples=40, seed=5)
    assert (both[1] == alone[0]).all()
    assert (both[0] != both[1]).any()


def test_nothing_arrives_on_a_day_the_shop_is_closed():
    made = learned(receipts(*range(1, 15)), closed={7})
    arrivals = day(0) + pd.to_timedelta(made.draws(n_samples=500, seed=1)[0] + 1, unit="D")
    assert 6 not in arrivals.day_of_week
    assert 0 in arrivals.day_of_week


def test_no_order_waits_for_ever_for_a_shop_that_never_opens():
    assert (learned(receipts(*[3] * 8), closed=range(1, 8)).draws(n_samples=3, seed=1) == 3).all()


def orders_that_took(*waits):
    return receipts(*waits, every=7)


def test_a_supplier_whose_last_five_orders_took_longer_drifts():
    drifts = drifting_suppliers(orders_that_took(*[4, 5, 6] * 5, 7, 8, 6, 7, 8), as_of=NIGHT)
    assert drifts.to_dict("records") == [{"supplier_id": "S1", "recent": 7.2, "usual": 5.0}]


@pytest.mark.parametrize(
    "waits",
    [
        (*[4, 5, 6] * 5, 6, 5, 6, 5, 6),  # within history + 2σ/√5
        (*[4, 5, 6] * 5, 2, 2, 1, 2, 2),  # faster is no drift
        (4, 5, 6, 4, 9, 9, 9, 9, 9),  # too little history to compare with
    ],
)
def test_chance_speed_and_a_short_history_are_no_drift(waits):
    assert drifting_suppliers(orders_that_took(*waits), as_of=NIGHT).empty


def test_one_late_delivery_of_many_lines_is_no_drift():
    usual = orders_that_took(*[4, 5, 6] * 7)
    late = pd.concat([receipts(7).assign(order_line_id=f"late {n}") for n in range(5)])
    assert drifting_suppliers(pd.concat([usual, late]), as_of=NIGHT).empty
