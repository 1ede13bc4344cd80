"""The key figures of any choice of items: as the night measured them, or added up where it measured no such choice."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from optiflow_lib.dashboards.pages.filters import Filters
from optiflow_lib.jobs.views import View

KPI_DAYS, YEAR_DAYS, TREND_WEEKS = 28, 364, 13
_SCOPES = {"category": "category", "location_id": "location"}


@dataclass(frozen=True)
class Indicator:
    """One key figure; missing numbers are NaN.

    Args:
        value: Now.
        previous: The period before.
        last_year: The same period a year ago.
        trend: Its last values, the oldest first.
    """

    value: float = math.nan
    previous: float = math.nan
    last_year: float = math.nan
    trend: Sequence[float] = ()


def indicators(view: View, filters: Filters) -> dict[str, Indicator]:
    """Every indicator that can be told for these filters, by its name in `kpis`.

    The night measures the whole shop, each category and each location. For other choices ratios that cannot be
    added up are left out. Revenue and units follow the period chosen, the others have their own.
    """
    measured = _measured(view, filters)
    found = dict(measured) if measured is not None else _added_up(view, filters)
    if filters.days != KPI_DAYS or measured is None:
        found |= _sold(view, filters)
    trends = _trends(view, filters)
    return {
        name: Indicator(one.value, one.previous, one.last_year, trends.get(name, one.trend))
        for name, one in found.items()
    }


def stock_by_category(view: View, filters: Filters) -> pd.DataFrame:
    """category, stock_value (money at cost), cover (days)."""
    today = pd.Timestamp(view.as_of)
    stock = filters.of(view.read("daily_stock"))
    value = stock[stock["day"] == today].groupby("category")["value"].sum()
    expected = filters.of(view.read("daily_forecast"))
    daily = expected.groupby("category")["cost"].sum() / max(expected["day"].nunique(), 1)
    cover = value / daily.where(daily > 0)
    return pd.DataFrame({"stock_value": value, "cover": cover.reindex(value.index)}).reset_index()


def _scope(filters: Filters) -> tuple[str, str] | None:
    chosen = filters.chosen
    if not chosen:
        return ("all", "all")
    if len(chosen) > 1:
        return None
    ((column, value),) = chosen.items()
    return (_SCOPES[column], value) if column in _SCOPES else None


def _of_scope(kpis: pd.DataFrame, scope: tuple[str, str]) -> pd.DataFrame:
    return kpis[(kpis["scope"] == scope[0]) & (kpis["scope_id"] == scope[1])]


def _measured(view: View, filters: Filters) -> dict[str, Indicator] | None:
    scope = _scope(filters)
    if scope is None:
        return None
    rows = _of_scope(view.read("kpis"), scope)
    return {row.kpi: Indicator(row.value, row.previous, row.last_year) for row in rows.itertuples()}


def _added_up(view: View, filters: Filters) -> dict[str, Indicator]:
    stock = filters.of(view.read("daily_stock")).groupby("day")[["value", "items", "in_stock"]].sum()
    shown = filters.of(view.read("items"))["item_id"]
    suggested = view.read("recommendations")
    suggested = suggested[suggested["item_id"].isin(shown)]
    ends = _ends(view.as_of)
    value = [float(stock["value"].get(end, math.nan)) for end in ends]
    service = [
        _ratio(_period(stock, end)["in_stock"].sum(), _period(stock, end)["items"].sum()) for end in ends
    ]
    daily_cost = filters.of(view.read("daily_forecast")).groupby("day")["cost"].sum().mean()
    return {
        "stock_value": _three(value),
        "service": _three(service),
        "days_of_cover": Indicator(_ratio(value[0], daily_cost)),
        "euros_at_risk": Indicator(float(suggested["euros_at_risk"].sum())),
        "order_value": Indicator(float(suggested["value_eur"].sum())),
        "wape": Indicator(_error(view, shown)),
    }


def _sold(view: View, filters: Filters) -> dict[str, Indicator]:
    totals = filters.of(view.read("daily_totals")).groupby("day")[["quantity", "revenue"]].sum()
    ends = (0, filters.days, YEAR_DAYS)
    today = pd.Timestamp(view.as_of)
    first_known = view.read("daily_totals")["day"].min()
    sums = []
    for days in ends:
        end = today - pd.Timedelta(days=days)
        is_known = end - pd.Timedelta(days=filters.days - 1) >= first_known
        part = _period(totals, end, filters.days)
        sums.append(part.sum() if is_known else part.sum() * math.nan)
    return {
        name: _three([float(one[column]) for one in sums])
        for name, column in (("revenue", "revenue"), ("units_sold", "quantity"))
    }


def _three(values: Sequence[float]) -> Indicator:
    now, previous, last_year = values
    return Indicator(now, previous, last_year)


def _trends(view: View, filters: Filters) -> dict[str, list[float]]:
    """The last weeks of what is known by day, and the last nights of what is known by night."""
    today = pd.Timestamp(view.as_of)
    totals = filters.of(view.read("daily_totals")).groupby("day")[["quantity", "revenue"]].sum()
    stock = filters.of(view.read("daily_stock")).groupby("day")[["value", "items", "in_stock"]].sum()
    sold, held = _weeks(totals, today), _weeks(stock, today)
    found = {
        "revenue": sold["revenue"].tolist(),
        "units_sold": sold["quantity"].tolist(),
        "stock_value": (held["value"] / 7).tolist(),
        "service": (held["in_stock"] / held["items"]).tolist(),
    }
    scope = _scope(filters)
    if scope is None:
        return found
    nights = _of_scope(view.read("kpi_nights"), scope).sort_values("as_of")
    return {
        str(name): part["value"].tolist() for name, part in nights.groupby("kpi") if len(part) > 1
    } | found


def _weeks(rows: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    age = (today - rows.index).days // 7
    recent = rows[age < TREND_WEEKS]
    return recent.groupby(-age[age < TREND_WEEKS]).sum()


def _ends(as_of: date) -> list[pd.Timestamp]:
    return [pd.Timestamp(as_of) - pd.Timedelta(days=days) for days in (0, KPI_DAYS, YEAR_DAYS)]


def _period(rows: pd.DataFrame, end: pd.Timestamp, days: int = KPI_DAYS) -> pd.DataFrame:
    return rows[(rows.index > end - pd.Timedelta(days=days)) & (rows.index <= end)]


def _ratio(numerator: float, denominator: float) -> float:
    return float(numerator / denominator) if denominator else math.nan


def _error(view: View, shown: pd.Series) -> float:
    """WAPE of the champions in their backtest, weighted by what is expected to be sold."""
    accuracy = view.read("accuracy")
    judged = accuracy[accuracy["champion"] & accuracy["wape"].notna() & accuracy["item_id"].isin(shown)]
    daily = (
        view.read("forecasts").groupby("item_id")["forecast"].mean().reindex(judged["item_id"]).fillna(0.0)
    )
    return _ratio(float((judged["wape"].to_numpy() * daily.to_numpy()).sum()), float(daily.sum()))
