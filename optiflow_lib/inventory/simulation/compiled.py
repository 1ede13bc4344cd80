"""How the simulation's kernels are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compiles a kernel, without the GIL, and keeps the machine code on disk (``NUMBA_CACHE_DIR``).

    Sums keep their order: the same inputs give the same bits.
    """
    kernel: F = njit(cache=True, nogil=True, error_model="numpy")(function)
    return kernel


def inner(function: F) -> F:
    """Compiles a function that only kernels call: without Python's own entry, which takes as long to compile."""
    kernel: F = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, nogil=True, error_model="numpy")(
        function
    )
    return kernel
