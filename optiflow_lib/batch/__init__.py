"""Runs the chains of notebooks: the night and the week."""

from optiflow_lib.batch.graph import CHAINS, Chain
from optiflow_lib.batch.runner import RunReport, run_chain

__all__ = ["CHAINS", "Chain", "RunReport", "run_chain"]
