"""Reads the business database, by every means read-only."""

from optiflow_lib.source.check import check_source
from optiflow_lib.source.closed_day import last_closed_day
from optiflow_lib.source.frozen import Inputs, freeze, open_inputs
from optiflow_lib.source.quality import data_problems, told
from optiflow_lib.source.retention import forget_inputs
from optiflow_lib.source.sample import build_sample
from optiflow_lib.source.setup import Connected, connect
from optiflow_lib.source.source import Source, open_source

__all__ = [
    "Connected",
    "Inputs",
    "Source",
    "build_sample",
    "check_source",
    "connect",
    "data_problems",
    "forget_inputs",
    "freeze",
    "last_closed_day",
    "open_inputs",
    "open_source",
    "told",
]
