"""The warm process of the pages: `python -m optiflow_lib.dashboards.serving.warm FD` forks kernels that show them."""

import sys
from datetime import date
from importlib import import_module

from optiflow_lib.dashboards import pages
from optiflow_lib.kernels.forking import fork_kernels
from optiflow_lib.texts import LANGUAGES, day, money, percent, text

# What libraries load when they are first used, which would be in every kernel again.
USED_LATER = (
    "pyarrow.dataset",
    "pyarrow.parquet",
    "psutil",
    "sqlalchemy.dialects.sqlite",
    "tornado.platform.asyncio",
    "IPython.extensions",
)


def warm_up() -> None:
    """Loads the pages, what they use later, and the words and numbers of both languages."""
    pages.warm_up()
    for module in USED_LATER:
        import_module(module)
    for language in LANGUAGES:
        text("Dashboard", language)
        money(1234.5, language)
        percent(0.5, language)
        day(date(2026, 1, 1), language)


if __name__ == "__main__":
    fork_kernels(int(sys.argv[1]), warm_up)
