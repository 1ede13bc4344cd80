"""Targets: what a measured share should be."""

import math
from dataclasses import dataclass
from typing import Literal

Basis = Literal["settings", "trained"]


@dataclass(frozen=True)
class Target:
    """Between which ends a share should be, ends included.

    Args:
        least: Lower end; None: none.
        most: Upper end; None: none.
        basis: Who set it: the settings, or what the trained models reached in their backtest.
    """

    least: float | None = None
    most: float | None = None
    basis: Basis = "settings"

    def met(self, value: float) -> bool | None:
        """Is it reached? None when the value is not known."""
        if math.isnan(value):
            return None
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)
