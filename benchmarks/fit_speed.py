"""How fast the batched Prophet fits and forecasts, beside serial Prophet, AutoETS and MSTL on the same series.

python -m benchmarks.fit_speed [--quick] [--write FILE]

CPU seconds are those of this process and its children (Stan is a program of its own), so a busy machine distorts
them little; each figure is the median of three. What needs its own memory or its own cold start runs in a fresh process.
"""

import argparse
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from benchmarks.machine import print_header
from benchmarks.real_data import M5, real_data_file
from optiflow_lib.forecasting import BatchProphet

N_DAYS, HORIZON, CHUNK = 1095, 30, 2000
PROPHETS, PEERS = 12, 4  # series that the slow ones get
DAYS = pd.date_range("2023-01-01", periods=N_DAYS).astype("datetime64[us]")


@dataclass
class Report:
    """Lines of the table, printed as they come."""

    lines: list[str]

    def add(self, figure: str, value: str, bar: str = "", *, met: bool | None = None) -> None:
        """One figure, what is asked of it, and was that met?"""
        verdict = {None: "", True: "met", False: "MISSED"}[met]
        self.lines.append(f"{figure:58s} {value:>28s}  {bar:16s} {verdict}".rstrip())
        print(self.lines[-1], flush=True)


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.fit_speed")
    asked.add_argument("--quick", action="store_true", help="leave out M5 and the 100,000 items")
    asked.add_argument("--write", type=Path, help="file that gets the table")
    asked.add_argument("--part", choices=["cold", "m5", "stream"], help=argparse.SUPPRESS)
    asked.add_argument("--items", type=int, default=0, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.part:
        print(
            json.dumps(
                {"cold": cold, "m5": all_of_m5, "stream": lambda: stream(options.items)}[options.part]()
            )
        )
        return
    print_header("Fitting Prophet's model")
    report = Report([])
    cold_start(report)
    for mode, bars in (("additive", (500, 1000)), ("multiplicative", (200, 400))):
        against_peers(report, mode, bars)
    with_intervals(report)
    if not options.quick:
        m5_figures(report)
        stream_figures(report)
    if options.write:
        options.write.write_text("\n".join(report.lines) + "\n", encoding="utf-8")


def against_peers(report: Report, mode: str, bars: tuple[int, int]) -> None:
    demand = shop(range(1000), mode)
    cpu_of(lambda: model(mode).fit(demand), times=1)  # warm
    ours = cpu_of(lambda: model(mode).fit(demand)) / 1000
    report.add(f"{mode}: batch, 1,000 x 1,095 days, CPU per series", f"{1e6 * ours:.0f} µs")
    one = [rows.rename(columns={"day": "ds", "quantity": "y"}) for rows in each(demand, PROPHETS)]
    serial = median(cpu_of(lambda rows=rows: prophet_fit(rows, mode), times=1) for rows in one)
    ratio, (bar, aim) = serial / ours, bars
    report.add(f"{mode}: serial Prophet, CPU per series", f"{1e3 * serial:.0f} ms")
    report.add(f"{mode}: ratio per core", f"{ratio:,.0f} x", f">= {bar} (aim {aim})", met=ratio >= bar)
    for name, peer in peers().items():
        quantities = [rows["quantity"].interpolate().to_numpy() for rows in each(demand, PEERS + 1)]
        peer(quantities[0])  # warm
        theirs = median(cpu_of(lambda y=y, peer=peer: peer(y), times=1) for y in quantities[1:])
        ratio = theirs / ours
        report.add(f"{mode}: {name}, CPU per series", f"{1e3 * theirs:.0f} ms")
        report.add(f"{mode}: ratio to {name}", f"{ratio:,.0f} x", ">= 500", met=ratio >= 500)


def with_intervals(report: Report) -> None:
    demand = shop(range(1000), "additive")

    def night() -> None:
        model("additive", n_threads=2).fit(demand).predict(HORIZON, quantiles=(0.1, 0.9))

    night()
    wall = median(seconds(night) for _ in range(3))
    report.add(
        "fit + exact 80 % intervals, 30 days, 1,000 items, wall", f"{wall:.2f} s", "<= 1 s", met=wall <= 1
    )
    report.add("the same, CPU of all threads", f"{cpu_of(night):.2f} s")
    genuine = prophet_fit(next(each(demand, 1)).rename(columns={"day": "ds", "quantity": "y"}), "additive")
    ahead = genuine.make_future_dataframe(HORIZON, include_history=False)
    sampled = cpu_of(lambda: genuine.predict(ahead))
    fitted = model("additive").fit(demand)
    exact = cpu_of(lambda: fitted.predict(HORIZON, quantiles=(0.1, 0.9))) / 1000
    report.add("30 days with intervals: Prophet's 1,000 samples, CPU per series", f"{1e3 * sampled:.1f} ms")
    report.add(
        "30 days with intervals: exact, CPU per series", f"{1e6 * exact:.0f} µs ({sampled / exact:,.0f} x)"
    )


def cold_start(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first = fresh("cold", environment={"NUMBA_CACHE_DIR": folder})
        second = fresh("cold", environment={"NUMBA_CACHE_DIR": folder})
    cost = first["cpu"] - second["cpu"]
    report.add("cold start: compiling fit and intervals, CPU", f"{cost:.1f} s", "<= 15 s", met=cost <= 15)
    report.add("start with kept machine code: first fit and forecast, CPU", f"{second['cpu']:.1f} s")


def m5_figures(report: Report) -> None:
    made = fresh("m5")
    report.add(f"M5: {made['items']:,} items x 180 days, fit + 28 days, wall", f"{made['wall']:.1f} s", "<= 30 s", met=made["wall"] <= 30)  # fmt: skip
    report.add("M5: CPU of all threads", f"{made['cpu']:.1f} s")
    report.add("M5: peak memory", f"{made['peak_gb']:.2f} GB", "<= 2 GB", met=made["peak_gb"] <= 2)


def stream_figures(report: Report) -> None:
    few, many = fresh("stream", items=10_000), fresh("stream", items=100_000)
    linear = many["cpu"] / (10 * few["cpu"])
    report.add("10,000 items x 1,095 days streamed, CPU / wall", f"{few['cpu']:.1f} / {few['wall']:.1f} s")
    report.add("100,000 items x 1,095 days streamed, CPU / wall", f"{many['cpu']:.1f} / {many['wall']:.1f} s", "<= 180 s", met=many["wall"] <= 180)  # fmt: skip
    report.add("100,000 items: CPU against 10 x 10,000", f"{linear:.2f}", "<= 1.2", met=linear <= 1.2)
    report.add("100,000 items: peak memory", f"{many['peak_gb']:.2f} GB", "<= 4 GB", met=many["peak_gb"] <= 4)


# --- in a fresh process ------------------------------------------------------------------------


def fresh(part: str, *, items: int = 0, environment: dict[str, str] | None = None) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.fit_speed", "--part", part, "--items", str(items)]
    done = subprocess.run(
        command, env=os.environ | (environment or {}), stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.returncode)
    return dict(json.loads(done.stdout))


def cold() -> dict[str, float]:
    demand = shop(range(3), "multiplicative")
    cpu = time.process_time()
    model("multiplicative").fit(demand).predict(3, quantiles=(0.1, 0.9))
    return {"cpu": time.process_time() - cpu}


def all_of_m5() -> dict[str, float]:
    wide = pd.read_parquet(real_data_file("m5_items_all30490_last180days_wide.parquet", data_set=M5))
    known = [name for name in wide if name.startswith("d_")]
    days = pd.date_range(end="2016-05-22", periods=len(known)).astype("datetime64[us]")
    item_id = wide["item_id"].astype("str") + "@" + wide["store_id"].astype("str")
    demand = long(item_id.to_numpy(), days, wide[known].to_numpy(dtype=float))
    del wide
    cpu, wall = time.process_time(), time.perf_counter()
    made = BatchProphet(seasonality_mode="multiplicative", country_holidays="US").fit(demand)
    forecast = made.predict(28)
    spent = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    return spent | {"items": forecast["item_id"].nunique(), "peak_gb": peak_gb()}


def stream(items: int) -> dict[str, float]:
    making = [0.0, 0.0]

    def chunks() -> Iterator[pd.DataFrame]:
        for first in range(0, items, CHUNK):
            cpu, wall = time.process_time(), time.perf_counter()
            chunk = shop(range(first, min(first + CHUNK, items)), "additive")
            making[0] += time.process_time() - cpu
            making[1] += time.perf_counter() - wall
            yield chunk

    model("additive").fit(shop(range(3), "additive"))
    cpu, wall = time.process_time(), time.perf_counter()
    model("additive", n_threads=2).fit_chunks(chunks())
    spent = {"cpu": time.process_time() - cpu - making[0], "wall": time.perf_counter() - wall - making[1]}
    return spent | {"peak_gb": peak_gb()}


# --- series and peers ----------------------------------------------------------------------------


def shop(items: range, mode: str) -> pd.DataFrame:
    """Three years of days per item: a trend with a bend, week, year, noise; 2-5 % of the days unknown."""
    t, rng = np.arange(N_DAYS), np.random.default_rng([items.start, len(items)])
    n = len(items)
    bend = rng.normal(0, 0.5, (n, 1)) * np.maximum(0, t - rng.integers(200, 900, (n, 1))) / N_DAYS
    trend = 1 + rng.normal(0, 0.3, (n, 1)) * t / N_DAYS + bend
    year = rng.uniform(0.05, 0.3, (n, 1)) * np.cos(2 * np.pi * (t - rng.integers(0, 365, (n, 1))) / 365.25)
    week = rng.normal(0, 0.15, (n, 7))[:, t % 7]
    mean = trend * (1 + week + year) if mode == "multiplicative" else trend + week + year
    noise = rng.normal(0, 1, mean.shape) * rng.uniform(0.05, 0.3, (n, 1))
    quantity = np.maximum(rng.lognormal(3, 1, (n, 1)) * (mean + noise), 0)
    quantity[rng.random(mean.shape) < rng.uniform(0.02, 0.05, (n, 1))] = np.nan
    return long(np.array([f"i{number:06d}" for number in items], dtype=object), DAYS, quantity)


def long(item_ids: np.ndarray, days: pd.DatetimeIndex, quantity: np.ndarray) -> pd.DataFrame:
    repeated = pd.Series(item_ids, dtype="str").repeat(len(days)).reset_index(drop=True)
    return pd.DataFrame(
        {"item_id": repeated, "day": np.tile(days, len(item_ids)), "quantity": quantity.ravel()}
    )


def each(demand: pd.DataFrame, n: int) -> Iterator[pd.DataFrame]:
    return (demand.iloc[i * N_DAYS : (i + 1) * N_DAYS].reset_index(drop=True) for i in range(n))


def model(mode: str, *, n_threads: int = 1) -> BatchProphet:
    return BatchProphet(seasonality_mode=mode, country_holidays="FR", n_threads=n_threads)


def prophet_fit(rows: pd.DataFrame, mode: str) -> object:
    from prophet import Prophet  # noqa: PLC0415 - not in the fresh processes

    for name in ("prophet", "cmdstanpy"):
        logging.getLogger(name).disabled = True
    genuine = Prophet(seasonality_mode=mode)
    genuine.add_country_holidays("FR")
    return genuine.fit(rows[["ds", "y"]])


def peers() -> dict[str, Callable[[np.ndarray], object]]:
    """AutoETS and MSTL, where statsforecast is installed (make bench does that)."""
    try:
        from statsforecast.models import MSTL, AutoETS  # noqa: PLC0415
    except ImportError:
        print("statsforecast is absent: run make bench for AutoETS and MSTL")
        return {}
    return {
        "AutoETS": lambda y: AutoETS(season_length=7).forecast(y, HORIZON),
        "MSTL": lambda y: MSTL(season_length=[7, 365]).forecast(y, HORIZON),
    }


def cpu_of(work: Callable[[], object], *, times: int = 3) -> float:
    return median(_cpu_once(work) for _ in range(times))


def _cpu_once(work: Callable[[], object]) -> float:
    before = _cpu()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        work()
    return _cpu() - before


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def seconds(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
