"""What would have been forecast each evening of a stretch of the past: parameters now and then, the level every day."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from optiflow_lib.forecasting import levels
from optiflow_lib.forecasting.law import Law, law_of, steps_of
from optiflow_lib.forecasting.panel import Array, Panel
from optiflow_lib.forecasting.planned import Planned, planned
from optiflow_lib.forecasting.pooled import Pooled, fitted_pooled

Told = TypeVar("Told")


@dataclass(frozen=True)
class Rolling:
    """How the past is forecast again.

    Args:
        horizon_days: Days ahead, each evening.
        history_days: Days looked back at when parameters are fitted.
        refit_days: Days between two fits; the level and the horizon move on every day.
        country: Whose public holidays.
        threads: Fits at the same time; they do not depend on each other.
    """

    horizon_days: int
    history_days: int
    refit_days: int
    country: str | None
    threads: int = 1


def rolling_forecasts(
    panel: Panel,
    tell: Callable[[int, Array, Law], Told],
    *,
    evenings: Sequence[int],
    groups: Mapping[str, str],
    event_days: pd.DataFrame,
    rolling: Rolling,
) -> list[Told]:
    """What `tell` makes of the pooled model's forecast of each evening, in the order of the evenings.

    Nothing after an evening is seen by its forecast but events, which are planned.

    Args:
        panel: History and the stretch replayed.
        tell: Gets position of the evening in the panel, mean (n_items, horizon_days) and law; called in several threads.
        evenings: Positions in `panel.days` of the last day known, consecutive.
        groups: Group of each item_id.
        event_days: Of `regressors.event_columns`, covering everything.
        rolling: Horizon, history, how often to fit.
    """
    events = planned(event_days, panel.item_ids)
    blocks = [evenings[at : at + rolling.refit_days] for at in range(0, len(evenings), rolling.refit_days)]

    def told(block: Sequence[int]) -> list[Told]:
        return _block(panel, tell, block, groups=groups, events=events, rolling=rolling)

    with ThreadPoolExecutor(rolling.threads) as pool:
        return [one for part in pool.map(told, blocks) for one in part]


def _block(
    panel: Panel,
    tell: Callable[[int, Array, Law], Told],
    evenings: Sequence[int],
    *,
    groups: Mapping[str, str],
    events: Planned,
    rolling: Rolling,
) -> list[Told]:
    """The evenings until the next fit."""
    first, ahead = max(evenings[0] + 1 - rolling.history_days, 0), rolling.horizon_days
    seen = Panel(
        panel.item_ids,
        panel.days[first : evenings[0] + 1],
        panel.quantity[:, first : evenings[0] + 1],
    )
    pooled = fitted_pooled(
        seen,
        groups=groups,
        events=events,
        country=rolling.country,
        horizon_days=ahead + len(evenings) - 1,
    )
    law = law_of(pooled.errors(seen), steps_of(seen.quantity))
    moving = _Moving(pooled, seen.quantity)
    made = []
    for day in evenings:
        now = day + 1 - first
        if day > evenings[0]:
            moving.move(panel.quantity[:, day], pooled.season[:, now - 1])
        made.append(tell(day, moving.level[:, None] * pooled.season[:, now : now + ahead], law))
    return made


class _Moving:
    """Both speeds of `levels.two_speed_level`, moved on by one day at a time."""

    def __init__(self, pooled: Pooled, quantity: Array) -> None:
        self.pooled = pooled
        self.keep = 0.5 ** (1 / np.stack([pooled.fast, np.full(len(quantity), levels.SLOW)]))
        known, season = ~np.isnan(quantity), pooled.season[:, : quantity.shape[1]]
        self.sold, self.exposed = np.empty((2, 2, len(quantity)))
        for speed in (0, 1):
            for keep in np.unique(self.keep[speed]):
                mine = self.keep[speed] == keep
                weight = keep ** np.arange(quantity.shape[1])[::-1]
                self.sold[speed, mine] = np.nan_to_num(quantity[mine]) @ weight
                self.exposed[speed, mine] = (season[mine] * known[mine]) @ weight

    def move(self, quantity: Array, season: Array) -> None:
        """One more day; its quantity may be unknown."""
        self.sold = self.keep * self.sold + np.nan_to_num(quantity)
        self.exposed = self.keep * self.exposed + season * ~np.isnan(quantity)

    @property
    def level(self) -> Array:
        """After the last day, units a day."""
        prior = levels.HETEROGENEITY / np.maximum(self.pooled.prior_mean, 1e-6)
        fast, slow = (self.sold + levels.HETEROGENEITY) / (self.exposed + prior)
        return np.asarray((1 - self.pooled.slow_share) * fast + self.pooled.slow_share * slow)
