import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optiflow_lib.inventory.distribution import (
    LEVELS,
    chance_above,
    expected_left,
    expected_short,
    expected_square_short,
    grid_of,
    quantile,
)
from optiflow_lib.schemas.results import INTERVAL_QUANTILES

calm = settings(max_examples=60, deadline=None)
grids = st.lists(st.floats(0, 500), min_size=len(LEVELS), max_size=len(LEVELS)).map(
    lambda values: np.sort(np.array(values))[None, :]
)
quantities = st.floats(-50, 600)


def pieces(grid, n=400):
    """Demand at evenly spread chances: what the quantiles say, taken slowly."""
    chances = (np.arange(n * 100) + 0.5) / (n * 100)
    return np.interp(chances, LEVELS, grid[0])


@calm
@given(grids, quantities)
def test_shortage_is_the_mean_excess_of_the_quantiles(grid, quantity):
    excess = np.maximum(pieces(grid) - quantity, 0)
    assert expected_short(grid, quantity)[0] == pytest.approx(excess.mean(), rel=1e-3, abs=1e-2)
    assert expected_square_short(grid, quantity)[0] == pytest.approx(
        (excess**2).mean() / 2, rel=1e-3, abs=0.5
    )


@calm
@given(grids, quantities)
def test_what_is_left_and_what_is_short_differ_by_the_mean(grid, quantity):
    demand = pieces(grid)
    left = expected_left(grid, quantity, mean=demand.mean())[0]
    assert left == pytest.approx(np.maximum(quantity - demand, 0).mean(), rel=1e-3, abs=2e-2)


@calm
@given(grids, quantities)
def test_chances_are_the_shares_of_the_quantiles(grid, quantity):
    known = chance_above(grid, quantity)[0]
    assert known == pytest.approx((pieces(grid) > quantity).mean(), abs=0.0052)


@calm
@given(grids, quantities, quantities)
def test_more_stock_is_never_riskier(grid, one, other):
    low, high = sorted((one, other))
    for measure in (chance_above, expected_short, expected_square_short):
        assert measure(grid, high)[0] <= measure(grid, low)[0] + 1e-9


@calm
@given(grids, st.floats(0.001, 0.999))
def test_quantiles_are_read_off_the_line_between_two_levels(grid, level):
    assert quantile(grid, level)[0] == pytest.approx(np.interp(level, LEVELS, grid[0]), abs=1e-9)


def test_every_item_is_read_by_its_own_row():
    grid = np.stack([np.linspace(0, top, len(LEVELS)) for top in (10, 100)])
    assert quantile(grid, [0.5, 0.995]) == pytest.approx([grid[0, 12], grid[1, -2]])
    assert expected_short(grid, [0, 50])[0] != expected_short(grid, [0, 50])[1]


def test_nothing_wanted_is_never_short():
    nothing = np.zeros((1, len(LEVELS)))
    assert chance_above(nothing, 0)[0] == 0
    assert expected_short(nothing, 0)[0] == 0


def test_nothing_there_is_certain_to_run_out():
    wanted = np.linspace(1, 30, len(LEVELS))[None, :]
    assert chance_above(wanted, 0)[0] == 1
    assert chance_above(wanted, 31)[0] == pytest.approx(0.001)


def test_quantiles_that_fall_or_are_negative_are_mended():
    row = dict.fromkeys(INTERVAL_QUANTILES, 5.0) | {"q0.5": -1.0, "q50": 4.0}
    made = grid_of(pd.DataFrame([row]))[0]
    assert made[0] == 0
    assert (np.diff(made) >= 0).all()
