"""The key figures of any choice of items: as the night measured them, or added up from what it measured."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from optiflow_lib.dashboards.pages.filters import Filters
from optiflow_lib.inventory import added_up
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
    """Every indicator for these filters, by its name in `KPI_DEFINITIONS`.

    As the night measured it for the whole shop, a category or a location; for other choices added up from the same
    sums. Revenue and units follow the period chosen, the others have their own.
    """
    measured = _measured(view, filters)
    found = {row.kpi: Indicator(row.value, row.previous, row.last_year) for row in measured.itertuples()}
    if filters.days != KPI_DAYS:
        found |= _sold(view, filters)
    trends = _trends(view, filters)
    return {name: replace(one, trend=trends.get(name, ())) for name, one in found.items()}


def stock_by_category(view: View, filters: Filters) -> pd.DataFrame:
    """category, stock_value (money at cost), cover (days)."""
    by_category = added_up(filters.of(view.read("kpi_sums")), by="category")
    wide = by_category.pivot_table(index="scope_id", columns="kpi", values="value", dropna=False)
    shown = wide.reindex(columns=["stock_value", "days_of_cover"]).rename_axis("category").reset_index()
    return shown.rename(columns={"days_of_cover": "cover"})


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


def _measured(view: View, filters: Filters) -> pd.DataFrame:
    """kpi, value, previous, last_year."""
    scope = _scope(filters)
    if scope is not None:
        return _of_scope(view.read("kpis"), scope)
    return added_up(filters.of(view.read("kpi_sums")))


def _sold(view: View, filters: Filters) -> dict[str, Indicator]:
    totals = filters.of(view.read("daily_totals")).groupby("day")[["quantity", "revenue"]].sum()
    today = pd.Timestamp(view.as_of)
    first_known = view.read("daily_totals")["day"].min()
    sums = []
    for days in (0, filters.days, YEAR_DAYS):
        end = today - pd.Timedelta(days=days)
        first = end - pd.Timedelta(days=filters.days - 1)
        part = totals[(totals.index >= first) & (totals.index <= end)].sum()
        sums.append(part if first >= first_known else part * math.nan)
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
