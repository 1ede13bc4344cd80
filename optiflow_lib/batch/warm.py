"""The warm process of a chain: `python -m optiflow_lib.batch.warm FD` forks kernels that run its notebooks.

What the first notebook needs is loaded first; while it reads the business database, what the others need is. Seven
kernels that each load everything for themselves cost more than what they compute for a thousand items.
"""

import sys
from importlib import import_module

from optiflow_lib import dashboards, forecasting, jobs
from optiflow_lib.kernels.forking import fork_kernels

USED_AT_ONCE = (
    "holidays.countries",
    "optiflow_lib.source.functions",
    "optiflow_lib.source.guard",
    "pandas.core.arrays.arrow.extension_types",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "sqlalchemy.dialects.sqlite",
    "IPython.extensions",
    "tornado.platform.asyncio",
)
USED_LATER = (
    "scipy.stats",
    "optiflow_lib.forecasting.prophet_map.solver",
    "optiflow_lib.forecasting.reconciliation",
)


def first() -> None:
    """What notebook 10 uses, which every chain begins with."""
    _ = jobs.check_inputs, dashboards.result_table
    for module in USED_AT_ONCE:
        import_module(module)


def later() -> None:
    """Every other job, and the rooms that they load when they begin."""
    for room in (jobs, forecasting):
        for name in room.__all__:
            getattr(room, name)
    for module in USED_LATER:
        import_module(module)
    from numba.core.registry import cpu_target  # noqa: PLC0415 - loaded beside the first notebook

    cpu_target.target_context.refresh()  # what any compiled function asks for: half a second
    cpu_target.typing_context.refresh()


if __name__ == "__main__":
    fork_kernels(int(sys.argv[1]), first, later=later)
