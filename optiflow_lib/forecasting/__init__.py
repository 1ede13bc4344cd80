"""What will be wanted: demand, candidates, their backtest, forecasts with their distribution, events, anomalies."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optiflow_lib.forecasting.anomaly import anomalies
    from optiflow_lib.forecasting.backtesting import backtest, champions, rolling_origins
    from optiflow_lib.forecasting.batch_prophet import BatchProphet
    from optiflow_lib.forecasting.events import event_impact
    from optiflow_lib.forecasting.forecast import Forecasting, forecast_items
    from optiflow_lib.forecasting.history import daily_demand
    from optiflow_lib.forecasting.regressors import event_columns, with_events

_HOME = {
    "BatchProphet": "batch_prophet",
    "anomalies": "anomaly",
    "backtest": "backtesting",
    "Forecasting": "forecast",
    "champions": "backtesting",
    "daily_demand": "history",
    "event_columns": "regressors",
    "event_impact": "events",
    "forecast_items": "forecast",
    "rolling_origins": "backtesting",
    "with_events": "regressors",
}

__all__ = [
    "BatchProphet",
    "Forecasting",
    "anomalies",
    "backtest",
    "champions",
    "daily_demand",
    "event_columns",
    "event_impact",
    "forecast_items",
    "rolling_origins",
    "with_events",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"optiflow_lib.forecasting.{_HOME[name]}"), name)
    raise AttributeError(f"optiflow_lib.forecasting has no {name}")
