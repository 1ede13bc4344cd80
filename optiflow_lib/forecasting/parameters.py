"""Parameters of fitted models as tables: what a generation or a night keeps of them."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Parameters:
    """Tables of kept models, ready for files; `kept` makes them and models of them.

    Args:
        tables: One row per item; named by candidate and a number, ``prophet-0``.
        described: By table, what a manifest must say to restore the model.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)

    def by_candidate(self) -> dict[str, list[str]]:
        """The names of each candidate's tables."""
        made: dict[str, list[str]] = {}
        for name in sorted(self.tables):
            made.setdefault(name.rpartition("-")[0], []).append(name)
        return made
