"""Textbook policies in closed form: what the distribution-based ones are checked against."""

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optiflow_lib.errors import PolicyError

Array = NDArray[np.float64]
_NORMAL = NormalDist()


def safety_stock(
    demand_sd: ArrayLike, *, protection_interval: ArrayLike, cycle_service_level: float
) -> Array:
    """Stock held against demand above its mean, for independent normal daily demand.

    ``z(cycle_service_level) * demand_sd * sqrt(protection_interval)``

    Args:
        demand_sd: Standard deviation of one day's demand, or of its forecast error, in units; shape (n_items,).
        protection_interval: Review period plus lead time, in days; shape (n_items,).
        cycle_service_level: Chance of no stockout in a replenishment cycle, in (0, 1). It is not the fill rate.

    Returns:
        Units, not rounded, shape (n_items,); negative below a service level of one half.

    Raises:
        PolicyError: `cycle_service_level` is outside (0, 1).

    Source:
        Snyder & Shen (2019), Fundamentals of Supply Chain Theory, 2nd ed., Example 4.4.
    """
    factor = safety_factor(cycle_service_level)
    return np.asarray(factor * np.asarray(demand_sd) * np.sqrt(protection_interval))


def safety_factor(cycle_service_level: float) -> float:
    """Z such that a standard normal stays below it with that probability.

    Raises:
        PolicyError: `cycle_service_level` is outside (0, 1).
    """
    if not 0 < cycle_service_level < 1:
        raise PolicyError(
            what=f"cycle_service_level is {cycle_service_level}, outside (0, 1)",
            where="safety_stock",
            mend="give a probability such as 0.95; no finite stock can promise 1",
        )
    return _NORMAL.inv_cdf(cycle_service_level)


def interval_moments(
    demand: ArrayLike,
    demand_sd: ArrayLike,
    *,
    lead_time: ArrayLike,
    lead_time_sd: ArrayLike,
    review_period: ArrayLike,
) -> tuple[Array, Array]:
    """Mean and standard deviation of demand over L + R, for independent days and a random lead time.

    ``μ = d(μ_L + R)``, ``σ² = (μ_L + R)σ_d² + d²σ_L²``. Source: Chopra, Supply Chain Management, ch. 12.
    """
    d, days = (
        np.asarray(demand, dtype=float),
        np.asarray(lead_time, dtype=float) + np.asarray(review_period, dtype=float),
    )
    variance = (
        days * np.asarray(demand_sd, dtype=float) ** 2 + d**2 * np.asarray(lead_time_sd, dtype=float) ** 2
    )
    return d * days, np.sqrt(variance)


def standard_loss(k: float) -> float:
    """G(k) = φ(k) − k(1 − Φ(k)): expected excess of a standard normal over k."""
    return _NORMAL.pdf(k) - k * (1 - _NORMAL.cdf(k))


def second_order_loss(k: float) -> float:
    """Half the expected squared excess of a standard normal over k: ``∫_k^∞ G(z) dz``."""
    return ((k * k + 1) * (1 - _NORMAL.cdf(k)) - k * _NORMAL.pdf(k)) / 2


def cycle_service(safety: float, demand_sd: float) -> float:
    """Chance that a replenishment cycle sees no stockout; `demand_sd` over the interval the stock must last for."""
    return _NORMAL.cdf(safety / demand_sd)


def fill_rate(safety: float, demand_sd: float, order_quantity: float) -> float:
    """Share of demand served with backorders under (s, Q): ``1 − σ G(safety/σ)/Q``; `demand_sd` over the lead time."""
    return 1 - demand_sd * standard_loss(safety / demand_sd) / order_quantity


def safety_stock_for_fill_rate(fill: float, *, demand_sd: float, order_quantity: float) -> float:
    """Safety stock that gives a fill rate under (s, Q) with backorders; `demand_sd` over the lead time."""
    return _zero(
        lambda stock: fill_rate(stock, demand_sd, order_quantity) - fill, -5 * demand_sd, 8 * demand_sd
    )


def base_stock_fill_rate(
    level: float, *, demand: float, demand_sd: float, lead_time: float, review_period: float
) -> float:
    """Fill rate of (R, S) with backorders: ``1 − [E(X_{L+R} − S)⁺ − E(X_L − S)⁺] / (d R)``."""
    short = [
        _expected_excess(level, demand * days, demand_sd * days**0.5)
        for days in (lead_time + review_period, lead_time)
    ]
    return 1 - (short[0] - short[1]) / (demand * review_period)


def base_stock_for_fill_rate(
    fill: float, *, demand: float, demand_sd: float, lead_time: float, review_period: float
) -> float:
    """The order-up-to level that gives a fill rate under (R, S) with backorders."""
    mean, sd = demand * (lead_time + review_period), demand_sd * (lead_time + review_period) ** 0.5

    def missing(level: float) -> float:
        reached = base_stock_fill_rate(
            level, demand=demand, demand_sd=demand_sd, lead_time=lead_time, review_period=review_period
        )
        return reached - fill

    return _zero(missing, mean - 4 * sd, mean + 8 * sd)


def base_stock_level(
    demand: float, *, demand_sd: float, lead_time: float, review_period: float, cycle_service_level: float
) -> float:
    """Order-up-to level of (R, S): mean demand over L + R and its safety stock."""
    days = lead_time + review_period
    held = safety_stock(demand_sd, protection_interval=days, cycle_service_level=cycle_service_level)
    return float(demand * days + held)


def _expected_excess(level: float, mean: float, sd: float) -> float:
    return sd * standard_loss((level - mean) / sd)


def _zero(function: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq  # noqa: PLC0415 - not in a dashboard's kernel

    return float(brentq(function, low, high, xtol=1e-10))
