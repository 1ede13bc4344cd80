"""Forecasts of models that only Prophet itself fits (logistic growth, MCMC), in the shapes of `BatchProphet`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.errors import ForecastError
from optiflow_lib.forecasting import prophet
from optiflow_lib.forecasting.intervals import item_key

SEED = 0
N_SAMPLES = 1000


def predicted(
    models: Mapping[str, Any],
    days: NDArray[np.datetime64],
    *,
    quantiles: Sequence[float],
    future: pd.DataFrame | None,
) -> pd.DataFrame:
    """item_id, day, forecast, the components, and quantiles estimated from Prophet's own samples."""
    parts = []
    for item_id, model, rows in _each(models, days, future):
        made = prophet.predicted(model, rows)
        if len(quantiles):
            paths = prophet.sampled(model, rows, n_samples=N_SAMPLES, seed=SEED)
            found = np.quantile(paths, list(quantiles), axis=0)
            made = made.assign(**{f"q{100 * p:g}": q for p, q in zip(quantiles, found, strict=True)})
        parts.append(made.assign(item_id=item_id))
    return pd.concat(parts, ignore_index=True)


def sampled(
    models: Mapping[str, Any],
    days: NDArray[np.datetime64],
    *,
    n_samples: int,
    seed: int,
    future: pd.DataFrame | None,
) -> NDArray[np.float32]:
    """Possible futures, shape (n_items, n_samples, n_days), floored at zero; seeded per item."""
    drawn = [
        prophet.sampled(model, rows, n_samples=n_samples, seed=(seed + item_key(item_id)) % 2**32)
        for item_id, model, rows in _each(models, days, future)
    ]
    return np.maximum(np.stack(drawn), 0.0).astype(np.float32)


def _each(
    models: Mapping[str, Any], days: NDArray[np.datetime64], future: pd.DataFrame | None
) -> Iterator[tuple[str, Any, pd.DataFrame]]:
    ahead = pd.DataFrame({"day": days.astype("datetime64[us]")})
    for item_id, model in models.items():
        rows = ahead
        if future is not None:
            own = future[future["item_id"] == item_id].drop(columns="item_id")
            rows = ahead.merge(own.astype({"day": "datetime64[us]"}), on="day", how="left")
        needed = [*model.extra_regressors, *(["cap"] if model.growth == "logistic" else [])]
        absent = [name for name in needed if name not in rows or rows[name].isna().any()]
        if absent:
            raise ForecastError(
                what=f"{absent[0]} is missing for item_id={item_id}",
                where="frame future given to BatchProphet",
                mend="give every item and day a value",
            )
        yield item_id, model, rows
