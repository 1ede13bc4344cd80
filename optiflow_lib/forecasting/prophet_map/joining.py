"""Models fitted to chunks of items, joined into one."""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from optiflow_lib.errors import DataError
from optiflow_lib.forecasting.calendar import Calendar, Column
from optiflow_lib.forecasting.prophet_map.fitted import Array, Fitted
from optiflow_lib.forecasting.prophet_map.model import FittedModel

_BUCKETS = ("start", "end", "changepoint")


def joined(models: Sequence[FittedModel]) -> FittedModel:
    """All items of all models, sorted; buckets count from the earliest first day.

    Raises:
        DataError: an item lies in two chunks, or weekly chunks begin on different weekdays.
    """
    first = min(model.first_day for model in models)
    calendar = _joined_calendar([model.calendar for model in models])
    parts = [_moved(model, calendar, shift=_buckets_since(first, model)) for model in models]
    values = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Fitted)}
    order = np.argsort(values["item_ids"].astype("U"), kind="stable")
    fitted = Fitted(**values).taken(order)
    _refuse_repeated(fitted)
    last = max(_buckets_since(first, model) + model.last_bucket for model in models)
    return FittedModel(models[0].asked, calendar, fitted, first, last)


def _buckets_since(first: np.datetime64, model: FittedModel) -> int:
    days = int((model.first_day - first).astype(int))
    if days % model.asked.bucket_days:
        raise DataError(
            what=f"the weeks of one chunk begin on {first}, of another on {model.first_day}",
            where="demand given to BatchProphet.fit_chunks",
            mend="use the same weekday in all chunks",
        )
    return days // model.asked.bucket_days


def _joined_calendar(calendars: Sequence[Calendar]) -> Calendar:
    """Every column of any of them; items without a column have coefficient 0."""
    richest = sorted(calendars, key=lambda c: len(c.seasonalities), reverse=True)
    seasonalities = {s.name: s for c in richest for s in c.seasonalities.values()}
    columns = {column.name: column for c in richest for column in c.columns}
    kinds = ["seasonality", "holiday", "regressor"]
    places = list(seasonalities)

    def order(column: Column) -> tuple[object, ...]:
        seasonal = places.index(column.component) if column.kind == "seasonality" else 0
        named = column.name if column.kind == "holiday" else ""
        return column.own, kinds.index(column.kind), seasonal, named

    ordered = tuple(sorted(columns.values(), key=order))
    return Calendar(ordered, seasonalities, calendars[0].holidays, calendars[0].country)


def _moved(model: FittedModel, calendar: Calendar, *, shift: int) -> Fitted:
    fitted = model.fitted
    place = {column.name: i for i, column in enumerate(calendar.columns)}
    beta: Array = np.zeros((len(fitted.item_ids), len(calendar.columns)))
    beta[:, [place[column.name] for column in model.calendar.columns]] = fitted.beta
    moved = {name: getattr(fitted, name) + shift for name in _BUCKETS}
    return replace(fitted, beta=beta, **moved)


def _refuse_repeated(fitted: Fitted) -> None:
    same = np.flatnonzero(fitted.item_ids[1:] == fitted.item_ids[:-1])
    if len(same):
        raise DataError(
            what=f"item {fitted.item_ids[same[0]]} lies in two chunks ({len(same)} such item(s))",
            where="demand given to BatchProphet.fit_chunks",
            mend="keep all rows of an item in one chunk",
        )
