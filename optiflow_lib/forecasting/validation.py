"""Does what was learned still hold on days it did not see?"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.calibration import calibrated_law
from optiflow_lib.forecasting.candidates import FALLBACK, candidate_means
from optiflow_lib.forecasting.folds import Fold
from optiflow_lib.forecasting.past import Past, chosen_means
from optiflow_lib.forecasting.planned import planned
from optiflow_lib.forecasting.scores import REFERENCE, costs_of, scores_of
from optiflow_lib.settings import ForecastSettings

JUDGED = "generation"


def held_out_scores(
    demand: pd.DataFrame,
    *,
    champions: pd.DataFrame,
    calibration: pd.DataFrame,
    origin: date,
    horizon_days: int,
    regressors: pd.DataFrame,
    groups: Mapping[str, str],
    decisions: pd.DataFrame,
    settings: ForecastSettings,
) -> pd.DataFrame:
    """What the champions of a generation, with their calibration, would have cost after `origin`.

    Args:
        demand: Schema `DEMAND`; only days up to `origin` are used to forecast.
        champions: item_id, candidate; an item without one gets the pooled count model.
        calibration: Of the generation.
        origin: Last day known.
        horizon_days: Days judged.
        regressors: Of `regressors.event_columns`.
        groups: Of each item_id.
        decisions: item_id, protection_interval, critical_ratio.
        settings: Of the forecasts.

    Returns:
        Measures of `ACCURACY` by item, for the items known at the origin.
    """
    last = pd.Timestamp(origin)
    whole = Past(demand, groups, planned(regressors, demand["item_id"].unique()), horizon_days, settings)
    past = whole.until(last)
    means = candidate_means({*champions["candidate"], FALLBACK, REFERENCE}, past)
    won = dict(zip(champions["item_id"], champions["candidate"], strict=True))
    chosen = pd.Series({i: won.get(i, FALLBACK) for i in past.panel.item_ids}, dtype="str")
    law = calibrated_law(past, chosen, calibration)
    rows = np.asarray(whole.panel.item_ids.searchsorted(past.panel.item_ids), dtype=np.int64)
    actual = whole.panel.between(last + pd.Timedelta(days=1), last + pd.Timedelta(days=horizon_days))[rows]
    made = {JUDGED: chosen_means(means.by_candidate, chosen), REFERENCE: means.by_candidate[REFERENCE]}
    fold = Fold(last, actual, made, dict.fromkeys(made, law))
    wanted = decisions.set_index("item_id").reindex(past.panel.item_ids)
    cost = costs_of(
        [fold],
        [JUDGED],
        interval=wanted["protection_interval"].to_numpy(dtype=float),
        critical_ratio=wanted["critical_ratio"].to_numpy(dtype=float),
    )
    return scores_of([fold], [JUDGED], past.panel).assign(cost=cost[0, :, 0]).drop(columns="candidate")
