"""What keeps alerts quiet: limits that open them, looser ones that close them, and one alert for one cause.

docs/alerts.md explains each row; a test holds its table to these.
"""

from typing import NamedTuple

import pandas as pd

KEY = ["type", "subject"]


class Limits(NamedTuple):
    """An alert opens beyond `opens` and stays until the value is back on the other side of `closes`."""

    opens: float
    closes: float


LIMITS = {
    "stockout": Limits(0.0, 1.0),  # on hand, in days of expected demand
    "unavoidable_stockout": Limits(0.5, 0.35),  # chance to run out before an order could arrive
    "event_not_covered": Limits(0.8, 0.9),  # quantile of demand until the event ends that is there
    "overstock": Limits(1.0, 0.9),  # position, as a share of what is allowed
    "price_break_gain": Limits(1.0, 0.5),  # of `price_break_least_gain`
    "supplier_drift": Limits(2.0, 1.0),  # standard errors above the history
    "model_drift": Limits(1.0, 0.8),  # of each of its three limits
}
# On the same subject, the first one tells the others' cause too, and what to do about it.
HIDES = {
    "dead_stock": ("overstock",),
    "stockout": ("unavoidable_stockout",),
    "order_now": ("price_break_gain",),
}


def lasting(found: pd.DataFrame, standing: pd.DataFrame) -> pd.DataFrame:
    """Alerts that are strong enough to be told: beyond the limit that opens, or that closes when it stands already.

    Args:
        found: The rows of all checks, with `opens`.
        standing: Alerts of the night before that are not resolved, schema `ALERTS`.
    """
    stands = pd.MultiIndex.from_frame(found[KEY]).isin(pd.MultiIndex.from_frame(standing[KEY]))
    return found[found["opens"].to_numpy(bool) | stands].drop(columns="opens")


def is_told(alerts: pd.DataFrame, by: pd.DataFrame) -> pd.Series:
    """Which of `alerts` another one `by` the same subject tells as well (`HIDES`)."""
    told = pd.Series(data=False, index=alerts.index)
    for teller, types in HIDES.items():
        subjects = by.loc[by["type"] == teller, "subject"]
        told |= alerts["type"].isin(types) & alerts["subject"].isin(subjects)
    return told


def by_strength(strong: pd.DataFrame, weak: pd.DataFrame, *, key: str) -> pd.DataFrame:
    """Rows beyond the limit that opens (`opens` true), then those only beyond the one that closes; one per `key`."""
    both = pd.concat([strong.assign(opens=True), weak.assign(opens=False)], ignore_index=True)
    return both.drop_duplicates(key).sort_values(key, ignore_index=True)
