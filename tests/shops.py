"""A small shop with settings of its own, for tests that need a night that really ran."""

import json
import sqlite3
import sys
from contextlib import closing
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


def sell_in_bulk(database: Path) -> None:
    """Six single days on which somebody bought far more of an item than anybody does, each of another item."""
    with closing(sqlite3.connect(database)) as shop, shop:
        last = shop.execute("SELECT MAX(date_vente) FROM ventes").fetchone()[0]
        items = shop.execute(
            "SELECT article_id, magasin_id FROM ventes WHERE nature = ? GROUP BY 1, 2 ORDER BY SUM(quantite) DESC LIMIT 6",
            ("vente",),
        ).fetchall()
        for days, item in enumerate(items):
            shop.execute(
                "UPDATE ventes SET quantite = quantite + 25, montant = montant + 50 WHERE nature = 'vente'"
                " AND article_id = ? AND magasin_id = ? AND date_vente = (SELECT MAX(date_vente) FROM ventes AS v"
                " WHERE v.article_id = ventes.article_id AND v.magasin_id = ventes.magasin_id AND v.nature = 'vente'"
                " AND v.date_vente <= DATE(?, ?))",
                (*item, last, f"-{35 + 5 * days} days"),
            )


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


if __name__ == "__main__":
    shop_of_a_night = open_shop(Path(sys.argv[1]))
    sell_in_bulk(shop_of_a_night.parent / "shop.db")
    run_jobs(shop_of_a_night)
