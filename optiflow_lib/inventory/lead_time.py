"""How long an order takes, learned from what was received: a distribution, not a promise."""

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.inventory.lead_time_law import ENOUGH, NOTHING_SEEN, LeadTimeLaw, Observed
from optiflow_lib.inventory.lookup import of_items
from optiflow_lib.inventory.order_days import order_days
from optiflow_lib.inventory.receipts import (
    ABSURD_DAYS,
    RECENT_ORDERS,
    observed_lines,
    observed_orders,
)
from optiflow_lib.schemas.stock import LEAD_TIMES
from optiflow_lib.settings import InventorySettings


@dataclass(frozen=True)
class LearnedLeadTimes:
    """What is known of the lead times of a night.

    Args:
        frame: Schema `LEAD_TIMES`, sorted by item_id.
        laws: The law of each row of `frame`.
        as_of: The day being closed.
        closed: ISO weekdays on which the shop is closed.
    """

    frame: pd.DataFrame
    laws: tuple[LeadTimeLaw, ...]
    as_of: date
    closed: frozenset[int]

    def draws(self, *, n_samples: int, seed: int) -> NDArray[np.int64]:
        """Possible days from `as_of` until an order sent on the next order day is there, (n_items, n_samples).

        Each item's quantiles, evenly spread, in an order that `seed` and its item_id give: its draws do not depend
        on the other items. An order that would arrive on a closed weekday waits for the next open one.
        """
        sent = self.frame["order_on"]
        wait = (sent - pd.Timestamp(self.as_of)).dt.days.to_numpy() - 1
        weekday, later = sent.dt.day_of_week.to_numpy(), _days_until_open(self.closed)
        drawn = np.empty((len(self.laws), n_samples), dtype=np.int64)
        for i, (item_id, law) in enumerate(zip(self.frame["item_id"], self.laws, strict=True)):
            rng = np.random.default_rng([seed, 1, zlib.crc32(item_id.encode())])
            chance = (rng.permutation(n_samples) + 0.5) / n_samples
            taken = np.clip(np.rint(law.quantiles(chance)), 0, ABSURD_DAYS).astype(np.int64)
            drawn[i] = wait[i] + taken + later[(weekday[i] + taken) % 7]
        return drawn


def learned_lead_times(
    receipts: pd.DataFrame,
    *,
    supplier_terms: pd.DataFrame,
    suppliers: pd.DataFrame,
    items: pd.DataFrame,
    as_of: date,
    settings: InventorySettings,
    closed: Collection[int] = (),
    closed_days: Collection[date] = (),
) -> LearnedLeadTimes:
    """The lead time of each item from its preferred supplier, and the next day on which that supplier can be asked.

    With weight n/8 an item's own last n receipts count, with the rest the supplier's last m orders (weight m/8 of
    it) and the quoted lead time: eight receipts or more speak for themselves. With nothing known the assumed lead
    time of the settings is used; `basis` says what it rests on.

    Args:
        receipts: Schema `RECEIPTS` with item_id.
        supplier_terms: Terms valid today with item_id, best first (lead_time is the quoted one).
        suppliers: Schema `SUPPLIERS`.
        items: Schema `ITEMS`.
        as_of: The day being closed; later receipts are not seen.
        settings: Assumed lead time and review period.
        closed: ISO weekdays on which the shop is closed.
        closed_days: Public holidays: no supplier takes an order.
    """
    rows = items[["item_id", "supplier_id"]].sort_values("item_id", ignore_index=True)
    quoted = supplier_terms.drop_duplicates("item_id").set_index("item_id")
    rows["quoted"] = of_items(quoted["lead_time"], rows["item_id"]) if "lead_time" in quoted else np.nan
    rows["quoted"] = rows["quoted"].where(rows["quoted"].between(0, ABSURD_DAYS))
    days = order_days(
        suppliers,
        as_of=as_of,
        closed=closed,
        closed_days=closed_days,
        review_period=settings.review_period,
    )
    rows = rows.merge(days, on="supplier_id", how="left")
    rows["review_period"] = rows["review_period"].fillna(float(settings.review_period))
    rows["order_on"] = rows["order_on"].fillna(pd.Timestamp(as_of) + pd.Timedelta(days=1))
    laws = _laws(rows, receipts, as_of=as_of, assumed=settings.assumed_lead_time)
    frame = LEAD_TIMES.check(_described(rows, laws), where="lead times")
    return LearnedLeadTimes(frame, laws, as_of, frozenset(closed))


def _laws(
    rows: pd.DataFrame, receipts: pd.DataFrame, *, as_of: date, assumed: float
) -> tuple[LeadTimeLaw, ...]:
    lines = observed_lines(receipts, as_of=as_of)
    count = lines.groupby(["item_id", "supplier_id"])["order_line_id"].transform("nunique")
    own = _observed(lines.assign(count=count), ["item_id", "supplier_id"])
    orders = observed_orders(receipts, as_of=as_of).groupby("supplier_id").tail(RECENT_ORDERS)
    sizes = orders.groupby("supplier_id")["days"].transform("size")
    suppliers = _observed(orders.assign(weight=1.0, count=sizes), ["supplier_id"])
    prior = rows["quoted"].fillna(assumed)
    return tuple(
        LeadTimeLaw(own.get(key, NOTHING_SEEN), suppliers.get(key[1:], NOTHING_SEEN), mean)
        for key, mean in zip(zip(rows["item_id"], rows["supplier_id"], strict=True), prior, strict=True)
    )


def _observed(rows: pd.DataFrame, key: list[str]) -> dict[tuple[str, ...], Observed]:
    ordered = rows.sort_values([*key, "days"])
    made = {}
    for name, part in ordered.groupby(key):
        weight = part["weight"].to_numpy()
        made[name] = Observed(part["days"].to_numpy(float), weight / weight.sum(), int(part["count"].iloc[0]))
    return made


def _described(rows: pd.DataFrame, laws: tuple[LeadTimeLaw, ...]) -> pd.DataFrame:
    moments = np.array([law.moments for law in laws]).reshape(-1, 2)
    number = np.array([law.own.count for law in laws], dtype=int)
    known = (number > 0) | np.array([law.of_supplier.count > 0 for law in laws], dtype=bool)
    basis = np.select(
        [number >= ENOUGH, known, rows["quoted"].notna()], ["receipts", "shrunk", "quoted"], default="assumed"
    )
    return rows.assign(lead_time=moments[:, 0], lead_time_sd=moments[:, 1], observations=number, basis=basis)


def _days_until_open(closed: Collection[int]) -> NDArray[np.int64]:
    """For each weekday (Monday is 0), days until the shop is open; zero when it is never."""
    if len(set(closed)) >= 7:
        return np.zeros(7, dtype=np.int64)
    waits = [next(n for n in range(7) if (day + n) % 7 + 1 not in closed) for day in range(7)]
    return np.array(waits, dtype=np.int64)
