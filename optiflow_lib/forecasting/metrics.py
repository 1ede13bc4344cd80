"""Error measures; error = forecast − actual. Days whose demand is unknown (NaN) are left out of all of them.

Source: Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section 5.8.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]


def wape(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Σ|e| / Σ actual; NaN when nothing was wanted."""
    known, guessed = _known(actual, forecast)
    return _ratio(np.abs(guessed - known).sum(), known.sum())


def bias(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Σe / Σ actual: positive when too much was forecast."""
    known, guessed = _known(actual, forecast)
    return _ratio((guessed - known).sum(), known.sum())


def mae(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Mean of |e|, in units."""
    known, guessed = _known(actual, forecast)
    return _ratio(np.abs(guessed - known).sum(), len(known))


def rmse(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Root of the mean of e², in units."""
    known, guessed = _known(actual, forecast)
    return float(np.sqrt(_ratio(((guessed - known) ** 2).sum(), len(known))))


def mase(actual: ArrayLike, forecast: ArrayLike, *, history: ArrayLike, season: int) -> float:
    """MAE / mean |y_t − y_{t−season}| of the history (Hyndman & Koehler 2006)."""
    past = np.asarray(history, dtype=float)
    return _ratio(mae(actual, forecast), _mean(np.abs(past[season:] - past[:-season])))


def rmsse(actual: ArrayLike, forecast: ArrayLike, *, history: ArrayLike) -> float:
    """RMSE / root of the mean (y_t − y_{t−1})² of the history from its first sale (M5 guide, 2020)."""
    past = np.trim_zeros(np.asarray(history, dtype=float), "f")
    return _ratio(rmse(actual, forecast), float(np.sqrt(_mean(np.diff(past) ** 2))))


def mape(actual: ArrayLike, forecast: ArrayLike) -> tuple[float, float]:
    """Mean of |e|/actual over days with demand, and the share of days left out because they had none."""
    known, guessed = _known(actual, forecast)
    sold = known > 0
    error = np.abs(guessed[sold] - known[sold]) / known[sold]
    return _mean(error), _ratio(float((~sold).sum()), len(known))


def pinball(actual: ArrayLike, quantile: ArrayLike, *, probability: float) -> float:
    """Mean pinball loss of a quantile forecast, in units (Koenker & Bassett 1978)."""
    known, guessed = _known(actual, quantile)
    short = known - guessed
    return _mean(np.maximum(probability * short, (probability - 1) * short))


def coverage(actual: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Share of days inside [low, high]."""
    wanted = np.asarray(actual, dtype=float)
    inside = (wanted >= np.asarray(low, dtype=float)) & (wanted <= np.asarray(high, dtype=float))
    return _mean(inside[~np.isnan(wanted)])


def _known(actual: ArrayLike, forecast: ArrayLike) -> Pair:
    wanted, guessed = np.asarray(actual, dtype=float), np.asarray(forecast, dtype=float)
    known = ~np.isnan(wanted)
    return wanted[known], guessed[known]


def _ratio(numerator: float, denominator: float) -> float:
    return float(numerator / denominator) if denominator else float("nan")


def _mean(values: NDArray[np.generic]) -> float:
    kept = values[~np.isnan(values.astype(float))]
    return float(kept.mean()) if len(kept) else float("nan")
