"""What happened in the sample shop's last weeks that no calendar tells: known unusual days, for a newcomer to find.

They are put into what was wanted after all chance is drawn, each of one product: no other product's history depends on them.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

LEAST_PRODUCTS = 20  # that sell steadily: a smaller shop has no incidents
TYPED_FACTOR = 10  # a digit too many in the quantity; the amount was right


@dataclass(frozen=True)
class Incident:
    """Days on which a product was wanted more or less than usual.

    Args:
        rank: Of the product among those that sell steadily, the fastest first.
        first_day: Of the incident.
        days: How long it lasted; None: until the last day.
        factor: On what was wanted.
        added: Units a day beside.
    """

    rank: int
    first_day: date
    days: int | None
    factor: float = 1.0
    added: int = 0


WHOLESALE = Incident(rank=0, first_day=date(2026, 10, 27), days=1, added=150)  # a caterer's order at the till
COMPETITOR = Incident(
    rank=3, first_day=date(2026, 9, 28), days=None, factor=1.8
)  # one closed round the corner
DISPLAY = Incident(rank=8, first_day=date(2026, 10, 5), days=7, factor=0.1)  # taken away for a week
MISTYPED = Incident(rank=15, first_day=date(2026, 10, 28), days=1)
IN_DEMAND = (WHOLESALE, COMPETITOR, DISPLAY)


def steady_sellers(products: pd.DataFrame, n_days: int) -> list[int]:
    """Rows of the products that were sold from the first day to the last, those that sell most first."""
    fastest = np.argsort(-products["niveau"].to_numpy(), kind="stable")
    lives = (products["lancement"] == 0) & (products["fin"] >= n_days)
    return [int(i) for i in fastest if lives.iloc[i]]


def with_incidents(wanted: np.ndarray, products: pd.DataFrame, days: pd.DatetimeIndex) -> np.ndarray:
    """`wanted`, units of shape (items, days), with the incidents; the argument is not altered."""
    steady, changed = steady_sellers(products, len(days)), wanted.copy()
    for incident in IN_DEMAND if len(steady) >= LEAST_PRODUCTS else ():
        first = pd.Timestamp(incident.first_day)
        last = first + pd.Timedelta(days=incident.days - 1) if incident.days else days[-1]
        during, item = (days >= first) & (days <= last), steady[incident.rank]
        changed[item, during] = np.rint(wanted[item, during] * incident.factor) + incident.added
    return changed


def mistyped(products: pd.DataFrame, days: pd.DatetimeIndex) -> tuple[int, int] | None:
    """Row and day number of the sale whose quantity was typed in with a digit too many."""
    steady, day = steady_sellers(products, len(days)), days.get_indexer([pd.Timestamp(MISTYPED.first_day)])[0]
    return (steady[MISTYPED.rank], int(day)) if len(steady) >= LEAST_PRODUCTS and day >= 0 else None
