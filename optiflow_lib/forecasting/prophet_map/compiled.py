"""How the numeric kernels are compiled: once per machine and version, then read from disk."""

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])
logger = logging.getLogger(__name__)
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract", "reassoc"}}
_ONLY_CALLED: dict[str, Any] = {**_OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def compiled(function: F) -> F:
    """Compiles a kernel, without the GIL, and keeps the machine code on disk (``NUMBA_CACHE_DIR``).

    Multiplications and additions may be contracted to one instruction, sums reordered for vector registers,
    always in the same way: the same machine gives the same bits.
    """
    kernel: F = njit(cache=True, **_OPTIONS)(function)
    _forget_outdated(kernel)
    return kernel


def inner(function: F) -> F:
    """Compiles a function that only kernels call: without Python's own entry, which takes as long to compile."""
    kernel: F = njit(**_ONLY_CALLED)(function)
    return kernel


def in_order(function: F) -> F:
    """The same, every operation as it is written: for loops over unknowns.

    There are as many unknowns as the chunk's items have holidays; vector registers then begin elsewhere, and what
    is contracted in them is not in a loop's last rounds. So a coefficient that is zero changes no bit of another.
    """
    kernel: F = njit(**_ONLY_CALLED | {"fastmath": False})(function)
    return kernel


def spliced(function: F) -> F:
    """Compiles a function as part of its only caller: what is called at two levels is optimised twice."""
    kernel: F = njit(inline="always", **_OPTIONS)(function)
    return kernel


@contextmanager
def announced(kernel: Any, *, seconds: int) -> Iterator[None]:
    """Says that a kernel is about to be compiled, when no machine code of it was kept.

    The compiler makes millions of small objects, of which none is garbage before its end: looking for it would take
    a tenth of the time.
    """
    if kernel.signatures or _kept(kernel):
        yield
        return
    logger.info("compiling %s for this machine, once: about %d s", kernel.__name__, seconds)
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _kept(kernel: Any) -> list[Path]:
    """The index files of a kernel's machine code."""
    stem = Path(kernel.py_func.__code__.co_filename).stem
    return list(Path(kernel.stats.cache_path).glob(f"{stem}.{kernel.__name__}-*.nbi"))


def _forget_outdated(kernel: Any) -> None:
    """Numba looks at the kernel's own file only, and would run old code of the functions it calls."""
    for index in _kept(kernel):
        if index.stat().st_mtime < _newest_source():
            index.unlink(missing_ok=True)


@cache
def _newest_source() -> float:
    """When a file with compiled functions was last changed."""
    sources = Path(__file__).parents[1].rglob("*.py")
    return max(
        file.stat().st_mtime for file in sources if b"prophet_map.compiled import" in file.read_bytes()
    )
