"""The indicators of the dashboard, each with the period before and the same period a year ago."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.schemas.results import KPIS

PERIOD_DAYS, YEAR_DAYS, IDLE_DAYS = 28, 364, 90


@dataclass(frozen=True)
class KpiDefinition:
    """What an indicator is: its name and formula (keys of the texts), how it is shown, what is better."""

    name: str
    formula: str
    shown_as: str  # money, number, percent, days
    better: str  # up, down, none


KPI_DEFINITIONS: dict[str, KpiDefinition] = {
    "revenue": KpiDefinition("Revenue", "sales without VAT, last 28 days", "money", "up"),
    "units_sold": KpiDefinition("Units sold", "last 28 days, less returns", "number", "up"),
    "stock_value": KpiDefinition("Stock value", "on hand × unit cost", "money", "none"),
    "days_of_cover": KpiDefinition(
        "Days of cover", "on hand / mean daily forecast, both at cost", "days", "none"
    ),
    "service": KpiDefinition("Availability", "item-days in stock / item-days, last 28 days", "percent", "up"),
    "fill_rate": KpiDefinition(
        "Fill rate", "units sold / units wanted (lost sales estimated)", "percent", "up"
    ),
    "turns": KpiDefinition(
        "Stock turns", "cost of goods sold in 12 months / mean stock at cost", "number", "up"
    ),
    "gmroi": KpiDefinition("GMROI", "gross margin of 12 months / mean stock at cost", "number", "up"),
    "dead_share": KpiDefinition("Dead stock", "value not sold for 90 days / stock value", "percent", "down"),
    "euros_at_risk": KpiDefinition("At risk", "expected margin lost without new orders", "money", "down"),
    "order_value": KpiDefinition("Suggested orders", "value of tonight's suggestions", "money", "none"),
    "wape": KpiDefinition(
        "Forecast error", "Σ|forecast − actual| / Σ actual, backtest of the champions", "percent", "down"
    ),
}


@dataclass(frozen=True)
class _Past:
    """Daily facts per item, joined once."""

    sales: pd.DataFrame
    stock: pd.DataFrame
    items: pd.DataFrame


def kpis(
    items: pd.DataFrame,
    *,
    daily_sales: pd.DataFrame,
    stock: pd.DataFrame,
    stock_history: pd.DataFrame | None,
    forecasts: pd.DataFrame,
    recommendations: pd.DataFrame,
    accuracy: pd.DataFrame,
    as_of: date,
) -> pd.DataFrame:
    """Schema `KPIS` for all items, each category and each location.

    What needs a past stock level is missing when the source has no stock history.

    Args:
        items: Schema `ITEMS`.
        daily_sales: Schema `DAILY_SALES`.
        stock: Schema `STOCK` with item_id.
        stock_history: item_id, day, on_hand, in_stock_share; or None.
        forecasts: Schema `FORECASTS`.
        recommendations: Schema `RECOMMENDATIONS`.
        accuracy: Schema `ACCURACY`.
        as_of: The day being closed.
    """
    today = pd.Timestamp(as_of)
    held = _held(stock, stock_history, today)
    night = _night(items, forecasts, recommendations, accuracy, stock)
    rows = [
        row
        for scope, scope_id, chosen in _scopes(items)
        for row in _rows(
            scope,
            scope_id,
            _Past(_of(daily_sales, chosen), _of(held, chosen), chosen),
            _of(night, chosen),
            today,
        )
    ]
    return KPIS.check(pd.DataFrame(rows, columns=list(KPIS.columns)), where="kpis")


def _scopes(items: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    categories = [("category", str(name), part) for name, part in items.groupby("category")]
    locations = [("location", str(name), part) for name, part in items.groupby("location_id")]
    return [("all", "all", items), *categories, *locations]


def _of(rows: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    return rows.merge(items[["item_id", "unit_cost", "price"]], on="item_id")


def _held(stock: pd.DataFrame, stock_history: pd.DataFrame | None, today: pd.Timestamp) -> pd.DataFrame:
    """item_id, day, on_hand of two years; without a history only today's."""
    if stock_history is None:
        return stock[["item_id", "on_hand"]].assign(day=today)
    recent = stock_history[stock_history["day"] > today - pd.Timedelta(days=2 * YEAR_DAYS)]
    return recent[["item_id", "day", "on_hand"]]


def _night(
    items: pd.DataFrame,
    forecasts: pd.DataFrame,
    recommendations: pd.DataFrame,
    accuracy: pd.DataFrame,
    stock: pd.DataFrame,
) -> pd.DataFrame:
    daily = forecasts.groupby("item_id")["forecast"].mean()
    champions = accuracy[accuracy["champion"]].set_index("item_id")
    demand = items["item_id"].map(daily).fillna(0.0)
    known = recommendations.set_index("item_id")
    return pd.DataFrame(
        {
            "item_id": items["item_id"],
            "daily": demand,
            "on_hand": items["item_id"].map(stock.set_index("item_id")["on_hand"]).fillna(0.0),
            "at_risk": items["item_id"].map(known["euros_at_risk"]).fillna(0.0),
            "ordered": items["item_id"].map(known["value_eur"]).fillna(0.0),
            "error": items["item_id"].map(champions["wape"]) * demand,
            "judged": demand.where(items["item_id"].map(champions["wape"]).notna(), 0.0),
        }
    )


def _rows(
    scope: str, scope_id: str, past: _Past, night: pd.DataFrame, today: pd.Timestamp
) -> list[tuple[object, ...]]:
    ends = [today - pd.Timedelta(days=days) for days in (0, PERIOD_DAYS, YEAR_DAYS)]
    measured = [(name, *(measure(past, end) for end in ends)) for name, measure in MEASURES.items()]
    tonight = [(name, measure(night), np.nan, np.nan) for name, measure in TONIGHT.items()]
    return [(name, scope, scope_id, *values) for name, *values in [*measured, *tonight]]


def _period(rows: pd.DataFrame, end: pd.Timestamp, days: int) -> pd.DataFrame:
    return rows[(rows["day"] > end - pd.Timedelta(days=days)) & (rows["day"] <= end)]


def _revenue(past: _Past, end: pd.Timestamp) -> float:
    sold = _period(past.sales, end, PERIOD_DAYS)
    return float(sold["revenue"].fillna(sold["quantity"] * sold["price"]).sum())


def _units(past: _Past, end: pd.Timestamp) -> float:
    return float(_period(past.sales, end, PERIOD_DAYS)["quantity"].sum())


def _stock_value(past: _Past, end: pd.Timestamp) -> float:
    held = past.stock[past.stock["day"] == end]
    return float((held["on_hand"] * held["unit_cost"]).sum()) if len(held) else np.nan


def _service(past: _Past, end: pd.Timestamp) -> float:
    held = _period(past.stock, end, PERIOD_DAYS)
    return float((held["on_hand"] > 0).mean()) if held["day"].min() < held["day"].max() else np.nan


def _fill_rate(past: _Past, end: pd.Timestamp) -> float:
    """Lost sales of a stockout day: the item's mean sale on its days in stock."""
    held = _period(past.stock, end, PERIOD_DAYS)
    sold = _period(past.sales, end, PERIOD_DAYS).groupby("item_id")["quantity"].sum()
    in_stock = (held["on_hand"] > 0).groupby(held["item_id"]).agg(["sum", "size"])
    rate = sold.reindex(in_stock.index).fillna(0.0) / in_stock["sum"].where(in_stock["sum"] > 0)
    lost = (rate * (in_stock["size"] - in_stock["sum"])).sum()
    return (
        float(sold.sum() / (sold.sum() + lost))
        if sold.sum() > 0 and held["day"].min() < held["day"].max()
        else np.nan
    )


def _mean_stock(past: _Past, end: pd.Timestamp) -> float:
    held = _period(past.stock, end, YEAR_DAYS)
    value = (held["on_hand"] * held["unit_cost"]).groupby(held["day"]).sum()
    return float(value.mean()) if len(value) > PERIOD_DAYS else np.nan


def _turns(past: _Past, end: pd.Timestamp) -> float:
    sold = _period(past.sales, end, YEAR_DAYS)
    return _ratio(float((sold["quantity"] * sold["unit_cost"]).sum()), _mean_stock(past, end))


def _gmroi(past: _Past, end: pd.Timestamp) -> float:
    sold = _period(past.sales, end, YEAR_DAYS)
    revenue = sold["revenue"].fillna(sold["quantity"] * sold["price"]).sum()
    return _ratio(float(revenue - (sold["quantity"] * sold["unit_cost"]).sum()), _mean_stock(past, end))


def _dead_share(past: _Past, end: pd.Timestamp) -> float:
    held = past.stock[past.stock["day"] == end]
    value = held["on_hand"] * held["unit_cost"]
    moving = _period(past.sales, end, IDLE_DAYS).query("quantity > 0")["item_id"].unique()
    return _ratio(float(value[~held["item_id"].isin(moving)].sum()), float(value.sum()))


def _cover(night: pd.DataFrame) -> float:
    return _ratio(
        float((night["on_hand"] * night["unit_cost"]).sum()),
        float((night["daily"] * night["unit_cost"]).sum()),
    )


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator and not np.isnan(denominator) else np.nan


MEASURES: dict[str, Callable[[_Past, pd.Timestamp], float]] = {
    "revenue": _revenue,
    "units_sold": _units,
    "stock_value": _stock_value,
    "service": _service,
    "fill_rate": _fill_rate,
    "turns": _turns,
    "gmroi": _gmroi,
    "dead_share": _dead_share,
}
TONIGHT: dict[str, Callable[[pd.DataFrame], float]] = {
    "days_of_cover": _cover,
    "euros_at_risk": lambda night: float(night["at_risk"].sum()),
    "order_value": lambda night: float(night["ordered"].sum()),
    "wape": lambda night: _ratio(float(night["error"].sum()), float(night["judged"].sum())),
}
