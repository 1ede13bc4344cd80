"""Our policy on a past: the night's formulas (`levels`, `targets`), each evening from that evening's forecast."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from optiflow_lib.inventory.economics import economic_lot
from optiflow_lib.inventory.order_rule import packs, whole_packs
from optiflow_lib.inventory.simulation.costs import Costs
from optiflow_lib.inventory.simulation.counts import safe_levels
from optiflow_lib.inventory.simulation.expected import Expected
from optiflow_lib.inventory.simulation.past import Array, Past
from optiflow_lib.inventory.simulation.replay import Levels
from optiflow_lib.inventory.targets import critical_ratio


@dataclass(frozen=True)
class Cover:
    """How long stock may last, days; arrays of shape (n_items,).

    Args:
        at_most: No lot lasts longer, and what would not sell one unit in it is bought only when it is asked for.
        shelf_life: Days that the product keeps; NaN: for ever.
    """

    at_most: Array
    shelf_life: Array


def lots(past: Past, expected: Expected, costs: Costs, cover: Cover | None = None) -> Array:
    """Usual lots, units, (n_items, n_days): the economic one that keeps, in whole packs, at least the minimum."""
    multiple = np.broadcast_to(past.multiple[:, None], expected.daily.shape)
    wanted = economic_lot(
        daily=expected.daily, order_cost=costs.order_line, holding_a_day=costs.holding_a_day[:, None]
    )
    if cover is not None:
        wanted = np.minimum(wanted, expected.daily * np.fmin(cover.at_most, cover.shelf_life)[:, None])
    least = packs(np.maximum(past.minimum, past.multiple), past.multiple)
    return np.maximum(whole_packs(wanted + multiple / 2, multiple), least[:, None])


def economic_levels(
    past: Past,
    expected: Expected,
    costs: Costs,
    *,
    review: Array,
    step: Array,
    shortage_costs: Sequence[Array],
    bounds: tuple[float, float],
    cover: Cover | None = None,
) -> list[Levels]:
    """Levels that balance what a unit short costs with what holding one more for a cycle does.

    Args:
        past: Days and rules replayed.
        expected: What was expected each evening, (n_items, n_days).
        costs: Of holding and ordering.
        review: Days from each evening's chance to order to the next, (n_items, n_days).
        step: Smallest quantity, units, (n_items,).
        shortage_costs: One or several costs of a unit short, money, (n_items,) each: a policy for each of them.
        bounds: Least and most cycle service that may come out; the night's are `levels.LEAST_RATIO`, `MOST_RATIO`.
        cover: How long stock may last; None: for ever.

    Returns:
        As many policies as shortage costs.
    """
    lot = lots(past, expected, costs, cover)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        until_there = (
            review * expected.until / (expected.until - expected.before)
        )  # lead time and review period
        cycle = np.fmax(until_there, np.where(expected.daily > 0, lot / expected.daily, review))
    paying = [
        critical_ratio(
            margin=cost[:, None],
            shortage_factor=1.0,
            holding_a_day=costs.holding_a_day[:, None],
            cycle_days=cycle,
        )
        for cost in shortage_costs
    ]
    promised = [np.clip(np.nan_to_num(ratio), *bounds) for ratio in paying]
    return _levels(past, expected, lot, step, promised, fill=False, cover=cover)


def promised_levels(
    past: Past,
    expected: Expected,
    costs: Costs,
    *,
    target: Literal["cycle_service", "fill_rate"],
    step: Array,
    promised: Sequence[Array],
    cover: Cover | None = None,
) -> list[Levels]:
    """Levels that keep a promise of cycle service or fill rate.

    Args:
        past: Days and rules replayed.
        expected: What was expected each evening, (n_items, n_days).
        costs: Of holding and ordering, for the lots.
        target: Which promise.
        step: Smallest quantity, units, (n_items,).
        promised: One or several probabilities or shares, (n_items,) each: a policy for each of them.
        cover: How long stock may last; None: for ever.
    """
    lot = lots(past, expected, costs, cover)
    wanted = [np.broadcast_to(level[:, None], lot.shape) for level in promised]
    return _levels(past, expected, lot, step, wanted, fill=target == "fill_rate", cover=cover)


def _levels(
    past: Past,
    expected: Expected,
    lot: Array,
    step: Array,
    promised: Sequence[Array],
    *,
    fill: bool,
    cover: Cover | None,
) -> list[Levels]:
    per_review = expected.until - expected.before
    short = np.stack([1 - share for share in promised], axis=2)
    if fill and past.lost_sales:
        short /= 1 - short
    moments = np.stack(
        [expected.before, expected.before_variance, expected.until, expected.until_variance], axis=2
    )
    safe = np.empty_like(short)
    safe_levels(moments, step, np.maximum(past.multiple - step, 0.0), lot, fill, short, safe)
    if cover is not None:
        safe[expected.daily * cover.at_most[:, None] < step[:, None]] = 0.0
    has_lots = (lot > per_review) & (lot > step[:, None])
    made = []
    for choice in range(short.shape[2]):
        reorder_point = safe[:, :, choice] - step[:, None]
        made.append(Levels(reorder_point, np.where(has_lots, reorder_point + lot, safe[:, :, choice])))
    return made
