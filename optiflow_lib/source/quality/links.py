"""Names that one logical table uses and the table they belong to does not list."""

import pandas as pd

from optiflow_lib.schemas.results import QUALITY
from optiflow_lib.source.frozen import Inputs
from optiflow_lib.source.quality.problems import problems, table

# Column -> (where it is listed, the check, what it says, the mend).
LINKS = {
    "product_id": (
        "products",
        "unknown product",
        "it is sold, stocked or ordered, but not in the list of products",
        "Add the product, or leave such rows out in the mapping.",
    ),
    "location_id": (
        "locations",
        "unknown location",
        "it sells, stocks or orders, but is not in the list of locations",
        "Add the location, or leave such rows out in the mapping.",
    ),
    "supplier_id": (
        "suppliers",
        "unknown supplier",
        "it delivers, but is not in the list of suppliers",
        "Add the supplier, or leave such rows out in the mapping.",
    ),
}
USERS = ("sales", "stock", "on_order", "receipts", "supplier_terms")


def unknown_names(inputs: Inputs, **_: str) -> pd.DataFrame:
    """Products, locations and suppliers that are used but not listed: such rows count for nothing."""
    used: dict[str, list[pd.Series]] = {column: [] for column in LINKS}
    for name in USERS:
        rows = table(inputs, name)
        for column in LINKS:
            if rows is not None and column in rows:
                used[column].append(rows[column].drop_duplicates())
    return pd.concat([_unknown(inputs, column, names) for column, names in used.items()])


def _unknown(inputs: Inputs, column: str, used: list[pd.Series]) -> pd.DataFrame:
    listed_in, check, says, mend = LINKS[column]
    listed = table(inputs, listed_in)
    if listed is None or not used:
        return QUALITY.empty()
    names = pd.concat(used).dropna().drop_duplicates()
    return problems(check, names[~names.isin(listed[column])], says=says, mend=mend)
