"""A policy's decisions carried out on a past: what would have been in stock, sold, short, ordered and received."""

from dataclasses import dataclass

import numpy as np

from optiflow_lib.errors import PolicyError
from optiflow_lib.inventory.simulation.kernel import replayed
from optiflow_lib.inventory.simulation.past import Array, Past


@dataclass(frozen=True)
class Levels:
    """A policy as levels known at the close of each day; arrays of shape (n_items, n_days).

    Args:
        reorder_point: An order is due when the inventory position is at this level or below.
        order_up_to: The position that an order restores.
    """

    reorder_point: Array
    order_up_to: Array


@dataclass(frozen=True)
class Plan:
    """A policy as quantities decided beforehand.

    Args:
        quantity: Ordered at the close of each day, units; shape (n_items, n_days).
    """

    quantity: Array


@dataclass(frozen=True)
class Ledger:
    """What happened, units per item and day; arrays of shape (n_items, n_days).

    Args:
        on_hand: In stock at the close of the day.
        sold: Left the shop, late deliveries to waiting customers included.
        short: Wanted and not in stock: lost, or waiting.
        ordered: Sent at the close of the day.
        received: Arrived in the morning.
    """

    on_hand: Array
    sold: Array
    short: Array
    ordered: Array
    received: Array


def replay(past: Past, policy: Levels | Plan) -> Ledger:
    """Carries out a policy on a past.

    Raises:
        PolicyError: the policy is not for these items and days.
    """
    n_items, n_days = past.shape
    levels, planned = np.empty((n_items, 2, 0)), np.empty((n_items, 0))
    if isinstance(policy, Plan):
        planned = _fitting(policy.quantity, past)
    else:
        both = (_fitting(policy.reorder_point, past), _fitting(policy.order_up_to, past))
        levels = np.stack(both, axis=1)
    terms = np.column_stack([past.opening, past.minimum, past.multiple])
    ledger = np.empty((n_items, 5, n_days))
    replayed(
        past.demand,
        past.lead_times,
        past.can_order,
        past.on_way,
        terms,
        levels,
        planned,
        past.lost_sales,
        ledger,
    )
    return Ledger(*ledger.swapaxes(0, 1))


def _fitting(values: Array, past: Past) -> Array:
    if values.shape != past.shape:
        raise PolicyError(
            what=f"the policy has the shape {values.shape}, the past {past.shape}",
            where="replay",
            mend="give one level per item and day of the past",
        )
    return np.ascontiguousarray(values, dtype=float)
