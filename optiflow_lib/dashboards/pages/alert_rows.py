"""Alerts beside what they are about: the item, its category, its supplier, its place."""

import json

import pandas as pd

from optiflow_lib.dashboards.components.worklist import WorkLine
from optiflow_lib.jobs import views
from optiflow_lib.texts import Language

ACCENTS = "[\u0300-\u036f]"
_ABOUT = ["name", "category", "location_id", "supplier_id", "supplier"]


def alert_rows(alerts: pd.DataFrame, *, items: pd.DataFrame, suppliers: pd.DataFrame) -> pd.DataFrame:
    """`alerts` (schema `ALERTS`, in their order) with key, item_id, name, category, location_id, supplier_id, supplier.

    An alert of an order is about the order's item; one of a supplier has no item; one of the night has neither.
    """
    kind, detail = alerts["subject_kind"], alerts["detail"].where(alerts["subject_kind"] == "order")
    of_order = detail.map(lambda told: json.loads(told).get("item_id"), na_action="ignore")
    rows = alerts.assign(
        key=alerts["type"] + ":" + alerts["subject"],
        item_id=alerts["subject"].where(kind == "item", of_order),
    )
    rows = rows.merge(items[["item_id", *_ABOUT]], on="item_id", how="left")
    names = suppliers.set_index("supplier_id")["name"]
    of_supplier = (rows["subject_kind"] == "supplier").to_numpy()
    rows.loc[of_supplier, "supplier_id"] = rows.loc[of_supplier, "subject"]
    rows.loc[of_supplier, "supplier"] = rows.loc[of_supplier, "subject"].map(names)
    rows.loc[of_supplier, "name"] = rows.loc[of_supplier, "supplier"]
    rows["name"] = rows["name"].fillna(rows["subject"])
    return rows


def sentences(rows: pd.DataFrame, language: Language) -> list[str]:
    """What each of `alert_rows` says, under the name of its item or supplier."""
    names = rows[["subject", "name"]].rename(columns={"subject": "item_id"}).drop_duplicates("item_id")
    return views.alert_sentences(rows, names, language)


def work_lines(rows: pd.DataFrame, language: Language) -> list[WorkLine]:
    """`alert_rows` as lines of the work list."""
    said = sentences(rows, language)
    return [
        WorkLine(
            key=row.key,
            type=row.type,
            severity=row.severity,
            state=row.state,
            sentence=words,
            about=" · ".join(
                str(part) for part in (row.item_id, row.category, row.supplier) if pd.notna(part)
            ),
            euros=row.euros_at_risk,
            since=row.opened_on,
            until=row.snoozed_until,
            handled_by=row.handled_by if isinstance(row.handled_by, str) else "",
        )
        for row, words in zip(rows.itertuples(), said, strict=True)
    ]


def found_by(rows: pd.DataFrame, search: str) -> pd.DataFrame:
    """The rows in which every word of `search` begins or is part of a name, whatever its accents and capitals."""
    if not search:
        return rows
    columns = ("name", "subject", "item_id", "category", "supplier")
    text_of_row = folded(rows[list(columns)].fillna("").agg(" ".join, axis=1))
    for word in folded(pd.Series([search])).iloc[0].split():
        rows = rows[text_of_row.loc[rows.index].str.contains(word, regex=False)]
    return rows


def folded(texts: pd.Series) -> pd.Series:
    """Texts without accents and capitals, for comparing."""
    return texts.str.normalize("NFKD").str.replace(ACCENTS, "", regex=True).str.casefold()
