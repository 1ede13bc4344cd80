"""What a printed figure was measured on."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("numpy", "pandas", "numba", "prophet", "scikit-learn", "statsforecast")


def print_header(title: str) -> None:
    """Title, processor, cores and how busy they are, Python and the versions that matter."""
    print(f"\n{title}\n{'=' * len(title)}")
    print(f"{_processor()}, {os.cpu_count()} cores, {_load()}, Python {platform.python_version()}")
    print(", ".join(f"{name} {_version(name)}" for name in PACKAGES), flush=True)


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _load() -> str:
    """Processes that wanted a core in the last five minutes: wall-clock figures of a busy machine say little."""
    return f"load {os.getloadavg()[1]:.1f}" if hasattr(os, "getloadavg") else "load unknown"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
