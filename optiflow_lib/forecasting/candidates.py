"""The ways to forecast that compete for each item; all give a mean per day, and share one law around it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from optiflow_lib.errors import ForecastError
from optiflow_lib.forecasting.baselines import BASELINES, weekday_average
from optiflow_lib.forecasting.panel import Array, Panel, panel_of
from optiflow_lib.forecasting.regressors import with_events
from optiflow_lib.schemas.results import COMPONENTS
from optiflow_lib.settings import ForecastSettings

# From simple to elaborate: the simpler wins where the difference is within a standard error.
SIMPLICITY = (
    "moving_average",
    "seasonal_naive",
    "weekday_average",
    "sba",
    "tsb",
    "blend",
    "prophet_additive",
    "prophet",
)
MODES: dict[str, Literal["additive", "multiplicative"]] = {
    "prophet": "multiplicative",
    "prophet_additive": "additive",
}
PROPHET_SHARE = 0.3  # of the blend; FORECASTING: the best of a grid on 1,417 M5 items
LEAST_DAYS = 56  # with less known history a model is not asked


@dataclass
class Means:
    """Mean demand per candidate, arrays (n_items, horizon_days) in the order of `panel.item_ids`.

    `components` are Prophet's, `failures` are items (item_id, reason) that it could not fit: they have the
    weekday average instead.
    """

    panel: Panel
    by_candidate: dict[str, Array] = field(default_factory=dict)
    components: dict[str, pd.DataFrame] = field(default_factory=dict)
    failures: dict[str, pd.DataFrame] = field(default_factory=dict)


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


def candidate_means(
    names: Sequence[str],
    demand: pd.DataFrame,
    *,
    event_days: pd.DataFrame,
    horizon_days: int,
    settings: ForecastSettings,
) -> Means:
    """Forecasts of several candidates for the days after the last day of `demand`.

    Args:
        names: Candidates, of `SIMPLICITY`.
        demand: Schema `DEMAND`.
        event_days: Of `regressors.event_columns`, covering history and horizon.
        horizon_days: Days ahead.
        settings: Country, solver and threads of Prophet.

    Raises:
        ForecastError: a name is unknown.
    """
    ordered(names)
    means = Means(panel_of(demand))
    prophets = {name for name in names if name in MODES} | ({"prophet"} if "blend" in names else set())
    for name in sorted(prophets):
        _fit_prophet(name, means, demand, event_days=event_days, horizon_days=horizon_days, settings=settings)
    for name in names:
        baseline: Callable[[Panel, int], Array] | None = BASELINES.get(name)
        if baseline:
            means.by_candidate[name] = baseline(means.panel, horizon_days)
    if "blend" in names:
        calm = weekday_average(means.panel, horizon_days)
        means.by_candidate["blend"] = (
            PROPHET_SHARE * means.by_candidate["prophet"] + (1 - PROPHET_SHARE) * calm
        )
    return means


def _fit_prophet(
    name: str,
    means: Means,
    demand: pd.DataFrame,
    *,
    event_days: pd.DataFrame,
    horizon_days: int,
    settings: ForecastSettings,
) -> None:
    from optiflow_lib.forecasting.batch_prophet import BatchProphet  # noqa: PLC0415 - Prophet is heavy

    fallback = weekday_average(means.panel, horizon_days)
    known = demand.groupby("item_id")["quantity"].agg(lambda q: q.notna().sum())
    asked = known.index[known >= LEAST_DAYS]
    means.by_candidate[name] = fallback
    means.failures[name] = pd.DataFrame({"item_id": [], "reason": []})
    if not len(asked):
        return
    columns = [c for c in event_days.columns if c not in ("item_id", "day")]
    history = with_events(_until(demand[demand["item_id"].isin(asked)], means.panel.days[-1]), event_days)
    model = BatchProphet(
        seasonality_mode=MODES[name],
        country_holidays=settings.country,
        solver=settings.solver,
        n_threads=settings.threads,
    )
    used = [column for column in columns if history[column].any()]
    for column in used:
        model.add_regressor(column, standardize=False)
    model.fit(history[["item_id", "day", "quantity", *used]])
    future = _future(asked, means.panel.days[-1], horizon_days, event_days)
    predicted = model.predict(horizon_days=horizon_days, quantiles=(), future=future)
    made = predicted.pivot_table(index="item_id", columns="day", values="forecast").reindex(
        means.panel.item_ids
    )
    means.by_candidate[name] = np.where(made.isna(), fallback, np.maximum(made, 0.0))
    means.failures[name] = model.failures[["item_id", "reason"]]
    means.components[name] = COMPONENTS.check(model.components(future=future), where=f"components of {name}")


def _until(demand: pd.DataFrame, last: pd.Timestamp) -> pd.DataFrame:
    """`demand` with an unknown last day, where its items ended before the others: forecasts start after it."""
    if demand["day"].max() >= last:
        return demand
    unknown = demand.tail(1).assign(day=last, quantity=np.nan)
    return pd.concat([demand, unknown], ignore_index=True)


def _future(
    item_ids: pd.Index, last: pd.Timestamp, horizon_days: int, event_days: pd.DataFrame
) -> pd.DataFrame:
    ahead = pd.DataFrame({"day": pd.date_range(last + pd.Timedelta(days=1), periods=horizon_days)})
    days = pd.DataFrame({"item_id": item_ids}).merge(ahead.astype("datetime64[us]"), how="cross")
    return with_events(days, event_days)
