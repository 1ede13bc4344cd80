"""Prophet's preparation, for all items at once: period, scaling, changepoints, which seasonalities."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.calendar import Calendar, active_seasonalities, calendar_of, years_of
from optiflow_lib.forecasting.prophet_map.fitted import Array, Fitted, unfitted
from optiflow_lib.forecasting.prophet_map.histories import Histories
from optiflow_lib.forecasting.prophet_map.specification import Seasonality, Specification
from optiflow_lib.schemas.reasons import CHANGEPOINTS_OUTSIDE, TOO_FEW_DAYS

LEAST_ROWS = 2


@dataclass(frozen=True)
class Setup:
    """What is known of each item before any parameter is fitted.

    Args:
        histories: Of the items that can be fitted.
        calendar: Columns of all items together.
        fitted: Scaling and changepoints; parameters still empty.
        groups: Column indices of the calendar, and the items whose model has just these.
        failed: (item_id, reason) of the items that cannot be fitted.
    """

    histories: Histories
    calendar: Calendar
    fitted: Fitted
    groups: list[tuple[NDArray[np.intp], NDArray[np.intp]]]
    failed: list[tuple[str, str]]


def setup_of(asked: Specification, histories: Histories) -> Setup:
    """Prepares every item of `histories` as Prophet would."""
    known = ~np.isnan(histories.quantity)
    rows = known.sum(axis=1)
    reasons = [TOO_FEW_DAYS.format(known=n, needed=LEAST_ROWS) if n < LEAST_ROWS else "" for n in rows]
    _refuse_changepoints(asked, histories, known, reasons)
    kept = np.flatnonzero([not reason for reason in reasons])
    failed = [(str(histories.item_ids[i]), reason) for i, reason in enumerate(reasons) if reason]
    inside = histories.taken(kept) if failed else histories
    return _prepared(asked, inside, known[kept] if failed else known, failed)


def _prepared(
    asked: Specification, histories: Histories, known: NDArray[np.bool_], failed: list[tuple[str, str]]
) -> Setup:
    rows = known.sum(axis=1)
    bucket = np.nonzero(known)[1]
    first = np.concatenate([[0], np.cumsum(rows)])[:-1]
    start, end = bucket[first], bucket[first + rows - 1]
    patterns = _patterns(asked, start, end, _least_gaps(bucket, first), histories.bucket_days)
    calendar = _calendar(asked, histories, list(patterns), start, end)
    width = max(len(asked.changepoints) if asked.changepoints is not None else asked.n_changepoints, 1)
    values = unfitted(
        histories.item_ids,
        n_changepoints=width,
        n_columns=len(calendar.columns),
        n_regressors=len(asked.regressors),
    )
    values |= {"start": start, "end": end, "rows": rows}
    values |= _scaling(asked, histories.quantity, known)
    values |= _changepoints(asked, histories, rows, bucket, first, start, width)
    values |= _standardised(asked, histories, known)
    groups = [(_column_indices(calendar, active), items) for active, items in patterns.items()]
    return Setup(histories, calendar, Fitted(**values), groups, failed)  # type: ignore[arg-type]


def _refuse_changepoints(
    asked: Specification, histories: Histories, known: NDArray[np.bool_], reasons: list[str]
) -> None:
    """Prophet wants changepoints given by the user inside each item's history."""
    if not asked.changepoints:
        return
    given = np.array(asked.changepoints, dtype="datetime64[D]")
    days = histories.days
    for i, reason in enumerate(reasons):
        if not reason:
            own = days[known[i]]
            if given.min() < own[0] or given.max() > own[-1]:
                reasons[i] = CHANGEPOINTS_OUTSIDE.format(first=own[0], last=own[-1])


def _least_gaps(bucket: NDArray[np.intp], first: NDArray[np.intp]) -> NDArray[np.intp]:
    if not len(first):
        return np.zeros(0, dtype=np.intp)
    gaps = np.diff(bucket, prepend=bucket[0])
    gaps[first] = np.iinfo(gaps.dtype).max
    return np.asarray(np.minimum.reduceat(gaps, first))


def _patterns(
    asked: Specification,
    start: NDArray[np.intp],
    end: NDArray[np.intp],
    least_gap: NDArray[np.intp],
    bucket_days: int,
) -> dict[tuple[Seasonality, ...], NDArray[np.intp]]:
    """Items by the seasonalities that Prophet gives them; at most a few patterns."""
    span, gap = (end - start) * bucket_days, least_gap * bucket_days
    code = (span >= 730) * 4 + (span >= 14) * 2 + (gap < 7)
    patterns: dict[tuple[Seasonality, ...], list[NDArray[np.intp]]] = {}
    for value in np.unique(code):
        items = np.flatnonzero(code == value)
        active = active_seasonalities(asked, span_days=int(span[items[0]]), least_gap_days=int(gap[items[0]]))
        patterns.setdefault(tuple(active.values()), []).append(items)
    return {active: np.sort(np.concatenate(parts)) for active, parts in patterns.items()}


def _calendar(
    asked: Specification,
    histories: Histories,
    patterns: list[tuple[Seasonality, ...]],
    start: NDArray[np.intp],
    end: NDArray[np.intp],
) -> Calendar:
    union = {s.name: s for active in sorted(patterns, key=len, reverse=True) for s in active}
    days = histories.days[start.min(initial=0) : end.max(initial=-1) + 1]
    return calendar_of(asked, union, years=years_of(days))


def _column_indices(calendar: Calendar, active: tuple[Seasonality, ...]) -> NDArray[np.intp]:
    names = {s.name for s in active}
    return np.array(
        [i for i, c in enumerate(calendar.columns) if c.kind != "seasonality" or c.component in names],
        dtype=np.intp,
    )


def _scaling(asked: Specification, quantity: Array, known: NDArray[np.bool_]) -> dict[str, Array]:
    if asked.scaling == "minmax":
        floor = np.min(quantity, axis=1, where=known, initial=np.inf)
        scale = np.max(quantity, axis=1, where=known, initial=-np.inf) - floor
    else:
        floor = np.zeros(len(quantity))
        scale = np.max(np.abs(quantity), axis=1, where=known, initial=0.0)
    return {"floor": floor, "scale": np.where(scale == 0, 1.0, scale)}


def _changepoints(
    asked: Specification,
    histories: Histories,
    rows: NDArray[np.intp],
    bucket: NDArray[np.intp],
    first: NDArray[np.intp],
    start: NDArray[np.intp],
    width: int,
) -> dict[str, NDArray[np.generic]]:
    n = len(rows)
    changepoint = np.full((n, width), np.nan)
    count = np.zeros(n, dtype=np.int64)
    if asked.changepoints is not None:
        given = np.sort(np.array(asked.changepoints, dtype="datetime64[D]"))
        changepoint[:, : len(given)] = (given - histories.first_day).astype(float) / histories.bucket_days
        count[:] = len(given)
    else:
        for length in np.unique(rows):
            items = np.flatnonzero(rows == length)
            places = changepoint_rows(
                int(length), n_changepoints=asked.n_changepoints, changepoint_range=asked.changepoint_range
            )
            changepoint[items[:, None], np.arange(len(places))] = bucket[first[items][:, None] + places]
            count[items] = len(places)
    dummy = count == 0
    changepoint[dummy, 0] = start[dummy]
    return {"changepoint": changepoint, "n_changepoints": np.maximum(count, 1), "dummy": dummy}


def changepoint_rows(rows: int, *, n_changepoints: int, changepoint_range: float) -> NDArray[np.intp]:
    """At which of an item's known rows Prophet places its changepoints; empty when there is room for none."""
    considered = int(np.floor(rows * changepoint_range))
    count = considered - 1 if n_changepoints + 1 > considered else n_changepoints
    if count <= 0:
        return np.zeros(0, dtype=np.intp)
    return np.linspace(0, considered - 1, count + 1).round().astype(np.intp)[1:]


def _standardised(asked: Specification, histories: Histories, known: NDArray[np.bool_]) -> dict[str, Array]:
    shape = (len(known), len(asked.regressors))
    center, spread = np.zeros(shape), np.ones(shape)
    rows = np.maximum(known.sum(axis=1), 1)
    for r, regressor in enumerate(asked.regressors.values()):
        if regressor.standardize is False:
            continue
        values = np.where(known, histories.own[regressor.name], np.nan)
        low, high = _range(values, known)
        wanted = low < high  # Prophet leaves constant columns, and by default 0/1 columns, as they are
        if regressor.standardize == "auto":
            binary = np.all(~known | (values == 0) | (values == 1), axis=1)
            wanted &= ~binary
        mean = _sums(values, known) / rows
        squares = _sums((values - mean[:, None]) ** 2, known)
        center[:, r] = np.where(wanted, mean, 0.0)
        spread[:, r] = np.where(wanted, np.sqrt(squares / np.maximum(rows - 1, 1)), 1.0)
    return {"center": center, "spread": spread}


def _range(values: Array, known: NDArray[np.bool_]) -> tuple[Array, Array]:
    low = np.min(values, axis=1, where=known, initial=np.inf)
    return low, np.max(values, axis=1, where=known, initial=-np.inf)


def _sums(values: Array, known: NDArray[np.bool_]) -> Array:
    """Row by row over the known values alone: days outside an item's history change no bit."""
    rows = known.sum(axis=1)
    first = np.concatenate([[0], np.cumsum(rows)])[:-1]
    return np.asarray(np.add.reduceat(values[known], first)) if len(rows) else np.zeros(0)
