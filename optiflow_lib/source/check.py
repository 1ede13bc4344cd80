"""`optiflow check`: what each logical table delivers, and what is wrong with its SELECT."""

from collections.abc import Iterator

import pandas as pd

from optiflow_lib.errors import OptiflowError
from optiflow_lib.schemas.source import LOGICAL_TABLES, REQUIRED_TABLES
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
LISTED_IN = {"product_id": "products", "location_id": "locations", "supplier_id": "suppliers"}
SHARES = ("vat_rate", "discount", "in_stock_share")
LONGEST_LEAD_TIME = 400  # days; above it is hours, minutes or seconds
LONGEST_GAP_DAYS = 365
WEEKDAYS = r"[1-7](,[1-7])*"
SCOPES = r"all|category:.+|product:.+"

Finding = tuple[str, str]


def check_source(source: Source) -> pd.DataFrame:
    """What a mapping delivers: table, rows, first_day, last_day, problem (empty: none), mend.

    One row per logical table; a table with several problems has a row for each.
    """
    listed: dict[str, pd.Series] = {}
    rows = [row for table in LOGICAL_TABLES for row in _checked(source, table, listed)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _checked(source: Source, table: str, listed: dict[str, pd.Series]) -> Iterator[tuple[object, ...]]:
    if not source.has(table):
        yield table, 0, pd.NaT, pd.NaT, "", f"absent: {WITHOUT[table]}"
        return
    try:
        rows = source.read(table)
    except OptiflowError as error:
        yield table, 0, pd.NaT, pd.NaT, error.what, f"{error.mend} ({error.where})"
        return
    if table in LISTED_IN.values():
        listed[table] = rows.iloc[:, 0]
    column = DAY_COLUMNS.get(table)
    days = (rows[column].min(), rows[column].max()) if column else (pd.NaT, pd.NaT)
    found = [*_empty(table, rows), *_strangers(rows, table, listed), *_values(rows), *_days(table, rows)]
    for problem, mend in found:
        yield table, len(rows), *days, problem, f"{mend} ({source.place(table)})"
    if not found:
        yield table, len(rows), *days, "", ""


def _empty(table: str, rows: pd.DataFrame) -> Iterator[Finding]:
    if rows.empty and table in REQUIRED_TABLES:
        yield "it is empty", "load data, or correct the SELECT"


def _strangers(rows: pd.DataFrame, table: str, listed: dict[str, pd.Series]) -> Iterator[Finding]:
    """Ids that the table of their own does not list: most often two ids of one thing, such as key and code."""
    for column, owner in LISTED_IN.items():
        if column not in rows or owner == table or owner not in listed:
            continue
        used = rows[column].dropna().drop_duplicates()
        strange = used[~used.isin(listed[owner])]
        if len(strange):
            yield (
                f"{len(strange)} of {len(used)} {column} are not in {owner}, the first: {strange.iloc[0]}",
                f"select the same id in {table} and {owner}, or leave such rows out",
            )


def _values(rows: pd.DataFrame) -> Iterator[Finding]:
    """Values in a unit or form other than the one asked for."""
    for column in [c for c in SHARES if c in rows and (rows[c] > 1).any()]:
        yield (
            f"{column} is {rows[column].max():g}, more than 1",
            "divide by 100: a share is wanted, 0.2 for 20 %",
        )
    if "lead_time" in rows and (rows["lead_time"] > LONGEST_LEAD_TIME).any():
        longest = f"lead_time is {rows['lead_time'].max():g} days"
        yield longest, "turn it into calendar days in the SELECT; it may be in seconds, minutes or hours"
    if {"cost", "price"} <= set(rows) and (rows["cost"] > rows["price"]).mean() > 0.5:
        yield "most products cost more than they sell for", "both are for one unit, without VAT"
    for column, form, shown in (
        ("order_weekdays", WEEKDAYS, "ISO weekdays such as 1,4 (Monday is 1)"),
        ("scope", SCOPES, "all, category:<name> or product:<product_id>"),
    ):
        wrong = rows[column].dropna() if column in rows else pd.Series(dtype="str")
        wrong = wrong[~wrong.str.fullmatch(form)]
        if len(wrong):
            yield f"{column} is {wrong.iloc[0]!r} in {len(wrong)} row(s)", f"write it as {shown}"


def _days(table: str, rows: pd.DataFrame) -> Iterator[Finding]:
    if table == "sales" and len(rows):
        if rows["quantity"].sum() < 0:
            yield "more is returned than sold", "turn the sign: sales are positive, returns negative"
        days = rows["day"].drop_duplicates().sort_values()
        gap = days.diff().dt.days.iloc[-1]
        if gap > LONGEST_GAP_DAYS:
            last = days.iloc[-1].date()
            yield f"a sale is dated {last}, {gap:g} days after all others", "correct its day, or leave it out"
    if table == "events" and (rows["last_day"] < rows["first_day"]).any():
        bad = rows[rows["last_day"] < rows["first_day"]]
        yield f"event {bad['event_id'].iloc[0]} ends before it starts", "correct its days"
