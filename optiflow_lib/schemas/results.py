"""What the night computes. Frames carry `item_id`; the store keeps (as_of, product_id, location_id) instead."""

from optiflow_lib.schemas.schema import Column, Schema
from optiflow_lib.schemas.stock import CLASSES, LEAD_TIMES, RECOMMENDATIONS

_text, _some_text = Column("text"), Column("text", nullable=True)
_day, _some_day = Column("day"), Column("day", nullable=True)
_number, _some_number = Column("number"), Column("number", nullable=True)
_whole, _flag = Column("whole"), Column("flag")
_item = {"item_id": _text}

PERCENTS = (0.5, 1, 2.5, *range(5, 96, 5), 97.5, 98, 99, 99.5, 99.9)
INTERVAL_QUANTILES = tuple(f"q{p:g}" for p in PERCENTS)

ITEMS = Schema(
    "items",
    {
        **_item,
        "product_id": _text,
        "location_id": _text,
        "name": _text,
        "location": _text,
        "category": _text,
        "unit": _text,
        "unit_step": _number,
        "unit_cost": _some_number,
        "price": _some_number,
        "vat_rate": _number,
        "supplier_id": _some_text,  # the preferred supplier today
        "supplier": _some_text,
        "launched_on": _some_day,
        "ends_on": _some_day,
    },
    key=("item_id",),
)
DEMAND = Schema(
    "daily demand",
    {**_item, "day": _day, "quantity": _some_number},  # missing: unknown (censored), not zero
    key=("item_id", "day"),
    extra=True,
)
DAILY_SALES = Schema(
    "daily sales",
    {**_item, "day": _day, "quantity": _number, "revenue": _some_number, "on_promotion": _flag},
    key=("item_id", "day"),
)
FORECASTS = Schema(
    "forecasts",
    {
        **_item,
        "day": _day,
        "forecast": _number,  # mean, units
        "q10": _number,
        "q50": _number,
        "q90": _number,
        "model": _text,  # the candidate that made it
    },
    key=("item_id", "day"),
)
COMPONENTS = Schema(
    "components of forecasts",
    {  # units; they sum to the forecast before it is floored at zero
        **_item,
        "day": _day,
        "trend": _number,
        "weekly": _number,
        "yearly": _number,
        "events": _number,  # holidays, events and regressors
    },
    key=("item_id", "day"),
)
INTERVAL_DEMAND = Schema(
    "demand over an interval",
    {
        **_item,
        "interval": Column("text", choices=("lead_time", "protection")),
        "days": _number,  # mean length
        "mean": _number,
        "sd": _number,
        **dict.fromkeys(INTERVAL_QUANTILES, _number),
    },
    key=("item_id", "interval"),
)
ACCURACY = Schema(
    "accuracy",
    {
        **_item,
        "candidate": _text,
        "champion": _flag,
        "days": _whole,  # days compared: not censored
        "wape": _some_number,
        "bias": _some_number,
        "mase": _some_number,
        "mape": _some_number,  # days with sales only
        "mape_excluded_share": _some_number,
        "coverage_50": _some_number,  # days inside the interval; a count on its edge in part (randomised PIT)
        "coverage_80": _some_number,
        "coverage_95": _some_number,
        "pinball": _some_number,  # mean over q10, q50, q90, units a day
        "cost": _some_number,  # pinball at the critical ratio over the protection interval, units a day
        "value_added": _some_number,  # 1 - MAE / MAE of the seasonal naive
    },
    key=("item_id", "candidate"),
)
EVENT_IMPACT = Schema(
    "event impact",
    {
        "event_id": _text,
        **_item,
        "name": _text,
        "type": _text,
        "first_day": _day,
        "last_day": _day,
        "to_come": _flag,
        "uplift_units": _number,
        "uplift_low": _number,  # 80 % interval
        "uplift_high": _number,
        "uplift_percent": _some_number,  # 0.5 for half as much again
        "uplift_eur": _some_number,
    },
    key=("event_id", "item_id"),
)
ANOMALIES = Schema(
    "anomalies",
    {
        **_item,
        "day": _day,
        "quantity": _number,
        "expected": _number,
        "low": _number,  # 99 % predictive interval
        "high": _number,
        "direction": Column("text", choices=("high", "low")),
        "cause": _text,  # a word of the texts catalogue
    },
    key=("item_id", "day"),
)
KPIS = Schema(
    "kpis",
    {
        "kpi": _text,
        "scope": Column("text", choices=("all", "category", "location")),
        "scope_id": _text,  # "all", a category, a location_id
        "value": _some_number,
        "previous": _some_number,  # the period before
        "last_year": _some_number,
    },
    key=("kpi", "scope", "scope_id"),
)
KPI_SUMS = Schema(
    "sums behind kpis",
    {  # of the items of one place; a choice of places adds them up, then divides: value = above / below
        "kpi": _text,
        "category": _text,
        "location_id": _text,
        "supplier_id": _text,  # empty: no supplier delivers them
        "above": _some_number,
        "below": _some_number,  # missing: the sum is the value
        "previous_above": _some_number,
        "previous_below": _some_number,
        "last_year_above": _some_number,
        "last_year_below": _some_number,
    },
    key=("kpi", "category", "location_id", "supplier_id"),
)
MONITORING = Schema(
    "accuracy of past nights",
    {
        "made_on": _day,  # the night whose forecasts are compared with what was then sold
        "items": _whole,
        "days": _whole,  # item-days compared; censored ones are left out
        "wape": _some_number,
        "bias": _some_number,
        "mape": _some_number,
        "mape_excluded_share": _some_number,
        "coverage_80": _some_number,
    },
    key=("made_on",),
)
QUALITY = Schema(
    "data quality",
    {
        "check": _text,  # a word of the texts catalogue
        "subject": _text,  # item_id, table name, ...
        "day": _some_day,
        "detail": _text,
        "mend": _text,
    },
)
FAILURES = Schema("failures", {**_item, "step": _text, "reason": _text}, key=("item_id", "step"))

# Replaced whole for one as_of, by the job that computes them.
NIGHT_TABLES = {
    "items": ITEMS,
    "forecasts": FORECASTS,
    "components": COMPONENTS,
    "interval_demand": INTERVAL_DEMAND,
    "accuracy": ACCURACY,
    "lead_times": LEAD_TIMES,
    "event_impact": EVENT_IMPACT,
    "anomalies": ANOMALIES,
    "classes": CLASSES,
    "recommendations": RECOMMENDATIONS,
    "kpis": KPIS,
    "kpi_sums": KPI_SUMS,
    "monitoring": MONITORING,
    "quality": QUALITY,
    "failures": FAILURES,
}
