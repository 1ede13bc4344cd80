"""What will be wanted: demand, candidates, their backtest, forecasts with their distribution, events, anomalies."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optiflow_lib.forecasting.anomaly import anomalies
    from optiflow_lib.forecasting.backtesting import Backtest, backtest, champions
    from optiflow_lib.forecasting.batch_prophet import BatchProphet
    from optiflow_lib.forecasting.calibration import empty_calibration
    from optiflow_lib.forecasting.events import event_impact
    from optiflow_lib.forecasting.folds import rolling_origins
    from optiflow_lib.forecasting.forecast import Forecasting, fitted_parameters, forecast_items
    from optiflow_lib.forecasting.history import daily_demand
    from optiflow_lib.forecasting.parameters import Parameters
    from optiflow_lib.forecasting.regressors import event_columns, with_events
    from optiflow_lib.forecasting.validation import held_out_scores

_HOME = {
    "Backtest": "backtesting",
    "BatchProphet": "batch_prophet",
    "anomalies": "anomaly",
    "backtest": "backtesting",
    "Forecasting": "forecast",
    "Parameters": "parameters",
    "fitted_parameters": "forecast",
    "champions": "backtesting",
    "empty_calibration": "calibration",
    "daily_demand": "history",
    "event_columns": "regressors",
    "event_impact": "events",
    "forecast_items": "forecast",
    "held_out_scores": "validation",
    "rolling_origins": "folds",
    "with_events": "regressors",
}

__all__ = [
    "Backtest",
    "BatchProphet",
    "Forecasting",
    "Parameters",
    "anomalies",
    "backtest",
    "champions",
    "daily_demand",
    "empty_calibration",
    "event_columns",
    "event_impact",
    "fitted_parameters",
    "forecast_items",
    "held_out_scores",
    "rolling_origins",
    "with_events",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"optiflow_lib.forecasting.{_HOME[name]}"), name)
    raise AttributeError(f"optiflow_lib.forecasting has no {name}")
