"""Runs the chains of notebooks: the night and the week.

Names are loaded when first used: a chain's kernels load in their own process while its runner loads in this one.
"""

from importlib import import_module
from typing import Any

import optiflow_lib.kernels  # noqa: F401 - before papermill, which loads what is left out there

_HOME = {
    "CHAINS": "graph",
    "Chain": "graph",
    "RunReport": "runner",
    "run_chain": "runner",
    "warm_process": "kernels",
}

__all__ = sorted(_HOME)  # noqa: PLE0605 - the public names are the keys above


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"optiflow_lib.batch.{_HOME[name]}"), name)
    raise AttributeError(f"optiflow_lib.batch has no {name}")
