"""Every indicator against a slow loop over the same shop."""

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from inventory_frames import NIGHT, TODAY, day, forecasts, items, receipts, stock

from optiflow_lib.inventory import KPI_DEFINITIONS, added_up, kpi_sums, kpis
from optiflow_lib.schemas.results import ACCURACY, DAILY_SALES, KPIS
from optiflow_lib.schemas.stock import RECOMMENDATIONS

NAMES = "ABCDE"
PERIOD, YEAR = 28, 364


def shop(seed=3, days=900):
    """Five items of two categories at two locations over two and a half years, with stockouts, one new and one dead."""
    rng = np.random.default_rng(seed)
    of = items(
        {},
        {"category": "Coffee", "unit_cost": 5.0, "price": 9.0},
        {"location_id": "M02", "location": "Lyon"},
        {"launched_on": day(-40)},
        {"unit_cost": None},
    )
    rows, levels = [], []
    for n, name in enumerate(NAMES):
        born = 40 if name == "D" else days
        for ago in range(born - 1, -1, -1):
            share = float(rng.choice([1.0, 1.0, 1.0, 0.5, 0.0]))
            wanted = int(rng.poisson(2 + n))
            quantity = 0 if name == "C" and ago < 120 else round(wanted * share)
            levels.append(
                (name, day(-ago), float(rng.integers(0, 40)) if share else 0.0, share if n % 2 else np.nan)
            )
            if quantity or rng.random() < 0.1:
                returned = -1.0 if rng.random() < 0.05 else 0.0
                revenue = np.nan if rng.random() < 0.2 else quantity * 2.9
                rows.append((name, day(-ago), quantity + returned, revenue, False))
    sales = pd.DataFrame(rows, columns=["item_id", "day", "quantity", "revenue", "on_promotion"])
    history = pd.DataFrame(levels, columns=["item_id", "day", "on_hand", "in_stock_share"])
    came = pd.concat([receipts(*rng.integers(2, 9, 70), item=name) for name in "ABE"], ignore_index=True)
    return of, DAILY_SALES.check(sales, where="test"), history, came


def night():
    empty = dict.fromkeys(RECOMMENDATIONS.columns, 0.0) | {
        "supplier_id": "S1",
        "rule": "level",
        "trace": "{}",
    }
    suggested = pd.DataFrame(
        [
            empty | {"item_id": n, "value_eur": 10.0 * k, "euros_at_risk": float(k)}
            for k, n in enumerate(NAMES)
        ]
    )
    judged = pd.DataFrame(
        [
            dict.fromkeys(ACCURACY.columns, 0.1)
            | {
                "item_id": name,
                "candidate": "prophet",
                "champion": True,
                "days": 84 - k,
                "wape": 0.2 + k / 10 if k != 2 else np.nan,
                "bias": -0.1 * k,
                "mase": 0.8,
                "mape": 0.3 + k / 20,
                "mape_excluded_share": k / 10,
                "coverage_80": 0.8 - k / 20,
                "pinball": 0.1 * k,
            }
            for k, name in enumerate(NAMES)
        ]
    )
    return RECOMMENDATIONS.check(suggested, where="test"), ACCURACY.check(judged, where="test")


def earlier(*rows):
    return pd.DataFrame(list(rows), columns=["as_of", *KPIS.columns]).astype({"as_of": "datetime64[us]"})


def summed(of, sales, history, came, *, held=None):
    suggested, judged = night()
    held = history[history["day"] == TODAY] if held is None else held
    return kpi_sums(
        of,
        daily_sales=sales,
        stock=held,
        stock_history=history,
        receipts=came,
        forecasts=forecasts(*range(1, len(NAMES) + 1)),
        recommendations=suggested,
        accuracy=judged,
        as_of=NIGHT,
    )


def measured(*given, held=None, past=None):
    made = kpis(summed(*given, held=held), earlier=earlier() if past is None else past, as_of=NIGHT)
    return made.set_index(["kpi", "scope", "scope_id"])


SHOP = shop()
MADE = measured(*SHOP)
SCOPES = {
    ("all", "all"): NAMES,
    ("category", "Tea"): "ACDE",
    ("category", "Coffee"): "B",
    ("location", "M02"): "C",
}


class Slow:
    """The indicators of some items and the period that ends so many days ago, by loops over dictionaries."""

    def __init__(self, names, ago):
        of, sales, history, came = SHOP
        self.names, self.end = names, TODAY - pd.Timedelta(days=ago)
        self.item = of.set_index("item_id").to_dict("index")
        self.sold = {(r.item_id, r.day): r for r in sales.itertuples()}
        self.held = {(r.item_id, r.day): r for r in history.itertuples()}
        self.came = came

    def days(self, length, end=None):
        return [(end or self.end) - pd.Timedelta(days=n) for n in range(length)]

    def cost(self, name):
        return 0.0 if math.isnan(self.item[name]["unit_cost"]) else self.item[name]["unit_cost"]

    def on_sale(self, name, at):
        launched = self.item[name]["launched_on"]
        return (name, at) in self.held and (pd.isna(launched) or launched <= at)

    def share(self, name, at):
        row = self.held[name, at]
        return float(row.on_hand > 0) if math.isnan(row.in_stock_share) else row.in_stock_share

    def revenue_of(self, name, at):
        row = self.sold.get((name, at))
        if row is None:
            return 0.0
        return row.quantity * self.item[name]["price"] if math.isnan(row.revenue) else row.revenue

    def total(self, of_one, length):
        return sum(of_one(name, at) for name in self.names for at in self.days(length))

    def quantity(self, name, at):
        return self.sold[name, at].quantity if (name, at) in self.sold else 0.0

    def revenue(self):
        return self.total(self.revenue_of, PERIOD)

    def units_sold(self):
        return self.total(self.quantity, PERIOD)

    def value_of(self, name):
        return self.held[name, self.end].on_hand * self.cost(name) if self.on_sale(name, self.end) else 0.0

    def stock_value(self):
        return sum(self.value_of(name) for name in self.names)

    def dead_share(self):
        dead = 0.0
        for name in self.names:
            sold = any(self.quantity(name, at) > 0 for at in self.days(90))
            old = any(self.on_sale(name, self.end - pd.Timedelta(days=n)) for n in range(90, 900))
            dead += 0.0 if sold or not old else self.value_of(name)
        return dead / self.stock_value() if self.stock_value() else math.nan

    def stocked(self, length):
        return [(name, at) for name in self.names for at in self.days(length) if self.on_sale(name, at)]

    def service(self):
        days = self.stocked(PERIOD)
        return sum(self.share(*one) for one in days) / len(days)

    def stockout_days(self):
        return sum(self.share(*one) < 1 for one in self.stocked(PERIOD))

    def lost(self, name):
        full = [at for at in self.days(84) if self.on_sale(name, at) and self.share(name, at) >= 1]
        usual = sum(max(self.quantity(name, at), 0) for at in full) / len(full) if full else 0.0
        return usual * sum(1 - self.share(name, at) for at in self.days(PERIOD) if self.on_sale(name, at))

    def fill_rate(self):
        served = self.total(lambda name, at: max(self.quantity(name, at), 0), PERIOD)
        wanted = served + sum(self.lost(name) for name in self.names)
        return served / wanted if wanted else math.nan

    def lost_margin(self):
        return sum(
            self.lost(name) * max(self.item[name]["price"] - self.cost(name), 0)
            for name in self.names
            if self.cost(name)
        )

    def cycle_service(self):
        cycles = clean = 0
        for name in self.names:
            days = sorted(set(self.came.loc[self.came["item_id"] == name, "received_on"]))
            for before, now in pairwise(days):
                if self.end - pd.Timedelta(days=PERIOD) < now <= self.end:
                    inside = [before + pd.Timedelta(days=n) for n in range((now - before).days)]
                    cycles += 1
                    clean += not any(self.on_sale(name, at) and self.share(name, at) < 1 for at in inside)
        return clean / cycles if cycles else math.nan

    def goods(self):
        return self.total(lambda name, at: self.quantity(name, at) * self.cost(name), YEAR)

    def mean_stock(self):
        days = {at for n in NAMES for at in self.days(YEAR) if self.on_sale(n, at)}
        held = sum(self.held[one].on_hand * self.cost(one[0]) for one in self.stocked(YEAR))
        return held / len(days)

    def turns(self):
        return self.goods() / self.mean_stock()

    def gmroi(self):
        return (self.total(self.revenue_of, YEAR) - self.goods()) / self.mean_stock()


LOOPED = [name for name in KPI_DEFINITIONS if hasattr(Slow, name)]


@pytest.mark.parametrize(("column", "ago"), [("value", 0), ("previous", 28), ("last_year", 364)])
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("kpi", LOOPED)
def test_an_indicator_is_what_a_loop_over_its_definition_finds(kpi, scope, column, ago):
    expected = getattr(Slow(SCOPES[scope], ago), kpi)()
    assert MADE.loc[(kpi, *scope), column] == pytest.approx(expected, nan_ok=True)


def test_loops_prove_every_indicator_that_has_a_past():
    assert set(KPI_DEFINITIONS) - set(LOOPED) == {
        "days_of_cover",
        "euros_at_risk",
        "order_value",
        "wape",
        "bias",
        "mase",
        "mape",
        "mape_excluded",
        "coverage_80",
        "pinball",
    }


def value(kpi, scope="all", scope_id="all", made=MADE):
    return made.loc[(kpi, scope, scope_id), "value"]


def test_what_the_night_suggests_is_added_up():
    assert (value("order_value"), value("euros_at_risk")) == (100, 10)
    assert (value("order_value", "category", "Coffee"), value("euros_at_risk", "location", "M02")) == (10, 2)


def test_cover_is_what_is_there_over_what_is_wanted_a_day_both_at_cost():
    held = SHOP[2].set_index(["item_id", "day"])["on_hand"].xs(TODAY, level="day")
    cost = {"A": 2, "B": 5, "C": 2, "D": 2, "E": 0}
    expected = sum(held[n] * cost[n] for n in NAMES) / sum(cost[n] * (k + 1) for k, n in enumerate(NAMES))
    assert value("days_of_cover") == pytest.approx(expected)


def test_errors_are_weighted_by_demand_and_coverage_by_days():
    daily = np.arange(1, 6)
    wape = np.array([0.2, 0.3, 0.4, 0.5, 0.6])
    known = np.array([True, True, False, True, True])
    assert value("wape") == pytest.approx((wape * daily)[known].sum() / daily[known].sum())
    assert value("bias") == pytest.approx((-0.1 * np.arange(5) * daily).sum() / 15)
    days = 84 - np.arange(5)
    assert value("coverage_80") == pytest.approx(((0.8 - np.arange(5) / 20) * days).sum() / days.sum())
    assert value("mape_excluded") == pytest.approx((np.arange(5) / 10 * days).sum() / days.sum())
    assert value("pinball") == pytest.approx(1.0 / 15)


def test_what_only_nights_know_takes_its_past_from_the_nights_kept():
    def kept(ago, kpi, number):
        return (day(-ago), kpi, "all", "all", number, None, None)

    past = earlier(
        kept(26, "wape", 0.5),
        kept(29, "wape", 0.45),
        kept(40, "wape", 0.9),
        kept(364, "order_value", 70.0),
        kept(28, "revenue", -1.0),
    )
    made = measured(*SHOP, past=past)
    assert made.loc[("wape", "all", "all"), "previous"] == 0.45
    assert np.isnan(made.loc[("wape", "all", "all"), "last_year"])
    assert made.loc[("order_value", "all", "all"), "last_year"] == 70
    # What the past itself tells wins over what a night said.
    assert made.loc[("revenue", "all", "all"), "previous"] == MADE.loc[("revenue", "all", "all"), "previous"]


def test_without_a_stock_history_what_needs_one_is_missing_and_the_rest_is_there():
    of, sales, _, came = SHOP
    suggested, judged = night()
    sums = kpi_sums(
        of,
        daily_sales=sales,
        stock=stock(A=3, B=2),
        stock_history=None,
        receipts=came,
        forecasts=forecasts(1.0),
        recommendations=suggested,
        accuracy=judged,
        as_of=NIGHT,
    )
    made = kpis(sums, earlier=earlier(), as_of=NIGHT).set_index(["kpi", "scope", "scope_id"])
    assert value("stock_value", made=made) == 16
    assert value("revenue", made=made) == pytest.approx(value("revenue"))
    for kpi in ("service", "fill_rate", "cycle_service", "stockout_days", "turns", "gmroi"):
        assert np.isnan(value(kpi, made=made))
    assert np.isnan(made.loc[("stock_value", "all", "all"), "previous"])


def test_a_shop_of_today_has_no_year_to_measure_turns_by():
    of, sales, history, came = SHOP
    young = history[history["day"] > day(-20)]
    made = measured(of, sales, young, came)
    assert np.isnan(value("turns", made=made))
    assert value("service", made=made) > 0


def test_any_choice_of_places_adds_up_to_what_its_items_alone_would_have():
    of = SHOP[0].assign(supplier_id=["S1", "S2", "S1", None, "S2"])
    sums = summed(of, *SHOP[1:])
    chosen = (of["category"] == "Tea") & (of["supplier_id"] == "S1")
    together = added_up(sums[(sums["category"] == "Tea") & (sums["supplier_id"] == "S1")]).set_index("kpi")
    alone = measured(of[chosen], *SHOP[1:]).xs("all", level="scope").droplevel("scope_id")
    for column in ("value", "previous", "last_year"):
        expected = alone[column].reindex(together.index)
        np.testing.assert_allclose(together[column].astype(float), expected.astype(float), rtol=1e-9)
    assert set(sums["supplier_id"]) == {"S1", "S2", ""}


def test_every_indicator_of_every_scope_is_there_once():
    assert MADE.index.is_unique
    assert len(MADE) == len(KPI_DEFINITIONS) * (1 + 2 + 2)
    assert {kpi for kpi, _, _ in MADE.index} == set(KPI_DEFINITIONS)


def test_a_shop_without_items_has_no_categories_and_nothing_to_tell():
    of, sales, history, came = SHOP
    made = measured(of.head(0), sales, history, came)
    assert set(made.index.get_level_values("scope")) <= {"all"}
