"""How the numeric kernels are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compiles a kernel, without the GIL, and keeps the machine code on disk (``NUMBA_CACHE_DIR``).

    Multiplications and additions may be contracted to one instruction, nothing else is reordered: the same
    machine gives the same bits.
    """
    kernel: F = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})(function)
    return kernel
