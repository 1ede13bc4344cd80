"""What Prophet believes of the deviation from its mean, per item."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Law:
    """Prophet's law of the deviation from the mean, per item.

    Args:
        chance: Probability of a changepoint in a bucket, shape (n_items,).
        bend: Scale of a change of the trend per bucket, units (λ dt times the item's scale).
        noise: Standard deviation of one bucket's noise, units.
        ahead: Buckets from the item's last known one to the first forecast one, at least 1.
        factor: |1 + multiplicative terms|, by which the trend's deviation counts; shape (n_items, n_days).
    """

    chance: Array
    bend: Array
    noise: Array
    ahead: NDArray[np.int64]
    factor: Array

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """All of them, in this order: compiled code takes no dataclass."""
        return self.chance, self.bend, self.noise, self.ahead, self.factor
