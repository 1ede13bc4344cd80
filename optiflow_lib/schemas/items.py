"""An item is a product at a location; its id is derived and can be taken apart again."""

import pandas as pd

from optiflow_lib.errors import DataError


def item_ids(product_ids: pd.Series, location_ids: pd.Series, *, main_location: str) -> pd.Series:
    """Text id of each item: `product_id` at the main location, `product_id@location_id` elsewhere.

    Opening a second shop changes no existing id. A product whose own id holds an ``@`` always carries
    its location, so that `item_keys` can undo this.

    Raises:
        DataError: a location's id holds an ``@``.
    """
    bad = location_ids[location_ids.str.contains("@", regex=False)]
    if len(bad):
        raise DataError(
            what=f"location_id {bad.iloc[0]!r} holds an '@'",
            where="logical table locations",
            mend="give the location another id in the mapping; '@' joins product and location",
        )
    short = (location_ids == main_location) & ~product_ids.str.contains("@", regex=False)
    if short.all():  # one shop: a million rows of sales keep the texts they have
        return product_ids.rename("item_id")
    return product_ids.where(short, product_ids + "@" + location_ids).rename("item_id")


def item_keys(item_id: pd.Series, *, main_location: str) -> pd.DataFrame:
    """The (product_id, location_id) of each item id; the inverse of `item_ids`, with the same index."""
    parts = item_id.str.rsplit("@", n=1, expand=True).reindex(columns=[0, 1])
    location_ids = (
        parts[1].astype("str").fillna(main_location)
    )  # without an "@" anywhere the column is all NaN
    return pd.DataFrame(
        {"product_id": parts[0].astype("str"), "location_id": location_ids}, index=item_id.index
    )
