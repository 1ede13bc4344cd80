import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inventory_frames import NIGHT, day, items

from optiflow_lib.inventory import classes
from optiflow_lib.schemas.results import DAILY_SALES

DAYS = 364


def sales(**by_item):
    """Daily sales; each item's are one number a day, or a list that ends with the night."""
    rows = []
    for name, wanted in by_item.items():
        values = np.broadcast_to(wanted, DAYS) if np.ndim(wanted) == 0 else np.asarray(wanted)
        rows += [(name, day(n + 1 - len(values)), float(q)) for n, q in enumerate(values) if q]
    made = pd.DataFrame(rows, columns=["item_id", "day", "quantity"])
    return DAILY_SALES.check(made.assign(revenue=None, on_promotion=False), where="test")


def classified(sold, *rows, history=None):
    made = classes(sold, items=items(*(rows or ({},))), stock_history=history, as_of=NIGHT)
    return made.set_index("item_id")


def test_eighty_percent_of_the_margin_is_a_up_to_95_b_and_the_rest_c():
    # Margins 70, 15, 8, 4, 3 of 100: B starts once 80 % are reached, C once 95 % are.
    made = classified(sales(A=70, B=15, C=8, D=4, E=3), *[{}] * 5)
    assert made["abc"].tolist() == ["A", "A", "B", "B", "C"]


def test_margin_ranks_not_quantity():
    made = classified(sales(A=10, B=10), {"price": 2.1}, {"price": 40.0})
    assert made["abc"].tolist() == ["C", "A"]


def test_an_item_without_a_cost_is_ranked_by_an_assumed_margin():
    made = classified(sales(A=10, B=1), {"unit_cost": None, "price": 100.0}, {})
    assert made.loc["A", "abc"] == "A"


def test_nothing_sold_is_c_and_an_empty_list_has_no_classes():
    assert classified(sales())["abc"].tolist() == ["C"]
    assert classes(sales(), items=items().head(0), stock_history=None, as_of=NIGHT).empty


def slow_classes(margins):
    """ABC by a loop."""
    total, reached, made = sum(margins), 0.0, {}
    for n in sorted(range(len(margins)), key=lambda n: -margins[n]):
        made[n] = "A" if reached < 0.8 * total else "B" if reached < 0.95 * total else "C"
        reached += margins[n]
    return [made[n] for n in range(len(margins))]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 500), min_size=1, max_size=8, unique=True))
def test_classes_are_those_of_a_loop(units):
    made = classified(sales(**dict(zip("ABCDEFGH", units, strict=False))), *[{}] * len(units))
    assert made["abc"].tolist() == slow_classes([u / 7 for u in units])


def random(mean, *, seed=1, days=DAYS):
    return np.random.default_rng(seed).poisson(mean, days)


@pytest.mark.parametrize(
    ("wanted", "xyz"), [(5, "X"), (random(5), "X"), (random(0.35), "Y"), (random(0.05), "Z")]
)
def test_regular_items_are_x_and_rare_ones_z(wanted, xyz):
    assert classified(sales(A=wanted)).loc["A", "xyz"] == xyz


def test_a_season_that_the_category_shares_is_no_irregularity():
    week = np.repeat(np.arange(52), 7)
    season = 6 * (1 + 0.9 * np.cos(2 * np.pi * week / 52))
    sold = {name: np.random.default_rng(n).poisson(season) for n, name in enumerate("ABC")}
    assert classified(sales(**sold), *[{}] * 3)["xyz"].tolist() == ["X", "X", "X"]
    # The same swing of one item against steady others is its own.
    alone = sold | {"B": np.full(DAYS, 60), "C": np.full(DAYS, 60)}
    assert classified(sales(**alone), *[{}] * 3)["xyz"].tolist() == ["Y", "X", "X"]


def history(empty, item="A"):
    days = pd.date_range(end=day(0), periods=DAYS)
    return pd.DataFrame(
        {"item_id": item, "day": days, "on_hand": np.where(empty, 0.0, 5.0), "in_stock_share": np.nan}
    )


def test_days_out_of_stock_are_unknown_not_zero():
    empty = (np.arange(DAYS) // 14) % 2 == 0
    sold = sales(A=np.where(empty, 0, 5))
    assert classified(sold, history=history(~empty & False)).loc["A", ["xyz", "pattern"]].tolist() == [
        "Y",
        "intermittent",
    ]
    assert classified(sold, history=history(empty)).loc["A", ["xyz", "pattern"]].tolist() == ["X", "smooth"]


def test_a_share_of_a_day_out_of_stock_hides_that_day_s_demand():
    stocked = history(np.zeros(DAYS, dtype=bool))
    partly = stocked.assign(in_stock_share=np.where(np.arange(DAYS) % 7 == 0, 0.4, 1.0))
    sold = sales(A=np.where(np.arange(DAYS) % 7 == 0, 1, 9))
    assert classified(sold, history=partly).loc["A", "pattern"] == "smooth"


def test_a_new_item_is_judged_from_its_launch():
    lately = np.r_[np.zeros(DAYS - 70), np.full(70, 4)]
    assert classified(sales(A=lately)).loc["A", ["xyz", "pattern"]].tolist() == ["X", "smooth"]
    launched = classified(sales(A=np.r_[np.zeros(40), np.full(30, 4)]), {"launched_on": day(-69)})
    assert launched.loc["A", "pattern"] == "intermittent"


@pytest.mark.parametrize(
    ("every", "sizes", "pattern"),
    [
        (1, [4, 5, 6], "smooth"),
        (1, [1, 1, 20], "erratic"),
        (3, [4, 5, 6], "intermittent"),
        (3, [1, 1, 20], "lumpy"),
    ],
)
def test_patterns_are_those_of_syntetos_and_boylan(every, sizes, pattern):
    wanted = np.zeros(DAYS)
    at = np.arange(0, DAYS, every)
    wanted[at] = np.resize(sizes, len(at))
    assert classified(sales(A=wanted)).loc["A", "pattern"] == pattern


@pytest.mark.parametrize(("rest", "pattern"), [(32, "smooth"), (33, "intermittent")])
def test_the_limit_of_intermittence_is_one_sale_every_1_32_days(rest, pattern):
    # 100 days with demand and so many without, from the first to the last.
    days = np.r_[np.full(50, 4), np.zeros(rest), np.full(50, 4)]
    assert classified(sales(A=days)).loc["A", "pattern"] == pattern


def test_returns_are_no_demand():
    returned = sales(A=5)
    returned.loc[::2, "quantity"] = -1.0
    assert classified(returned).loc["A", "pattern"] == "intermittent"
