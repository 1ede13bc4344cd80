"""Notebook 50: the indicators of the dashboard."""

import pandas as pd

from optiflow_lib import inventory
from optiflow_lib.jobs.items import with_item_id
from optiflow_lib.jobs.monitoring import past_accuracy
from optiflow_lib.jobs.night import Night, NightJob
from optiflow_lib.store import read_night, read_nights, replace_night


@NightJob
def measure_kpis(night: Night) -> pd.DataFrame:
    """Fills `kpi_sums`, `kpis` and `monitoring`; returns schema `KPIS`."""
    sums = inventory.kpi_sums(
        night.items,
        daily_sales=night.daily_sales,
        stock=with_item_id(night.inputs.read("stock"), night.settings),
        stock_history=night.stock_history,
        receipts=night.book.receipts,
        as_of=night.as_of,
        **{
            name: read_night(night.store, name, as_of=night.as_of)
            for name in ("forecasts", "recommendations", "accuracy")
        },
    )
    kpis = inventory.kpis(sums, earlier=read_nights(night.store, "kpis"), as_of=night.as_of)
    made = {"kpi_sums": sums, "kpis": kpis, "monitoring": past_accuracy(night)}
    replace_night(night.store, made, as_of=night.as_of)
    return kpis
