"""Which items a page shows: filters from its address, each looked up before it is believed."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from optiflow_lib.dashboards.components.filters import Choice
from optiflow_lib.texts import Language, text

PERIODS = {"28": 28, "91": 91, "364": 364}
SHARED = ("location", "category", "supplier", "period")
_COLUMN = {"location": "location_id", "category": "category", "supplier": "supplier_id"}


@dataclass(frozen=True)
class Filters:
    """What a reader chose; an empty text is everything.

    Args:
        location: A location_id.
        category: A category.
        supplier: A supplier_id.
        period: A key of `PERIODS`.
    """

    location: str = ""
    category: str = ""
    supplier: str = ""
    period: str = "28"

    @property
    def days(self) -> int:
        """Length of the period."""
        return PERIODS[self.period]

    @property
    def chosen(self) -> dict[str, str]:
        """Column and value of every filter that is set."""
        values = {"location": self.location, "category": self.category, "supplier": self.supplier}
        return {_COLUMN[name]: value for name, value in values.items() if value}

    @property
    def query(self) -> dict[str, str]:
        """The parameters of an address that shows the same; empty ones are left out of it."""
        period = "" if self.period == "28" else self.period
        return {
            "location": self.location,
            "category": self.category,
            "supplier": self.supplier,
            "period": period,
        }

    def of(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of a frame with these columns that are shown."""
        for column, value in self.chosen.items():
            rows = rows[rows[column] == value]
        return rows


def read_filters(given: Mapping[str, str], items: pd.DataFrame) -> Filters:
    """The filters of an address. A value that the night does not know (an old link) is left out."""
    known = {
        name: given.get(name, "") for name in _COLUMN if (items[_COLUMN[name]] == given.get(name, "")).any()
    }
    period = given.get("period", "28")
    return Filters(**known, period=period if period in PERIODS else "28")


def filter_choices(items: pd.DataFrame, chosen: Filters, language: Language) -> list[Choice]:
    """The four shared filters with everything the night knows."""
    everything = text("All", language)
    places = _options(items, "location_id", "location", everything)
    categories = _options(items, "category", "category", everything)
    suppliers = _options(items, "supplier_id", "supplier", everything)
    periods = {
        "28": text("28 days", language),
        "91": text("3 months", language),
        "364": text("12 months", language),
    }
    return [
        Choice("location", text("Location", language), places, chosen.location),
        Choice("category", text("Category", language), categories, chosen.category),
        Choice("supplier", text("Supplier", language), suppliers, chosen.supplier),
        Choice("period", text("Period", language), periods, chosen.period),
    ]


def _options(items: pd.DataFrame, value: str, label: str, everything: str) -> dict[str, str]:
    known = pd.DataFrame({"value": items[value], "label": items[label]}).dropna().drop_duplicates("value")
    known = known.sort_values("label", key=_folded)
    options = dict(zip(known["value"], known["label"], strict=True))
    return {"": everything, **options} if len(options) > 1 else {}


def _folded(names: pd.Series) -> pd.Series:
    return names.str.normalize("NFKD").str.casefold()
