import numpy as np
import pandas as pd
import pytest
from demand_frames import LAST_DAY, counts, days, demand_of, events, items_of

from optiflow_lib.forecasting import anomalies

N = 300


def found_in(quantities, *rows):
    return anomalies(
        demand_of(quantities), events=events(*rows), items=items_of(sorted(quantities)), as_of=LAST_DAY.date()
    )


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
    assert len(hits) / len(found) > 0.6  # precision; the 99 % interval leaves 1 % of ordinary days outside
    assert (hits["quantity"] > hits["high"]).eq(hits["direction"] == "high").all()
    assert set(hits.loc[hits["direction"] == "high", "cause"]) == {"bulk sale"}
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


def test_a_shop_without_demand_has_no_anomalies():
    empty = demand_of({"a": np.array([1.0])}).iloc[:0]
    assert anomalies(empty, events=events(), items=items_of(["a"]), as_of=LAST_DAY.date()).empty


@pytest.mark.parametrize("history", [[3.0], [0.0] * 30, [np.nan] * 20])
def test_items_with_little_to_say_are_no_obstacle(history):
    quantities = {"a": np.array(history), "b": counts(6.0, 100, seed=1)}
    assert "a" not in found_in(quantities)["item_id"].tolist()
