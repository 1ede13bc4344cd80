"""Prophet's objective written down as slowly and plainly as possible, and its minimum by a general optimiser."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from optiflow_lib.forecasting import prophet
from optiflow_lib.forecasting.prophet_map.specification import Specification


@dataclass(frozen=True)
class Problem:
    """One item's inputs as Prophet itself prepares them."""

    y: np.ndarray
    t: np.ndarray
    x: np.ndarray
    hinges: np.ndarray
    prior: np.ndarray
    additive: np.ndarray
    multiplicative: np.ndarray
    tau: float
    grows: bool
    columns: list[str]

    def mean(self, p: "Parameters") -> np.ndarray:
        trend = p.m + (p.k * self.t + self.hinges @ p.delta if self.grows else 0 * self.t)
        return trend * (1 + self.x @ (self.multiplicative * p.beta)) + self.x @ (self.additive * p.beta)

    def minus_log_posterior(self, p: "Parameters") -> float:
        rss = np.sum((self.y - self.mean(p)) ** 2)
        priors = (p.k**2 + p.m**2) / 50 + np.sum(np.abs(p.delta)) / self.tau
        priors += np.sum(p.beta**2 / (2 * self.prior**2)) + 2 * p.sigma**2
        return float(len(self.y) * np.log(p.sigma) + rss / (2 * p.sigma**2) + priors)

    def slope(self, p: "Parameters") -> tuple[np.ndarray, np.ndarray, float]:
        """Gradient without the Laplace prior: of (k, m, β), of δ, of log σ."""
        trend = p.m + (p.k * self.t + self.hinges @ p.delta if self.grows else 0 * self.t)
        factor = 1 + self.x @ (self.multiplicative * p.beta)
        pull = -(self.y - self.mean(p)) / p.sigma**2
        by_beta = self.x.T @ pull * self.additive + self.x.T @ (pull * trend) * self.multiplicative
        by_k = np.sum(pull * factor * self.t) * self.grows + p.k / 25
        by_m = np.sum(pull * factor) + p.m / 25
        smooth = np.concatenate([[by_k, by_m], by_beta + p.beta / self.prior**2])
        by_sigma = len(self.y) - np.sum((self.y - self.mean(p)) ** 2) / p.sigma**2 + 4 * p.sigma**2
        return smooth, self.hinges.T @ (pull * factor) * self.grows, float(by_sigma)

    def distance_from_optimum(self, p: "Parameters") -> float:
        """The largest violation of the conditions of Karush, Kuhn and Tucker, times τ."""
        smooth, bends, by_sigma = self.slope(p)
        at_zero = np.maximum(np.abs(bends) - 1 / self.tau, 0)
        elsewhere = np.abs(bends + np.sign(p.delta) / self.tau)
        worst = max(np.abs(smooth).max(), np.where(p.delta == 0, at_zero, elsewhere).max(), abs(by_sigma))
        return float(worst * self.tau)

    def minimum(self, start: "Parameters | None" = None) -> "Parameters":
        """L-BFGS-B on δ = p − q with p, q ≥ 0, and log σ."""
        n_beta, n_delta = self.x.shape[1], self.hinges.shape[1]
        p = start or Parameters(0.0, float(self.y.mean()), np.zeros(n_delta), np.zeros(n_beta), 0.5)
        first = np.concatenate(
            [[np.log(p.sigma), p.k, p.m], p.beta, np.maximum(p.delta, 0), np.maximum(-p.delta, 0)]
        )
        bounds = [(-20.0, 5.0)] + [(None, None)] * (2 + n_beta) + [(0.0, None)] * (2 * n_delta)

        def read(z: np.ndarray) -> Parameters:
            delta = z[3 + n_beta :][:n_delta] - z[3 + n_beta + n_delta :]
            return Parameters(z[1], z[2], delta, z[3 : 3 + n_beta], float(np.exp(z[0])))

        def value(z: np.ndarray) -> tuple[float, np.ndarray]:
            p = read(z)
            smooth, bends, by_sigma = self.slope(p)
            whole = np.concatenate([z[3 + n_beta :], [0.0]]).sum() / self.tau
            f = self.minus_log_posterior(p) - np.sum(np.abs(p.delta)) / self.tau + whole
            rate = 1 / self.tau
            return f, np.concatenate([[by_sigma], smooth, bends + rate, rate - bends])

        options = {"maxiter": 20000, "maxfun": 60000, "maxcor": 60, "ftol": 1e-15, "gtol": 1e-7}
        z = first
        for _ in range(5):  # it stops early now and then
            z = minimize(value, z, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
        return read(z)


@dataclass(frozen=True)
class Parameters:
    k: float
    m: float
    delta: np.ndarray
    beta: np.ndarray
    sigma: float


def problem_of(asked: Specification, rows: pd.DataFrame) -> Problem:
    """What Prophet makes of one item's rows (ds, y, regressors)."""
    with prophet.quiet():
        inputs = prophet.new_prophet(asked).preprocess(rows)
    t, y = np.asarray(inputs.t, dtype=float), np.asarray(inputs.y, dtype=float)
    return Problem(
        y=y,
        t=t,
        x=inputs.X.to_numpy(dtype=float),
        hinges=np.maximum(t[:, None] - np.asarray(inputs.t_change)[None, :], 0),
        prior=np.asarray(inputs.sigmas, dtype=float),
        additive=np.asarray(inputs.s_a, dtype=float),
        multiplicative=np.asarray(inputs.s_m, dtype=float),
        tau=inputs.tau,
        grows=asked.growth == "linear",
        columns=list(inputs.X.columns),
    )


def parameters_of(model: Any) -> Parameters:
    """Of a fitted `prophet.Prophet`."""
    found = {name: np.asarray(value, dtype=float).ravel() for name, value in model.params.items()}
    sigma = float(found["sigma_obs"][0])
    return Parameters(float(found["k"][0]), float(found["m"][0]), found["delta"], found["beta"], sigma)


def restarted(asked: Specification, rows: pd.DataFrame, p: Parameters) -> float:
    """Log posterior after Stan has tried to climb on from `p`."""
    model = prophet.new_prophet(asked)
    init = {"k": p.k, "m": p.m, "delta": p.delta, "beta": p.beta, "sigma_obs": p.sigma}
    with prophet.quiet():
        model.fit(rows, init=init)
    return float(model.params["lp__"].item())
