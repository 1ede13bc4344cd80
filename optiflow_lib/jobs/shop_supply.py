"""How a shop's suppliers delivered: lead times, the days on which they take orders, and the orders really sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib import inventory
from optiflow_lib.forecasting.panel import Array
from optiflow_lib.inventory.lead_time_law import LeadTimeLaw
from optiflow_lib.inventory.simulation import drawn_lead_times
from optiflow_lib.jobs.decisions import lead_times_of
from optiflow_lib.jobs.demand import public_holidays
from optiflow_lib.jobs.night import Night
from optiflow_lib.schemas.source import SUPPLIERS

LEAD_TIMES = 60  # quantiles of a lead time's law
MOST_LEAD_TIME = 120  # days; forecasts reach no further


@dataclass(frozen=True)
class Supply:
    """How each item is delivered; arrays in the order of the items.

    Args:
        known: Lead times, whole days and equally likely, as the receipts before the first day told.
        lead_time: Their mean, days, (n_items,).
        lead_time_sd: Their standard deviation.
        drawn: What an order of each evening takes, drawn from all receipts, (n_items, n_days).
        can_order: May an order leave on the next morning? (n_items, n_days)
        review: Days from each evening's chance to order to the next, (n_items, n_days).
    """

    known: list[list[int]]
    lead_time: Array
    lead_time_sd: Array
    drawn: NDArray[np.int64]
    can_order: NDArray[np.bool_]
    review: Array


def supply_of(night: Night, items: pd.DataFrame, *, begin: date, days: pd.DatetimeIndex) -> Supply:
    """What is known of the items' suppliers on the evening `begin`, and what `days` bring."""
    known, learned = lead_times_of(replace(night, as_of=begin)), lead_times_of(night)
    at = known.frame["item_id"].searchsorted(items["item_id"])
    later = learned.frame["item_id"].searchsorted(items["item_id"])
    frame = known.frame.iloc[at]
    can_order, review = _chances(night, items, begin, days)
    return Supply(
        known=_whole_days([known.laws[i] for i in at]),
        lead_time=frame["lead_time"].to_numpy(float),
        lead_time_sd=frame["lead_time_sd"].to_numpy(float),
        drawn=drawn_lead_times(
            _whole_days([learned.laws[i] for i in later]),
            n_days=len(days),
            seed=night.settings.forecast.seed,
            item_ids=items["item_id"].tolist(),
        ),
        can_order=can_order,
        review=review,
    )


def order_lines(night: Night) -> pd.DataFrame:
    """Lines that were really sent: item_id, order_line_id, ordered_on, received_on (missing: still open), quantity."""
    receipts, open_lines = night.book.receipts, night.book.on_order
    arrived = receipts.rename(columns={"ordered_quantity": "quantity"})
    waiting = open_lines.rename(columns={"open_quantity": "quantity"}).assign(received_on=pd.NaT)
    columns = ["item_id", "order_line_id", "ordered_on", "received_on", "quantity"]
    lines = pd.concat([part[columns] for part in (arrived, waiting) if len(part)] or [arrived[columns]])
    return lines.drop_duplicates("order_line_id", ignore_index=True)


def _chances(
    night: Night, items: pd.DataFrame, begin: date, days: pd.DatetimeIndex
) -> tuple[NDArray[np.bool_], Array]:
    usual = night.settings.inventory.review_period
    years = range(begin.year, night.as_of.year + 1)
    holidays = (public_holidays(replace(night, as_of=date(year, 1, 1))) for year in years)
    chances = inventory.order_chances(
        night.inputs.read("suppliers") if night.inputs.has("suppliers") else SUPPLIERS.empty(),
        first_day=days[0].date(),
        n_days=len(days),
        closed=inventory.closed_weekdays(night.daily_sales, as_of=begin),
        closed_days=frozenset().union(*holidays),
        review_period=usual,
    )
    can_order = np.ones((len(items), len(days)), dtype=bool)
    review = np.full((len(items), len(days)), float(usual))
    for row, supplier_id in enumerate(items["supplier_id"]):
        if supplier_id in chances:
            can_order[row], review[row] = chances[supplier_id]
    return can_order, review


def _whole_days(laws: Sequence[LeadTimeLaw]) -> list[list[int]]:
    """Each law as equally likely whole days."""
    chance = (np.arange(LEAD_TIMES) + 0.5) / LEAD_TIMES
    return [np.clip(np.rint(law.quantiles(chance)), 0, MOST_LEAD_TIME).astype(int).tolist() for law in laws]
