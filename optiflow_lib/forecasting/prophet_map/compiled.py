"""How the numeric kernels are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract", "reassoc"}}


def compiled(function: F) -> F:
    """Compiles a kernel, without the GIL, and keeps the machine code on disk (``NUMBA_CACHE_DIR``).

    Multiplications and additions may be contracted to one instruction, sums reordered for vector registers,
    always in the same way: the same machine gives the same bits.
    """
    kernel: F = njit(cache=True, **_OPTIONS)(function)
    return kernel


def inner(function: F) -> F:
    """Compiles a function that only kernels call: without Python's own entry, which takes as long to compile."""
    kernel: F = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **_OPTIONS)(function)
    return kernel


def spliced(function: F) -> F:
    """Compiles a function as part of its only caller: what is called at two levels is optimised twice."""
    kernel: F = njit(inline="always", **_OPTIONS)(function)
    return kernel
