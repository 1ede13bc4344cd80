"""What orders cost on real demand: our policy against an ERP's reorder rule, a moving average and perfect foresight.

OPTIFLOW_REAL_DATA=<folder> python -m benchmarks.order_cost [m5|fresh] [--items N] [--cells FILE]

Every evening is decided with what was known then: parameters fitted every seven days, level and horizon moved on daily.
Peers are tuned on the training period (the days just before the origin) per scenario and item class: safety days or z,
and, which makes them stronger than they are sold, their lots. Ours is tuned on the same days by one factor per class.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import numpy as np
import pandas as pd

from benchmarks.machine import print_header
from benchmarks.order_policies import ANY, CYCLES, NIGHT, PEERS, PRICES, Policy, ours, tuned_ours, tuned_peer
from benchmarks.order_shops import Shop, fresh_shop, m5_shop
from benchmarks.order_tables import print_tables
from benchmarks.order_worlds import ORDER_LINE, Scenario, Stretch, World, known_evenings, world
from optiflow_lib.inventory.simulation import (
    Expected,
    Ledger,
    Past,
    at_fill_rate,
    outcome,
    perfect_foresight,
    replay,
    trade_off,
)

FILL_RATES = (0.95, 0.98)
LOT_CYCLES = (14.0, 28.0, 56.0)  # days of the peers' lots where stock is compared at equal lines
LINE_FACTORS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)  # of an order line's cost: more or fewer of our lines


@dataclass(frozen=True)
class Study:
    """One data set's grid.

    Args:
        shop: The data set.
        scenarios: How suppliers deliver.
        origins: First day of each stretch, the earliest first.
        warm_up: Days not counted.
        counted: Days counted.
        beyond: Days after a stretch that foresight sees, so that it does not run its stock down.
        history_days: Days that forecasts look back at.
        lots: Is an order line worth choosing lots by? (perishables are ordered at every review)
    """

    shop: Shop
    scenarios: Sequence[Scenario]
    origins: Sequence[int]
    warm_up: int
    counted: int
    beyond: int
    history_days: int
    lots: bool

    @property
    def first_evening(self) -> int:
        """Of the first training period."""
        return self.origins[0] - self.warm_up - self.counted

    @property
    def last_evening(self) -> int:
        """Of the last stretch."""
        return self.origins[-1] + self.warm_up + self.counted - 1


def m5_study(n_items: int) -> Study:
    """Six stretches of 56 + 168 days, each after a training period of as many, and 112 days that only foresight sees."""
    scenarios = [Scenario(days, gamma, 1) for days in (3, 7, 14) for gamma in (False, True)]
    scenarios += [Scenario(days, gamma=False, review=7) for days in (14, 21)]
    shop = m5_shop(n_items)
    last = len(shop.panel.days) - 112 - 224
    return Study(shop, scenarios, [last - 168 * k for k in range(5, -1, -1)], 56, 168, 112, 1095, lots=True)


def fresh_study(n_items: int) -> Study:
    """Six stretches of 5 + 16 days in the 90 there are; no warm-up of 56 days fits."""
    scenarios = [Scenario(days, gamma, 1) for days in (3, 7) for gamma in (False, True)]
    return Study(fresh_shop(n_items), scenarios, [42, 47, 52, 57, 62, 67], 5, 16, 2, 90, lots=False)


def cells_of(
    study: Study, known: dict[Scenario, Expected], cell: tuple[Scenario, int]
) -> list[dict[str, object]]:
    """Everything measured of one scenario and origin, a row per policy and measure, with what each item gave."""
    scenario, origin = cell
    stretch = Stretch(origin, study.warm_up, study.counted)
    before = replace(stretch, first=origin - stretch.days)
    made = partial(world, study.shop, scenario, known=known[scenario], first_evening=study.first_evening)
    test, training = made(stretch=stretch), made(stretch=before)
    rows = [*_stock_at_every_review(test)]
    if study.lots:
        rows += _stock_at_equal_lines(test)
    for shortage in (1.0, 3.0):
        rows += _costs(study, training, test, shortage)
    return [{"scenario": str(scenario), "origin": origin, **row} for row in rows]


def _costs(study: Study, training: World, test: World, shortage: float) -> list[dict[str, object]]:
    line = ORDER_LINE if study.lots else 0.0

    def costs(one: World) -> object:
        return one.costs(shortage=shortage, order_line=line)

    lots = {"": (0.0,)}
    if study.lots:
        lots = {f", lot of {days} days": (float(days),) for days in (7, 28)} | {", tuned lot": CYCLES}
    tried = {
        f"{name}{lot}": tuned_peer(name, training, test, costs, cycles)
        for name in PEERS
        for lot, cycles in lots.items()
    }
    tried["ours"] = tuned_ours(training, test, costs, order_line=line)
    money = costs(test)
    outcomes = {name: one.outcomes for name, one in tried.items()}
    outcomes["ours, untuned"] = test.tried(ours(test, [money.short], order_line=line, bounds=NIGHT)[0], money)
    outcomes["(c) foresight"] = _foresight(study, test, money)
    choices = {name: str(one.choices) for name, one in tried.items()}
    return [
        {
            "measure": "cost",
            "shortage": shortage,
            "policy": name,
            "value": items["total_cost"].sum(),
            "fill": items["served"].sum() / items["demand"].sum(),
            "stock": items["stock_value"].sum(),
            "orders": items["orders"].sum(),
            "choices": choices.get(name, ""),
            "items": pd.Series(items["total_cost"].to_numpy(), index=test.rows),
        }
        for name, items in outcomes.items()
    ]


def _foresight(study: Study, test: World, money: object) -> pd.DataFrame:
    """Of one who sees beyond the stretch and opens with what sells until an order can arrive; counted like the others."""
    first, days, seen = test.stretch.first, test.stretch.days, test.stretch.days + study.beyond
    ids = test.rows
    demand = study.shop.demand[ids, first : first + seen]
    lead_times = test.scenario.draws((study.shop.n_items, study.shop.demand.shape[1]), 7)[
        ids, first : first + seen
    ]
    can_order = np.arange(first, first + seen) % test.scenario.review == 0
    arrival = np.where(can_order, np.arange(seen) + 1 + lead_times, seen).min(axis=1)
    past = Past(
        demand,
        lead_times,
        np.broadcast_to(can_order, demand.shape).copy(),
        (demand * (np.arange(seen) < arrival[:, None])).sum(axis=1),
        test.past.minimum,
        test.past.multiple,
    )
    ledger = replay(past, perfect_foresight(past, money))
    return outcome(
        test.past, Ledger(*(v[:, :days] for v in vars(ledger).values())), money, warm_up=test.stretch.warm_up
    )


def _stock_at_every_review(test: World) -> list[dict[str, object]]:
    """Stock at equal fill when everybody orders at every review, up to a level."""
    money = test.costs(shortage=1.0)
    curves = {name: _peer_curve(test, policy, grid, 0.0) for name, (policy, grid) in PEERS.items()}
    unit, margin = [test.full(p) for p in PRICES], [p * money.margin for p in PRICES]
    curves["ours"] = trade_off(
        [test.tried(one, money) for one in ours(test, unit, order_line=0.0, bounds=ANY)]
    )
    by_value = trade_off([test.tried(one, money) for one in ours(test, margin, order_line=0.0, bounds=ANY)])
    rows = []
    for fill in FILL_RATES:
        for name, curve in curves.items():
            value_curve = by_value if name == "ours" else curve
            rows += [
                _at(curve, fill, name, "stock, every review", "fill_rate"),
                _at(value_curve, fill, name, "stock, every review, value", "fill_rate_value"),
            ]
    return rows


def _stock_at_equal_lines(test: World) -> list[dict[str, object]]:
    """Stock at equal fill and equal order lines: the peers' lots of so many days, ours with as many lines."""
    money = test.costs(shortage=1.0)
    unit = [test.full(p) for p in PRICES]
    mine = [
        trade_off(
            [test.tried(one, money) for one in ours(test, unit, order_line=ORDER_LINE * factor, bounds=ANY)]
        )
        for factor in LINE_FACTORS
    ]
    rows = []
    for fill, cycle in product(FILL_RATES, LOT_CYCLES):
        lines, stock = (
            np.array([at_fill_rate(curve, fill, column=column) for curve in mine])
            for column in ("orders", "stock_value")
        )
        known = np.argsort(lines)[: np.isfinite(lines).sum()]
        for name, (policy, grid) in PEERS.items():
            curve = _peer_curve(test, policy, grid, cycle)
            row = _at(curve, fill, name, f"stock, lots of {cycle:g} days", "fill_rate")
            log_lines = np.log(at_fill_rate(curve, fill, column="orders"))
            same = np.interp(log_lines, np.log(lines[known]), np.log(stock[known]), left=np.nan, right=np.nan)
            rows += [row, row | {"policy": f"ours, lines of {name}", "value": float(np.exp(same))}]
    return rows


def _peer_curve(test: World, policy: Policy, grid: Sequence[float], cycle: float) -> pd.DataFrame:
    money = test.costs(shortage=1.0)
    return trade_off([test.tried(policy(test, float(safety), cycle), money) for safety in grid])


def _at(curve: pd.DataFrame, fill: float, name: str, measure: str, by: str) -> dict[str, object]:
    stock, orders = (at_fill_rate(curve, fill, column=c, by=by) for c in ("stock_value", "orders"))
    return {
        "measure": f"{measure} at {fill:.0%}",
        "policy": name,
        "value": stock,
        "orders": orders,
        "fill": fill,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.order_cost")
    parser.add_argument("data", nargs="?", choices=["m5", "fresh"], default="m5")
    parser.add_argument("--items", type=int, default=300)
    parser.add_argument("--cells", help="CSV file for every cell")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args(arguments)
    study = (m5_study if given.data == "m5" else fresh_study)(given.items)
    print_header(f"Order cost: {study.shop.name}, {study.shop.n_items} items, {len(study.origins)} origins")
    cells = measured(study, jobs=given.jobs)
    if given.cells:
        cells.drop(columns="items").to_csv(given.cells, index=False)
    print_tables(cells)


def measured(study: Study, *, jobs: int) -> pd.DataFrame:
    """All cells of a study."""
    known = known_evenings(
        study.shop,
        study.scenarios,
        first=study.first_evening,
        last=study.last_evening,
        history_days=study.history_days,
    )
    work = list(product(study.scenarios, study.origins))
    with ProcessPoolExecutor(jobs) as pool:
        return pd.DataFrame([row for rows in pool.map(partial(cells_of, study, known), work) for row in rows])


if __name__ == "__main__":
    main()
