"""Values looked up per item."""

import pandas as pd


def of_items(values: pd.Series, item_ids: pd.Series) -> pd.Series:
    """`values`, indexed by item, for each of `item_ids`, with the index of these; missing where there is none.

    Unlike `Series.map` it keeps the kind of the values when there are none at all.
    """
    return values.reindex(pd.Index(item_ids)).set_axis(item_ids.index)
