"""Serves the dashboards: Voilà with pages of our own, logins, and kernels that are ready before somebody comes."""

import sys

from optiflow_lib.dashboards.serving.serve import serve

# A grammar of international addresses, which jsonschema loads if it is there: two seconds before the first page.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

__all__ = ["serve"]
