"""The ways to forecast that compete for each item; each gives a mean per item and day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optiflow_lib.errors import ForecastError
from optiflow_lib.forecasting.baselines import BASELINES
from optiflow_lib.forecasting.panel import Array
from optiflow_lib.forecasting.past import Past

if TYPE_CHECKING:
    from optiflow_lib.forecasting.kept import KeptProphet

# From simple to elaborate: the simpler wins where the difference is within a standard error.
SIMPLICITY = (
    "moving_average",
    "seasonal_naive",
    "weekday_average",
    "croston",
    "sba",
    "tsb",
    "pooled",
    "reconciled",
    "prophet_plain",
    "prophet_additive",
    "prophet",
    "prophet_monthly",
    "prophet_recent",
    "prophet_windows",
    "prophet_three_years",
    "prophet_group",
    "blend",
    "blend_recent",
    "average",
)
# Averages of others, with their shares. FORECASTING: combinations lose less where single ones fail.
BLENDS: dict[str, dict[str, float]] = {
    "blend": {"reconciled": 0.7, "prophet_windows": 0.3},
    "blend_recent": {"reconciled": 0.3, "prophet_windows": 0.7},
    "average": {
        "prophet_monthly": 0.25,
        "prophet_recent": 0.25,
        "prophet_windows": 0.25,
        "prophet_group": 0.25,
    },
}
FALLBACK = "pooled"


@dataclass
class Means:
    """Mean demand per candidate, arrays (n_items, horizon_days) in the order of `past.panel.item_ids`.

    `components` are Prophet's; `failures` are items (item_id, reason) that it could not fit: they have the pooled
    model's forecast instead. `models` are its fitted models, to be kept.
    """

    past: Past
    by_candidate: dict[str, Array] = field(default_factory=dict)
    components: dict[str, pd.DataFrame] = field(default_factory=dict)
    failures: dict[str, pd.DataFrame] = field(default_factory=dict)
    models: dict[str, tuple["KeptProphet", ...]] = field(default_factory=dict)


def ordered(names: Iterable[str]) -> list[str]:
    """The candidates without repeats, the simplest first.

    Raises:
        ForecastError: a name is unknown.
    """
    unknown = sorted(set(names) - set(SIMPLICITY))
    if unknown:
        raise ForecastError(
            what=f"there is no candidate {unknown[0]}",
            where="setting forecast.candidates",
            mend=f"name some of {', '.join(SIMPLICITY)}",
        )
    return sorted(set(names), key=SIMPLICITY.index)


def candidate_means(names: Iterable[str], past: Past) -> Means:
    """Forecasts of several candidates for the days after the last day of the demand.

    Raises:
        ForecastError: a name is unknown.
    """
    wanted = ordered(names)
    parts = {part for name in wanted if name in BLENDS for part in BLENDS[name]}
    means = Means(past)
    for name in ordered({*wanted, *parts} - set(BLENDS)):
        _make(name, means)
    for name in wanted:
        if name in BLENDS:
            weighted = [share * means.by_candidate[part] for part, share in BLENDS[name].items()]
            means.by_candidate[name] = np.sum(weighted, axis=0)
    return means


def _make(name: str, means: Means) -> None:
    past = means.past
    if name in BASELINES:
        means.by_candidate[name] = BASELINES[name](past.panel, past.horizon_days)
    elif name == FALLBACK:
        means.by_candidate[name] = past.pooled.mean
    elif name == "prophet_group":
        from optiflow_lib.forecasting.hierarchy import group_prophet_means  # noqa: PLC0415 - Prophet is heavy

        means.by_candidate[name] = group_prophet_means(past)
    elif name == "reconciled":
        from optiflow_lib.forecasting.reconciliation import reconciled_means  # noqa: PLC0415 - Prophet is heavy

        means.by_candidate[name] = reconciled_means(past)
    else:
        from optiflow_lib.forecasting.prophets import VARIANTS, prophet_forecast  # noqa: PLC0415 - Prophet is heavy

        made = prophet_forecast(VARIANTS[name], past, kept=past.kept.get(name, ()))
        means.by_candidate[name] = made.mean
        means.models[name] = made.models
        means.components[name] = made.components
        means.failures[name] = made.failures[["item_id", "reason"]]
