"""The rows of a check, in words that exist in every language."""

import re

import pandas as pd

from optiflow_lib.schemas import item_ids
from optiflow_lib.schemas.results import QUALITY
from optiflow_lib.source.frozen import Inputs
from optiflow_lib.texts import Language, number, text

BEFORE_FIGURE = ": "


def problems(
    check: str,
    subjects: pd.Series,
    *,
    says: str,
    mend: str,
    figures: pd.Series | None = None,
    days: pd.Series | pd.DatetimeIndex | None = None,
) -> pd.DataFrame:
    """Schema `QUALITY`, a row per subject.

    Args:
        check: Name of the check, a word of the texts catalogue.
        subjects: What each row is about: an item_id, product_id, supplier_id, the name of a table.
        says: What is wrong, a sentence of the catalogue without full stop.
        mend: How to mend it, a sentence of the catalogue.
        figures: The number that is wrong, by row; written behind `says`.
        days: The day each row is about.
    """
    if subjects.empty:
        return QUALITY.empty()
    detail = says if figures is None else [f"{says}{BEFORE_FIGURE}{figure:.10g}" for figure in figures]
    columns = {
        "check": check,
        "subject": subjects.to_numpy(),
        "day": pd.NaT if days is None else pd.DatetimeIndex(days),
        "detail": detail,
        "mend": mend,
    }
    rows = pd.DataFrame(columns, columns=list(QUALITY.columns), index=range(len(subjects)))
    return QUALITY.check(rows, where=check)


def told(detail: str, language: Language) -> str:
    """The `detail` of a row of schema `QUALITY` in the reader's language, its figure in the reader's form."""
    measured = re.fullmatch(rf"(.+){BEFORE_FIGURE}(-?[\d.]+(?:e[+-]\d+)?)", detail)
    if measured is None:
        return text(detail, language)
    says, figure = measured.groups()
    shown = number(float(figure), language, decimals=2)
    return text("{sentence}: {figure}", language, sentence=text(says, language), figure=shown)


def items(rows: pd.DataFrame, main_location: str) -> pd.Series:
    """The item_id of each row of a logical table."""
    return item_ids(rows["product_id"], rows["location_id"], main_location=main_location)


def table(inputs: Inputs, name: str) -> pd.DataFrame | None:
    """An optional logical table, None when the source does not have it."""
    return inputs.read(name) if inputs.has(name) else None
