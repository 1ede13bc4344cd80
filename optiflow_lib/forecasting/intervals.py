"""Exact quantiles of Prophet's own predictive law, and sample paths of it.

Prophet's future: each bucket may hold a changepoint (probability `chance`), whose size is Laplace with the
mean size of the past ones; noise is normal. A deviation is then a sum of independent terms with
characteristic function ``Π_j [1 - p + p / (1 + (b_j u)²)] · exp(-(s u)²/2)``, ``b_j = λ dt w_j``. Gil-Pelaez'
integral of it by the midpoint rule converges exponentially (Davies 1973), so a few dozen points give ten digits
and no table is needed.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import announced, compiled, inner
from optiflow_lib.forecasting.prophet_map.deviation import Law

Array = NDArray[np.float64]
CHUNK = 64  # items per call
TAIL = 1e-11  # probability that the integral may leave out
LEAST_NOISE = (
    2e-3  # of the largest bend: a smaller noise (a series without any) would need an endless integral
)


def day_quantiles(law: Law, probabilities: Sequence[float], *, n_threads: int = 1) -> Array:
    """Deviations from the mean, units, shape (n_probabilities, n_items, n_days); exact to about 1e-9 sd."""
    p = np.asarray(probabilities, dtype=float)
    start = np.array([NormalDist().inv_cdf(max(q, 1 - q)) for q in p])
    n_items, n_days = law.factor.shape
    weights = _day_weights(int(law.ahead.max(initial=1)) + n_days)
    found = np.empty((len(p), n_items, n_days))

    def fill(first: int) -> None:
        chunk = slice(first, first + CHUNK)
        found[:, chunk] = _day_quantiles(p, start, tuple(a[chunk] for a in law.arrays), weights)

    with announced(_day_quantiles, seconds=2), ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(fill, range(0, n_items, CHUNK)))
    return found


def sum_quantiles(law: Law, probabilities: Sequence[float]) -> Array:
    """Deviations of the sum over all days of the law, units, shape (n_probabilities, n_items)."""
    p = np.asarray(probabilities, dtype=float)
    start = np.array([NormalDist().inv_cdf(max(q, 1 - q)) for q in p])
    with announced(_sum_quantiles, seconds=2):
        return _sum_quantiles(p, start, law.arrays)


def sample_paths(
    mean: Array, law: Law, *, item_ids: Sequence[str], n_samples: int, seed: int
) -> NDArray[np.float32]:
    """Possible futures, floored at zero: shape (n_items, n_samples, n_days), units.

    Each item has a generator of its own, seeded by `seed` and its id: chunks and order do not matter.
    """
    paths = np.empty((len(item_ids), n_samples, mean.shape[1]), dtype=np.float32)
    for i, item_id in enumerate(item_ids):
        generator = np.random.default_rng([seed, item_key(item_id)])
        drawn = law.noise[i] * generator.standard_normal(paths.shape[1:])
        if law.bend[i] > 0:
            drawn += law.factor[i] * _bends(generator, law, i, drawn.shape)
        np.maximum(mean[i] + drawn, 0.0, out=paths[i], casting="same_kind")
    return paths


def item_key(item_id: str) -> int:
    """A stable number for an item id; Python's own hash changes from process to process."""
    return int.from_bytes(blake2b(item_id.encode(), digest_size=8).digest(), "big")


def _bends(generator: np.random.Generator, law: Law, i: int, shape: tuple[int, int]) -> Array:
    """Deviation of the trend by new changepoints since the last known bucket, shape (n_samples, n_days)."""
    lead = int(law.ahead[i]) - 1
    n_samples, n_days = shape[0], shape[1] + lead
    count = generator.binomial(n_samples * n_days, min(law.chance[i], 1.0))
    cells = generator.choice(n_samples * n_days, size=count, replace=False, shuffle=False)
    bends = np.zeros((n_samples, n_days))
    bends.ravel()[np.sort(cells)] = generator.laplace(0.0, law.bend[i], size=count)
    slope = np.cumsum(bends, axis=1) - bends / 2  # a bend counts half in its own bucket
    return np.asarray(np.cumsum(slope, axis=1)[:, lead:], dtype=float)


def _day_weights(n: int) -> Array:
    return np.arange(0.5, n)


@inner
def _largest(scales: Array) -> float:
    largest = 0.0
    for b in scales:
        largest = max(largest, b)
    return largest


@inner
def _log_moment(theta: float, chance: float, scales: Array) -> float:
    """Log of E exp(theta * jumps) for one theta below 1 / max(scales)."""
    total = 0.0
    for b in scales:
        total += np.log1p(chance * (1.0 / (1.0 - (theta * b) ** 2) - 1.0))
    return total


@inner
def _reach(chance: float, scales: Array, noise: float) -> float:
    """A radius that the deviation leaves with probability below TAIL (Chernoff's bound, best of some θ)."""
    best = np.inf
    largest = _largest(scales)
    for share in (0.97, 0.9, 0.8, 0.6, 0.4, 0.2):
        theta = 7.0 / noise
        if largest > 0.0:
            theta = min(theta, share / largest)
        bound = (-np.log(TAIL / 2) + _log_moment(theta, chance, scales) + 0.5 * (theta * noise) ** 2) / theta
        best = min(best, bound)
    return best


@inner
def _characteristic(chance: float, scales: Array, noise: float, step: float, values: Array) -> None:
    """φ(u_k)/u_k at the midpoints u_k = (k + 1/2) step."""
    for k in range(values.size):
        u = (k + 0.5) * step
        value = np.exp(-0.5 * (noise * u) ** 2) / u
        for b in scales:
            value *= 1.0 - chance + chance / (1.0 + (b * u) ** 2)
        values[k] = value


@inner
def _quantile(p: float, start: float, values: Array, step: float, noise: float, reach: float) -> float:
    """Root of F(x) = max(p, 1-p), signed: Newton inside a bracket."""
    wanted = max(p, 1.0 - p)
    if wanted == 0.5:
        return 0.0
    low, high, x = 0.0, reach, min(start * noise, reach)
    for _ in range(100):
        cdf, density = _distribution(x, values, step)
        if cdf < wanted:
            low = x
        else:
            high = x
        new = x + (wanted - cdf) / density if density > 0.0 else 0.5 * (low + high)
        if not low <= new <= high:
            new = 0.5 * (low + high)
        if abs(new - x) <= 1e-12 * new:
            x = new
            break
        x = new
    return x if p > 0.5 else -x


@inner
def _distribution(x: float, values: Array, step: float) -> tuple[float, float]:
    """Cumulative probability and density at x."""
    turn, half = np.exp(1j * step * x), np.exp(0.5j * step * x)
    total, density = 0.0, 0.0
    for k in range(values.size):
        total += half.imag * values[k]
        density += half.real * values[k] * (k + 0.5)
        half *= turn
    return 0.5 + total * step / np.pi, density * step * step / np.pi


@inner
def _grid(chance: float, scales: Array, noise: float) -> tuple[float, float, int]:
    """A radius, the step, the number of midpoints for ten digits."""
    reach = _reach(chance, scales, noise)
    step = np.pi / reach
    last = np.sqrt(-2.0 * np.log(TAIL)) / noise
    return reach, step, int(np.ceil(last / step)) + 1


@compiled
def _day_quantiles(p: Array, start: Array, law: tuple[Array, ...], weights: Array) -> Array:
    chance, bend, noise, ahead, factor = law
    found = np.empty((p.size, *factor.shape))
    for i in range(factor.shape[0]):
        for d in range(factor.shape[1]):
            h = ahead[i] + d
            scales = bend[i] * factor[i, d] * weights[:h]
            deviation = max(noise[i], LEAST_NOISE * _largest(scales))
            reach, step, count = _grid(chance[i], scales, deviation)
            values = np.empty(count)
            _characteristic(chance[i], scales, deviation, step, values)
            for q in range(p.size):
                found[q, i, d] = _quantile(p[q], start[q], values, step, deviation, reach)
    return found


@compiled
def _sum_quantiles(p: Array, start: Array, law: tuple[Array, ...]) -> Array:
    chance, bend, noise, ahead, factor = law
    found = np.empty((p.size, factor.shape[0]))
    n_days = factor.shape[1]
    for i in range(factor.shape[0]):
        scales = np.zeros(ahead[i] - 1 + n_days)
        for j in range(scales.size):
            for d in range(n_days):
                past = ahead[i] - 1 + d - j
                if past >= 0:
                    scales[j] += factor[i, d] * (past + 0.5)
            scales[j] *= bend[i]
        deviation = max(noise[i] * np.sqrt(n_days), LEAST_NOISE * _largest(scales))
        reach, step, count = _grid(chance[i], scales, deviation)
        values = np.empty(count)
        _characteristic(chance[i], scales, deviation, step, values)
        for q in range(p.size):
            found[q, i] = _quantile(p[q], start[q], values, step, deviation, reach)
    return found
