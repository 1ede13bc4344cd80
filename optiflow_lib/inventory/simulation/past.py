"""What policies are tried on: a stretch of the shop's own past, the same for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.errors import PolicyError

Array = NDArray[np.float64]
Days = NDArray[np.int64]
Flags = NDArray[np.bool_]
FIELDS = ("lead_times", "can_order", "opening", "minimum", "multiple")


@dataclass(frozen=True)
class Past:
    """Demand, deliveries and rules of the days replayed; arrays of shape (n_items, n_days) or (n_items,).

    A day goes: deliveries arrive in the morning, customers come, and at its close an order may be sent. One sent at
    the close of day t with a lead time of L days is there on the morning of day t + L + 1.

    Args:
        demand: Units wanted each day, stockouts of the past put right.
        lead_times: Days that an order sent at the close of each day needs.
        can_order: May an order be sent at the close of that day?
        opening: On hand before the first day, units; shape (n_items,).
        minimum: Least quantity of an order, units; shape (n_items,).
        multiple: Quantities are multiples of it, units; shape (n_items,).
        lost_sales: Is demand out of stock lost, or does it wait for the next delivery?
        arriving: Units of orders sent before the first day that arrive each morning; None: nothing is on its way.
    """

    demand: Array
    lead_times: Days
    can_order: Flags
    opening: Array
    minimum: Array
    multiple: Array
    lost_sales: bool = True
    arriving: Array | None = None

    def __post_init__(self) -> None:
        """Refuses what cannot be replayed."""
        n_items, n_days = self.demand.shape
        of_days, of_items = (n_items, n_days), (n_items,)
        for name, shape in zip(FIELDS, (of_days, of_days, of_items, of_items, of_items), strict=True):
            if np.shape(getattr(self, name)) != shape:
                raise _refused(name, f"has the shape {np.shape(getattr(self, name))}, not {shape}")
        if self.on_way.shape != of_days:
            raise _refused("arriving", f"has the shape {self.on_way.shape}, not {of_days}")
        numbers = {name: getattr(self, name) for name in ("demand", "lead_times", "opening", "minimum")}
        for name, values in (numbers | {"arriving": self.on_way}).items():
            if not (values >= 0).all():
                raise _refused(name, f"holds {values[~(values >= 0)].flat[0]}: negative or unknown")
        if not (self.multiple > 0).all():
            raise _refused("multiple", f"holds {self.multiple[~(self.multiple > 0)][0]}: not above zero")

    @property
    def on_way(self) -> Array:
        """`arriving`, zeros where nothing is."""
        return np.zeros(self.demand.shape) if self.arriving is None else self.arriving

    @property
    def shape(self) -> tuple[int, int]:
        """Number of items and of days."""
        n_items, n_days = self.demand.shape
        return n_items, n_days


def order_days(first_weekday: int, *, n_days: int, weekdays: Sequence[Sequence[int]]) -> Flags:
    """On which evenings an order may be sent so that it leaves on one of a supplier's weekdays.

    Args:
        first_weekday: ISO weekday (Monday is 1) of the first day.
        n_days: Days replayed.
        weekdays: ISO weekdays on which each item's supplier takes orders; empty: on all.

    Returns:
        Shape (len(weekdays), n_days).
    """
    tomorrow = (first_weekday + np.arange(n_days)) % 7 + 1
    return np.array([np.isin(tomorrow, list(days) or list(range(1, 8))) for days in weekdays])


def drawn_lead_times(
    observed: Sequence[Sequence[float]], *, n_days: int, seed: int, item_ids: Sequence[str]
) -> Days:
    """A lead time for an order of each day, drawn from what was observed of each item.

    An item's draws depend on `seed` and its item_id only, and are the same for every policy: policies are compared
    on the same luck.

    Args:
        observed: Whole days seen per item, any length but zero.
        n_days: Days replayed.
        seed: Of the draws.
        item_ids: Names of the items.
    """
    drawn = np.empty((len(item_ids), n_days), dtype=np.int64)
    for row, (days, item_id) in enumerate(zip(observed, item_ids, strict=True)):
        rng = np.random.default_rng([seed, 2, *item_id.encode()])
        drawn[row] = rng.choice(np.asarray(days, dtype=np.int64), n_days)
    return drawn


def _refused(name: str, fault: str) -> PolicyError:
    return PolicyError(
        what=f"{name} {fault}", where="the past to be replayed", mend="give one known value per item and day"
    )
