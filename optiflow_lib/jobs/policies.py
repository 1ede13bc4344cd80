"""The policies that a shop's past is replayed under: ours, what the shop does now, what other systems do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from optiflow_lib.forecasting.panel import Array
from optiflow_lib.inventory.levels import LEAST_RATIO, MOST_RATIO
from optiflow_lib.inventory.policy import safety_factor
from optiflow_lib.inventory.simulation import (
    Levels,
    Plan,
    average_and_safety,
    economic_levels,
    min_max,
    perfect_foresight,
    promised_levels,
    reorder_rule,
)
from optiflow_lib.jobs.shop_past import ShopPast
from optiflow_lib.settings import Settings

OURS, PRESENT, RECORDED = "ours", "present", "recorded"
SERVICE_LEVELS = (0.7, 0.8, 0.9, 0.95, 0.975, 0.99, 0.995)
SAFETY_DAYS = (0.0, 3.0, 7.0, 14.0, 21.0, 28.0, 42.0)


@dataclass(frozen=True)
class Policy:
    """One way to order.

    Args:
        name: In English, the catalogue's key.
        about: What it does, in one sentence, the catalogue's key.
        decided: Its levels or plan for a shop; None: it is not replayed, the records are looked at.
        swept: Levels of safety for its trade-off curve; empty: it has none.
        at: Its levels at each of `swept`.
    """

    name: str
    about: str
    decided: Callable[[ShopPast, Settings], Levels | Plan] | None
    swept: Sequence[float] = ()
    at: Callable[[ShopPast, Settings], Sequence[Levels]] | None = None


def our_levels(shop: ShopPast, settings: Settings) -> Levels:
    """What the night would have decided each evening: every item by the target of its class."""
    rules = settings.inventory
    target = shop.items["abc"].map(rules.target).to_numpy()
    made = {
        "cycle_service": lambda: _promised(shop, "cycle_service", [shop.of_class(rules.service_level)])[0],
        "fill_rate": lambda: _promised(shop, "fill_rate", [shop.of_class(rules.fill_rate)])[0],
        "economic": lambda: economic(shop, settings),
    }
    parts = {name: made[name]() for name in sorted(set(target))}
    chosen = [
        np.select(
            [(target == name)[:, None] for name in parts],
            [getattr(levels, field) for levels in parts.values()],
        )
        for field in ("reorder_point", "order_up_to")
    ]
    return Levels(*chosen)


def economic(shop: ShopPast, _settings: Settings) -> Levels:
    """Ours, every item by what pays best."""
    return economic_levels(
        shop.past,
        shop.expected,
        shop.costs,
        review=shop.supply.review,
        step=shop.step,
        shortage_costs=[shop.costs.short],
        bounds=(LEAST_RATIO, MOST_RATIO),
        cover=shop.cover,
    )[0]


def erp_rule(shop: ShopPast, settings: Settings, safety_days: float | None = None) -> Levels:
    """The reorder rule of ERPs on the moving average of the last eight weeks, in lots of the settings' cycle."""
    return _rule(shop, settings, safety_days, cycle_days=settings.simulation.cycle_days)


def safety_days_rule(shop: ShopPast, settings: Settings, safety_days: float | None = None) -> Levels:
    """The same, but with an order at every review."""
    return _rule(shop, settings, safety_days, cycle_days=0)


def z_sigma(shop: ShopPast, service_level: Array) -> Levels:
    """Moving average with the safety stock that a normal distribution asks for."""
    return average_and_safety(
        shop.average,
        shop.average_sd,
        lead_time=shop.supply.lead_time,
        lead_time_sd=shop.supply.lead_time_sd,
        review=shop.supply.review.mean(axis=1),
        safety_factor=np.array([safety_factor(float(level)) for level in service_level]),
        cycle_days=shop.full(0.0),
        step=shop.step,
    )


def present(shop: ShopPast, settings: Settings) -> Levels:
    """The minimum and maximum in use; the ERP's rule, of the evening before, where too few orders tell them."""
    rule = erp_rule(shop, settings)
    both = (
        np.where(np.isnan(limit), level[:, 0], limit)
        for limit, level in zip(shop.limits.T, (rule.reorder_point, rule.order_up_to), strict=True)
    )
    return min_max(*both, n_days=len(shop.days))


def _rule(shop: ShopPast, settings: Settings, safety_days: float | None, *, cycle_days: float) -> Levels:
    days = settings.simulation.safety_days if safety_days is None else safety_days
    return reorder_rule(
        shop.average,
        lead_time=shop.supply.lead_time,
        safety_days=shop.full(days),
        cycle_days=np.maximum(cycle_days, shop.supply.review.max(axis=1)),
        step=shop.step,
    )


def _promised(
    shop: ShopPast, target: Literal["cycle_service", "fill_rate"], promised: Sequence[Array]
) -> list[Levels]:
    return promised_levels(
        shop.past,
        shop.expected,
        shop.costs,
        target=target,
        step=shop.step,
        promised=promised,
        cover=shop.cover,
    )


POLICIES: Mapping[str, Policy] = {
    OURS: Policy(
        "Optiflow",
        "Each evening the level that keeps the promise made for the item's class, from that evening's forecast.",
        our_levels,
        SERVICE_LEVELS,
        lambda shop, _: _promised(shop, "cycle_service", [shop.full(level) for level in SERVICE_LEVELS]),
    ),
    "economic": Policy(
        "Optiflow, economic",
        "Each evening the level at which one more unit in stock costs what it saves.",
        economic,
    ),
    PRESENT: Policy(
        "Present minimum and maximum",
        "The minimum and maximum that the shop's orders of the year before the period show, unchanged.",
        present,
    ),
    "erp_rule": Policy(
        "ERP reorder rule",
        "Minimum: mean sales × (lead time + safety days); maximum: one order cycle more.",
        erp_rule,
        SAFETY_DAYS,
        lambda shop, settings: [erp_rule(shop, settings, days) for days in SAFETY_DAYS],
    ),
    "safety_days": Policy(
        "Moving average with safety days",
        "At every chance to order, up to mean sales × (lead time + review period + safety days).",
        safety_days_rule,
        SAFETY_DAYS,
        lambda shop, settings: [safety_days_rule(shop, settings, days) for days in SAFETY_DAYS],
    ),
    "z_sigma": Policy(
        "Moving average with z·σ",
        "At every chance to order, up to mean sales and the safety stock of a normal distribution.",
        lambda shop, settings: z_sigma(shop, shop.of_class(settings.inventory.service_level)),
        SERVICE_LEVELS,
        lambda shop, _: [z_sigma(shop, shop.full(level)) for level in SERVICE_LEVELS],
    ),
    "foresight": Policy(
        "Perfect foresight",
        "Knows every customer and every delivery beforehand: nobody can do better.",
        lambda shop, _: perfect_foresight(shop.past, shop.costs),
    ),
    RECORDED: Policy(
        "As it was",
        "What the shop's own records say of these days; what was short is estimated.",
        None,
    ),
}
