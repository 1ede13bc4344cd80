"""The columns that depend on the day alone: Fourier terms of seasonalities, holidays and their windows.

The same numbers, names and prior scales as Prophet's `make_all_seasonality_features`, without importing it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
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
    holidays: tuple[Holiday, ...] = ()
    country: str | None = None

    @property
    def n_shared(self) -> int:
        """How many columns depend on the day alone; they come first."""
        return sum(not c.own for c in self.columns)

    def shared_values(self, days: NDArray[np.datetime64]) -> Array:
        """Values of the shared columns, shape (n_days, n_shared)."""
        parts = [fourier(days, s.period, s.order) for s in self.seasonalities.values() if s.condition is None]
        on = occurrences([*self.holidays, *country_holidays(self.country, years_of(days))])
        names = [c.name for c in self.columns if c.kind == "holiday"]
        occurs = [np.isin(days, on.get(name, [])).astype(float)[:, None] for name in names]
        return np.hstack([np.zeros((len(days), 0)), *parts, *occurs])


def fourier(days: NDArray[np.datetime64], period: float, order: int) -> Array:
    """Sin and cos pairs of a seasonality, shape (n_days, 2 * order); operations in Prophet's order."""
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
    asked: Specification, seasonalities: dict[str, Seasonality], *, years: tuple[int, ...]
) -> Calendar:
    """The columns of a model whose history lies in `years`.

    Raises:
        ForecastError: the country is unknown, or two rows of a holiday have different prior scales.
    """
    shared = [s for s in seasonalities.values() if s.condition is None]
    conditional = [s for s in seasonalities.values() if s.condition is not None]
    rows = [*asked.holidays, *country_holidays(asked.country_holidays, years)]
    scales = _prior_scales(asked, rows)
    multiplicative = asked.holidays_mode != "additive"
    holidays = [
        Column(name, (base := name.split("_delim_")[0]), "holiday", scales[base], multiplicative)
        for name in sorted(occurrences(rows))
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
    ordered = {s.name: s for s in [*shared, *conditional]}
    return Calendar(columns, ordered, asked.holidays, asked.country_holidays)


def years_of(days: NDArray[np.datetime64]) -> tuple[int, ...]:
    """The calendar years of some days, sorted."""
    return tuple(int(year) + 1970 for year in np.unique(days.astype("datetime64[Y]").astype(int)))


@lru_cache(maxsize=64)
def country_holidays(country: str | None, years: tuple[int, ...]) -> tuple[Holiday, ...]:
    """Public holidays under their English names, as Prophet takes them from package holidays.

    Raises:
        ForecastError: the package does not know the country.
    """
    if country is None:
        return ()
    import holidays  # noqa: PLC0415 - 0.1 s that a dashboard need not spend

    if not hasattr(holidays, country):
        raise ForecastError(
            what=f"there are no holidays of country {country!r}",
            where="BatchProphet(country_holidays=...)",
            mend="give a code such as FR, or leave it empty and pass holidays",
        )
    found = getattr(holidays, country)(expand=False, language="en_US", years=years)
    return tuple(Holiday(name, day.isoformat()) for day in found for name in found.get_list(day))


def occurrences(holidays: Sequence[Holiday]) -> dict[str, NDArray[np.datetime64]]:
    """Days of each holiday's column: one column for each day of its window."""
    days: dict[str, list[str]] = {}
    for holiday in holidays:
        for offset in range(holiday.lower_window, holiday.upper_window + 1):
            name = f"{holiday.name}_delim_{'+' if offset >= 0 else '-'}{abs(offset)}"
            day = date.fromisoformat(holiday.day) + timedelta(days=offset)
            days.setdefault(name, []).append(day.isoformat())
    return {name: np.array(on, dtype="datetime64[D]") for name, on in days.items()}


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


def _prior_scales(asked: Specification, rows: Sequence[Holiday]) -> dict[str, float]:
    scales: dict[str, float] = {}
    for row in rows:
        scale = asked.holidays_prior_scale if row.prior_scale is None else row.prior_scale
        if scales.setdefault(row.name, scale) != scale:
            raise ForecastError(
                what=f"holiday {row.name!r} has prior scales {scales[row.name]:g} and {scale:g}",
                where="BatchProphet(holidays=...)",
                mend="give all its rows the same prior_scale",
            )
    return scales
