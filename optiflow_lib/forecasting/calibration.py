"""What a champion missed in its backtest becomes the law around its forecasts."""

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.folds import BASE_WEIGHT
from optiflow_lib.forecasting.law import ERROR_SUMS, Errors, Law, law_of, steps_of
from optiflow_lib.forecasting.past import Past


def calibrated_law(past: Past, chosen: pd.Series, calibration: pd.DataFrame) -> Law:
    """The law of each item's chosen candidate; rows as `past.panel`.

    Args:
        past: What is known.
        chosen: Candidate by item_id, in the panel's order.
        calibration: item_id, candidate and the sums of `law.Errors` of the backtest. Where it is of another candidate
            or missing, the errors that the pooled model would have made stand in.
    """
    known = calibration.set_index("item_id").reindex(chosen.index)
    same = (known["candidate"] == chosen).to_numpy()
    own = Errors(*(np.where(same, known[c].fillna(0.0).to_numpy(dtype=float), 0.0) for c in ERROR_SUMS))
    weight = np.where(own.days > 0, BASE_WEIGHT, 1.0)
    return law_of(past.pooled.errors(past.panel).scaled(weight) + own, steps_of(past.panel.quantity))


def empty_calibration() -> pd.DataFrame:
    """Without items."""
    keys = {c: pd.Series(dtype="str") for c in ("item_id", "candidate")}
    return pd.DataFrame(keys | {c: pd.Series(dtype=float) for c in ERROR_SUMS})
