"""What a user asks of Prophet: growth, seasonalities, holidays, regressors and their prior scales."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, TypedDict

import pandas as pd

from optiflow_lib.errors import ForecastError

Mode = Literal["additive", "multiplicative"]
_RESERVED = {"item_id", "day", "quantity", "trend", "holidays", "zeros", "cap", "floor", "ds", "y", "t"}


class ProphetOptions(TypedDict, total=False):
    """Keyword arguments of `prophet.Prophet`, with Prophet's own names, meaning and defaults."""

    growth: Literal["linear", "flat", "logistic"]
    changepoints: Sequence[Any] | None
    n_changepoints: int
    changepoint_range: float
    yearly_seasonality: Literal["auto"] | bool | int
    weekly_seasonality: Literal["auto"] | bool | int
    daily_seasonality: Literal["auto"] | bool | int
    holidays: pd.DataFrame | None
    seasonality_mode: Mode
    seasonality_prior_scale: float
    holidays_prior_scale: float
    changepoint_prior_scale: float
    mcmc_samples: int
    interval_width: float
    uncertainty_samples: int
    scaling: Literal["absmax", "minmax"]
    holidays_mode: Mode | None


@dataclass(frozen=True)
class Seasonality:
    """A Fourier series of `order` pairs with a period in days; `condition` names a column of booleans."""

    name: str
    period: float
    order: int
    prior_scale: float
    mode: Mode
    condition: str | None = None


@dataclass(frozen=True)
class Regressor:
    """A column of the demand frame; "auto" standardises it per item unless it is 0/1 or constant."""

    name: str
    prior_scale: float
    mode: Mode
    standardize: Literal["auto"] | bool = "auto"


@dataclass(frozen=True)
class Holiday:
    """One occurrence of a holiday or event, and the days around it that have their own effect."""

    name: str
    day: str
    lower_window: int = 0
    upper_window: int = 0
    prior_scale: float | None = None


@dataclass
class Specification:
    """A model, the same for all items. Defaults are Prophet's; seasonalities and regressors keep their order."""

    growth: str = "linear"
    changepoints: tuple[str, ...] | None = None
    n_changepoints: int = 25
    changepoint_range: float = 0.8
    yearly_seasonality: Literal["auto"] | bool | int = "auto"
    weekly_seasonality: Literal["auto"] | bool | int = "auto"
    daily_seasonality: Literal["auto"] | bool | int = "auto"
    holidays: tuple[Holiday, ...] = ()
    seasonality_mode: Mode = "additive"
    seasonality_prior_scale: float = 10.0
    holidays_prior_scale: float = 10.0
    changepoint_prior_scale: float = 0.05
    mcmc_samples: int = 0
    interval_width: float = 0.80
    uncertainty_samples: int = 1000
    scaling: str = "absmax"
    holidays_mode: Mode = "additive"
    country_holidays: str | None = None
    frequency: str = "D"
    seasonalities: dict[str, Seasonality] = field(default_factory=dict)
    regressors: dict[str, Regressor] = field(default_factory=dict)

    @property
    def bucket_days(self) -> int:
        """Days from one row to the next."""
        return 7 if self.frequency == "W" else 1

    @property
    def needs_stan(self) -> bool:
        """Logistic growth and MCMC: only Prophet itself fits these."""
        return self.growth == "logistic" or self.mcmc_samples > 0

    def own_names(self) -> list[str]:
        """Columns each item brings itself: regressors, conditions of seasonalities."""
        return list(dict.fromkeys([*self.regressors, *self.conditions()]))

    def conditions(self) -> list[str]:
        """Those of them that say when a seasonality holds: true or false."""
        return [s.condition for s in self.seasonalities.values() if s.condition]

    def add(self, part: Seasonality | Regressor) -> None:
        """Adds a seasonality or regressor after checking its name and scale."""
        taken = {h.name for h in self.holidays} | set(
            self.regressors if isinstance(part, Seasonality) else self.seasonalities
        )
        if part.name in taken | _RESERVED or "_delim_" in part.name:
            _refuse("name", part.name, "choose a name that no holiday, seasonality or regressor has")
        if part.mode not in ("additive", "multiplicative"):
            _refuse("mode", part.mode, 'give "additive" or "multiplicative"')
        _positive("prior_scale", part.prior_scale)
        if isinstance(part, Seasonality):
            _positive("fourier_order", part.order)
            _positive("period", part.period)
            self.seasonalities[part.name] = part
        else:
            self.regressors[part.name] = part

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; `from_dict` undoes it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Specification":
        """The specification that `as_dict` described."""
        values = dict(plain)
        values["changepoints"] = None if plain["changepoints"] is None else tuple(plain["changepoints"])
        values["holidays"] = tuple(Holiday(**h) for h in plain["holidays"])
        values["seasonalities"] = {n: Seasonality(**s) for n, s in plain["seasonalities"].items()}
        values["regressors"] = {n: Regressor(**r) for n, r in plain["regressors"].items()}
        return cls(**values)


def specified(options: ProphetOptions, *, country_holidays: str | None, frequency: str) -> Specification:
    """The specification of Prophet's keyword arguments.

    Raises:
        ForecastError: an argument is unknown or out of range.
    """
    known = {f.name for f in fields(Specification)} & set(ProphetOptions.__annotations__)
    for name in sorted(set(options) - known):
        _refuse("argument", name, f"Prophet has no such argument; it has {', '.join(sorted(known))}")
    values: dict[str, Any] = dict(options)
    mode = options.get("seasonality_mode", "additive")
    values["holidays_mode"] = options.get("holidays_mode") or mode
    if options.get("changepoints") is not None:
        values["changepoints"] = tuple(_iso(day) for day in options["changepoints"] or ())
    values["holidays"] = _holidays(options.get("holidays"))
    made = Specification(**values, country_holidays=country_holidays, frequency=frequency)
    _check(made)
    return made


def _check(asked: Specification) -> None:
    choices = {
        "growth": ("linear", "flat", "logistic"),
        "scaling": ("absmax", "minmax"),
        "seasonality_mode": ("additive", "multiplicative"),
        "holidays_mode": ("additive", "multiplicative"),
        "frequency": ("D", "W"),
    }
    for name, allowed in choices.items():
        if getattr(asked, name) not in allowed:
            _refuse(name, getattr(asked, name), f"give one of {', '.join(allowed)}")
    if not 0 <= asked.changepoint_range <= 1:
        _refuse("changepoint_range", asked.changepoint_range, "give a share of the history, 0 to 1")
    if asked.n_changepoints < 0:
        _refuse("n_changepoints", asked.n_changepoints, "give 0 or more")
    for name in ("seasonality_prior_scale", "holidays_prior_scale", "changepoint_prior_scale"):
        _positive(name, getattr(asked, name))


def _holidays(frame: pd.DataFrame | None) -> tuple[Holiday, ...]:
    if frame is None:
        return ()
    rows = frame.rename(columns={"ds": "day"})
    if not {"holiday", "day"} <= set(rows.columns):
        _refuse("holidays", list(frame.columns), "give columns holiday and day (or Prophet's ds)")
    if rows["holiday"].isna().any() or rows["day"].isna().any():
        _refuse("holidays", "a missing value", "give every row a holiday and a day")
    windows = [c for c in ("lower_window", "upper_window") if c in rows]
    if len(windows) == 1:
        _refuse("holidays", windows[0], "give both lower_window and upper_window, or neither")
    made = tuple(_holiday(row) for row in rows.to_dict("records"))
    for holiday in made:
        if holiday.lower_window > 0 or holiday.upper_window < 0:
            _refuse("holidays", holiday.name, "a window runs from lower_window <= 0 to upper_window >= 0")
        if "_delim_" in holiday.name:
            _refuse("holidays", holiday.name, 'a name cannot hold "_delim_"')
    return made


def _holiday(row: Mapping[Any, Any]) -> Holiday:
    def given(name: str) -> Any:
        value = row.get(name)
        return None if value is None or pd.isna(value) else value

    scale = given("prior_scale")
    if scale is not None:
        _positive("prior_scale", float(scale))
    return Holiday(
        str(row["holiday"]),
        _iso(row["day"]),
        int(given("lower_window") or 0),
        int(given("upper_window") or 0),
        None if scale is None else float(scale),
    )


def _iso(day: Any) -> str:
    return str(pd.Timestamp(day).date())


def _positive(name: str, value: float) -> None:
    if not value > 0:
        _refuse(name, value, "give a number above 0")


def _refuse(name: str, value: object, mend: str) -> None:
    raise ForecastError(what=f"{name} cannot be {value!r}", where="BatchProphet", mend=mend)
