"""Policies side by side, with what chance could have made of it: indicators, differences and the trade-off curve."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from optiflow_lib.errors import PolicyError
from optiflow_lib.inventory.economics import YEAR
from optiflow_lib.inventory.simulation.past import Array

RESAMPLES = 1000
LEVEL = 0.95  # of the confidence intervals
# Indicator: numerator and denominator, sums over items.
INDICATORS = {
    "fill_rate": ("served", "demand"),
    "fill_rate_value": ("served_value", "demand_value"),
    "cycle_service": ("cycles_met", "cycles"),
    "stockout_days": ("stockout_days", "days"),
}
PER_YEAR = ("orders", "holding", "ordering", "lost_margin", "total_cost")


def summary(outcomes: Mapping[str, pd.DataFrame], *, seed: int) -> pd.DataFrame:
    """Indicators of each policy with 95 % intervals, by resampling items: the same ones for every policy.

    Args:
        outcomes: Of `costs.outcome` per policy, the same items in the same order.
        seed: Of the resampling.

    Returns:
        policy, indicator, value, low, high: shares between 0 and 1, stock_value in money, the others a year.
    """
    weights = _resamples(len(next(iter(outcomes.values()))), seed)
    rows = []
    for policy, items in outcomes.items():
        for indicator, values in _indicators(items, weights).items():
            low, high = np.quantile(values[1:], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
            rows.append((policy, indicator, values[0], low, high))
    return pd.DataFrame(rows, columns=["policy", "indicator", "value", "low", "high"])


def savings(outcomes: Mapping[str, pd.DataFrame], *, of: str, column: str, seed: int) -> pd.DataFrame:
    """Share that one policy saves of the others' cost or stock, with 95 % intervals over the same resampled items.

    Args:
        outcomes: Of `costs.outcome` per policy.
        of: The policy that is compared with the others.
        column: total_cost, stock_value, or another sum of the outcomes.
        seed: Of the resampling.

    Returns:
        policy (the other), saving, low, high.

    Raises:
        PolicyError: there is no such policy.
    """
    if of not in outcomes:
        raise PolicyError(
            what=f"there is no policy {of}", where="savings", mend=f"name one of {', '.join(outcomes)}"
        )
    weights = _resamples(len(outcomes[of]), seed)
    sums = {policy: weights @ items[column].to_numpy() for policy, items in outcomes.items()}
    rows = []
    for policy in (name for name in outcomes if name != of):
        saved = 1 - sums[of] / sums[policy]
        low, high = np.quantile(saved[1:], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        rows.append((policy, saved[0], low, high))
    return pd.DataFrame(rows, columns=["policy", "saving", "low", "high"])


def trade_off(curve: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Stock against service of one policy tried at several levels, from little stock to much.

    Args:
        curve: Outcomes, one per level tried.

    Returns:
        fill_rate, stock_value, orders (a year), total_cost (a year).
    """
    whole = np.ones((1, len(curve[0])))
    points = [
        {name: float(values[0]) for name, values in _indicators(items, whole).items()} for items in curve
    ]
    columns = ["fill_rate", "fill_rate_value", "stock_value", "orders", "total_cost"]
    return pd.DataFrame(points)[columns].sort_values("stock_value", ignore_index=True)


def at_fill_rate(curve: pd.DataFrame, fill_rate: float, *, column: str, by: str = "fill_rate") -> float:
    """`column` where a trade-off curve reaches a fill rate, interpolated; missing where it never does.

    The curve is made rising first: of two points with the same stock, the better service counts.
    """
    rising = curve.sort_values("stock_value")
    reached = np.maximum.accumulate(rising[by].to_numpy())
    if not reached.min() <= fill_rate <= reached.max():
        return float("nan")
    return float(np.interp(fill_rate, reached, rising[column].to_numpy()))


def _resamples(n_items: int, seed: int) -> Array:
    """How often each item is counted, (1 + RESAMPLES, n_items); in the first row once."""
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n_items, np.full(n_items, 1 / n_items), size=RESAMPLES)
    return np.vstack([np.ones(n_items), drawn])


def _indicators(items: pd.DataFrame, weights: Array) -> dict[str, Array]:
    known = items.assign(cycles_met=items["cycles"] - items["cycles_short"])
    sums = {name: weights @ known[name].to_numpy(float) for name in known.columns}
    with np.errstate(invalid="ignore", divide="ignore"):
        made = {name: sums[top] / sums[bottom] for name, (top, bottom) in INDICATORS.items()}
    years = float(items["days"].mean()) / YEAR
    return made | {"stock_value": sums["stock_value"]} | {name: sums[name] / years for name in PER_YEAR}
