"""Prophet as a candidate, in several variants: what is asked of it, and how recent days correct it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.baselines import weekday_average
from optiflow_lib.forecasting.batch_prophet import BatchProphet
from optiflow_lib.forecasting.panel import Array, ratio
from optiflow_lib.forecasting.past import Past
from optiflow_lib.forecasting.planned import Planned
from optiflow_lib.forecasting.prophet_map.specification import Mode
from optiflow_lib.forecasting.regressors import with_events
from optiflow_lib.schemas.results import COMPONENTS, FAILURES
from optiflow_lib.settings import ForecastSettings

LEAST_DAYS = 56  # with fewer known days Prophet is not asked
EVENT_SD, WINDOW_SD = 10.0, 0.3  # prior scales: Prophet's own, and of the days around an event
WINDOW, AROUND = (-3, -2, -1, 1), "around_"
MONTH_DAYS = 30.4
LEAST_DAYS_OF_YEARLY, LEAST_DAYS_OF_MONTHLY = 730, 90  # the first is Prophet's own
PRIOR_DAYS = 3.0  # of expected demand: recent days count as far as they are more than this


@dataclass(frozen=True)
class Variant:
    """What is asked of Prophet.

    Args:
        mode: Of seasonalities, holidays and events.
        events: With holidays and events?
        yearly: Fourier order of the year; "auto" for Prophet's ten from two years of history on.
        monthly: Fourier order of the day of the month; 0 for none.
        windows: With the days around each event, shrunk?
        history_days: No day before these is looked at.
        recent_half_life: Days by which the recent level corrects the trend; 0 for no correction.
        weekday_share: Share of the weekday average in the forecast.
    """

    mode: Mode = "multiplicative"
    events: bool = True
    yearly: bool | int | Literal["auto"] = "auto"
    monthly: int = 0
    windows: bool = False
    history_days: int | None = None
    recent_half_life: float = 0.0
    weekday_share: float = 0.0


VARIANTS = {
    "prophet_plain": Variant(events=False),
    "prophet_additive": Variant(mode="additive"),
    "prophet": Variant(),
    "prophet_monthly": Variant(yearly=3, monthly=5),
    "prophet_recent": Variant(yearly=3, monthly=5, recent_half_life=14.0),
    "prophet_windows": Variant(yearly=3, monthly=5, windows=True, recent_half_life=14.0, weekday_share=0.1),
    "prophet_three_years": Variant(
        yearly=3, monthly=5, windows=True, history_days=1095, recent_half_life=14.0, weekday_share=0.1
    ),
}


@dataclass(frozen=True)
class ProphetForecast:
    """What a variant gives: mean (n_items, horizon_days), and the items that it could not fit, with the reason.

    `components` (schema `COMPONENTS`) sum to the mean of the fitted items.
    """

    mean: Array
    components: pd.DataFrame
    failures: pd.DataFrame


def prophet_forecast(variant: Variant, past: Past) -> ProphetForecast:
    """Forecasts every item; those with too little history, or that cannot be fitted, as the pooled model does."""
    mean = past.pooled.mean.copy()
    parts, failures = [COMPONENTS.empty()], [FAILURES.empty()]
    own = _own_events(variant, past.events)
    for variant_of_span, demand in _by_span(variant, past):
        history = with_events(demand, own)
        used = [name for name in own if name not in ("item_id", "day") and history[name].any()]
        holidays = _holidays(variant, past.events)
        model = prophet_model(variant_of_span, past.settings, holidays=holidays, regressors=used)
        model.fit(history[["item_id", "day", "quantity", *used]])
        failures.append(model.failures)
        future = _future(model, past, own) if used else None
        rows = np.asarray(past.panel.item_ids.searchsorted(np.array(model.item_ids, dtype=object)))
        mean[rows] = _corrected(variant, model, past, future)
        components = model.components(future, horizon_days=past.horizon_days)
        parts.append(_scaled(components, mean[rows]))
    listed = pd.concat(failures, ignore_index=True)
    return ProphetForecast(mean, pd.concat(parts, ignore_index=True), listed)


def prophet_model(
    variant: Variant, settings: ForecastSettings, *, holidays: pd.DataFrame | None, regressors: Sequence[str]
) -> BatchProphet:
    """The model a variant asks for; what everybody's events are goes in as holidays, single items' as regressors."""
    model = BatchProphet(
        seasonality_mode=variant.mode,
        yearly_seasonality=variant.yearly,
        country_holidays=settings.country or None if variant.events else None,
        holidays=holidays,
        solver=settings.solver,
        n_threads=settings.threads,
    )
    if variant.monthly:
        model.add_seasonality("monthly", MONTH_DAYS, variant.monthly)
    for name in regressors:
        scale = WINDOW_SD if name.startswith(AROUND) else EVENT_SD
        model.add_regressor(name, prior_scale=scale, standardize=False)
    return model


def for_span(variant: Variant, *, days: int) -> Variant:
    """What a history of so many days can tell: no year from less than two, no month from less than three."""
    yearly = variant.yearly if days >= LEAST_DAYS_OF_YEARLY else False
    return replace(variant, yearly=yearly, monthly=variant.monthly if days >= LEAST_DAYS_OF_MONTHLY else 0)


def _by_span(variant: Variant, past: Past) -> list[tuple[Variant, pd.DataFrame]]:
    """The items that Prophet is asked for, together with what may be asked of histories as long as theirs."""
    demand = past.demand
    if variant.history_days:
        demand = demand[demand["day"] > past.panel.days[-1] - pd.Timedelta(days=variant.history_days)]
    demand = demand.dropna(subset="quantity")
    lives = demand.groupby("item_id")["day"].agg(["min", "max", "size"])
    lives = lives[lives["size"] >= LEAST_DAYS]
    span = (lives["max"] - lives["min"]).dt.days + 1
    limits = np.array([0, LEAST_DAYS_OF_MONTHLY, LEAST_DAYS_OF_YEARLY])
    reached = pd.Series(limits[np.searchsorted(limits, span, side="right") - 1], index=span.index)
    made = []
    for days in sorted(set(reached)):
        mine = demand[demand["item_id"].isin(reached.index[reached == days])]
        made.append((for_span(variant, days=int(days)), until(mine, past.panel.days[-1])))
    return made


def _corrected(variant: Variant, model: BatchProphet, past: Past, future: pd.DataFrame | None) -> Array:
    """Means of the fitted items: Prophet's, by the recent level, with a share of the weekday average."""
    rows = past.panel.item_ids.searchsorted(np.array(model.item_ids, dtype=object))
    made = np.maximum(model.mean(past.horizon_days, future=future), 0.0)
    factor = _recent_factor(variant, model, past)[rows][:, None]
    weekday = weekday_average(past.panel, past.horizon_days)[rows]
    return np.asarray((1 - variant.weekday_share) * made * factor + variant.weekday_share * weekday)


def until(demand: pd.DataFrame, last: pd.Timestamp) -> pd.DataFrame:
    """`demand` with an unknown last day, where its items ended before the others: forecasts start after it."""
    if demand.empty or demand["day"].max() >= last:
        return demand
    unknown = demand.tail(1).assign(day=last, quantity=np.nan)
    return pd.concat([demand, unknown], ignore_index=True)


def _holidays(variant: Variant, events: Planned) -> pd.DataFrame | None:
    """Everybody's events as Prophet's holidays, with the days around them, shrunk."""
    if not variant.events or events.shared.empty:
        return None
    rows = events.shared.stack().rename_axis(["ds", "holiday"]).rename("on").reset_index()
    on = rows.loc[rows["on"] > 0, ["ds", "holiday"]].assign(prior_scale=EVENT_SD)
    parts = [on]
    for shift in WINDOW if variant.windows else ():
        moved = on["ds"] + pd.Timedelta(days=shift)
        name = AROUND + on["holiday"] + f"_{shift:+d}"
        parts.append(on.assign(ds=moved, holiday=name, prior_scale=WINDOW_SD))
    return pd.concat(parts, ignore_index=True)


def _own_events(variant: Variant, events: Planned) -> pd.DataFrame:
    """Events of single items, with the days around them where the variant asks for these."""
    names = events.own_names
    if not variant.events or not names:
        return events.own[["item_id", "day"]].iloc[:0]
    if not variant.windows:
        return events.own
    parts = [events.own.set_index(["item_id", "day"])]
    for shift in WINDOW:
        moved = events.own.assign(day=events.own["day"] + pd.Timedelta(days=shift))
        renamed = {name: f"{AROUND}{name}_{shift:+d}" for name in names}
        parts.append(moved.rename(columns=renamed).set_index(["item_id", "day"]))
    return pd.concat(parts, axis=1).fillna(0.0).reset_index()


def _future(model: BatchProphet, past: Past, own: pd.DataFrame) -> pd.DataFrame:
    ahead = pd.DataFrame({"day": past.days_ahead.as_unit("us")})
    return with_events(pd.DataFrame({"item_id": model.item_ids}).merge(ahead, how="cross"), own)


def _recent_factor(variant: Variant, model: BatchProphet, past: Past) -> Array:
    """Recent demand over what the model makes of these days, shrunk to 1; shape (n_items,)."""
    if not variant.recent_half_life:
        return np.ones(len(past.panel.item_ids))
    fitted = np.maximum(past.placed(model.fitted(), "forecast"), 0.0)
    known = ~np.isnan(past.panel.quantity) & ~np.isnan(fitted)
    weight = 0.5 ** (np.arange(known.shape[1])[::-1] / variant.recent_half_life) * known
    expected = (np.nan_to_num(fitted) * weight).sum(axis=1)
    prior = PRIOR_DAYS * expected / np.maximum(weight.sum(axis=1), 1e-9)
    sold = (np.nan_to_num(past.panel.quantity) * weight).sum(axis=1)
    return ratio(sold + prior, expected + prior, otherwise=1.0)


def _scaled(parts: pd.DataFrame, mean: Array) -> pd.DataFrame:
    """Components of what was finally forecast: the trend takes what recent days corrected."""
    checked = COMPONENTS.check(parts, where="components of Prophet").sort_values(["item_id", "day"])
    names = ["trend", "weekly", "yearly", "events"]
    summed = checked[names].sum(axis=1)
    return checked.assign(trend=checked["trend"] + mean.ravel() - summed.to_numpy())
