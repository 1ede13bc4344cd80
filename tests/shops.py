"""A small shop with settings of its own, for tests that need a night that really ran."""

import json
from datetime import date
from pathlib import Path

from optiflow_lib import jobs
from optiflow_lib.source import build_sample

PROJECT = Path(__file__).parent.parent
NIGHTLY = (
    "check_inputs",
    "forecast_demand",
    "measure_events",
    "find_anomalies",
    "raise_alerts",
    "measure_kpis",
    "measure_overrides",
    "publish_night",
)


def open_shop(folder: Path, *, products: int = 12, years: int = 2, seed: int = 7, **settings) -> Path:
    """Writes a sample database and `optiflow.toml` into `folder`; returns the settings file.

    `settings` are sections by name, e.g. ``forecast={"backtest_origins": 1}``; they win over the defaults here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    build_sample(folder / "shop.db", products=products, years=years, seed=seed)
    return write_settings(folder, **settings)


def write_settings(folder: Path, *, name: str = "optiflow.toml", **settings) -> Path:
    """The settings of a shop in `folder`; the notebooks are the project's own."""
    sections = {
        "source": {"url": "sqlite:///shop.db", "sample": True},
        "paths": {"notebooks": str(PROJECT / "notebooks")},
        "forecast": {"backtest_origins": 1, "sample_paths": 200},
    }
    for section, values in settings.items():
        sections[section] = sections.get(section, {}) | values
    file = folder / name
    lines = [
        line
        for section, values in sections.items()
        for line in (f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items()), "")
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def run_jobs(settings_file: Path, *names: str, as_of: date | None = None) -> None:
    """Runs jobs in this process, one after the other: the whole night unless some are named."""
    for name in names or NIGHTLY:
        getattr(jobs, name)(settings_file=str(settings_file), as_of=as_of.isoformat() if as_of else "")
