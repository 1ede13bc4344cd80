"""Our policy and its peers at one or many levels, and how each is tuned on the training period."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.order_worlds import World
from optiflow_lib.inventory.levels import LEAST_RATIO, MOST_RATIO
from optiflow_lib.inventory.simulation import (
    Costs,
    Levels,
    average_and_safety,
    economic_levels,
    reorder_rule,
)

SAFETY_DAYS = (-7, -3, 0, 2, 4, 6, 8, 10, 13, 16, 20, 26, 34, 44, 56, 80)
SAFETY_FACTORS = (-1, -0.5, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
CYCLES = (7, 14, 28, 42, 56, 84)  # days; the peers' lots
NIGHT, ANY = (LEAST_RATIO, MOST_RATIO), (0.02, 0.999)  # cycle service that may come out
FACTORS = (0.15, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)  # of the shortage cost, in our own tuning
PRICES = tuple(np.exp(np.arange(-6, 8.1, 0.75)))  # money a unit short is taken to cost, in the sweep

# Levels of a policy in a world, at a level of safety and with lots of so many days (0: an order at every review).
Policy = Callable[[World, float, float], Levels]


def erp_rule(world: World, safety_days: float, cycle: float) -> Levels:
    """(a): min = mean daily sales × (lead time + safety days), max = min + a cycle, at least a review period's sales."""
    return reorder_rule(
        world.average,
        lead_time=world.full(world.scenario.lead_time),
        safety_days=world.full(safety_days),
        cycle_days=world.full(max(cycle, world.scenario.review)),
        step=world.step,
    )


def moving_average(world: World, safety_factor: float, cycle: float) -> Levels:
    """(b): moving average + z·σ over lead time + review period."""
    return average_and_safety(
        world.average,
        world.average_sd,
        lead_time=world.full(world.scenario.lead_time),
        lead_time_sd=world.full(world.scenario.lead_time_sd),
        review=world.full(world.scenario.review),
        safety_factor=world.full(safety_factor),
        cycle_days=world.full(cycle),
        step=world.step,
    )


PEERS: dict[str, tuple[Policy, Sequence[float]]] = {
    "(a) ERP rule": (erp_rule, SAFETY_DAYS),
    "(b) average + zσ": (moving_average, SAFETY_FACTORS),
}


def ours(
    world: World, shortage_costs: Sequence[np.ndarray], *, order_line: float, bounds: tuple[float, float]
) -> list[Levels]:
    """The night's economic levels, one policy per cost of a unit short."""
    return economic_levels(
        world.past,
        world.expected,
        world.costs(shortage=1.0, order_line=order_line),
        review=np.full(world.past.shape, float(world.scenario.review)),
        step=world.step,
        shortage_costs=shortage_costs,
        bounds=bounds,
    )


@dataclass(frozen=True)
class Tuned:
    """A policy's outcomes with the choice per item class that cost least in the training period."""

    outcomes: pd.DataFrame
    choices: tuple[object, ...]


def tuned_peer(
    name: str, training: World, test: World, costs: Callable[[World], Costs], cycles: Sequence[float]
) -> Tuned:
    """Safety (and lot, where several are offered) per item class, chosen on the training period."""
    policy, grid = PEERS[name]
    choices = [(float(safety), float(cycle)) for cycle in cycles for safety in grid]
    tried = {c: training.tried(policy(training, *c), costs(training)) for c in choices}
    best = _best(tried, training)
    return Tuned(
        _of_classes({c: test.tried(policy(test, *c), costs(test)) for c in set(best)}, best, test), best
    )


def tuned_ours(training: World, test: World, costs: Callable[[World], Costs], *, order_line: float) -> Tuned:
    """What share of the shortage cost is counted per item class, chosen on the training period."""
    tried, kept = {}, {}
    for world, made in ((training, tried), (test, kept)):
        money = costs(world)
        levels = ours(
            world, [factor * money.short for factor in FACTORS], order_line=order_line, bounds=NIGHT
        )
        made |= {f: world.tried(one, money) for f, one in zip(FACTORS, levels, strict=True)}
    best = _best(tried, training)
    return Tuned(_of_classes(kept, best, test), best)


def _best(tried: dict[object, pd.DataFrame], world: World) -> tuple[object, ...]:
    cost = {choice: made["total_cost"].to_numpy() for choice, made in tried.items()}
    return tuple(min(cost, key=lambda c: cost[c][world.classes == one].sum()) for one in range(3))


def _of_classes(tried: dict[object, pd.DataFrame], best: Sequence[object], world: World) -> pd.DataFrame:
    made = [tried[choice][world.classes == one] for one, choice in enumerate(best)]
    return pd.concat(made).sort_index()
