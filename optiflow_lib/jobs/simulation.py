"""`optiflow simulate`: what a period of the shop's past would have been under our policy and others; writes nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.errors import DataError, PolicyError
from optiflow_lib.forecasting.panel import Array
from optiflow_lib.inventory.simulation import Ledger, outcome, replay, savings, summary, trade_off
from optiflow_lib.jobs.night import opened_source
from optiflow_lib.jobs.policies import OURS, POLICIES, PRESENT
from optiflow_lib.jobs.scratch import scratch_night
from optiflow_lib.jobs.shop_past import ShopPast, shop_past
from optiflow_lib.settings import Settings
from optiflow_lib.source import last_closed_day

ITEM_COLUMNS = ["item_id", "name", "abc", "category", "supplier_id"]


@dataclass(frozen=True)
class Asked:
    """What is to be replayed.

    Args:
        first_day: First day counted; the settings' warm-up days before it are replayed, not counted.
        last_day: Last day counted; no later than the source's last closed day.
        policies: Keys of `policies.POLICIES`, in the order wanted.
        keep: Items wanted: values by column, of item_id, abc, category, supplier_id, location_id; empty: all.
        limits: item_id, minimum, maximum typed in at present; None: they are read off the orders of the year before.
    """

    first_day: date
    last_day: date
    policies: Sequence[str] = tuple(POLICIES)
    keep: Mapping[str, Collection[str]] = field(default_factory=dict)
    limits: pd.DataFrame | None = None


@dataclass(frozen=True)
class Simulation:
    """Policies side by side; every frame begins with the column policy, a key of `policies.POLICIES`.

    Money is in the settings' currency, and a year's where a summary says so: holding, ordering, lost_margin, total_cost
    and orders of `summary` and `curves` are scaled to 365 days.

    Args:
        summary: policy, indicator, value, low, high (95 % by resampling items). Indicators: fill_rate,
            fill_rate_value, cycle_service, stockout_days (shares), stock_value (mean, money at cost), orders, holding,
            ordering, lost_margin, total_cost (a year).
        savings: policy (another one), column (total_cost or stock_value), saving, low, high: the share that ours
            costs less; without rows where ours was not asked for.
        curves: policy, safety (service level or safety days tried), fill_rate, fill_rate_value, stock_value, orders,
            total_cost: what service costs, from little stock to much.
        items: policy, item_id, name, abc, category, supplier_id, and per item over the period: demand, served (units),
            days, stockout_days, cycles, cycles_short, orders, stock_value, demand_value, served_value, holding,
            ordering, lost_margin, total_cost.
        days: policy, day, stock_value, lost_value (at the sales price), orders: sums over items.
        left_out: item_id, name, reason of items asked for that cannot be replayed (without policy).
        assumed: item_id, name of items whose present minimum and maximum no orders tell: the ERP's rule stands in.
    """

    summary: pd.DataFrame
    savings: pd.DataFrame
    curves: pd.DataFrame
    items: pd.DataFrame
    days: pd.DataFrame
    left_out: pd.DataFrame
    assumed: pd.DataFrame


def simulate(settings: Settings, asked: Asked) -> Simulation:
    """Replays a period of the shop's own history under several policies.

    Demand of days out of stock is estimated, lead times are drawn from what was received, and a policy knows each
    evening only what was known then: forecasts are the pooled model's, refitted every `simulation.refit_days`, level
    and horizon moved on daily. Reads the source; writes and prints nothing, and does not depend on the clock.

    Args:
        settings: Rules of `inventory`, and `simulation`: warm-up, refits, and the others' safety and cycle days.
        asked: Period, policies and items.

    Raises:
        PolicyError: a policy is unknown, none is named, or the period ends before it begins.
        DataError: the period is not in the source's history, or no item can be replayed.
    """
    _check(asked)
    rules = settings.simulation
    days = (asked.last_day - asked.first_day).days + 1 + rules.warm_up_days
    shop = _shop(settings, asked, days)
    ledgers = _ledgers(shop, settings, asked)
    outcomes = {
        key: outcome(shop.past, ledger, shop.costs, warm_up=rules.warm_up_days)
        for key, ledger in ledgers.items()
    }
    seed = settings.forecast.seed
    unknown = shop.items.loc[np.isnan(shop.limits).any(axis=1), ["item_id", "name"]]
    return Simulation(
        summary=summary(outcomes, seed=seed),
        savings=_savings(outcomes, seed),
        curves=_curves(shop, settings, asked),
        items=_items(shop, outcomes),
        days=_days(shop, ledgers, rules.warm_up_days),
        left_out=shop.left_out,
        assumed=unknown.reset_index(drop=True) if PRESENT in asked.policies else unknown.iloc[:0],
    )


def last_period(settings: Settings, *, days: int) -> tuple[date, date]:
    """The last `days` closed days of the source: first and last day."""
    with opened_source(settings) as source:
        last = last_closed_day(source)
    return (pd.Timestamp(last) - pd.Timedelta(days=days - 1)).date(), last


def _check(asked: Asked) -> None:
    unknown = [key for key in asked.policies if key not in POLICIES]
    if unknown or not asked.policies:
        raise PolicyError(
            what=f"there is no policy {unknown[0]}" if unknown else "no policy is named",
            where="the simulation asked for",
            mend=f"name some of {', '.join(POLICIES)}",
        )
    if asked.last_day < asked.first_day:
        raise PolicyError(
            what=f"the period ends on {asked.last_day}, before it begins on {asked.first_day}",
            where="the simulation asked for",
            mend="give a last day no earlier than the first",
        )


def _shop(settings: Settings, asked: Asked, days: int) -> ShopPast:
    _, last = last_period(settings, days=1)
    if asked.last_day > last:
        raise DataError(
            what=f"the period ends on {asked.last_day}, the source's last closed day is {last}",
            where="the simulation asked for",
            mend=f"give {last} or an earlier last day",
        )
    history_days = settings.forecast.history_days
    forecast = settings.forecast.model_copy(update={"history_days": history_days + days})
    with scratch_night(
        settings.model_copy(update={"forecast": forecast}), asked.last_day.isoformat()
    ) as night:
        shop = shop_past(
            night,
            days=days,
            history_days=history_days,
            refit_days=settings.simulation.refit_days,
            keep=asked.keep,
        )
    return shop if asked.limits is None else replace(shop, limits=_typed_in(shop, asked.limits))


def _ledgers(shop: ShopPast, settings: Settings, asked: Asked) -> dict[str, Ledger]:
    """What happens under each policy; the records only where there are any."""
    made = {}
    for key in dict.fromkeys(asked.policies):
        decided = POLICIES[key].decided
        if decided is not None:
            made[key] = replay(shop.past, decided(shop, settings))
        elif shop.recorded is not None:
            short = np.maximum(shop.past.demand - shop.recorded.sold, 0.0)
            made[key] = replace(shop.recorded, short=short)
    return made


def _savings(outcomes: Mapping[str, pd.DataFrame], seed: int) -> pd.DataFrame:
    columns = ["policy", "column", "saving", "low", "high"]
    if OURS not in outcomes:
        return pd.DataFrame(columns=columns)
    return pd.concat(
        [
            savings(outcomes, of=OURS, column=name, seed=seed).assign(column=name)
            for name in ("total_cost", "stock_value")
        ],
        ignore_index=True,
    )[columns]


def _curves(shop: ShopPast, settings: Settings, asked: Asked) -> pd.DataFrame:
    """Each policy that can be tried at several levels of safety."""
    parts = []
    for key in dict.fromkeys(asked.policies):
        policy = POLICIES[key]
        if policy.at is not None:
            tried = [
                outcome(
                    shop.past, replay(shop.past, levels), shop.costs, warm_up=settings.simulation.warm_up_days
                )
                for levels in policy.at(shop, settings)
            ]
            points = [
                trade_off([one]).assign(safety=safety)
                for one, safety in zip(tried, policy.swept, strict=True)
            ]
            parts.append(pd.concat(points).assign(policy=key))
    columns = ["policy", "safety", "fill_rate", "fill_rate_value", "stock_value", "orders", "total_cost"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _items(shop: ShopPast, outcomes: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    rows = shop.items[ITEM_COLUMNS]
    parts = [pd.concat([rows, made], axis=1).assign(policy=key) for key, made in outcomes.items()]
    made = pd.concat(parts, ignore_index=True)
    return made[["policy", *made.columns.drop("policy")]]


def _days(shop: ShopPast, ledgers: Mapping[str, Ledger], warm_up: int) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "policy": key,
                "day": shop.days[warm_up:],
                "stock_value": shop.costs.unit_cost @ ledger.on_hand[:, warm_up:],
                "lost_value": shop.costs.price @ ledger.short[:, warm_up:],
                "orders": (ledger.ordered[:, warm_up:] > 0).sum(axis=0),
            }
        )
        for key, ledger in ledgers.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _typed_in(shop: ShopPast, limits: pd.DataFrame) -> Array:
    """Minimum and maximum of the items replayed, (n_items, 2)."""
    known = limits.drop_duplicates("item_id").set_index("item_id").reindex(shop.items["item_id"])
    made = np.asarray(known[["minimum", "maximum"]], dtype=float)
    missing = known.index[np.isnan(made).any(axis=1)]
    if len(missing):
        raise DataError(
            what=f"{len(missing)} item(s) have no present minimum and maximum, the first {missing[0]}",
            where="present limits",
            mend="give item_id, minimum and maximum of every item that is replayed",
        )
    return made
