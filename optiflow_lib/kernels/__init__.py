"""Notebook kernels that are ready at once: forked from a process that has already loaded what they need."""

import sys

# Checks internationalised addresses in JSON, which nothing of ours has, and reads a grammar for a second to be able to.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
