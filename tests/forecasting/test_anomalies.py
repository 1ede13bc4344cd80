import numpy as np
import pandas as pd
import pytest
from demand_frames import LAST_DAY, counts, days, demand_of, events, items_of

from optiflow_lib.forecasting import anomalies
from optiflow_lib.texts import text

N = 300


def found_in(quantities, *rows):
    return anomalies(
        demand_of(quantities), events=events(*rows), items=items_of(sorted(quantities)), groups={}, country="",
        as_of=LAST_DAY.date(),
    )  # fmt: skip


def labelled(n_items=40, *, mean=10.0, seed=0):
    """Demand with bulk sales and days on which nothing was sold, and where they are."""
    rng = np.random.default_rng(seed)
    quantities, labels = {}, []
    for i in range(n_items):
        quantity = counts(mean, N, seed=seed + i, dispersion=0.05)
        for position in rng.choice(np.arange(N - 80, N - 5), 2, replace=False):
            high = rng.random() < 0.5
            quantity[position] = quantity[position] + 4 * mean if high else 0.0
            labels.append((f"A-{i:02}", days(N)[position], "high" if high else "low"))
        quantities[f"A-{i:02}"] = quantity
    return quantities, pd.DataFrame(labels, columns=["item_id", "day", "direction"])


def test_labelled_anomalies_are_found_and_little_else():
    quantities, labels = labelled()
    found = found_in(quantities)
    hits = found.merge(labels, on=["item_id", "day", "direction"])
    assert len(hits) / len(labels) > 0.85  # recall
    assert len(hits) / len(found) > 0.8  # precision: what is promised
    assert (hits["quantity"] > hits["high"]).eq(hits["direction"] == "high").all()
    assert (hits.loc[hits["direction"] == "high", "cause"] == "bulk sale").mean() > 0.95
    assert set(hits.loc[hits["direction"] == "low", "cause"]) == {"sales stopped"}


def test_ordinary_days_are_rarely_outside_the_99_percent_interval():
    quantities = {f"A-{i:02}": counts(6.0, N, seed=i) for i in range(40)}
    assert len(found_in(quantities)) / (40 * 90) < 0.015


def test_a_day_with_an_event_is_expected_to_be_special():
    quantity = counts(10.0, N, seed=1)
    quantity[N - 20] += 80
    day = days(N)[N - 20]
    assert day in found_in({"a": quantity})["day"].tolist()
    event = {"type": "fair", "first_day": day, "last_day": day}
    assert day not in found_in({"a": quantity}, event)["day"].tolist()


def test_a_day_out_of_stock_is_no_anomaly():
    quantity = counts(10.0, N, seed=1)
    quantity[N - 20] = np.nan
    assert days(N)[N - 20] not in found_in({"a": quantity})["day"].tolist()


@pytest.mark.parametrize(("factor", "direction"), [(2.0, "high"), (0.4, "low")])
def test_a_lasting_change_is_one_level_shift_at_its_first_day(factor, direction):
    others = {f"B-{i}": counts(8.0, N, seed=20 + i) for i in range(6)}
    quantity = counts(12.0, N, seed=4, dispersion=0.05)
    quantity[N - 40 :] = np.round(quantity[N - 40 :] * factor)
    found = found_in({"a": quantity} | others)
    shifts = found[found["cause"] == "level shift"]
    assert shifts["item_id"].tolist() == ["a"]
    row = shifts.iloc[0]
    assert row["direction"] == direction
    assert abs((row["day"] - days(N)[N - 40]).days) <= 3
    assert row["quantity"] / row["expected"] == pytest.approx(factor, rel=0.25)
    # The days on either side are judged by their own level: the change is told once, not day by day.
    assert len(found[found["item_id"] == "a"]) <= 5


def test_steady_items_have_no_level_shift():
    found = found_in({f"A-{i:02}": counts(5.0, N, seed=i) for i in range(60)})
    assert (found["cause"] == "level shift").sum() <= 1


def test_a_season_that_all_items_share_is_no_level_shift():
    t = np.arange(730)
    season = np.exp(0.8 * np.cos(2 * np.pi * (t - 700) / 365.25))
    rng = np.random.default_rng(5)
    found = found_in({f"A-{i:02}": rng.poisson(6 * season) for i in range(30)})
    assert (found["cause"] == "level shift").sum() <= 1


def test_days_in_a_row_tell_a_promotion_or_a_stockout_from_single_sales():
    quantity = counts(12.0, N, seed=1, dispersion=0.02)
    quantity[N - 50 : N - 46] = quantity[N - 50 : N - 46] * 3 + 20
    quantity[N - 30 : N - 27] = 0
    causes = found_in({"a": quantity}).set_index("day")["cause"]
    assert causes[days(N)[N - 50 : N - 46]].eq("promotion not recorded").all()
    assert causes[days(N)[N - 30 : N - 27]].eq("stockout not recorded").all()


def test_every_cause_has_its_french():
    for cause in (
        "bulk sale",
        "sales stopped",
        "level shift",
        "promotion not recorded",
        "stockout not recorded",
    ):
        assert text(cause, "fr") != cause


def test_a_shop_without_demand_has_no_anomalies():
    empty = demand_of({"a": np.array([1.0])}).iloc[:0]
    assert anomalies(
        empty, events=events(), items=items_of(["a"]), groups={}, country="", as_of=LAST_DAY.date()
    ).empty


@pytest.mark.parametrize("history", [[3.0], [0.0] * 30, [np.nan] * 20])
def test_items_with_little_to_say_are_no_obstacle(history):
    quantities = {"a": np.array(history), "b": counts(6.0, 100, seed=1)}
    assert "a" not in found_in(quantities)["item_id"].tolist()
