"""Demand, and a shop that tries to serve it: stock, orders and receipts that agree with the sales to the unit."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optiflow_lib.source.sample.catalogue import SUPPLIERS
from optiflow_lib.source.sample.events import opening, uplifts

WEEK = np.array([0.85, 0.85, 0.95, 1.0, 1.2, 1.5, 0.65])  # Monday first
ORDER_LIFE_DAYS = 120  # longest lead time simulated
RETURN_DAYS = 30  # a product can be brought back so long after one was last sold
RETURN_SHARE = 0.002  # of sales, on slow products; at most one a day


@dataclass(frozen=True)
class Chances:
    """All chance in a shop's history, drawn beforehand: arrays of shape (items, days)."""

    returned: np.ndarray  # uniform in [0, 1)
    lead_time: np.ndarray  # factor on the supplier's mean lead time of an order placed that day

    @staticmethod
    def stacked(parts: list["Chances"]) -> "Chances":
        """Several shops' chances as those of one."""
        return Chances(
            np.concatenate([part.returned for part in parts]),
            np.concatenate([part.lead_time for part in parts]),
        )


@dataclass(frozen=True)
class ShopHistory:
    """What happened, arrays of shape (items, days), and one row per order line."""

    sold: np.ndarray
    returned: np.ndarray
    on_hand: np.ndarray  # at the day's end
    lines: pd.DataFrame  # item, supplier, ordered, promised, received (day numbers), quantity

    def part(self, first: int, end: int) -> "ShopHistory":
        """The history of the items from number `first` up to, without, `end`."""
        lines = self.lines[self.lines["item"].between(first, end - 1)]
        lines = lines.assign(item=lines["item"] - first).reset_index(drop=True)
        return ShopHistory(self.sold[first:end], self.returned[first:end], self.on_hand[first:end], lines)


def chances(products: pd.DataFrame, *, days: pd.DatetimeIndex, rng: np.random.Generator) -> Chances:
    """Draws the chances of a block of products; lead times are gamma distributed around the quoted one."""
    shape = 1 / _terms(products)["lead_time_cv"].to_numpy()[:, None] ** 2
    size = (len(products), len(days))
    return Chances(rng.random(size), rng.gamma(shape, 1 / shape, size))


def demand(
    products: pd.DataFrame, happened: pd.DataFrame, *, days: pd.DatetimeIndex, rng: np.random.Generator
) -> np.ndarray:
    """Units wanted, (items, days): level × trend × week × year × events, negative binomial around it."""
    count, n_days = len(products), len(days)
    years = (np.arange(n_days) - n_days / 2) / 365.25
    trend = 1 + np.outer(rng.normal(0.02, 0.08, count), years)
    week = WEEK[days.day_of_week] ** rng.uniform(0.5, 1.2, (count, 1))
    phase = (
        2
        * np.pi
        * (days.day_of_year.to_numpy()[None, :] / 365.25 - (products["pic"].to_numpy()[:, None] - 0.5) / 12)
    )
    year = 1 + products["saison"].to_numpy()[:, None] * np.cos(phase)
    by_category = uplifts(happened, days)
    event = np.stack([by_category[category] for category in products["rayon"]])
    mean = (
        products["niveau"].to_numpy()[:, None] * np.maximum(trend, 0.2) * week * year * event * opening(days)
    )
    day = np.arange(n_days)
    alive = (day >= products["lancement"].to_numpy()[:, None]) & (day <= products["fin"].to_numpy()[:, None])
    shape = rng.uniform(2, 12, (count, 1))
    return np.asarray(rng.poisson(rng.gamma(shape, 1 / shape, (count, n_days)) * mean) * alive)


def history(
    products: pd.DataFrame, wanted: np.ndarray, drawn: Chances, *, days: pd.DatetimeIndex
) -> ShopHistory:
    """Day after day: receive, sell what is there, take returns, order by a min/max rule on recent sales."""
    terms = _terms(products)
    may_order = _order_days(products, terms, days=days)
    mean_lead, is_open = terms["lead_time"].to_numpy(), opening(days) > 0
    count, n_days = wanted.shape
    due, pipeline = np.zeros((count, n_days + ORDER_LIFE_DAYS)), np.zeros(count)
    recent, last_sold = products["niveau"].to_numpy().copy(), np.full(count, -n_days)
    stock = np.ceil(recent * (mean_lead + 10)) * (products["lancement"].to_numpy() == 0)
    sold, returned, on_hand = np.zeros((3, count, n_days))
    lines: list[tuple[np.ndarray, int, np.ndarray, np.ndarray]] = []
    for t in range(n_days):
        stock += due[:, t]
        pipeline -= due[:, t]
        sold[:, t] = np.minimum(wanted[:, t], stock)
        last_sold[sold[:, t] > 0] = t
        brings_back = drawn.returned[:, t] < RETURN_SHARE * np.minimum(recent, 5)
        returned[:, t] = brings_back & (t - last_sold <= RETURN_DAYS) & is_open[t]
        stock = stock - sold[:, t] + returned[:, t]
        on_hand[:, t] = stock
        recent = np.where(stock > 0, recent + (sold[:, t] - recent) / 28, recent)
        ordering, quantity = _orders(terms, recent, stock + pipeline, may_order=may_order[:, t])
        taken = np.rint(mean_lead[ordering] * drawn.lead_time[ordering, t])
        taken = np.clip(taken, 1, ORDER_LIFE_DAYS - 1).astype(int)
        due[ordering, t + taken] += quantity
        pipeline[ordering] += quantity
        lines.append((ordering, t, taken, quantity))
    return ShopHistory(sold, returned, on_hand, _order_lines(lines, terms))


def _terms(products: pd.DataFrame) -> pd.DataFrame:
    suppliers = pd.DataFrame([vars(supplier) for supplier in SUPPLIERS]).set_index("supplier_id")
    terms = suppliers.loc[products["fournisseur_id"]].reset_index()
    gap = terms["order_weekdays"].str.split(",").map(len)
    return terms.assign(review=np.ceil(7 / gap), pack=products["colisage"].to_numpy(float))


def _order_days(products: pd.DataFrame, terms: pd.DataFrame, *, days: pd.DatetimeIndex) -> np.ndarray:
    """Days on which the supplier takes orders and one would arrive while the product is sold, (items, days)."""
    takes_orders = np.stack(
        [[str(day) in weekdays for day in range(1, 8)] for weekdays in terms["order_weekdays"]]
    )
    wait = (terms["lead_time"] + terms["review"]).to_numpy()
    first, end = products["lancement"].to_numpy() - wait, products["fin"].to_numpy() - wait
    day = np.arange(len(days))
    return np.asarray(takes_orders[:, days.day_of_week] & (day >= first[:, None]) & (day < end[:, None]))


def _orders(
    terms: pd.DataFrame, recent: np.ndarray, position: np.ndarray, *, may_order: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The shop's own rule, no better than most: min = recent sales over the wait, max = a week more."""
    wait, pack = (terms["lead_time"] + terms["review"]).to_numpy(), terms["pack"].to_numpy()
    least = recent * wait * 1.2 + 1
    wanted = np.ceil((least + recent * 7 - position) / pack) * pack
    ordering = np.flatnonzero(may_order & (position <= least) & (wanted > 0))
    return ordering, wanted[ordering]


def _order_lines(
    lines: list[tuple[np.ndarray, int, np.ndarray, np.ndarray]], terms: pd.DataFrame
) -> pd.DataFrame:
    placed = pd.DataFrame(
        {
            "item": np.concatenate([line[0] for line in lines]),
            "ordered": np.concatenate([np.full(len(line[0]), line[1]) for line in lines]),
            "received": np.concatenate([line[1] + line[2] for line in lines]),
            "quantity": np.concatenate([line[3] for line in lines]),
        }
    )
    chosen = terms.iloc[placed["item"]]
    return placed.assign(
        supplier=chosen["supplier_id"].to_numpy(), promised=placed["ordered"] + chosen["lead_time"].to_numpy()
    )
