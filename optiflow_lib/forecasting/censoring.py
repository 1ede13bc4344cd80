"""What was wanted on days when the stock ran out: sales are then only its least value."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optiflow_lib.errors import ForecastError

Array = NDArray[np.float64]
STEPS, PRECISION = 10_000, 1e-12


def censored_poisson_mean(sales: ArrayLike, *, censored: ArrayLike) -> float:
    """Maximum-likelihood mean of Poisson demand of which some days show only a lower bound.

    A censored day contributes P(demand ≥ sales) to the likelihood; expectation-maximisation finds its maximum.

    Args:
        sales: Units sold per day, shape (n_days,).
        censored: True where stock ran out that day.

    Raises:
        ForecastError: no day is uncensored and something was sold: demand then has no upper bound.

    Source:
        Nahmias (1994), Demand estimation in lost sales inventory systems; Anupindi, Dada & Gupta (1998).
    """
    from scipy import stats  # noqa: PLC0415 - 1.5 s that only forecasting pays

    sold, hidden = np.asarray(sales, dtype=float), np.asarray(censored, dtype=bool)
    if hidden.all() and sold.any():
        raise ForecastError(
            what="every day is censored", where="censored_poisson_mean", mend="give a day with stock left"
        )
    mean = float(sold.mean())
    for _ in range(STEPS):
        at_least = stats.poisson.sf(sold[hidden] - 1, mean)
        wanted = mean * stats.poisson.sf(sold[hidden] - 2, mean) / at_least
        previous, mean = mean, float((sold[~hidden].sum() + wanted.sum()) / len(sold))
        if abs(mean - previous) <= PRECISION * mean:
            break
    return mean
