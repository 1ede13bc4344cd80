"""Reorder point and order-up-to level of each item: what keeps the promise made for its class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.inventory.economics import YEAR, economic_lot
from optiflow_lib.inventory.lines import ItemLines
from optiflow_lib.inventory.order_rule import packs, whole_packs
from optiflow_lib.inventory.targets import (
    Needs,
    critical_ratio,
    level_for_cycle_service,
    level_for_fill_rate,
)
from optiflow_lib.settings import InventorySettings

Array = NDArray[np.float64]
LEAST_RATIO, MOST_RATIO = 0.5, 0.999  # an economic service level stays within: costs are estimates


@dataclass(frozen=True)
class Levels:
    """What the order rule compares positions with; arrays of shape (n_items,), units.

    Args:
        target: cycle_service, fill_rate or economic.
        promised: The probability or share promised; of an economic target the one that pays best.
        lot: Usual lot: the economic one, at least the supplier's minimum, in whole packs.
        safe: Least position after a review.
        reorder_point: One step below it: an order is due at this position or below.
        order_up_to: The position an order restores.
    """

    target: NDArray[np.object_]
    promised: Array
    lot: Array
    safe: Array
    reorder_point: Array
    order_up_to: Array


def levels_of(lines: ItemLines, settings: InventorySettings) -> Levels:
    """The levels of all items. Source: `targets`."""
    step, multiple = lines.column("unit_step"), lines.column("multiple")
    holding = np.nan_to_num(lines.column("unit_cost")) * settings.holding_rate / YEAR
    lot = _lots(lines, settings, holding)
    per_review = lines.mean_until - lines.mean_before
    needs = Needs(
        before=lines.before,
        until=lines.until,
        per_review=per_review,
        variance=np.maximum(lines.variance, per_review * step),  # counts vary no less than Poisson's
        lot=lot,
        rounding=np.maximum(multiple - step, 0),
        step=step,
    )
    target = lines.rows["abc"].map(settings.target).to_numpy(dtype=object)
    promised = _promised(lines, settings, target, lot, holding)
    safe = level_for_cycle_service(needs, promised)
    if (target == "fill_rate").any():
        by_fill = level_for_fill_rate(needs, promised, lost_sales=settings.unmet_demand == "lost")
        safe = np.where(target == "fill_rate", by_fill, safe)
    # What would not sell one unit within the maximum cover is not kept in stock: it is bought when it is asked for.
    safe = np.where(lines.horizon.until(_longest_cover(lines, settings)) < step, 0.0, safe)
    reorder_point = np.round(safe - step, 9)
    order_up_to = np.where(needs.has_lots, np.round(reorder_point + lot, 9), safe)
    return Levels(target, promised, lot, safe, reorder_point, order_up_to)


def _lots(lines: ItemLines, settings: InventorySettings, holding: Array) -> Array:
    """The economic lot in whole packs, to the nearest; no more than will keep, never less than is delivered."""
    multiple = lines.column("multiple")
    wanted = economic_lot(
        daily=lines.horizon.daily, order_cost=settings.order_line_cost, holding_a_day=holding
    )
    sold = lines.horizon.until(np.fmin(_longest_cover(lines, settings), lines.column("shelf_life_days")))
    nearest = whole_packs(np.minimum(wanted, sold) + multiple / 2, multiple)
    return np.maximum(nearest, packs(np.maximum(lines.column("minimum_quantity"), multiple), multiple))


def _longest_cover(lines: ItemLines, settings: InventorySettings) -> Array:
    return np.asarray(lines.rows["abc"].map(settings.maximum_cover_days), dtype=float)


def _promised(
    lines: ItemLines, settings: InventorySettings, target: NDArray[np.object_], lot: Array, holding: Array
) -> Array:
    abc, daily = lines.rows["abc"], lines.horizon.daily
    service = abc.map(settings.service_level).to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        until_there = lines.column("lead_time") + lines.column("review_period")
        cycle_days = np.maximum(until_there, np.where(daily > 0, lot / daily, 0.0))
    paying = critical_ratio(
        margin=np.nan_to_num(lines.column("price") - lines.column("unit_cost")),
        shortage_factor=abc.map(settings.shortage_cost).to_numpy(float),
        holding_a_day=holding,
        cycle_days=cycle_days,
    )
    economic = np.where(np.isnan(paying), service, np.clip(paying, LEAST_RATIO, MOST_RATIO))
    fill = abc.map(settings.fill_rate).to_numpy(float)
    return np.select([target == "economic", target == "fill_rate"], [economic, fill], default=service)
