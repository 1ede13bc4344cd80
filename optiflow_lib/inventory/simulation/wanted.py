"""What was wanted on days of which only the sales are known."""

from collections.abc import Sequence

import numpy as np

from optiflow_lib.inventory.simulation.past import Array, Days

NEARBY_DAYS = 28
ENOUGH = 3  # days of the same weekday; with fewer any weekday's will do


def wanted(demand: Array, sales: Array, *, seed: int, item_ids: Sequence[str]) -> Array:
    """Demand of every day: where it is unknown, that of another day of the item, no less than what was sold.

    The other day is drawn among the known ones up to four weeks before or after, of the same weekday if there are
    three: a mean would take the variation out of just those days on which much was wanted. An item's draws depend on
    `seed` and its item_id only.

    Args:
        demand: Units, NaN where the stock ran out or nothing is known; shape (n_items, n_days).
        sales: Units sold, shape (n_items, n_days).
        seed: Of the draws.
        item_ids: Names of the items.
    """
    made = demand.copy()
    for row, item_id in enumerate(item_ids):
        unknown = np.isnan(demand[row])
        if not unknown.any():
            continue
        rng = np.random.default_rng([seed, 3, *item_id.encode()])
        known = np.flatnonzero(~unknown)
        for day in np.flatnonzero(unknown).tolist():
            like = _days_like(day, known)
            drawn = demand[row, rng.choice(like)] if len(like) else 0.0
            made[row, day] = max(drawn, sales[row, day], 0.0)
    return made


def _days_like(day: int, known: Days) -> Days:
    near: Days = known[np.abs(known - day) <= NEARBY_DAYS]
    same: Days = near[(near - day) % 7 == 0]
    if len(same) >= ENOUGH:
        return same
    return near if len(near) else known
