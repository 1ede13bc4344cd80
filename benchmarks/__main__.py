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
    failed = []
    for name in sys.argv[1:] or BENCHMARKS:
        if subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name.split()[0]}", *name.split()[1:]], check=False
        ).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"could not run: {', '.join(failed)}")


if __name__ == "__main__":
    main()
