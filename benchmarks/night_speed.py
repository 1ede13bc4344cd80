"""How long a night takes, all notebooks included, and what memory: the sample, and 1,000 products.

python -m benchmarks.night_speed [--products 1000] [--no-stan]

The peer is the same night of the sample with genuine Prophet, a fit after the other (`forecast.solver = "stan"`).
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psutil

from benchmarks.machine import print_header
from optiflow_lib.source import build_sample

PROJECT = Path(__file__).resolve().parent.parent
SAMPLE, YEARS, SEED = 60, 3, 2026
SAMPLE_BAR_S, MANY_BAR_S, MEMORY_BAR_GB = 60, 30, 2.0
SETTINGS = """
[source]
url = "sqlite:///shop.db"
sample = true

[paths]
notebooks = "{notebooks}"

[forecast]
solver = "{solver}"
"""


@dataclass
class Night:
    """What one night took.

    Args:
        wall: Seconds of the command.
        cpu: Seconds of all its processes.
        peak_gb: Most memory that all its processes held together (proportional set size).
        steps: Seconds by notebook.
        told: Its summary.
    """

    wall: float
    cpu: float
    peak_gb: float
    told: str
    steps: dict[str, float] = field(default_factory=dict)


def main() -> None:
    """Prints a line per night and one per notebook of the largest."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.night_speed")
    asked.add_argument("--products", type=int, default=1000)
    asked.add_argument("--no-stan", action="store_true", help="leave out the peer")
    options = asked.parse_args()
    print_header("A night, all notebooks included")
    with tempfile.TemporaryDirectory() as made:
        small, many = (shop(Path(made), products) for products in (SAMPLE, options.products))
        ran = {
            f"{SAMPLE} products": (night(small), SAMPLE_BAR_S),
            f"{options.products:,} products, first night": (night(many), None),
            f"{options.products:,} products, the week": (night(many, chain="weekly"), None),
            f"{options.products:,} products, a night after it": (night(many), MANY_BAR_S),
        }
        if not options.no_stan:
            ran[f"{SAMPLE} products, solver stan"] = (night(small, solver="stan"), SAMPLE_BAR_S)
    for name, (one, bar) in ran.items():
        print(line(name, one, bar))
    last = ran[f"{options.products:,} products, a night after it"][0]
    print(
        f"\n{last.told}\n" + "\n".join(f"{step:14s} {seconds:6.1f} s" for step, seconds in last.steps.items())
    )


def shop(folder: Path, products: int) -> Path:
    """A shop of so many products, with nothing run in it."""
    place = folder / str(products)
    place.mkdir()
    build_sample(place / "shop.db", products=products, years=YEARS, seed=SEED)
    return place


def night(place: Path, *, chain: str = "nightly", solver: str = "batch") -> Night:
    """Runs the night, or the week, as cron does. Without a week before it a night compares all candidates itself."""
    settings = place / "optiflow.toml"
    settings.write_text(SETTINGS.format(notebooks=PROJECT / "notebooks", solver=solver), encoding="utf-8")
    command = [sys.executable, "-m", "optiflow_lib.cli", chain, "--settings", str(settings)]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        watch = Watch(running.pid)
        told, _ = running.communicate()
        cpu, peak_gb = watch.stopped()
    wall = time.perf_counter() - started
    if running.returncode not in (0, 3):
        sys.exit(f"the night failed with exit code {running.returncode}: {told}")
    return Night(wall, cpu, peak_gb, told, steps_of(place))


class Watch:
    """Watches a process and all its children, forked kernels too, until `stopped`."""

    def __init__(self, pid: int) -> None:
        self._peak, self._cpu, self._over = 0, dict[int, float](), threading.Event()
        self._thread = threading.Thread(target=self._watch, args=(psutil.Process(pid),))
        self._thread.start()

    def stopped(self) -> tuple[float, float]:
        """CPU seconds of all processes, and the most gigabytes that they held together."""
        self._over.set()
        self._thread.join()
        return sum(self._cpu.values()), self._peak / 2**30

    def _watch(self, process: psutil.Process) -> None:
        for turn in count():
            if self._over.wait(0.2):
                return
            with suppress(psutil.NoSuchProcess):
                together = (process, *process.children(recursive=True))
                self._cpu |= {one.pid: spent(one) or self._cpu.get(one.pid, 0.0) for one in together}
                if turn % 5 == 0:  # to read what each process holds costs all of them time
                    self._peak = max(self._peak, sum(held(one) for one in together))


def held(process: psutil.Process) -> int:
    """Bytes of a process, its share of what several hold; 0 when it has ended."""
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_full_info().pss)
    return 0


def spent(process: psutil.Process) -> float:
    """CPU seconds of a process so far; 0 when it has ended."""
    with suppress(psutil.NoSuchProcess):
        return float(sum(process.cpu_times()[:2]))
    return 0.0


def steps_of(place: Path) -> dict[str, float]:
    """Seconds by notebook of the last run."""
    last = max(place.glob("runs/*/run.json"), key=lambda file: file.stat().st_mtime)
    steps = json.loads(last.read_text(encoding="utf-8"))["steps"]
    return {name: step["duration_s"] for name, step in steps.items()}


def line(name: str, one: Night, bar: float | None) -> str:
    """One row of the table."""
    asked = "" if bar is None else f"<= {bar:g} s {'met' if one.wall <= bar else 'MISSED'}"
    memory = "met" if one.peak_gb <= MEMORY_BAR_GB else "MISSED"
    figures = (
        f"{one.wall:6.1f} s wall, {one.cpu:6.1f} CPU s, {one.peak_gb:.2f} GB (<= {MEMORY_BAR_GB:g} {memory})"
    )
    return f"{name:32s} {figures}  {asked}"


if __name__ == "__main__":
    main()
