"""Serves the dashboards: Voilà with pages of our own, logins, and kernels that are ready before somebody comes."""

from optiflow_lib.dashboards.serving.serve import serve

__all__ = ["serve"]
