"""The changepoints' problem, a small lasso, solved exactly by an active set.

Feature-sign search (Lee et al. 2007, Efficient sparse coding algorithms): solve on the support with the signs
assumed; where a sign flips go to the first zero and drop that changepoint; else add the worst violator.
"""

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import inner, spliced

Array = NDArray[np.float64]
SLACK = 1e-10  # of the penalty: how far a gradient may exceed it
BARRED = 1e-7  # of the penalty: by how much one that may not join the support must exceed it to matter
LEAST_PIVOT = 1e-13  # of the diagonal: below, a changepoint repeats others, or bends the wrong way


@inner
def lasso(c: Array, penalty: float, small: Array, triangle: Array) -> bool:
    """Minimises ``δ'cδ/2 − b'δ + penalty·|δ|₁`` from a warm start, in place.

    False when it did not end, or when a changepoint pulls that has no minimum together with the others: `c` is not
    positive definite.

    Args:
        c: Symmetric, shape (S, S).
        penalty: Above 0.
        small: Vectors of length S + 1: b, the start that the minimum overwrites, and five to work with.
        triangle: To work with, shape (S + 1, S + 1).
    """
    b, delta, sign, active, refused = small[0], small[1], small[2], small[3], small[4]
    n = _started(c.shape[0], small)
    for _ in range(20 * c.shape[0] + 100):
        n = _settled(c, penalty, small, triangle, n)
        worst, excess, uphill, ended = -1, SLACK * penalty, 0.0, True
        for j in range(c.shape[0]):
            if delta[j] == 0.0:
                slope = -b[j]
                for a in range(n):
                    slope += c[j, int(active[a])] * delta[int(active[a])]
                if refused[j] != 0.0:
                    ended = ended and abs(slope) - penalty <= BARRED * penalty
                elif abs(slope) - penalty > excess:
                    worst, excess, uphill = j, abs(slope) - penalty, slope
        if worst < 0:
            return ended
        active[n], sign[worst] = worst, -np.sign(uphill)
        refused[worst] = 1.0  # until something moves: rounding must not add and drop it for ever
        n += 1
    return False


@spliced
def _started(size: int, small: Array) -> int:
    delta, sign, active, refused = small[1], small[2], small[3], small[4]
    n = 0
    for j in range(size):
        refused[j] = 0.0
        if delta[j] != 0.0:
            active[n], sign[j] = j, np.sign(delta[j])
            n += 1
    return n


@inner
def _settled(c: Array, penalty: float, small: Array, triangle: Array, n: int) -> int:
    """Moves to the minimum on the support, dropping what reaches zero on the way; the support's new size."""
    delta, sign, active, refused, target = small[1], small[2], small[3], small[4], small[5]
    while n > 0:
        n = _on_support(c, penalty, small, triangle, n)
        step, dropped = 1.0, -1
        for a in range(n):
            j = int(active[a])
            if target[a] * sign[j] <= 0.0:
                share = delta[j] / (delta[j] - target[a]) if delta[j] != target[a] else 0.0
                if share < step:
                    step, dropped = share, a
        for a in range(n):
            j = int(active[a])
            delta[j] = target[a] if dropped < 0 else delta[j] + step * (target[a] - delta[j])
        if step > 0.0:
            for j in range(c.shape[0]):
                refused[j] = 0.0
        if dropped < 0:
            break
        delta[int(active[dropped])] = 0.0
        n = _without(active, dropped, n)
    return n


@spliced
def _without(active: Array, place: int, n: int) -> int:
    for a in range(place, n - 1):
        active[a] = active[a + 1]
    return n - 1


@inner
def _on_support(c: Array, penalty: float, small: Array, triangle: Array, n: int) -> int:
    """The minimum for the assumed signs, by Cholesky; a column that repeats others leaves the support."""
    b, delta, sign, active, target = small[0], small[1], small[2], small[3], small[5]
    row = 0
    while row < n:
        j = int(active[row])
        for q in range(row + 1):
            total = c[j, int(active[q])]
            for s in range(q):
                total -= triangle[row, s] * triangle[q, s]
            triangle[row, q] = total / triangle[q, q] if q < row else total
        if triangle[row, row] <= LEAST_PIVOT * c[j, j]:
            delta[j] = 0.0
            n = _without(active, row, n)
            continue
        triangle[row, row] = np.sqrt(triangle[row, row])
        total = b[j] - penalty * sign[j]
        for s in range(row):
            total -= triangle[row, s] * target[s]
        target[row] = total / triangle[row, row]
        row += 1
    for q in range(n - 1, -1, -1):
        total = target[q]
        for s in range(q + 1, n):
            total -= triangle[s, q] * target[s]
        target[q] = total / triangle[q, q]
    return n
