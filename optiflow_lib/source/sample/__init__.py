"""The sample business database: a seeded French shop with physical names of its own."""

from optiflow_lib.source.sample.build import build_sample

__all__ = ["build_sample"]
