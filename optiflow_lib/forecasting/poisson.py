"""Poisson regression with a normal prior: counts and totals whose logarithm is linear."""

import numpy as np

from optiflow_lib.forecasting.panel import Array

STEPS, PRECISION = 30, 1e-4
DISPERSION_STEPS = (2, 4)  # after which the scatter around the mean is measured again


def ridge(design: Array, counts: Array, offset: Array, *, sd: Array) -> Array:
    """Coefficients of greatest posterior, by Newton's steps; the quasi-Poisson dispersion is estimated on the way.

    Args:
        design: Shape (n, n_columns).
        counts: At least 0, shape (n,).
        offset: Added to the logarithm of the mean, shape (n,).
        sd: Standard deviation of each coefficient's prior around 0, shape (n_columns,).

    Source:
        McCullagh & Nelder (1989), Generalized Linear Models, 2nd ed., sections 2.5 and 9.2.
    """
    beta = np.zeros(design.shape[1])
    precision, dispersion = np.diag(1 / sd**2), 1.0
    for step in range(STEPS):
        mean = np.exp(np.clip(design @ beta + offset, -20, 25))
        if step in DISPERSION_STEPS:
            dispersion = max(1e-9, float(((counts - mean) ** 2 / mean).mean()))
        weighted = design * (mean / dispersion)[:, None]
        gradient = design.T @ ((counts - mean) / dispersion) - beta / sd**2
        move = np.linalg.solve(design.T @ weighted + precision, gradient)
        beta = beta + np.clip(move, -1, 1)
        if step > DISPERSION_STEPS[-1] and np.abs(move).max() < PRECISION:
            break
    return beta
