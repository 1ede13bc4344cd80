"""All benchmarks one after the other, each in a process of its own: `make bench`."""

import subprocess
import sys

BENCHMARKS = (
    "fit_speed",
    "night_speed",
    "accuracy_store_dept",
    "accuracy_items",
    "accuracy_censoring",
    "anomaly_detection",
    "real_store",
    "order_cost m5",
    "order_cost fresh",
    "simulation_speed",
    "suggestions",
    "alert_quality",
    "page_speed",
)


def main() -> None:
    """Runs what is named, or everything; ends with 1 when one of them could not run."""
    failed = [name for name in sys.argv[1:] or BENCHMARKS if not ran(name)]
    if failed:
        sys.exit(f"could not run: {', '.join(failed)}")


def ran(name: str) -> bool:
    """Did the benchmark, with what stands behind its name, end well?"""
    module, *arguments = name.split()
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    main()
