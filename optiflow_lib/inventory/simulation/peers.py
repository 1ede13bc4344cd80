"""What others do: levels typed in, an ERP's reorder rule, a moving average with safety stock."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from optiflow_lib.inventory.policy import interval_moments
from optiflow_lib.inventory.simulation.past import Array
from optiflow_lib.inventory.simulation.replay import Levels


def recent_mean(history: Array, *, window: int, n_days: int) -> Array:
    """Mean of the known days among the last `window`, at the close of each of the last `n_days`; (n_items, n_days).

    Args:
        history: Demand as it was known, NaN where unknown; at least ``n_days + window − 1`` days, (n_items, n).
        window: Days looked back.
        n_days: Days wanted.
    """
    known = ~np.isnan(history)
    return _over(_sums(np.nan_to_num(history), window, n_days), _sums(known.astype(float), window, n_days))


def recent_sd(history: Array, *, window: int, n_days: int) -> Array:
    """Standard deviation of the known days among the last `window`, as `recent_mean`."""
    count = _sums((~np.isnan(history)).astype(float), window, n_days)
    mean = recent_mean(history, window=window, n_days=n_days)
    square = _over(_sums(np.nan_to_num(history) ** 2, window, n_days), count)
    return np.sqrt(np.maximum(square - mean**2, 0.0) * count / np.maximum(count - 1, 1))


def min_max(minimum: Array, maximum: Array, *, n_days: int) -> Levels:
    """Levels somebody typed in, the same every day: at the minimum or below, order up to the maximum."""
    both = (np.repeat(level[:, None], n_days, axis=1) for level in (minimum, maximum))
    return Levels(*both)


def reorder_rule(
    daily_sales: Array, *, lead_time: Array, safety_days: Array, cycle_days: Array, step: Array
) -> Levels:
    """The reorder rule of ERPs: min = daily sales × (lead time + safety days), max = min + a cycle's sales.

    Args:
        daily_sales: Mean, as known each evening, (n_items, n_days).
        lead_time: Mean, days, (n_items,).
        safety_days: Days of sales held beyond the lead time, (n_items,).
        cycle_days: Days of sales that an order adds, (n_items,).
        step: Smallest quantity, units, (n_items,).

    Source:
        Odoo's reordering rules (min, max) and ERPNext's reorder level (safety stock + daily consumption × lead time).
    """
    least = _on_step(daily_sales * (lead_time + safety_days)[:, None], step)
    most = _on_step(daily_sales * (lead_time + safety_days + cycle_days)[:, None], step)
    return Levels(np.maximum(least, 0.0), np.maximum(most, least + step[:, None]))


def average_and_safety(
    daily: Array,
    daily_sd: Array,
    *,
    lead_time: Array,
    lead_time_sd: Array,
    review: Array,
    safety_factor: Array,
    cycle_days: Array,
    step: Array,
) -> Levels:
    """A moving average with safety stock: μ + zσ over lead time + review period is ordered up to.

    Args:
        daily: Moving average as known each evening, (n_items, n_days).
        daily_sd: Standard deviation of a day, (n_items, n_days).
        lead_time: Mean, days, (n_items,).
        lead_time_sd: Its standard deviation, (n_items,).
        review: Review period, days, (n_items,).
        safety_factor: z, (n_items,).
        cycle_days: Days of sales that an order adds beyond that level; 0: an order at every review, (n_items,).
        step: Smallest quantity, units, (n_items,).

    Source:
        Chopra, Supply Chain Management, ch. 12 (`policy.interval_moments`).
    """
    mean, sd = interval_moments(
        daily,
        daily_sd,
        lead_time=lead_time[:, None],
        lead_time_sd=lead_time_sd[:, None],
        review_period=review[:, None],
    )
    level = np.ceil(np.maximum(mean + safety_factor[:, None] * sd, 0.0) / step[:, None]) * step[:, None]
    lot = np.maximum(_on_step(daily * cycle_days[:, None], step), step[:, None])
    return Levels(level - step[:, None], level - step[:, None] + lot)


def _sums(values: Array, window: int, n_days: int) -> Array:
    return np.asarray(sliding_window_view(values[:, -(n_days + window - 1) :], window, axis=1).sum(axis=2))


def _over(numerator: Array, denominator: Array) -> Array:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def _on_step(quantity: Array, step: Array) -> Array:
    return np.round(quantity / step[:, None]) * step[:, None]
