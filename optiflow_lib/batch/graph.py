"""Which notebook waits for which; independent ones run in parallel."""

from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Literal

ChainName = Literal["nightly", "weekly"]


@dataclass(frozen=True)
class Chain:
    """Notebooks and what each waits for.

    Args:
        needs: Step -> steps that must have ended before it; a step is a notebook's name without its ending.
        optional: Steps whose failure is listed but does not stop the chain.
    """

    needs: dict[str, tuple[str, ...]]
    optional: frozenset[str] = field(default_factory=frozenset)

    def sorter(self) -> TopologicalSorter[str]:
        """A prepared standard-library sorter over the steps."""
        sorter = TopologicalSorter(self.needs)
        sorter.prepare()
        return sorter


CHAINS: dict[ChainName, Chain] = {
    "nightly": Chain(
        {
            "10_quality": (),
            "20_forecasts": ("10_quality",),
            "30_events": ("20_forecasts",),
            "31_anomalies": ("20_forecasts",),
            "40_alerts": ("20_forecasts", "30_events", "31_anomalies"),  # it can do without the last two
            "50_kpis": ("40_alerts",),
            "60_publish": ("50_kpis",),
        },
        optional=frozenset({"30_events", "31_anomalies"}),
    ),
    "weekly": Chain(
        {
            "10_quality": (),
            "70_train": ("10_quality",),
            "80_validate": ("70_train",),
            "90_monitor": ("80_validate",),
        }
    ),
}
