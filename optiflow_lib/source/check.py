"""`optiflow check`: what each logical table delivers, and what is wrong with its SELECT."""

import pandas as pd

from optiflow_lib.errors import OptiflowError, SourceError
from optiflow_lib.schemas.source import LOGICAL_TABLES
from optiflow_lib.source.source import DAY_COLUMNS, Source

WITHOUT = {
    "suppliers": "no review periods, no free-delivery thresholds, no documents",
    "supplier_terms": "nothing can be ordered: no supplier, minimum or lead time is known",
    "stock_history": "stockouts are taken for days without demand; no stock of an earlier day",
    "on_order": "what is on its way is not counted",
    "receipts": "lead times are the quoted ones, without variance",
    "events": "promotions and events are not explained or foreseen",
    "prices": "only today's price is known",
}
COLUMNS = ["table", "rows", "first_day", "last_day", "problem", "mend"]


def check_source(source: Source) -> pd.DataFrame:
    """One row per logical table: table, rows, first_day, last_day, problem (empty: none), mend."""
    return pd.DataFrame([_checked(source, table) for table in LOGICAL_TABLES], columns=COLUMNS)


def _checked(source: Source, table: str) -> tuple[object, ...]:
    if not source.has(table):
        return table, 0, pd.NaT, pd.NaT, "", f"absent: {WITHOUT[table]}"
    try:
        rows = source.read(table)
    except SourceError as error:
        return table, 0, pd.NaT, pd.NaT, f"{error.what} ({error.where})", error.mend
    except OptiflowError as error:
        return table, 0, pd.NaT, pd.NaT, error.what, f"{error.mend} ({error.where})"
    column = DAY_COLUMNS.get(table)
    days = (rows[column].min(), rows[column].max()) if column else (pd.NaT, pd.NaT)
    empty = table in ("products", "locations", "sales") and rows.empty
    problem = ("it is empty", "load data, or correct the SELECT") if empty else ("", "")
    return (table, len(rows), *days, *problem)
