"""What an item would sell if something were planned that is not: a promotion, another price, an event."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.errors import DataError
from optiflow_lib.forecasting import event_columns
from optiflow_lib.forecasting.panel import Array
from optiflow_lib.forecasting.past import Past
from optiflow_lib.forecasting.planned import Planned
from optiflow_lib.forecasting.prophets import VARIANTS, prophet_forecast
from optiflow_lib.forecasting.regressors import column_of
from optiflow_lib.jobs.judged_days import marked_events, verdicts_known
from optiflow_lib.jobs.night import inputs_folder
from optiflow_lib.jobs.views import View, open_view
from optiflow_lib.schemas.source import EVENTS
from optiflow_lib.settings import Settings
from optiflow_lib.source import open_inputs

MODEL = "prophet"
MOST_TIMES = 20.0  # what one event may multiply demand by: beyond it the model speaks of what it never saw
LEAST = 1e-9  # units a day
SHOWN = ("forecast", "q10", "q90")


@dataclass(frozen=True)
class Supposed:
    """An event that is not planned.

    Args:
        item_id: Of the item it is for.
        kind: A type of event of the source.
        first_day: Its first day, after the last closed one.
        last_day: Its last day, within the forecast.
        discount: 0.2 for 20 % off; negative for a higher price; counts where the type's events have discounts.
        uplift: 0.5 for half as much again, where a person knows better; None: as earlier events of the type did.
    """

    item_id: str
    kind: str
    first_day: date
    last_day: date
    discount: float = 0.0
    uplift: float | None = None


def what_if_of(settings: Settings, supposed: Supposed) -> pd.DataFrame:
    """The published forecast beside what it would be.

    The batched Prophet is fitted to the item's own days; on the days supposed, what it expects with the event over
    what it expects without multiplies the published forecast and its quantiles, whichever model made them.

    Returns:
        day, forecast, q10, q90, and supposed, supposed_q10, supposed_q90; a row a day of the forecast.

    Raises:
        DataError: there is no such item or night, the days are not within the forecast, or the item never saw an
            event of this type and no uplift is given.
    """
    view = open_view(settings)
    if view is None:
        raise DataError(what="no night was published", where="what if", mend="run the night")
    made = view.read_item("forecasts", supposed.item_id).sort_values("day").reset_index(drop=True)
    inside = made["day"].between(pd.Timestamp(supposed.first_day), pd.Timestamp(supposed.last_day)).to_numpy()
    if not inside.any() or supposed.last_day < supposed.first_day:
        raise DataError(
            what=f"{supposed.first_day} to {supposed.last_day} are no days of the forecast of {supposed.item_id!r}",
            where="what if",
            mend="give days that are forecast",
        )
    times = (
        1 + supposed.uplift if supposed.uplift is not None else _times(settings, view, supposed, made["day"])
    )
    factor = np.where(inside, np.clip(times, 0.0, MOST_TIMES), 1.0)
    changed = {
        name: made[column] * factor
        for name, column in zip(("supposed", "supposed_q10", "supposed_q90"), SHOWN, strict=True)
    }
    return made[["day", *SHOWN]].assign(**changed)


def _events(settings: Settings, as_of: date) -> pd.DataFrame:
    inputs = open_inputs(inputs_folder(settings), as_of)
    events = inputs.read("events") if inputs.has("events") else EVENTS.empty()
    marked = marked_events(verdicts_known(inputs, settings))
    return pd.concat([events, marked], ignore_index=True) if len(marked) else events


def _times(settings: Settings, view: View, supposed: Supposed, days: pd.Series) -> Array:
    """By how much each of `days` would be multiplied."""
    demand = view.read_item("history", supposed.item_id).sort_values("day").reset_index(drop=True)
    planned = event_columns(
        _events(settings, view.as_of),
        items=_with_zone(settings, view, supposed.item_id),
        first_day=demand["day"].min().date(),
        last_day=days.max().date(),
    )
    column = column_of(supposed.kind)
    _refuse_unseen(planned[planned["day"] <= demand["day"].max()], column, supposed)
    none = pd.DataFrame(index=pd.DatetimeIndex([], name="day").as_unit("us"))
    past = Past(demand, {}, Planned(none, planned), len(days), settings.forecast)
    without = prophet_forecast(VARIANTS[MODEL], past)
    if len(without.failures):
        raise _unknown(f"item {supposed.item_id} cannot be fitted: {without.failures['reason'].iloc[0]}")
    added = replace(past, events=Planned(none, _with(planned, supposed, column)))
    with_it = prophet_forecast(VARIANTS[MODEL], added, kept=without.models)
    return np.asarray(np.maximum(with_it.mean[0], LEAST) / np.maximum(without.mean[0], LEAST))


def _with(planned: pd.DataFrame, supposed: Supposed, column: str) -> pd.DataFrame:
    """`planned` with the event supposed in place of what was planned of its type on its days."""
    days = pd.date_range(supposed.first_day, supposed.last_day).as_unit("us")
    known = planned.drop(columns="item_id").set_index("day")
    wide = known.reindex(known.index.union(days)).fillna(0.0)
    has_discounts = ~planned[column].isin([0.0, 1.0]).all()
    wide.loc[days, column] = supposed.discount if has_discounts else 1.0
    return wide.assign(item_id=supposed.item_id).rename_axis("day").reset_index()


def _with_zone(settings: Settings, view: View, item_id: str) -> pd.DataFrame:
    locations = open_inputs(inputs_folder(settings), view.as_of).read("locations")
    return view.read_item("items", item_id).merge(
        locations[["location_id", "zone"]], on="location_id", how="left"
    )


def _refuse_unseen(seen: pd.DataFrame, column: str, supposed: Supposed) -> None:
    if column not in seen or not (seen[column] != 0).any():
        raise _unknown(f"item {supposed.item_id} has no past event of type {supposed.kind!r}")


def _unknown(what: str) -> DataError:
    return DataError(what=what, where="what if", mend="say how much more you expect it to sell")
