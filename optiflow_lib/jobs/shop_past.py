"""A shop's own past made ready to be replayed: what was wanted, how suppliers delivered, what was known each evening."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.errors import DataError
from optiflow_lib.forecasting.law import Law
from optiflow_lib.forecasting.panel import Array, Panel, panel_of
from optiflow_lib.forecasting.rolling import Rolling, rolling_forecasts
from optiflow_lib.inventory.simulation import (
    Costs,
    Cover,
    Expected,
    LeadTimeChances,
    Ledger,
    Past,
    expected_demand,
    recent_mean,
    recent_sd,
    wanted,
)
from optiflow_lib.jobs.demand import demand_of, groups_of, regressors_of
from optiflow_lib.jobs.night import Night
from optiflow_lib.jobs.shop_items import LEAST_HISTORY_DAYS, replayed_items
from optiflow_lib.jobs.shop_records import Records
from optiflow_lib.jobs.shop_supply import Supply, supply_of
from optiflow_lib.settings import AbcClass, InventorySettings

AVERAGE_DAYS = 56  # of the peers' moving average
BEYOND_DAYS = (
    14  # forecast beyond what is asked for: a holiday after the last day counts on the days before it
)


@dataclass(frozen=True)
class ShopPast:
    """The last days of a shop, to try policies on; arrays in the order of `items`.

    Args:
        items: Schema `ITEMS`, abc, minimum_quantity, multiple, shelf_life_days; those that can be replayed.
        left_out: item_id, name, reason of those that cannot.
        days: The days replayed.
        past: What happens.
        expected: What was expected each evening, (n_items, n_days).
        supply: How suppliers deliver.
        average: Moving average of demand known each evening, (n_items, n_days).
        average_sd: Standard deviation of a day.
        costs: What things cost.
        cover: How long stock may last.
        recorded: What really happened; None where the source has no stock history.
        limits: Minimum and maximum in use before the first day, (n_items, 2), NaN where too few orders tell.
    """

    items: pd.DataFrame
    left_out: pd.DataFrame
    days: pd.DatetimeIndex
    past: Past
    expected: Expected
    supply: Supply
    average: Array
    average_sd: Array
    costs: Costs
    cover: Cover
    recorded: Ledger | None
    limits: Array

    @property
    def step(self) -> Array:
        """Smallest quantity of each item, units."""
        return np.asarray(self.items["unit_step"], dtype=float)

    def full(self, value: float) -> Array:
        """The same for every item."""
        return np.full(len(self.items), float(value))

    def of_class(self, by_class: Mapping[AbcClass, float]) -> Array:
        """A setting of each item's ABC class."""
        return np.asarray(self.items["abc"].map(dict(by_class)), dtype=float)


def shop_past(
    night: Night, *, days: int, history_days: int, refit_days: int, keep: Mapping[str, Collection[str]]
) -> ShopPast:
    """The last `days` days of the night's history.

    Policies know what was known: forecasts are made again each evening, the lead time's law is that of the receipts
    before the first day. What happens is drawn from all receipts.

    Args:
        night: Its inputs, which go back further than `days`.
        days: Days replayed, the warm-up included.
        history_days: Days that a forecast looks back at.
        refit_days: Days between two fits of the forecast's parameters.
        keep: Items wanted, as `replayed_items`; all items take part in the forecasts.

    Raises:
        DataError: the history is too short, or no item can be replayed.
    """
    panel = panel_of(demand_of(night))
    first = len(panel.days) - days
    if first < LEAST_HISTORY_DAYS:
        raise DataError(
            what=f"{len(panel.days)} days of history are too few to replay {days}",
            where="daily demand",
            mend=f"ask for a later first day or a shorter warm-up: {LEAST_HISTORY_DAYS} days before it must be known",
        )
    begin = panel.days[first - 1].date()
    known = pd.Series((~np.isnan(panel.quantity[:, :first])).sum(axis=1), index=panel.item_ids)
    items, left_out = replayed_items(night, begin=begin, days_known=known, keep=keep)
    rows = np.asarray(panel.item_ids.searchsorted(items["item_id"].to_numpy(dtype=object)))
    supply = supply_of(night, items, begin=begin, days=panel.days[first:])
    records = Records(night, items)
    history = panel.quantity[rows, first - AVERAGE_DAYS + 1 :]
    rules = night.settings.inventory
    return ShopPast(
        items=items,
        left_out=left_out,
        days=panel.days[first:],
        past=_past(night, panel, rows, first, items, supply, records),
        expected=_expected(
            night, panel, rows, first, supply, history_days=history_days, refit_days=refit_days
        ),
        supply=supply,
        average=recent_mean(history, window=AVERAGE_DAYS, n_days=days),
        average_sd=recent_sd(history, window=AVERAGE_DAYS, n_days=days),
        costs=_costs(items, rules),
        cover=Cover(
            items["abc"].map(rules.maximum_cover_days).to_numpy(float),
            items["shelf_life_days"].to_numpy(float),
        ),
        recorded=records.ledger(panel.days[first:]),
        limits=records.limits(begin),
    )


def _past(
    night: Night,
    panel: Panel,
    rows: NDArray[np.int64],
    first: int,
    items: pd.DataFrame,
    supply: Supply,
    records: Records,
) -> Past:
    """What happens: demand (the days before tell what an unknown one may have been), deliveries, terms, what is there and on its way."""
    before = min(first, AVERAGE_DAYS)
    known, days = panel.quantity[rows, first - before :], panel.days[first - before :]
    demand = wanted(
        known, records.sales(days), seed=night.settings.forecast.seed, item_ids=items["item_id"].tolist()
    )
    held = records.on_hand(panel.days[[first - 1]])
    opening = np.zeros(len(items)) if held is None else np.maximum(np.nan_to_num(held[:, 0]), 0.0)
    return Past(
        demand=demand[:, before:],
        lead_times=supply.drawn,
        can_order=supply.can_order,
        opening=opening,
        minimum=items["minimum_quantity"].to_numpy(float),
        multiple=items["multiple"].to_numpy(float),
        lost_sales=night.settings.inventory.unmet_demand == "lost",
        arriving=records.on_way(panel.days[first - 1].date(), panel.days[first:]),
    )


def _expected(
    night: Night,
    panel: Panel,
    rows: NDArray[np.int64],
    first: int,
    supply: Supply,
    *,
    history_days: int,
    refit_days: int,
) -> Expected:
    waits, gaps = LeadTimeChances.of(supply.known), supply.review.astype(np.int64)
    longest = int(waits.days.max(initial=0) + gaps.max(initial=0)) + BEYOND_DAYS
    last = panel.days[-1] + pd.Timedelta(days=longest + refit_days)
    settings = night.settings.forecast

    def tell(day: int, mean: Array, law: Law) -> Expected:
        return expected_demand(
            mean[rows],
            dispersion=law.dispersion[rows],
            level_sd=law.level_sd[rows],
            step=law.step[rows],
            lead_times=waits,
            review=gaps[:, day - first],
        )

    told = rolling_forecasts(
        panel,
        tell,
        evenings=range(first, len(panel.days)),
        groups=groups_of(night),
        event_days=regressors_of(night, first_day=panel.days[0].date(), last_day=last.date()),
        rolling=Rolling(
            horizon_days=longest,
            history_days=history_days,
            refit_days=refit_days,
            country=settings.country,
            threads=settings.threads or 2,
        ),
    )
    return Expected.over_days(told)


def _costs(items: pd.DataFrame, rules: InventorySettings) -> Costs:
    return Costs(
        unit_cost=items["unit_cost"].to_numpy(float),
        price=items["price"].to_numpy(float),
        shortage_factor=items["abc"].map(rules.shortage_cost).to_numpy(float),
        holding_rate=rules.holding_rate,
        order_line=rules.order_line_cost,
    )
