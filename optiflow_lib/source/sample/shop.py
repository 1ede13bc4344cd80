"""Demand, and a shop that tries to serve it: stock, orders and receipts that agree with the sales to the unit."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optiflow_lib.source.sample.catalogue import SUPPLIERS
from optiflow_lib.source.sample.events import opening, uplifts

WEEK = np.array([0.85, 0.85, 0.95, 1.0, 1.2, 1.5, 0.65])  # Monday first
ORDER_LIFE_DAYS = 120  # longest lead time simulated


@dataclass(frozen=True)
class ShopHistory:
    """What happened, arrays of shape (items, days), and one row per order line."""

    sold: np.ndarray
    returned: np.ndarray
    on_hand: np.ndarray  # at the day's end
    lines: pd.DataFrame  # item, supplier, ordered, promised, received (day numbers), quantity


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
    event = np.stack([uplifts(happened, days)[category] for category in products["rayon"]])
    mean = (
        products["niveau"].to_numpy()[:, None] * np.maximum(trend, 0.2) * week * year * event * opening(days)
    )
    day = np.arange(n_days)
    alive = (day >= products["lancement"].to_numpy()[:, None]) & (day <= products["fin"].to_numpy()[:, None])
    shape = rng.uniform(2, 12, (count, 1))
    return np.asarray(rng.poisson(rng.gamma(shape, 1 / shape, (count, n_days)) * mean) * alive)


def history(
    products: pd.DataFrame, wanted: np.ndarray, *, days: pd.DatetimeIndex, rng: np.random.Generator
) -> ShopHistory:
    """Day after day: receive, sell what is there, take returns, order by a min/max rule on recent sales."""
    count, n_days = wanted.shape
    terms = _terms(products)
    life = _ordering_life(products, terms, n_days=n_days)
    mean_lead, shape = terms["lead_time"].to_numpy(), 1 / terms["lead_time_cv"].to_numpy() ** 2
    open_on = {day: terms["order_weekdays"].str.contains(str(day)).to_numpy() for day in range(1, 8)}
    due = np.zeros((count, n_days + ORDER_LIFE_DAYS))
    pipeline = np.zeros(count)
    recent = products["niveau"].to_numpy().copy()
    stock = np.ceil(recent * (terms["lead_time"] + 10)) * (products["lancement"].to_numpy() == 0)
    sold, returned, on_hand = np.zeros((3, count, n_days))
    lines: list[tuple[np.ndarray, int, np.ndarray, np.ndarray]] = []
    for t in range(n_days):
        stock += due[:, t]
        pipeline -= due[:, t]
        sold[:, t] = np.minimum(wanted[:, t], stock)
        returned[:, t] = rng.random(count) < 0.002 * np.minimum(recent, 5)
        stock = stock - sold[:, t] + returned[:, t]
        on_hand[:, t] = stock
        recent = np.where(stock > 0, recent + (sold[:, t] - recent) / 28, recent)
        ordering, quantity = _orders(
            terms, recent, stock + pipeline, may_order=open_on[days[t].isoweekday()] & life[:, t]
        )
        taken = _lead_times(mean_lead[ordering], shape[ordering], rng)
        due[ordering, t + taken] += quantity
        pipeline[ordering] += quantity
        lines.append((ordering, t, taken, quantity))
    return ShopHistory(sold, returned, on_hand, _order_lines(lines, terms))


def _terms(products: pd.DataFrame) -> pd.DataFrame:
    suppliers = pd.DataFrame([vars(supplier) for supplier in SUPPLIERS]).set_index("supplier_id")
    terms = suppliers.loc[products["fournisseur_id"]].reset_index()
    gap = terms["order_weekdays"].str.split(",").map(len)
    return terms.assign(review=np.ceil(7 / gap), pack=products["colisage"].to_numpy(float))


def _ordering_life(products: pd.DataFrame, terms: pd.DataFrame, *, n_days: int) -> np.ndarray:
    """Days on which an order would arrive while the product is sold, (items, days)."""
    wait = (terms["lead_time"] + terms["review"]).to_numpy()
    first, end = products["lancement"].to_numpy() - wait, products["fin"].to_numpy() - wait
    day = np.arange(n_days)
    return np.asarray((day >= first[:, None]) & (day < end[:, None]))


def _orders(
    terms: pd.DataFrame, recent: np.ndarray, position: np.ndarray, *, may_order: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The shop's own rule, no better than most: min = recent sales over the wait, max = a week more."""
    wait, pack = (terms["lead_time"] + terms["review"]).to_numpy(), terms["pack"].to_numpy()
    least = recent * wait * 1.2 + 1
    wanted = np.ceil((least + recent * 7 - position) / pack) * pack
    ordering = np.flatnonzero(may_order & (position <= least) & (wanted > 0))
    return ordering, wanted[ordering]


def _lead_times(mean: np.ndarray, shape: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.clip(np.rint(rng.gamma(shape, mean / shape)), 1, ORDER_LIFE_DAYS - 1).astype(int)


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
