"""What the process for calculations does for a page: plain values in, frames out. Only that process loads this."""

from collections.abc import Collection, Mapping
from datetime import date

import pandas as pd

from optiflow_lib.jobs import simulation
from optiflow_lib.jobs.policies import POLICIES
from optiflow_lib.jobs.what_if import Supposed, what_if_of
from optiflow_lib.settings import Settings


def simulate(
    settings: Settings, *, days: int, policies: list[str], keep: Mapping[str, Collection[str]]
) -> dict[str, pd.DataFrame]:
    """The frames of `simulation.Simulation` over the last closed days, by name, and `period`: first_day, last_day.

    Args:
        settings: Of the shop.
        days: Length of the period.
        policies: Keys of `POLICIES`.
        keep: Items wanted, as `simulation.Asked` has it.
    """
    first_day, last_day = simulation.last_period(settings, days=days)
    wanted = [key for key in POLICIES if key in policies]
    made = simulation.simulate(settings, simulation.Asked(first_day, last_day, policies=wanted, keep=keep))
    period = pd.DataFrame({"first_day": [pd.Timestamp(first_day)], "last_day": [pd.Timestamp(last_day)]})
    return {**vars(made), "period": period}


def what_if(
    settings: Settings,
    *,
    item_id: str,
    kind: str,
    first_day: date,
    last_day: date,
    discount: float,
    uplift: float | None,
) -> pd.DataFrame:
    """`what_if.what_if_of` the published night."""
    return what_if_of(settings, Supposed(item_id, kind, first_day, last_day, discount, uplift))
