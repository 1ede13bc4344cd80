import numpy as np

from optiflow_lib.inventory.simulation import wanted


def test_days_that_are_known_stay_as_they_are():
    demand = np.array([[3.0, np.nan, 1.0]])
    made = wanted(demand, np.array([[3.0, 0.0, 1.0]]), seed=1, item_ids=["a"])
    assert made[0, [0, 2]].tolist() == [3, 1]


def test_an_unknown_day_is_another_day_of_the_same_weekday():
    # Saturdays sell 50 and more, other days less than 10.
    rng = np.random.default_rng(0)
    weekday = np.arange(70) % 7
    demand = np.where(weekday == 5, rng.integers(50, 60, 70), rng.integers(0, 10, 70)).astype(float)[None, :]
    unknown = demand.copy()
    unknown[0, [33, 34]] = np.nan
    made = wanted(unknown, np.zeros((1, 70)), seed=1, item_ids=["a"])
    assert 50 <= made[0, 33] < 60
    assert made[0, 34] < 10
    assert made[0, 33] in demand[0, weekday == 5]


def test_it_is_no_less_than_what_was_sold():
    demand = np.array([[1.0, np.nan, 2.0]])
    assert wanted(demand, np.array([[1.0, 7.0, 2.0]]), seed=1, item_ids=["a"])[0, 1] == 7


def test_an_item_of_which_no_day_is_known_sold_what_it_sold():
    assert wanted(np.full((1, 2), np.nan), np.array([[4.0, 0.0]]), seed=1, item_ids=["a"])[0].tolist() == [
        4,
        0,
    ]


def test_draws_are_an_items_own():
    rng = np.random.default_rng(2)
    demand = rng.poisson(4, (2, 60)).astype(float)
    demand[:, ::5] = np.nan
    sales = np.zeros((2, 60))
    both = wanted(demand, sales, seed=1, item_ids=["a", "b"])
    alone = wanted(demand[1:], sales[1:], seed=1, item_ids=["b"])
    assert (both[1] == alone[0]).all()
    assert (both != wanted(demand, sales, seed=2, item_ids=["a", "b"])).any()
