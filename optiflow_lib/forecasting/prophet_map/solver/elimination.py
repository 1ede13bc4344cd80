"""Partial Cholesky: eliminates the unknowns with normal priors and leaves the changepoints' own problem.

A symmetric matrix is kept as its upper triangle, row by row: every inner loop then runs along a row.
"""

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import in_order

Array = NDArray[np.float64]
Places = NDArray[np.int64]


@in_order
def eliminated(matrix: Array, lead: int, places: Places) -> bool:
    """Overwrites the first `lead` rows by R and the rest by its Schur complement; false: not positive definite.

    Rows are taken off four at a time, and only where they count: a column of zeros changes no bit elsewhere.

    Args:
        matrix: Upper triangle.
        lead: How many unknowns to eliminate.
        places: To work with, shape (lead,).
    """
    size = matrix.shape[0]
    for r in range(size):
        row, count = matrix[r], 0
        for i in range(min(r, lead)):
            places[count] = i
            count += matrix[i, r] != 0.0
        for at in range(0, count - 3, 4):
            a0, a1 = matrix[places[at]], matrix[places[at + 1]]
            a2, a3 = matrix[places[at + 2]], matrix[places[at + 3]]
            f0, f1, f2, f3 = a0[r], a1[r], a2[r], a3[r]
            for j in range(r, size):
                row[j] -= f0 * a0[j] + f1 * a1[j] + f2 * a2[j] + f3 * a3[j]
        for at in range(count - count % 4, count):
            a0, f0 = matrix[places[at]], matrix[places[at], r]
            for j in range(r, size):
                row[j] -= f0 * a0[j]
        if r < lead:
            if not row[r] > 0.0:
                return False
            inverse = 1.0 / np.sqrt(row[r])
            for j in range(r, size):
                row[j] *= inverse
    return True


@in_order
def forward(matrix: Array, lead: int, vector: Array) -> None:
    """Solves R'v = vector for the first `lead` entries and reduces the others, in place."""
    size = matrix.shape[0]
    for i in range(lead):
        row = matrix[i]
        f = vector[i] / row[i]
        vector[i] = f
        for j in range(i + 1, size):
            vector[j] -= f * row[j]


@in_order
def backward(matrix: Array, lead: int, vector: Array) -> None:
    """Solves R x = vector in the first `lead` entries, given the others, in place.

    Column by column: each entry's terms are then taken off in the same order, however many are zero.
    """
    for i in range(matrix.shape[0] - 1, -1, -1):
        if i < lead:
            vector[i] /= matrix[i, i]
        f = vector[i]
        if f != 0.0:
            for r in range(min(i, lead)):
                vector[r] -= f * matrix[r, i]
