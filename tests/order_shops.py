"""A shop with draft orders, without the forecasts behind them: its inputs are real, only the suggestions are given."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from shops import open_shop, run_jobs

from optiflow_lib import purchasing, store
from optiflow_lib.jobs.items import item_terms, items_of
from optiflow_lib.jobs.night import inputs_folder, opened_store
from optiflow_lib.schemas.operations import OVERRIDES
from optiflow_lib.schemas.stock import LEAD_TIMES, RECOMMENDATIONS
from optiflow_lib.settings import load_settings
from optiflow_lib.source import open_inputs

NIGHT = date(2026, 10, 31)


def open_order_shop(folder: Path) -> Path:
    """Writes a shop whose last night drafted 12 of every product; returns its settings file."""
    settings_file = open_shop(folder, products=6, years=1)
    run_jobs(settings_file, "check_inputs")
    suggest(settings_file, 12.0)
    return settings_file


def suggest(settings_file: Path, quantity: float) -> None:
    """Drafts `quantity` of every item as the night does."""
    settings = load_settings(settings_file)
    inputs = open_inputs(inputs_folder(settings), NIGHT)
    items = items_of(inputs, settings)
    orders, lines = purchasing.drafts(
        _suggestions(items, quantity),
        items=items,
        lead_times=_lead_times(items),
        supplier_terms=item_terms(inputs, items),
        overrides=OVERRIDES.empty(),
        as_of=NIGHT,
    )
    with opened_store(settings) as opened:
        store.replace_drafts(opened, orders, lines, as_of=NIGHT, author="optiflow")


def _suggestions(items: pd.DataFrame, quantity: float) -> pd.DataFrame:
    numbers = dict.fromkeys(RECOMMENDATIONS.columns, 0.0)
    given = {"order_quantity": quantity, "rule": "level", "trace": "{}"}
    rows = items[["item_id", "supplier_id", "unit_cost"]]
    return RECOMMENDATIONS.check(rows.assign(**(numbers | given | {n: rows[n] for n in rows})), where="test")


def _lead_times(items: pd.DataFrame) -> pd.DataFrame:
    learned = {
        "lead_time": 2.0,
        "lead_time_sd": 0.5,
        "observations": 9,
        "basis": "receipts",
        "review_period": 1.0,
    }
    rows = items[["item_id", "supplier_id"]].assign(**learned, order_on=NIGHT + timedelta(days=2))
    return LEAD_TIMES.check(rows, where="test")
