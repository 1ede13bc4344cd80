"""The solver's parts against NumPy, and what the whole promises beside the optimum: the same bits, any items."""

import gc
import os
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core import config
from prophet_kinds import KINDS
from prophet_series import histories

from optiflow_lib.forecasting.prophet_map import compiled as compiling
from optiflow_lib.forecasting.prophet_map import solver
from optiflow_lib.forecasting.prophet_map.compiled import compiled
from optiflow_lib.forecasting.prophet_map.fitted import Fitted
from optiflow_lib.forecasting.prophet_map.fitting import fit_of
from optiflow_lib.forecasting.prophet_map.solver.elimination import backward, eliminated, forward
from optiflow_lib.forecasting.prophet_map.solver.lasso import Bends, lasso
from optiflow_lib.forecasting.prophet_map.solver.moments import BLOCK, SEGMENT, design_of

PARTS = [
    "additive",
    "multiplicative",
    "rare, with month and events",
    "mixed",
    "intermittent, multiplicative",
    "ragged, additive",
    "short, additive",
]


@compiled
def solved_by_elimination(matrix: np.ndarray, lead: int, vector: np.ndarray) -> bool:
    if not eliminated(matrix, lead, np.zeros(lead, dtype=np.int64)):
        return False
    forward(matrix, lead, vector)
    for i in range(lead, vector.size):
        vector[i] = 0.0
    backward(matrix, lead, vector)
    return True


@compiled
def lasso_of(bends: Bends, penalty: float) -> bool:
    return lasso(bends, penalty)


def problem(c: np.ndarray, b: np.ndarray, start: np.ndarray) -> Bends:
    n = len(b)
    numbers, places, flags = np.zeros(n), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)
    return Bends(c, b, start.copy(), numbers, places, flags, numbers.copy(), np.zeros((n, n)))


def minimum(c: np.ndarray, b: np.ndarray, penalty: float, start: np.ndarray) -> np.ndarray:
    bends = problem(c, b, start)
    assert lasso_of(bends, penalty)
    return bends.delta


@pytest.mark.parametrize("lead", [1, 4, 7, 20])
def test_elimination_solves_for_the_leading_unknowns_and_leaves_the_schur_complement(lead: int):
    rng = np.random.default_rng(lead)
    a = rng.normal(size=(60, 20))
    matrix, right = a.T @ a, rng.normal(size=20)
    work, vector = matrix.copy(), right.copy()
    assert solved_by_elimination(work, lead, vector)
    first, rest = slice(None, lead), slice(lead, None)
    np.testing.assert_allclose(vector[first], np.linalg.solve(matrix[first, first], right[first]), rtol=1e-9)
    schur = matrix[rest, rest] - matrix[rest, first] @ np.linalg.solve(
        matrix[first, first], matrix[first, rest]
    )
    np.testing.assert_allclose(np.triu(work[rest, rest]), np.triu(schur), atol=1e-9)


def test_a_matrix_that_is_not_positive_definite_is_refused():
    assert not solved_by_elimination(np.diag([1.0, -1.0, 1.0]), 3, np.zeros(3))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.integers(0, 10**6), st.floats(0.01, 30.0))
def test_the_lasso_meets_its_optimality_conditions_from_any_start(n: int, seed: int, penalty: float):
    rng = np.random.default_rng(seed)
    hinges = np.maximum(
        np.linspace(0, 1, 80)[:, None] - np.linspace(0, 0.9, n), 0
    )  # nearly collinear, as ours are
    c, b = hinges.T @ hinges, hinges.T @ rng.normal(size=80) * 5
    start = np.where(rng.random(n) < 0.5, rng.normal(size=n), 0)
    delta = minimum(c, b, penalty, start)
    slope = c @ delta - b
    assert (np.abs(slope[delta == 0]) <= penalty * (1 + 1e-8) + 1e-9).all()
    np.testing.assert_allclose(slope[delta != 0], -penalty * np.sign(delta[delta != 0]), rtol=1e-6, atol=1e-8)


def test_the_lasso_tells_when_a_matrix_has_no_minimum_where_it_is_pulled():
    c = np.array([[1.0, 2.0], [2.0, 1.0]])
    assert not lasso_of(problem(c, np.array([3.0, 5.0]), np.array([1.0, 0.0])), 0.1)


def test_the_lasso_takes_one_of_two_equal_columns():
    x = np.random.default_rng(0).normal(size=(50, 1))
    both = np.hstack([x, x])
    delta = minimum(both.T @ both, both.T @ x[:, 0] * 2, 0.1, np.zeros(2))
    assert (delta != 0).sum() == 1


def test_the_design_holds_sparse_columns_first_and_its_moments_are_sums_over_days():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(SEGMENT + 96, 5))
    x[:, [1, 3]] *= rng.random((len(x), 2)) < 0.04
    multiplies, sparse = np.array([0, 0, 1, 1, 1], dtype=bool), np.array([0, 1, 0, 1, 0], dtype=bool)
    design, order = design_of(x, multiplies=multiplies, sparse=sparse)
    assert order.tolist() == [1, 0, 3, 2, 4]
    assert design.n_additive == 2
    assert design.dense == (1, 3)
    upper, day = np.triu_indices(5), (np.arange(SEGMENT) - SEGMENT / 2)[:, None]
    for q in range(3):
        for segment, rows in enumerate((design.x[:SEGMENT], design.x[SEGMENT:])):
            whole = (rows * day[: len(rows)] ** q).T @ rows
            found = design.moments[q, segment, len(rows) // BLOCK]
            np.testing.assert_allclose(found, whole[upper], rtol=1e-12, atol=1e-9 * 256**q)


def fits(kind: str, n: int, *, threads: int = 1, items: list[str] | None = None) -> Fitted:
    demand = KINDS[kind].demand(n)
    if items:
        demand = demand[demand["item_id"].isin(items)]
    fit = fit_of(KINDS[kind].model().specification, demand, solver="batch", n_threads=threads)
    return fit.model.fitted


def assert_same_bits(one: Fitted, other: Fitted) -> None:
    for field in fields(Fitted):
        np.testing.assert_array_equal(
            getattr(one, field.name), getattr(other, field.name), err_msg=field.name
        )


@pytest.mark.parametrize("kind", PARTS)
def test_neither_threads_nor_chunks_change_a_bit(kind: str, monkeypatch: pytest.MonkeyPatch):
    whole = fits(kind, 12)
    monkeypatch.setattr(solver, "CHUNK", 5)
    assert_same_bits(fits(kind, 12, threads=3), whole)


@pytest.mark.parametrize("kind", ["rare, multiplicative", "rare, with month and events"])
def test_no_slow_mover_is_left_to_stan(kind: str, caplog):
    model = KINDS[kind].model().fit(KINDS[kind].demand(100))
    assert model.left_to_stan == []
    assert caplog.text == ""
    assert np.isfinite(model.log_posterior).all()


def test_an_item_without_an_optimum_is_handed_to_stan(monkeypatch: pytest.MonkeyPatch, caplog):
    demand = histories([300, 200, 100])
    asked = KINDS["additive"].model().specification
    expected = fit_of(asked, demand, solver="stan", n_threads=1).model.fitted
    solved = solver.solved

    def never_the_second(*args: object, **named: object) -> tuple[Fitted, np.ndarray]:
        fitted, converged = solved(*args, **named)
        return fitted, converged & (np.arange(3) != 1)

    monkeypatch.setattr(solver, "solved", never_the_second)
    fit = fit_of(asked, demand, solver="batch", n_threads=1)
    found = fit.model.fitted
    assert fit.left_to_stan == ["A-1"]
    assert "1 item(s) did not reach their optimum" in caplog.text
    assert found.log_posterior[1] == expected.log_posterior[1]
    assert found.log_posterior[0] > expected.log_posterior[0] - 1e-4
    assert (found.beta[1] == expected.beta[1]).all()


def test_machine_code_older_than_a_source_file_is_forgotten(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compiling, "_newest_source", lambda: 2e9)
    kept = tmp_path / "kernels.twice-1.py311.nbi"
    kept.touch()
    os.utime(kept, (1e9, 1e9))
    younger = tmp_path / "kernels.twice-2.py311.nbi"
    younger.touch()
    os.utime(younger, (3e9, 3e9))
    monkeypatch.setattr(compiling, "_kept", lambda _kernel: [kept, younger])
    compiling._forget_outdated(object())
    assert not kept.exists()
    assert younger.exists()


def test_compiling_is_announced_when_no_machine_code_was_kept(caplog, monkeypatch: pytest.MonkeyPatch):
    caplog.set_level("INFO")

    def fresh(x: float) -> float:
        return 2 * x

    kernel = compiling.inner(fresh)
    monkeypatch.setattr(compiling, "_kept", lambda _kernel: [])
    level = config.OPT
    with compiling.announced(kernel, seconds=7):
        assert not gc.isenabled()
        assert config.OPT == 1
    assert gc.isenabled()
    assert config.OPT is level
    assert "compiling fresh for this machine, once: about 7 s" in caplog.text
    caplog.clear()
    monkeypatch.setattr(compiling, "_kept", lambda _kernel: [pd.NA])
    with compiling.announced(kernel, seconds=7):
        assert gc.isenabled()
    assert caplog.text == ""


@pytest.mark.parametrize(
    "compiler", [compiling.in_place, compiling.inner, compiling.in_order, compiling.spliced]
)
def test_a_kernel_whose_references_are_not_counted_may_make_no_array(compiler):
    def careless(n: int) -> float:
        return float(np.zeros(n).sum())

    with pytest.raises(TypeError, match="careless makes an array \\(zeros\\)"):
        compiler(careless)
