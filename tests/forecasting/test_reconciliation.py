"""Totals are forecast too, and items brought in line with them."""

import numpy as np
import pandas as pd
import pytest
from demand_frames import WEEK, counts, days, demand_of, no_events, settings
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from optiflow_lib.forecasting.candidates import candidate_means
from optiflow_lib.forecasting.groups import margins_of
from optiflow_lib.forecasting.past import Past
from optiflow_lib.forecasting.planned import planned
from optiflow_lib.forecasting.reconciliation import Margin, raked, totals_of

CATEGORY, LOCATION = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 0, 1, 1])


def margins(by_category, by_location):
    return [
        Margin(CATEGORY, np.array(by_category, dtype=float)[:, None]),
        Margin(LOCATION, np.array(by_location, dtype=float)[:, None]),
    ]


def past_of(quantities, groups, *, event_days=None, horizon_days=14):
    events = planned(
        no_events() if event_days is None else event_days, np.array(sorted(quantities), dtype=object)
    )
    return Past(demand_of(quantities), groups, events, horizon_days, settings(country=""))


def test_raked_items_are_the_nearest_that_have_these_totals():
    # The oracle: least Kullback-Leibler divergence under the margins, by a general optimiser.
    mean, wanted = np.array([4.0, 2.0, 1.0, 3.0, 5.0]), margins([9, 8], [7, 10])
    sums = [
        {"type": "eq", "fun": lambda x, m=m, k=k: x[m.codes == k].sum() - m.totals[k, 0]}
        for m in wanted
        for k in (0, 1)
    ]
    nearest = optimize.minimize(
        lambda x: (x * np.log(x / mean) - x + mean).sum(), mean, constraints=sums[:3],
        bounds=[(1e-6, None)] * 5, method="SLSQP", options={"ftol": 1e-14},
    ).x  # fmt: skip
    np.testing.assert_allclose(raked(mean[:, None], wanted)[:, 0], nearest, rtol=1e-4)


@given(
    st.lists(st.floats(0.5, 20), min_size=5, max_size=5),
    st.lists(st.floats(1, 20), min_size=4, max_size=4),
)
def test_sums_agree_whichever_way_they_are_taken(mean, totals):
    wanted = margins(totals[:2], totals[2:])
    made = raked(np.array(mean)[:, None], wanted)
    shares = [m.totals[:, 0] / m.totals.sum() for m in wanted]
    for margin, share in zip(wanted, shares, strict=True):
        np.testing.assert_allclose(margin.sums(made)[:, 0] / made.sum(), share, rtol=0.01)
    assert made.sum() == pytest.approx(np.sqrt(sum(totals[:2]) * sum(totals[2:])), rel=1e-6)


def test_what_nobody_buys_stays_at_zero_and_totals_of_nothing_disturb_nobody():
    mean = np.array([0.0, 0.0, 1.0, 3.0, 5.0])[:, None]
    made = raked(mean, margins([3, 12], [2, 13]))
    assert (made[:2] == 0).all()
    assert np.isfinite(made).all()
    assert (raked(np.zeros((5, 1)), margins([3, 12], [2, 13])) == 0).all()


def test_one_margin_moves_all_items_of_a_total_by_one_factor():
    mean = np.array([4.0, 2.0, 1.0, 3.0, 5.0])[:, None]
    made = raked(mean, margins([9, 8], [7, 10])[:1])
    np.testing.assert_allclose(made[:, 0] / mean[:, 0], [1.5, 1.5, 8 / 9, 8 / 9, 8 / 9])


def test_a_group_names_its_category_and_its_location():
    groups = {"a": "tea@M01", "b": "tea@M02", "c": "odd@name@M01"}
    assert margins_of(groups) == (
        {"a": "tea", "b": "tea", "c": "odd@name"},
        {"a": "M01", "b": "M02", "c": "M01"},
    )


def test_totals_are_items_with_the_events_that_are_most_of_theirs():
    quantities = {
        name: counts(mean, 200, seed=n) for n, (name, mean) in enumerate({"a": 3, "b": 6, "c": 9}.items())
    }
    on = pd.DataFrame({"item_id": ["a", "b"], "day": days(200)[[50, 50]], "event_fair": 1.0})
    past = past_of(quantities, {"a": "tea@M01", "b": "tea@M01", "c": "mug@M01"}, event_days=on)
    made = totals_of(past, np.array([1, 1, 0]))
    np.testing.assert_allclose(made.panel.quantity, [quantities["c"], quantities["a"] + quantities["b"]])
    assert made.events.own[["item_id", "day"]].to_dict("list") == {
        "item_id": ["total 000001"],
        "day": [days(200)[50]],
    }


def test_growth_that_items_hide_reaches_them_from_their_total():
    """Sixty items of which each sells once a week or less: only their sum shows that it doubles in its last weeks."""
    rng = np.random.default_rng(1)
    season = WEEK[days(730).day_of_week]
    growth = np.r_[np.ones(640), np.linspace(1, 2, 90)]
    quantities = {f"A-{i:02}": rng.poisson(0.1 * season * growth).astype(float) for i in range(60)}
    past = past_of(quantities, dict.fromkeys(quantities, "tea@M01"))
    made = candidate_means(["pooled", "reconciled"], past).by_candidate
    own, with_totals = made["pooled"].sum(), made["reconciled"].sum()
    total = candidate_means(["prophet_windows"], totals_of(past, np.zeros(60, dtype=np.int64)))
    said = total.by_candidate["prophet_windows"].sum()
    assert min(own, said) < with_totals < max(own, said)
    assert (made["reconciled"] > 0).all()


def test_without_any_item_there_is_nothing_to_reconcile():
    assert raked(np.empty((0, 7)), [Margin(np.empty(0, dtype=np.int64), np.empty((0, 7)))]).shape == (0, 7)
