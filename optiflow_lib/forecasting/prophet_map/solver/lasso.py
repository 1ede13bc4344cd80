"""The changepoints' problem, a small lasso, solved exactly by an active set.

Feature-sign search (Lee et al. 2007, Efficient sparse coding algorithms): solve on the support with the signs
assumed; where a sign flips go to the first zero and drop that changepoint; else add the worst violator.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import inner, spliced

Array = NDArray[np.float64]
Places = NDArray[np.int64]
SLACK = 1e-10  # of the penalty: how far a gradient may exceed it
BARRED = 1e-7  # of the penalty: by how much one that may not join the support must exceed it to matter
LEAST_PIVOT = 1e-13  # of the diagonal: below, a changepoint repeats others, or bends the wrong way


class Bends(NamedTuple):
    """The lasso of S changepoints, ``δ'cδ/2 − b'δ + penalty·|δ|₁``, and what its search works with.

    Args:
        c: Curvature, symmetric, shape (S, S).
        b: Shape (S,).
        delta: δ: a start, which the minimum overwrites.
        sign: Of δ on the support.
        support: Places of the changepoints with a bend, in the order in which they joined.
        refused: Those that left the support as they joined it, until something moves.
        target: Minimum on the support.
        triangle: Cholesky factor on the support, shape (S, S).
    """

    c: Array
    b: Array
    delta: Array
    sign: Array
    support: Places
    refused: NDArray[np.bool_]
    target: Array
    triangle: Array


@inner
def lasso(bends: Bends, penalty: float) -> bool:
    """Minimises in place, from a warm start; the penalty is above 0.

    False when it did not end, or when a changepoint pulls that has no minimum together with the others: `c` is not
    positive definite.
    """
    c, b, delta, support = bends.c, bends.b, bends.delta, bends.support
    n = _started(bends)
    for _ in range(20 * b.size + 100):
        n = _settled(bends, penalty, n)
        worst, excess, uphill, ended = -1, SLACK * penalty, 0.0, True
        for j in range(b.size):
            if delta[j] == 0.0:
                slope = -b[j]
                for a in range(n):
                    slope += c[j, support[a]] * delta[support[a]]
                if bends.refused[j]:
                    ended = ended and abs(slope) - penalty <= BARRED * penalty
                elif abs(slope) - penalty > excess:
                    worst, excess, uphill = j, abs(slope) - penalty, slope
        if worst < 0:
            return ended
        support[n], bends.sign[worst] = worst, -np.sign(uphill)
        bends.refused[worst] = True  # until something moves: rounding must not add and drop it for ever
        n += 1
    return False


@spliced
def _started(bends: Bends) -> int:
    n = int(np.int64(0))  # no literal: what takes it would be compiled for it apart
    for j in range(bends.delta.size):
        bends.refused[j] = False
        if bends.delta[j] != 0.0:
            bends.support[n], bends.sign[j] = j, np.sign(bends.delta[j])
            n += 1
    return n


@inner
def _settled(bends: Bends, penalty: float, n: int) -> int:
    """Moves to the minimum on the support, dropping what reaches zero on the way; the support's new size."""
    delta, target, support = bends.delta, bends.target, bends.support
    while n > 0:
        n = _on_support(bends, penalty, n)
        step, dropped = 1.0, -1
        for a in range(n):
            j = support[a]
            if target[a] * bends.sign[j] <= 0.0:
                share = delta[j] / (delta[j] - target[a]) if delta[j] != target[a] else 0.0
                if share < step:
                    step, dropped = share, a
        for a in range(n):
            j = support[a]
            delta[j] = target[a] if dropped < 0 else delta[j] + step * (target[a] - delta[j])
        if step > 0.0:
            for j in range(delta.size):
                bends.refused[j] = False
        if dropped < 0:
            break
        delta[support[dropped]] = 0.0
        n = _without(support, dropped, n)
    return n


@spliced
def _without(support: Places, place: int, n: int) -> int:
    for a in range(place, n - 1):
        support[a] = support[a + 1]
    return n - 1


@inner
def _on_support(bends: Bends, penalty: float, n: int) -> int:
    """The minimum for the assumed signs, by Cholesky; a column that repeats others leaves the support."""
    c, triangle, target, support = bends.c, bends.triangle, bends.target, bends.support
    row = 0
    while row < n:
        j = support[row]
        for q in range(row + 1):
            total = c[j, support[q]]
            for s in range(q):
                total -= triangle[row, s] * triangle[q, s]
            triangle[row, q] = total / triangle[q, q] if q < row else total
        if triangle[row, row] <= LEAST_PIVOT * c[j, j]:
            bends.delta[j] = 0.0
            n = _without(support, row, n)
            continue
        triangle[row, row] = np.sqrt(triangle[row, row])
        total = bends.b[j] - penalty * bends.sign[j]
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
