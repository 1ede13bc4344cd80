"""Scenarios of supply, stretches of the past, and what was known on each evening of them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.order_shops import Shop
from optiflow_lib.forecasting.law import Law
from optiflow_lib.forecasting.panel import Array
from optiflow_lib.forecasting.rolling import Rolling, rolling_forecasts
from optiflow_lib.inventory.simulation import (
    Costs,
    Expected,
    LeadTimeChances,
    Levels,
    Past,
    expected_demand,
    outcome,
    recent_mean,
    recent_sd,
    replay,
)

COST_SHARE, HOLDING_RATE, ORDER_LINE = 0.7, 0.25, 5.0
GAMMA_CV = 0.3
WINDOW = 56  # days of the peers' moving average
ALIVE_DAYS, LEAST_HISTORY = 91, 182  # an item is replayed when it sold in the last of these, and for so long


@dataclass(frozen=True)
class Scenario:
    """How a supplier delivers: mean lead time in days, fixed or gamma (CV .3), and the review period."""

    lead_time: int
    gamma: bool
    review: int

    def __str__(self) -> str:
        law = f"gamma {self.lead_time}" if self.gamma else f"{self.lead_time}"
        return f"{'daily' if self.review == 1 else 'weekly'}, {law} days"

    def draws(self, shape: tuple[int, ...], seed: int) -> NDArray[np.int64]:
        """Lead times, whole days."""
        if not self.gamma:
            return np.full(shape, self.lead_time, dtype=np.int64)
        variance = GAMMA_CV**2
        drawn = np.random.default_rng(seed).gamma(1 / variance, self.lead_time * variance, shape)
        return np.maximum(np.rint(drawn), 1).astype(np.int64)

    def chances(self, n_items: int) -> LeadTimeChances:
        """The law, which every policy knows."""
        one = LeadTimeChances.of([self.draws((20_000,), 1)])
        return LeadTimeChances(*(np.repeat(values, n_items, axis=0) for values in (one.days, one.chance)))

    @property
    def longest(self) -> int:
        """Days that a forecast must reach."""
        return int(self.draws((20_000,), 1).max()) + self.review

    @property
    def lead_time_sd(self) -> float:
        """Days."""
        return self.lead_time * GAMMA_CV if self.gamma else 0.0


@dataclass(frozen=True)
class Stretch:
    """Days of the past: `warm_up` that are not counted, then `counted`; `first` is the first day's position."""

    first: int
    warm_up: int
    counted: int

    @property
    def days(self) -> int:
        """All of them."""
        return self.warm_up + self.counted


@dataclass(frozen=True)
class World:
    """A stretch of a shop under a scenario, with what was known on its evenings; arrays of the items alive."""

    past: Past
    expected: Expected
    average: Array
    average_sd: Array
    price: Array
    classes: NDArray[np.int64]
    scenario: Scenario
    stretch: Stretch
    step: Array
    start: Array
    rows: NDArray[np.int64]

    def costs(self, *, shortage: float, order_line: float = ORDER_LINE) -> Costs:
        """What things cost; `shortage` in margins."""
        n = len(self.price)
        return Costs(COST_SHARE * self.price, self.price, np.full(n, shortage), HOLDING_RATE, order_line)

    def full(self, value: float) -> Array:
        """The same for every item."""
        return np.full(len(self.price), float(value))

    def tried(self, levels: Levels, costs: Costs) -> pd.DataFrame:
        """Outcome of a policy that starts anywhere between its own levels: the same luck for all policies."""
        low, high = levels.reorder_point[:, 0], levels.order_up_to[:, 0]
        opening = np.maximum(low + self.start * (high - low), 0.0)
        past = replace(self.past, opening=np.round(opening / self.step) * self.step)
        return outcome(past, replay(past, levels), costs, warm_up=self.stretch.warm_up)


def known_evenings(
    shop: Shop, scenarios: Sequence[Scenario], *, first: int, last: int, history_days: int
) -> dict[Scenario, Expected]:
    """What was expected on each evening from `first` to `last`, (n_items, n_evenings), by scenario."""
    n = shop.n_items
    names = [f.name for f in fields(Expected)]
    known = {s: Expected(*(np.zeros((n, last - first + 1)) for _ in names)) for s in scenarios}
    waits = {s: s.chances(n) for s in scenarios}
    step = np.full(n, shop.step)

    def tell(day: int, mean: Array, law: Law) -> None:
        for scenario in scenarios:
            if day % scenario.review:
                continue
            told = expected_demand(
                mean,
                dispersion=law.dispersion,
                level_sd=law.level_sd,
                step=step,
                lead_times=waits[scenario],
                review=np.full(n, scenario.review),
            )
            for name in names:
                getattr(known[scenario], name)[:, day - first] = getattr(told, name)

    rolling = Rolling(
        horizon_days=max(s.longest for s in scenarios),
        history_days=history_days,
        refit_days=7,
        country=shop.country,
        threads=2,
    )
    rolling_forecasts(
        shop.panel,
        tell,
        evenings=range(first, last + 1),
        groups=shop.groups,
        event_days=shop.event_days,
        rolling=rolling,
    )
    return known


def world(shop: Shop, scenario: Scenario, stretch: Stretch, known: Expected, *, first_evening: int) -> World:
    """One stretch: the days from `stretch.first` on, whose evenings are known from `first_evening` on."""
    at, n_days = stretch.first, stretch.days
    days = slice(at, at + n_days)
    seen = shop.panel.quantity[:, :at]
    alive = np.nansum(seen[:, -ALIVE_DAYS:], axis=1) > 0
    alive &= (~np.isnan(seen)).sum(axis=1) >= min(LEAST_HISTORY, at // 2)
    n = int(alive.sum())
    evenings = slice(at - first_evening, at - first_evening + n_days)
    expected = Expected(*(getattr(known, f.name)[alive, evenings] for f in fields(Expected)))
    history = shop.panel.quantity[alive, max(at - WINDOW + 1, 0) : at + n_days]
    history = np.pad(history, ((0, 0), (max(WINDOW - 1 - at, 0), 0)), constant_values=np.nan)
    averages = {"window": WINDOW, "n_days": n_days}
    price = shop.price[alive, at - 1]
    nothing = np.zeros(n)
    return World(
        past=Past(
            shop.demand[alive, days],
            scenario.draws((shop.n_items, shop.demand.shape[1]), 7)[alive, days],
            np.broadcast_to(np.arange(at, at + n_days) % scenario.review == 0, (n, n_days)).copy(),
            nothing,
            nothing,
            np.full(n, shop.step),
        ),
        expected=expected,
        average=recent_mean(history, **averages),
        average_sd=recent_sd(history, **averages),
        price=price,
        classes=_abc(np.nansum(seen[alive, -364:], axis=1) * price),
        scenario=scenario,
        stretch=stretch,
        step=np.full(n, shop.step),
        start=np.random.default_rng(3).random(shop.n_items)[alive],
        rows=np.flatnonzero(alive),
    )


def _abc(turnover: Array) -> NDArray[np.int64]:
    """0, 1, 2 for A, B, C: 80 and 95 % of turnover."""
    order = np.argsort(-turnover, kind="stable")
    share = np.empty(len(turnover))
    share[order] = turnover[order].cumsum() / turnover.sum()
    return np.digitize(share, [0.8, 0.95])
