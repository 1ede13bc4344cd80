import numpy as np
import pytest

from optiflow_lib.errors import ForecastError
from optiflow_lib.forecasting.censoring import censored_poisson_mean

SALES = [5, 7, 4, 6, 3, 2, 8, 5]
OUT = [False, False, False, False, True, True, False, False]


def test_golden_number_of_censored_maximum_likelihood():
    assert np.mean(SALES) == 5.0
    assert np.mean([s for s, out in zip(SALES, OUT, strict=True) if not out]) == pytest.approx(
        5.8333, abs=1e-4
    )
    assert censored_poisson_mean(SALES, censored=OUT) == pytest.approx(5.8997714, abs=1e-7)


def test_without_censored_days_it_is_the_mean():
    assert censored_poisson_mean(SALES, censored=[False] * 8) == pytest.approx(5.0)


def test_it_finds_the_demand_that_a_stock_of_six_hides():
    wanted = np.random.default_rng(1).poisson(6.0, 4000)
    sold = np.minimum(wanted, 6)
    assert sold.mean() < 5.3
    assert censored_poisson_mean(sold, censored=wanted >= 6) == pytest.approx(6.0, abs=0.1)


def test_days_that_are_all_censored_say_nothing_about_demand():
    with pytest.raises(ForecastError, match="every day is censored"):
        censored_poisson_mean([3, 4], censored=[True, True])
    assert censored_poisson_mean([0, 0], censored=[False, False]) == 0
