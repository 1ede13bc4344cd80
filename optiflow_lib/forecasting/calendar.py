"""The columns that depend on the day alone: Fourier terms of seasonalities, holidays and their windows.

The same numbers, names and prior scales as Prophet's `make_all_seasonality_features`, without importing it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.errors import ForecastError
from optiflow_lib.forecasting.prophet_map.specification import Holiday, Seasonality, Specification

Array = NDArray[np.float64]
_AUTO = {"yearly": (365.25, 10), "weekly": (7.0, 3), "daily": (1.0, 4)}


@dataclass(frozen=True)
class Column:
    """One column of the design matrix.

    Args:
        name: As in Prophet: ``weekly_delim_1``, ``Noël_delim_+0``, a regressor's name.
        component: The seasonality, holiday or regressor it belongs to.
        kind: seasonality, holiday or regressor.
        prior_scale: Standard deviation of its coefficient's normal prior.
        multiplicative: Does it multiply the trend, or add to it?
        own: Do its values differ by item (regressors, conditional seasonalities)?
    """

    name: str
    component: str
    kind: str
    prior_scale: float
    multiplicative: bool
    own: bool = False


@dataclass(frozen=True)
class Calendar:
    """The columns of a model over all its items: shared ones first, then each item's own."""

    columns: tuple[Column, ...]
    seasonalities: dict[str, Seasonality]
    holiday_days: dict[str, NDArray[np.datetime64]]

    @property
    def n_shared(self) -> int:
        """How many columns depend on the day alone; they come first."""
        return sum(not c.own for c in self.columns)

    def shared_values(self, days: NDArray[np.datetime64]) -> Array:
        """Values of the shared columns, shape (n_days, n_shared)."""
        parts = [fourier(days, s.period, s.order) for s in self.seasonalities.values() if s.condition is None]
        occurs = [np.isin(days, on).astype(float)[:, None] for on in self.holiday_days.values()]
        return np.hstack([np.zeros((len(days), 0)), *parts, *occurs])


def fourier(days: NDArray[np.datetime64], period: float, order: int) -> Array:
    """sin and cos pairs of a seasonality, shape (n_days, 2 * order); operations in Prophet's order."""
    phase = np.pi * 2 * days.astype("datetime64[D]").astype(np.int64).astype(float)
    pairs = [part((i + 1) / period * phase) for i in range(order) for part in (np.sin, np.cos)]
    return np.column_stack(pairs)


def active_seasonalities(
    asked: Specification, *, span_days: int, least_gap_days: int
) -> dict[str, Seasonality]:
    """The seasonalities Prophet fits to an item, in Prophet's order.

    Args:
        asked: The model.
        span_days: Days from the first known day to the last.
        least_gap_days: Days between the two closest known days.
    """
    disabled = {
        "yearly": span_days < 730,
        "weekly": span_days < 14 or least_gap_days >= 7,
        "daily": True,  # a day has one row
    }
    active = dict(asked.seasonalities)
    for name, (period, default_order) in _AUTO.items():
        wish = getattr(asked, f"{name}_seasonality")
        if wish == "auto":
            order = 0 if name in active or disabled[name] else default_order
        else:
            order = default_order if wish is True else int(wish)
        if order:
            active[name] = Seasonality(
                name, period, order, asked.seasonality_prior_scale, asked.seasonality_mode
            )
    return active


def calendar_of(
    asked: Specification, seasonalities: dict[str, Seasonality], *, years: Sequence[int]
) -> Calendar:
    """The columns of a model whose history lies in `years`.

    Raises:
        ForecastError: the country is unknown, or two rows of a holiday have different prior scales.
    """
    shared = [s for s in seasonalities.values() if s.condition is None]
    conditional = [s for s in seasonalities.values() if s.condition is not None]
    holiday_days, scales = _holiday_columns(asked, years)
    holidays = [
        Column(
            name,
            (base := name.split("_delim_")[0]),
            "holiday",
            scales[base],
            asked.holidays_mode != "additive",
        )
        for name in holiday_days
    ]
    regressors = [
        Column(r.name, r.name, "regressor", r.prior_scale, r.mode != "additive", own=True)
        for r in asked.regressors.values()
    ]
    columns = (
        *(c for s in shared for c in _terms(s)),
        *holidays,
        *(c for s in conditional for c in _terms(s)),
        *regressors,
    )
    return Calendar(columns, {s.name: s for s in [*shared, *conditional]}, holiday_days)


def country_holidays(country: str, years: Sequence[int]) -> list[Holiday]:
    """Public holidays under their English names, as Prophet takes them from package holidays.

    Raises:
        ForecastError: the package does not know the country.
    """
    import holidays  # noqa: PLC0415 - 0.1 s that a dashboard need not spend

    if not hasattr(holidays, country):
        raise ForecastError(
            what=f"there are no holidays of country {country!r}",
            where="BatchProphet(country_holidays=...)",
            mend="give a code such as FR, or leave it empty and pass holidays",
        )
    found = getattr(holidays, country)(expand=False, language="en_US", years=list(years))
    return [Holiday(name, day.isoformat()) for day in found for name in found.get_list(day)]


def _terms(seasonality: Seasonality) -> list[Column]:
    return [
        Column(
            f"{seasonality.name}_delim_{i + 1}",
            seasonality.name,
            "seasonality",
            seasonality.prior_scale,
            seasonality.mode != "additive",
            own=seasonality.condition is not None,
        )
        for i in range(2 * seasonality.order)
    ]


def _holiday_columns(
    asked: Specification, years: Sequence[int]
) -> tuple[dict[str, NDArray[np.datetime64]], dict[str, float]]:
    rows = list(asked.holidays)
    if asked.country_holidays:
        rows += country_holidays(asked.country_holidays, years)
    scales: dict[str, float] = {}
    days: dict[str, list[str]] = {}
    for row in rows:
        scale = asked.holidays_prior_scale if row.prior_scale is None else row.prior_scale
        if scales.setdefault(row.name, scale) != scale:
            raise ForecastError(
                what=f"holiday {row.name!r} has prior scales {scales[row.name]:g} and {scale:g}",
                where="BatchProphet(holidays=...)",
                mend="give all its rows the same prior_scale",
            )
        for offset in range(row.lower_window, row.upper_window + 1):
            name = f"{row.name}_delim_{'+' if offset >= 0 else '-'}{abs(offset)}"
            day = (pd.Timestamp(row.day) + timedelta(days=offset)).date()
            days.setdefault(name, []).append(day.isoformat())
    return {name: np.array(sorted(days[name]), dtype="datetime64[D]") for name in sorted(days)}, scales
