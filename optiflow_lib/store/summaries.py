"""Summaries for the dashboard's first figures: kept ready by the night, each from one SELECT.

The SELECTs stand in the migration that made them. PostgreSQL keeps each as a materialised view, SQLite as a
table beside a view `<name>_now` that says what goes into it.
"""

import pandas as pd

from optiflow_lib.errors import StoreError
from optiflow_lib.schemas import Column, Schema
from optiflow_lib.store.connection import Store

_text, _number, _some_number = Column("text"), Column("number"), Column("number", nullable=True)
_whole = Column("whole")

SUMMARIES = {
    "summary_alerts": Schema(
        "alerts not resolved",
        {"severity": _text, "type": _text, "alerts": _whole, "euros_at_risk": _number},
        key=("severity", "type"),
    ),
    "summary_categories": Schema(
        "categories of the last night",
        {
            "category": _text,
            "items": _whole,
            "stock_value": _number,  # at cost; stock below zero counts as none
            "forecast_units": _number,  # over the whole horizon
            "order_value": _number,
            "euros_at_risk": _number,
        },
        key=("category",),
    ),
    "summary_accuracy": Schema(
        "accuracy of the last night's champions",
        {
            "category": _text,
            "items": _whole,
            "wape": _some_number,  # weighted by units forecast, as bias is
            "bias": _some_number,
            "coverage_80": _some_number,  # weighted by days compared
        },
        key=("category",),
    ),
}


def refresh_summaries(store: Store) -> None:
    """Brings every summary up to date in one transaction: a reader sees all of the old or all of the new."""
    with store.writing() as connection:
        for name in SUMMARIES:
            if store.is_postgres:
                connection.exec_driver_sql(f"REFRESH MATERIALIZED VIEW {name}")
            else:
                connection.exec_driver_sql(f"DELETE FROM {name}")
                connection.exec_driver_sql(f"INSERT INTO {name} SELECT * FROM {name}_now")


def read_summary(store: Store, name: str) -> pd.DataFrame:
    """A summary as it was last refreshed, by its key.

    Raises:
        StoreError: there is no such summary.
    """
    if name not in SUMMARIES:
        raise StoreError(
            what=f"there is no summary {name!r}",
            where="the store",
            mend=f"name one of {', '.join(SUMMARIES)}",
        )
    schema = SUMMARIES[name]
    with store.reading() as connection:
        found = connection.exec_driver_sql(f"SELECT {', '.join(schema.columns)} FROM {name}").all()
    rows = pd.DataFrame.from_records([tuple(row) for row in found], columns=list(schema.columns))
    checked = schema.check(rows, where=name) if len(rows) else schema.empty()
    return checked.sort_values(list(schema.key), ignore_index=True)
