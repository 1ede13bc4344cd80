"""What people look at: components (frames in, HTML out) and the pages made of them.

Names are loaded when first used, so that a batch notebook pays only for the table it shows.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optiflow_lib.dashboards.components.results import alert_browser, result_table

_HOME = {"alert_browser": "results", "result_table": "results"}

__all__ = ["alert_browser", "result_table"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"optiflow_lib.dashboards.components.{_HOME[name]}"), name)
    raise AttributeError(f"optiflow_lib.dashboards has no {name}")
