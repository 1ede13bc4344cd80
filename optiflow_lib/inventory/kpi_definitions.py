"""What each indicator is."""

from dataclasses import dataclass


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
    "stockout_days": KpiDefinition(
        "Stockout days", "item-days on sale with an empty shelf, last 28 days", "number", "down"
    ),
    "cycle_service": KpiDefinition(
        "Cycle service", "deliveries before which nothing ran out / deliveries, last 28 days", "percent", "up"
    ),
    "fill_rate": KpiDefinition(
        "Fill rate", "units sold / units wanted (lost sales estimated)", "percent", "up"
    ),
    "lost_margin": KpiDefinition(
        "Lost margin", "estimated lost sales × margin, last 28 days", "money", "down"
    ),
    "turns": KpiDefinition(
        "Stock turns", "cost of goods sold in 12 months / mean stock at cost", "number", "up"
    ),
    "gmroi": KpiDefinition("GMROI", "gross margin of 12 months / mean stock at cost", "number", "up"),
    "dead_share": KpiDefinition("Dead stock", "value not sold for 90 days / stock value", "percent", "down"),
    "euros_at_risk": KpiDefinition(
        "At risk",
        "margin that every item, with or without an alert, is expected to lose if nothing new is ordered",
        "money",
        "down",
    ),
    "order_value": KpiDefinition("Suggested orders", "value of tonight's suggestions", "money", "none"),
    "wape": KpiDefinition(
        "Forecast error", "Σ|forecast − actual| / Σ actual, backtest of the champions", "percent", "down"
    ),
    "bias": KpiDefinition(
        "Forecast bias", "Σ(forecast − actual) / Σ actual, backtest of the champions", "percent", "none"
    ),
    "mase": KpiDefinition(
        "MASE", "mean error / that of the seasonal naive, weighted by demand", "number", "down"
    ),
    "mape": KpiDefinition("MAPE", "mean of |error| / actual over days with sales", "percent", "down"),
    "mape_excluded": KpiDefinition(
        "Days without MAPE",
        "share of the days that MAPE leaves out, because nothing was sold",
        "percent",
        "none",
    ),
    "coverage_80": KpiDefinition(
        "Interval coverage", "share of the days inside the 80% interval", "percent", "none"
    ),
    "pinball": KpiDefinition(
        "Quantile error", "pinball loss / mean forecast, backtest of the champions", "percent", "down"
    ),
}
