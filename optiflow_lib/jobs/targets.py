"""What the accuracy of past nights is held against: the settings, or else what the trained models reached."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from optiflow_lib.inventory.model_alerts import WAPE_RATIO
from optiflow_lib.schemas.targets import Target
from optiflow_lib.settings import MonitoringSettings


def accuracy_targets(
    settings: MonitoringSettings, *, accuracy: pd.DataFrame, forecasts: pd.DataFrame
) -> Mapping[str, Target]:
    """Targets by measure of schema `MONITORING`; a measure without a target is absent.

    Where the settings give no WAPE or MAPE, the target is what the champions reached in their backtest, for all
    items together, times the factor beyond which an item's model is called drifting.

    Args:
        settings: Section `monitoring`.
        accuracy: Schema `ACCURACY`, of the night.
        forecasts: Schema `FORECASTS`, of the night: they weigh the items.
    """
    champions = accuracy[accuracy["champion"]]
    sold = forecasts.groupby("item_id")["forecast"].mean().reindex(champions["item_id"]).to_numpy(float)
    counted = champions["days"] * (1 - champions["mape_excluded_share"])
    known = {
        "wape": _at_most(settings.wape, champions["wape"], weights=champions["days"] * sold),
        "mape": _at_most(settings.mape, champions["mape"], weights=counted),
        "bias": Target(least=-settings.bias, most=settings.bias),
        "coverage_80": Target(least=settings.coverage_80),
    }
    return {measure: target for measure, target in known.items() if target is not None}


def _at_most(wanted: float | None, reached: pd.Series, *, weights: pd.Series) -> Target | None:
    if wanted is not None:
        return Target(most=wanted)
    value, weight = reached.to_numpy(float), weights.to_numpy(float)
    fine = ~np.isnan(value) & (weight > 0)  # an unknown weight is not above zero
    if not fine.any():
        return None
    return Target(most=WAPE_RATIO * float(np.average(value[fine], weights=weight[fine])), basis="trained")
