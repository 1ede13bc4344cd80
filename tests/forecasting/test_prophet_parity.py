"""The batched solver against Stan, and against the objective written down plainly, for every kind of model."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from prophet_kinds import KINDS
from prophet_oracle import Parameters, Problem, parameters_of, problem_of, restarted

from optiflow_lib.forecasting import prophet
from optiflow_lib.forecasting.batch_prophet import BatchProphet

SEVERAL_OPTIMA = {
    "rare, multiplicative": ["i002", "i005", "i010"],
    "rare, with month and events": ["i005", "i024", "i032"],
}
SLOW = {"steps, supple", "steps, supple, multiplicative", "mixed", "regressors", "quiet"}


@dataclass(frozen=True)
class Case:
    """One item, fitted here and prepared as Prophet does."""

    item_id: str
    rows: pd.DataFrame
    problem: Problem
    found: Parameters
    log_posterior: float


def fitted(kind: str, n: int) -> BatchProphet:
    return KINDS[kind].model().fit(KINDS[kind].demand(n))


def cases(model: BatchProphet) -> Iterator[Case]:
    setup = model._fit.setup
    for i, item_id in enumerate(model.item_ids):
        rows = prophet.item_rows(setup.histories, i)
        problem = problem_of(model.specification, rows)
        found = parameters_of(model.to_prophet(item_id))
        yield Case(item_id, rows, problem, found, float(model.log_posterior[item_id]))


def check_against_stan(model: BatchProphet) -> None:
    assert model.solver == "batch"
    assert model.failures.empty
    stan = prophet.fitted_by_stan(model.specification, model._fit.setup, n_threads=1)
    for case, fit in zip(cases(model), stan, strict=True):
        assert fit.reason == ""
        assert case.log_posterior >= fit.log_posterior - 1e-4, case.item_id
        gain = restarted(model.specification, case.rows, case.found) - case.log_posterior
        assert gain <= 1e-4, case.item_id
        assert case.problem.distance_from_optimum(case.found) <= 1e-6, case.item_id
        assert -case.problem.minus_log_posterior(case.found) == pytest.approx(case.log_posterior, abs=1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_stan_finds_nothing_better(kind: str):
    check_against_stan(fitted(kind, 1 if kind in SLOW else 2))


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_stan_finds_nothing_better_in_many_series(kind: str):
    check_against_stan(fitted(kind, 12))


@pytest.mark.parametrize("kind", SEVERAL_OPTIMA)
def test_stan_finds_nothing_better_where_the_curvature_has_no_minimum_on_the_way(kind: str):
    demand = KINDS[kind].demand(33)
    check_against_stan(KINDS[kind].model().fit(demand[demand["item_id"].isin(SEVERAL_OPTIMA[kind])]))


@pytest.mark.parametrize(
    "kind", ["short, additive", "weekly, additive", "weekly, multiplicative", "flat, additive"]
)
def test_a_general_optimiser_finds_the_same_minimum(kind: str):
    for case in cases(fitted(kind, 1)):
        least = case.problem.minimum()
        value = case.problem.minus_log_posterior(least)
        assert -case.log_posterior <= value + 1e-7
        assert case.log_posterior == pytest.approx(-value, abs=1e-3)


@pytest.mark.long
@pytest.mark.parametrize(
    "kind", ["multiplicative", "intermittent, multiplicative", "short, multiplicative", "mixed"]
)
def test_random_restarts_find_no_better_optimum(kind: str):
    rng = np.random.default_rng(0)
    for case in cases(fitted(kind, 3)):
        for _ in range(5):
            found = case.found
            start = Parameters(
                found.k + rng.normal(0, 0.3),
                abs(found.m + rng.normal(0, 0.3)) + 0.05,
                found.delta + rng.normal(0, 0.1, len(found.delta)),
                found.beta + rng.normal(0, 0.2, len(found.beta)),
                found.sigma * rng.uniform(0.5, 3),
            )
            value = case.problem.minus_log_posterior(case.problem.minimum(start))
            assert -case.log_posterior <= value + 1e-6


@pytest.mark.parametrize(
    "kind", ["mixed", "regressors", "flat, multiplicative", "minmax", "weekly, multiplicative"]
)
def test_a_genuine_prophet_predicts_what_the_batch_predicts(kind: str):
    model = fitted(kind, 2)
    days = model._found().days_ahead(40).astype("datetime64[us]")
    ahead = pd.DataFrame({"item_id": model.item_ids}).merge(pd.DataFrame({"day": days}), how="cross")
    ahead = ahead.assign(
        promo=(np.arange(len(ahead)) % 9 == 0) * 1.0, price=9.5, late=(np.arange(len(ahead)) % 2)
    )
    predicted = model.predict(40, quantiles=(), future=ahead)
    for item_id, rows in predicted.groupby("item_id"):
        expected = prophet.predicted(model.to_prophet(item_id), ahead[ahead["item_id"] == item_id])
        np.testing.assert_allclose(rows["forecast"], expected["forecast"], rtol=1e-9)
        parts = model.components(ahead)[["trend", "weekly", "yearly", "events"]]
        got = parts[(ahead["item_id"] == item_id).to_numpy()].to_numpy()
        np.testing.assert_allclose(
            got, expected[["trend", "weekly", "yearly", "events"]], rtol=1e-9, atol=1e-9 * got.max()
        )
