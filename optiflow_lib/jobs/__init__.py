"""One function per batch notebook: it reads, computes, and writes in one transaction; twice does what once does.

Names are loaded when first used, so that a notebook pays only for the rooms its own job needs.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "check_inputs": "quality",
    "forecast_demand": "forecasts",
    "measure_events": "events",
    "find_anomalies": "anomalies",
    "raise_alerts": "alerts",
    "measure_kpis": "kpis",
    "measure_overrides": "overrides",
    "publish_night": "publish",
    "train_models": "training",
    "validate_models": "training",
    "monitor_models": "monitoring",
}

__all__ = sorted(_HOME)  # noqa: PLE0605 - the public names are the keys above


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"optiflow_lib.jobs.{_HOME[name]}"), name)
    raise AttributeError(f"optiflow_lib.jobs has no {name}")
