"""Partial Cholesky: eliminates the unknowns with normal priors and leaves the changepoints' own problem.

A symmetric matrix is kept as its upper triangle, row by row: every inner loop then runs along a row.
"""

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import inner

Array = NDArray[np.float64]


@inner
def eliminated(matrix: Array, lead: int) -> bool:
    """Overwrites the first `lead` rows by R and the rest by its Schur complement; false: not positive definite."""
    size = matrix.shape[0]
    for r in range(size):
        row, above = matrix[r], min(r, lead)
        for i in range(0, above - 3, 4):
            a0, a1, a2, a3 = matrix[i], matrix[i + 1], matrix[i + 2], matrix[i + 3]
            f0, f1, f2, f3 = a0[r], a1[r], a2[r], a3[r]
            for j in range(r, size):
                row[j] -= f0 * a0[j] + f1 * a1[j] + f2 * a2[j] + f3 * a3[j]
        for i in range(above - above % 4, above):
            a0 = matrix[i]
            f0 = a0[r]
            for j in range(r, size):
                row[j] -= f0 * a0[j]
        if r < lead:
            pivot = row[r]
            if not pivot > 0.0:
                return False
            inverse = 1.0 / np.sqrt(pivot)
            for j in range(r, size):
                row[j] *= inverse
    return True


@inner
def forward(matrix: Array, lead: int, vector: Array) -> None:
    """Solves R'v = vector for the first `lead` entries and reduces the others, in place."""
    size = matrix.shape[0]
    for i in range(lead):
        row = matrix[i]
        f = vector[i] / row[i]
        vector[i] = f
        for j in range(i + 1, size):
            vector[j] -= f * row[j]


@inner
def backward(matrix: Array, lead: int, vector: Array) -> None:
    """Solves R x = vector in the first `lead` entries, given the others, in place."""
    size = matrix.shape[0]
    for i in range(lead - 1, -1, -1):
        row = matrix[i]
        total = vector[i]
        for j in range(i + 1, size):
            total -= row[j] * vector[j]
        vector[i] = total / row[i]
