"""How the numeric kernels are compiled: once per machine and version, then read from disk."""

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from numba import njit
from numba.core import config

F = TypeVar("F", bound=Callable[..., Any])
logger = logging.getLogger(__name__)
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract", "reassoc"}}
_KEPT: dict[str, Any] = {**_OPTIONS, "cache": True, "no_cfunc_wrapper": True}
_IN_PLACE: dict[str, Any] = {"_nrt": False}  # without counting references, a tenth of the compiler's work
_ONLY_CALLED: dict[str, Any] = {
    **_OPTIONS, **_IN_PLACE, "no_cpython_wrapper": True, "no_cfunc_wrapper": True,
}  # fmt: skip
_MAKES_ARRAYS = {"zeros", "ones", "full", "empty", "zeros_like", "empty_like", "arange", "copy", "array"}


def compiled(function: F) -> F:
    """Compiles a kernel, without the GIL, and keeps the machine code on disk (``NUMBA_CACHE_DIR``).

    Multiplications and additions may be contracted to one instruction, sums reordered for vector registers,
    always in the same way: the same machine gives the same bits.
    """
    kernel: F = njit(**_KEPT)(function)
    _forget_outdated(kernel)
    return kernel


def in_place(function: F) -> F:
    """The same for a kernel that makes no arrays and gives none back: it writes into those it is given."""
    kernel: F = njit(**_KEPT | _IN_PLACE)(_without_arrays(function))
    _forget_outdated(kernel)
    return kernel


def inner(function: F) -> F:
    """Compiles an `in_place` function that only kernels call: without Python's own entry, as long to compile."""
    kernel: F = njit(**_ONLY_CALLED)(_without_arrays(function))
    return kernel


def in_order(function: F) -> F:
    """The same, every operation as it is written: for loops over unknowns.

    There are as many unknowns as the chunk's items have holidays; vector registers then begin elsewhere, and what
    is contracted in them is not in a loop's last rounds. So a coefficient that is zero changes no bit of another.
    """
    kernel: F = njit(**_ONLY_CALLED | {"fastmath": False})(_without_arrays(function))
    return kernel


def spliced(function: F) -> F:
    """Compiles a function as part of its only caller: what is called at two levels is optimised twice."""
    kernel: F = njit(inline="always", **_OPTIONS)(_without_arrays(function))
    return kernel


def _without_arrays(function: F) -> F:
    """Refuses what would leak memory where references are not counted, or free it twice."""
    made = _MAKES_ARRAYS.intersection(function.__code__.co_names)
    if made:
        raise TypeError(f"{function.__qualname__} makes an array ({', '.join(sorted(made))}): give it one")
    return function


@contextmanager
def announced(kernel: Any, *, seconds: int) -> Iterator[None]:
    """Says that a kernel is about to be compiled, when no machine code of it was kept.

    The compiler makes millions of small objects, of which none is garbage before its end: looking for it would take
    a tenth of the time. LLVM's first level is enough: loops are vectorised on it too, the third takes a quarter
    longer and its code is no faster.
    """
    if kernel.signatures or _kept(kernel):
        yield
        return
    logger.info("compiling %s for this machine, once: about %d s", kernel.__name__, seconds)
    collects, level = gc.isenabled(), config.OPT
    gc.disable()
    config.OPT = type(level)(1)
    try:
        yield
    finally:
        config.OPT = level
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
