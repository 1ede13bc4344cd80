"""Items found by a few letters, among a hundred thousand of them."""

from dataclasses import dataclass

import pandas as pd

from optiflow_lib.dashboards.pages.alert_rows import folded
from optiflow_lib.dashboards.pages.filters import Filters
from optiflow_lib.jobs.views import View

_SHOWN = ["item_id", "name", "category", "supplier", "location_id", "supplier_id"]


@dataclass(frozen=True)
class ItemIndex:
    """Items with what is searched of each.

    Args:
        items: item_id, name, category, supplier, location_id, supplier_id; those of class A first, then by name.
        words: Number, name, category and supplier of each, without accents and capitals.
    """

    items: pd.DataFrame
    words: pd.Series

    @classmethod
    def of(cls, view: View) -> "ItemIndex":
        """The items of a night."""
        classes = view.read("classes").set_index("item_id")["abc"]
        items = view.read("items")[_SHOWN]
        ranked = items.assign(abc=items["item_id"].map(classes).fillna("Z")).sort_values(["abc", "name"])
        ranked = ranked.drop(columns="abc").reset_index(drop=True)
        texts = ranked["item_id"]
        for column in ("name", "category", "supplier"):
            texts = texts + " " + ranked[column].fillna("")
        return cls(ranked, folded(texts))

    def found(self, search: str, filters: Filters) -> pd.DataFrame:
        """The items of the filters in which every word of `search` occurs; an exact number comes first."""
        kept = filters.of(self.items)
        words = folded(pd.Series([search], dtype="str")).iloc[0].split()
        for word in words:
            kept = kept[self.words[kept.index].str.contains(word, regex=False)]
        if not words:
            return kept
        exact = folded(kept["item_id"]) == " ".join(words)
        return pd.concat([kept[exact], kept[~exact]])
