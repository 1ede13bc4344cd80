"""The night's forecasts: each item by its champion, per day and until an order would arrive."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.calibration import calibrated_law
from optiflow_lib.forecasting.candidates import FALLBACK, Means, candidate_means
from optiflow_lib.forecasting.law import Law, day_quantiles, sampled_sums
from optiflow_lib.forecasting.panel import Array, Days, Ids
from optiflow_lib.forecasting.parameters import Parameters
from optiflow_lib.forecasting.past import Past, chosen_means
from optiflow_lib.forecasting.planned import planned
from optiflow_lib.forecasting.scores import PROBABILITIES
from optiflow_lib.schemas.results import (
    COMPONENTS,
    FAILURES,
    FORECASTS,
    INTERVAL_DEMAND,
    INTERVAL_QUANTILES,
    PERCENTS,
)
from optiflow_lib.settings import ForecastSettings

STEP = "20_forecasts"


@dataclass(frozen=True)
class Forecasting:
    """What one night knows about the future.

    Args:
        forecasts: Schema `FORECASTS`.
        components: Schema `COMPONENTS`.
        interval_demand: Schema `INTERVAL_DEMAND`.
        failures: Schema `FAILURES`: items that got a baseline, with the reason.
        parameters: Of the Prophets that were used, to be kept with the night.
    """

    forecasts: pd.DataFrame
    components: pd.DataFrame
    interval_demand: pd.DataFrame
    failures: pd.DataFrame
    parameters: Parameters


def forecast_items(
    demand: pd.DataFrame,
    *,
    champions: pd.DataFrame,
    calibration: pd.DataFrame,
    regressors: pd.DataFrame,
    groups: Mapping[str, str],
    item_ids: list[str],
    lead_time_draws: Days,
    review_periods: Array,
    settings: ForecastSettings,
    parameters: Parameters | None = None,
) -> Forecasting:
    """Forecasts each item with its champion.

    Args:
        demand: Schema `DEMAND`, ending with the day being closed.
        champions: item_id, candidate; an item without one gets the pooled count model.
        calibration: Of `backtesting.Backtest`: what the champions missed in the past; may lack items.
        regressors: Of `regressors.event_columns`, covering history and horizon.
        groups: Of each item_id: items that share a season, e.g. its category.
        item_ids: All items of the night, sorted; those without demand get a zero forecast.
        lead_time_draws: Days, shape (len(item_ids), n_samples): possible lead times of an order placed today.
        review_periods: Days until the next order could be placed, shape (len(item_ids),).
        settings: Horizon, seed, Prophet's country and solver.
        parameters: Of Prophets fitted earlier, which are then used instead of fitting them again.
    """
    waits = lead_time_draws + review_periods[:, None].astype(int)
    longest = max(settings.horizon_days, int(waits.max(initial=0)))
    past = _past(demand, groups, regressors, longest, settings, parameters)
    means = candidate_means({*champions["candidate"], FALLBACK}, past)
    won = dict(zip(champions["item_id"], champions["candidate"], strict=True))
    chosen = pd.Series({i: won.get(i, FALLBACK) for i in past.panel.item_ids}, dtype="str")
    mean = chosen_means(means.by_candidate, chosen)
    law = calibrated_law(past, chosen, calibration)
    days = past.days_ahead
    h = settings.horizon_days
    rows = np.asarray(item_ids, dtype=object).searchsorted(past.panel.item_ids)
    made = _forecasts(past.panel.item_ids, days[:h], mean[:, :h], law, chosen)
    intervals = _intervals(
        mean, law, past.panel.item_ids, lead_time_draws[rows], waits[rows], settings=settings
    )
    without = sorted(set(item_ids) - set(past.panel.item_ids))
    return Forecasting(
        FORECASTS.check(
            pd.concat([made, _zeros(without, days[:h])]).sort_values(["item_id", "day"]), where="forecasts"
        ),
        _components(means, chosen, made),
        INTERVAL_DEMAND.check(
            pd.concat([intervals, _zero_intervals(without)]).sort_values(["item_id", "interval"]),
            where="interval demand",
        ),
        _failures(means, chosen),
        _parameters(means),
    )


def _past(
    demand: pd.DataFrame,
    groups: Mapping[str, str],
    regressors: pd.DataFrame,
    horizon_days: int,
    settings: ForecastSettings,
    parameters: Parameters | None,
) -> Past:
    item_ids = demand["item_id"].unique()
    events = planned(regressors, item_ids)
    if parameters is None:
        return Past(demand, groups, events, horizon_days, settings)
    from optiflow_lib.forecasting.prophets import restored_prophets  # noqa: PLC0415 - Prophet is heavy

    kept = restored_prophets(parameters, events, set(item_ids))
    return Past(demand, groups, events, horizon_days, settings, kept)


def fitted_parameters(
    demand: pd.DataFrame,
    *,
    champions: pd.DataFrame,
    regressors: pd.DataFrame,
    groups: Mapping[str, str],
    settings: ForecastSettings,
) -> Parameters:
    """Parameters of the Prophets that forecast some item, alone or in a blend, fitted to the whole demand.

    Args:
        demand: Schema `DEMAND`, ending with the day being closed.
        champions: item_id, candidate.
        regressors: Of `regressors.event_columns`.
        groups: Of each item_id.
        settings: Prophet's country and solver.
    """
    past = _past(demand, groups, regressors, 1, settings, None)
    return _parameters(candidate_means(set(champions["candidate"]), past))


def _parameters(means: Means) -> Parameters:
    if not means.models:
        return Parameters()
    from optiflow_lib.forecasting.kept import parameters_of  # noqa: PLC0415 - Prophet is heavy

    return parameters_of(means.models)


def _forecasts(
    item_ids: Ids, days: pd.DatetimeIndex, mean: Array, law: Law, chosen: pd.Series
) -> pd.DataFrame:
    quantiles = day_quantiles(mean, law, PROBABILITIES)
    return pd.DataFrame(
        {
            "item_id": np.repeat(item_ids, len(days)),
            "day": np.tile(days, len(item_ids)),
            "forecast": mean.ravel(),
            "model": np.repeat(chosen.to_numpy(), len(days)),
        }
        | {f"q{p * 100:g}": q.ravel() for p, q in zip(PROBABILITIES, quantiles, strict=True)}
    )


def _intervals(
    mean: Array, law: Law, item_ids: Ids, lead_times: Days, waits: Days, *, settings: ForecastSettings
) -> pd.DataFrame:
    """Demand until an order of today arrives, and until one of the next review would."""
    if not len(item_ids):
        return INTERVAL_DEMAND.empty()
    until = np.stack([lead_times, waits], axis=2).astype(np.int64)
    sums = sampled_sums(mean, law, until, item_ids=item_ids, seed=settings.seed)
    parts = [
        _summary(name, item_ids, days, sums[:, :, which])
        for which, (name, days) in enumerate((("lead_time", lead_times), ("protection", waits)))
    ]
    return pd.concat(parts)


def _summary(name: str, item_ids: Ids, days: Days, total: Array) -> pd.DataFrame:
    quantiles = np.quantile(total, np.array(PERCENTS) / 100, axis=1)
    columns = {
        "item_id": item_ids,
        "interval": name,
        "days": days.mean(axis=1),
        "mean": total.mean(axis=1),
        "sd": total.std(axis=1),
    }
    return pd.DataFrame(columns | dict(zip(INTERVAL_QUANTILES, quantiles, strict=True)))


def _zeros(item_ids: list[str], days: pd.DatetimeIndex) -> pd.DataFrame:
    rows = pd.DataFrame({"item_id": np.repeat(item_ids, len(days)), "day": np.tile(days, len(item_ids))})
    return rows.assign(forecast=0.0, q10=0.0, q50=0.0, q90=0.0, model=FALLBACK)


def _zero_intervals(item_ids: list[str]) -> pd.DataFrame:
    rows = pd.DataFrame(
        {"item_id": np.repeat(item_ids, 2), "interval": ["lead_time", "protection"] * len(item_ids)}
    )
    return rows.assign(days=0.0, mean=0.0, sd=0.0, **dict.fromkeys(INTERVAL_QUANTILES, 0.0))


def _components(means: Means, chosen: pd.Series, made: pd.DataFrame) -> pd.DataFrame:
    """Prophet's parts where it is the champion; elsewhere the level and the week around it."""
    own = [
        parts[parts["item_id"].isin(chosen.index[chosen == name])] for name, parts in means.components.items()
    ]
    fitted = pd.concat([*own, COMPONENTS.empty()])
    fitted = fitted[fitted["day"] <= made["day"].max()]
    rest = made[~made["item_id"].isin(fitted["item_id"].unique())]
    level = rest.groupby("item_id")["forecast"].transform("mean")
    simple = rest[["item_id", "day"]].assign(
        trend=level, weekly=rest["forecast"] - level, yearly=0.0, events=0.0
    )
    return COMPONENTS.check(pd.concat([fitted, simple]).sort_values(["item_id", "day"]), where="components")


def _failures(means: Means, chosen: pd.Series) -> pd.DataFrame:
    listed = [
        failed[failed["item_id"].isin(chosen.index[chosen == name])]
        for name, failed in means.failures.items()
    ]
    failures = pd.concat([*listed, FAILURES.empty()[["item_id", "reason"]]]).assign(step=STEP)
    return FAILURES.check(failures.drop_duplicates("item_id").sort_values("item_id"), where="failures")
