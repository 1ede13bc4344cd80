"""Prophet as a candidate, in several variants: what is asked of it, and how recent days correct it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.baselines import weekday_average
from optiflow_lib.forecasting.batch_prophet import BatchProphet
from optiflow_lib.forecasting.groups import YEAR
from optiflow_lib.forecasting.kept import KeptProphet
from optiflow_lib.forecasting.panel import Array, Panel, ratio
from optiflow_lib.forecasting.parameters import Parameters
from optiflow_lib.forecasting.past import Past
from optiflow_lib.forecasting.planned import Planned
from optiflow_lib.forecasting.prophet_map.specification import Mode
from optiflow_lib.forecasting.regressors import with_events
from optiflow_lib.schemas.results import COMPONENTS, FAILURES
from optiflow_lib.settings import ForecastSettings

LEAST_DAYS = 56  # with fewer known days Prophet is not asked
LEAST_SELLING = (
    0.5  # nor of an item that sells on a smaller share of its last year's days: it loses there (benchmarks)
)
EVENT_SD, WINDOW_SD = 10.0, 0.3  # prior scales: Prophet's own, and of the days around an event
WINDOW, AROUND = (-3, -2, -1, 1), "around_"
MONTH_DAYS = 30.4
LEAST_DAYS_OF_YEARLY, LEAST_DAYS_OF_MONTHLY = 730, 90  # the first is Prophet's own


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

    `components` (schema `COMPONENTS`) sum to the mean of the fitted items; `models` can be kept and used again.
    """

    mean: Array
    components: pd.DataFrame
    failures: pd.DataFrame
    models: tuple[KeptProphet, ...] = ()


def prophet_forecast(variant: Variant, past: Past, *, kept: Sequence[KeptProphet] = ()) -> ProphetForecast:
    """Forecasts every item; those with too little history, or that cannot be fitted, as the pooled model does.

    Args:
        variant: What is asked of Prophet.
        past: What is known.
        kept: Models fitted earlier; only items that they do not know are fitted.
    """
    mean = past.pooled.mean.copy()
    fitted, failures = fitted_prophets(variant, past, without={i for one in kept for i in one.model.item_ids})
    models = [*kept, *fitted]
    own = _own_events(variant, past.events)
    parts = [COMPONENTS.empty()]
    for one in models:
        model, future = one.model, _future(one, past, own)
        rows = np.asarray(past.panel.item_ids.searchsorted(np.array(model.item_ids, dtype=object)))
        weekday = weekday_average(past.panel, past.horizon_days)[rows]
        made = one.mean(past.panel, past.horizon_days, future=future)
        mean[rows] = (1 - variant.weekday_share) * made + variant.weekday_share * weekday
        components = model.components(future, horizon_days=one.age(past.panel) + past.horizon_days)
        ahead = components[components["day"] > past.panel.days[-1]]
        parts.append(_scaled(ahead, mean[rows]))
    return ProphetForecast(mean, pd.concat(parts, ignore_index=True), failures, tuple(models))


def fitted_prophets(
    variant: Variant, past: Past, *, without: Collection[str] = ()
) -> tuple[list[KeptProphet], pd.DataFrame]:
    """The models of items that have enough history, and those that could not be fitted (schema `FAILURES`)."""
    models, failures = [], [FAILURES.empty()]
    own = _own_events(variant, past.events)
    for variant_of_span, demand in _by_span(variant, past, without):
        history = with_events(demand, own)
        used = [name for name in own if name not in ("item_id", "day") and history[name].any()]
        holidays = holidays_of(variant, past.events)
        model = prophet_model(variant_of_span, past.settings, holidays=holidays, regressors=used)
        model.fit(history[["item_id", "day", "quantity", *used]])
        failures.append(model.failures)
        models.append(KeptProphet.fitted(model, past.panel, half_life=variant.recent_half_life))
    return models, pd.concat(failures, ignore_index=True)


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


def restored_prophets(
    parameters: Parameters, events: Planned, item_ids: Collection[str]
) -> dict[str, list[KeptProphet]]:
    """The models of `kept.parameters_of` by candidate, of some items, with the events planned now."""
    made: dict[str, list[KeptProphet]] = {}
    for candidate, names in parameters.by_candidate().items():
        holidays = holidays_of(VARIANTS[candidate], events)
        tables = {name: parameters.tables[name] for name in names}
        rows = {name: table[table["item_id"].isin(item_ids)] for name, table in tables.items()}
        made[candidate] = [
            KeptProphet.restored(table, parameters.described[name], holidays=holidays)
            for name, table in rows.items()
            if len(table)
        ]
    return made


def _by_span(variant: Variant, past: Past, without: Collection[str]) -> list[tuple[Variant, pd.DataFrame]]:
    """The items that Prophet is asked for, together with what may be asked of histories as long as theirs."""
    demand = past.demand[~past.demand["item_id"].isin(without)] if without else past.demand
    if variant.history_days:
        demand = demand[demand["day"] > past.panel.days[-1] - pd.Timedelta(days=variant.history_days)]
    demand = demand.dropna(subset="quantity")
    selling = past.panel.item_ids[selling_shares(past.panel) >= LEAST_SELLING]
    lives = demand[demand["item_id"].isin(selling)].groupby("item_id")["day"].agg(["min", "max", "size"])
    lives = lives[lives["size"] >= LEAST_DAYS]
    span = (lives["max"] - lives["min"]).dt.days + 1
    limits = np.array([0, LEAST_DAYS_OF_MONTHLY, LEAST_DAYS_OF_YEARLY])
    reached = pd.Series(limits[np.searchsorted(limits, span, side="right") - 1], index=span.index)
    made = []
    for days in sorted(set(reached)):
        mine = demand[demand["item_id"].isin(reached.index[reached == days])]
        made.append((for_span(variant, days=int(days)), until(mine, past.panel.days[-1])))
    return made


def selling_shares(panel: Panel) -> Array:
    """Days with demand among the known days of the last year, shape (n_items,)."""
    recent = panel.quantity[:, -YEAR:]
    return ratio((np.nan_to_num(recent) > 0).sum(axis=1), (~np.isnan(recent)).sum(axis=1))


def until(demand: pd.DataFrame, last: pd.Timestamp) -> pd.DataFrame:
    """`demand` with an unknown last day, where its items ended before the others: forecasts start after it."""
    if demand.empty or demand["day"].max() >= last:
        return demand
    unknown = demand.tail(1).assign(day=last, quantity=np.nan)
    return pd.concat([demand, unknown], ignore_index=True)


def holidays_of(variant: Variant, events: Planned) -> pd.DataFrame | None:
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


def _future(one: KeptProphet, past: Past, own: pd.DataFrame) -> pd.DataFrame | None:
    """Events of single items over the days since the fit and those ahead; None for a model without any."""
    names = list(one.model.specification.regressors)
    if not names:
        return None
    days = pd.date_range(one.last_day + pd.Timedelta(days=1), past.days_ahead[-1]).as_unit("us")
    grid = pd.DataFrame({"item_id": one.model.item_ids}).merge(pd.DataFrame({"day": days}), how="cross")
    planned = with_events(grid, own)
    return planned.reindex(columns=["item_id", "day", *names], fill_value=0.0)


def _scaled(parts: pd.DataFrame, mean: Array) -> pd.DataFrame:
    """Components of what was finally forecast: the trend takes what recent days corrected."""
    checked = COMPONENTS.check(parts, where="components of Prophet").sort_values(["item_id", "day"])
    names = ["trend", "weekly", "yearly", "events"]
    summed = checked[names].sum(axis=1)
    return checked.assign(trend=checked["trend"] + mean.ravel() - summed.to_numpy())
