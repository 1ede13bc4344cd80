"""The pages of the dashboards: what their notebooks call.

A notebook names what it needs (`pages.dashboard.figures`); a module is loaded when it is first named, and all of them
by `warm_up`.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from optiflow_lib.dashboards.pages.visit import Visit, wait_for_visit

__all__ = ["Visit", "wait_for_visit", "warm_up"]


_RARE = ("monday",)  # prints a PDF once a week: its library is not for every kernel


def warm_up() -> None:
    """Loads every page with all it imports; a process that did so once forks kernels that need no time for it."""
    for module in iter_modules(__path__):
        if module.name not in _RARE:
            import_module(f"{__name__}.{module.name}")


def __getattr__(name: str) -> Any:
    if name in {module.name for module in iter_modules(__path__)}:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"optiflow_lib.dashboards.pages has no {name}")
