"""The distribution of one item's lead time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ENOUGH = 8  # observations; fewer are shrunk towards what is known beyond them
ASSUMED_CV = 0.3  # of a lead time nobody has observed


@dataclass(frozen=True)
class Observed:
    """Lead times seen: days, their weights (summing to one), and how many orders they come from."""

    days: Array
    weights: Array
    count: int

    @property
    def share(self) -> float:
        """How far it speaks for itself."""
        return min(self.count / ENOUGH, 1.0)

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and variance; zero when there are none."""
        mean = float(self.days @ self.weights)
        return mean, float((self.days - mean) ** 2 @ self.weights)

    def quantiles(self, chance: Array) -> Array:
        """Days at each of `chance`; `days` are sorted."""
        at = np.searchsorted(np.cumsum(self.weights), chance - 1e-12)
        return self.days[np.minimum(at, len(self.days) - 1)]


NOTHING_SEEN = Observed(np.empty(0), np.empty(0), 0)


@dataclass(frozen=True)
class LeadTimeLaw:
    """A mixture of the item's own receipts, its supplier's orders and what was quoted.

    Args:
        own: The item's last receipts.
        of_supplier: Its supplier's last orders.
        prior: Mean of a gamma law with the assumed spread: the quoted lead time, or the assumed one.
    """

    own: Observed
    of_supplier: Observed
    prior: float

    @property
    def shares(self) -> tuple[float, float, float]:
        """Weights of own receipts, the supplier's orders and the prior; they sum to one."""
        rest = 1 - self.own.share
        return self.own.share, rest * self.of_supplier.share, rest * (1 - self.of_supplier.share)

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation in days; the parts' disagreement counts as spread."""
        parts = (self.own.moments, self.of_supplier.moments, (self.prior, (ASSUMED_CV * self.prior) ** 2))
        mean = sum(share * m for share, (m, _) in zip(self.shares, parts, strict=True))
        square = sum(share * (v + m * m) for share, (m, v) in zip(self.shares, parts, strict=True))
        return mean, max(square - mean * mean, 0.0) ** 0.5

    def quantiles(self, chance: Array) -> Array:
        """Days for each of `chance`, one part after the other: chances evenly spread give the whole mixture."""
        own, supplier, prior = self.shares
        days = np.empty(len(chance))
        is_own, is_prior = chance < own, chance >= own + supplier
        is_suppliers = ~is_own & ~is_prior
        if is_own.any():
            days[is_own] = self.own.quantiles(chance[is_own] / own)
        if is_suppliers.any():
            days[is_suppliers] = self.of_supplier.quantiles((chance[is_suppliers] - own) / supplier)
        if is_prior.any():
            days[is_prior] = _gamma_quantiles((chance[is_prior] - own - supplier) / prior, self.prior)
        return days


def _gamma_quantiles(chance: Array, mean: float) -> Array:
    from scipy.special import gammaincinv  # noqa: PLC0415 - not in a dashboard's kernel

    shape = 1 / ASSUMED_CV**2
    return np.asarray(gammaincinv(shape, np.clip(chance, 0, 1 - 1e-12)) * mean / shape)
