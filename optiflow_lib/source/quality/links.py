"""Names that one logical table uses and the table they belong to does not list."""

import pandas as pd

from optiflow_lib.schemas.results import QUALITY
from optiflow_lib.source.frozen import Inputs
from optiflow_lib.source.quality.problems import problems, table

# Column -> (where it is listed, the check, what it says, the mend, who uses it).
LINKS = {
    "product_id": (
        "products",
        "unknown product",
        "it is sold, stocked or ordered, but not in the list of products",
        "Add the product, or leave such rows out in the mapping.",
        ("sales", "stock", "on_order", "receipts", "supplier_terms"),
    ),
    "location_id": (
        "locations",
        "unknown location",
        "it sells, stocks or orders, but is not in the list of locations",
        "Add the location, or leave such rows out in the mapping.",
        ("sales", "stock", "on_order", "receipts"),
    ),
    "supplier_id": (
        "suppliers",
        "unknown supplier",
        "it delivers, but is not in the list of suppliers",
        "Add the supplier, or leave such rows out in the mapping.",
        ("supplier_terms", "on_order", "receipts"),
    ),
}


def unknown_names(inputs: Inputs, **_: str) -> pd.DataFrame:
    """Products, locations and suppliers that are used but not listed: such rows count for nothing."""
    return pd.concat([_unknown(inputs, column) for column in LINKS])


def _unknown(inputs: Inputs, column: str) -> pd.DataFrame:
    listed_in, check, says, mend, users = LINKS[column]
    listed = table(inputs, listed_in)
    if listed is None:
        return QUALITY.empty()
    used = [rows[column].drop_duplicates() for name in users if (rows := table(inputs, name)) is not None]
    names = pd.concat(used).dropna().drop_duplicates() if used else listed[column].head(0)
    return problems(check, names[~names.isin(listed[column])], says=says, mend=mend)
