"""Orders and events that cannot be counted on."""

import pandas as pd

from optiflow_lib.schemas.results import QUALITY
from optiflow_lib.source.frozen import Inputs
from optiflow_lib.source.quality.problems import items, problems, table


def orders_without_day(inputs: Inputs, *, main_location: str) -> pd.DataFrame:
    """Open orders of which nobody knows when they come."""
    on_order = table(inputs, "on_order")
    if on_order is None:
        return QUALITY.empty()
    bad = on_order[on_order["expected_on"].isna()].drop_duplicates(["product_id", "location_id"])
    return problems(
        "order without day",
        items(bad, main_location),
        says="an open order has no expected day",
        mend="Enter the day the supplier promised; until then the usual lead time is counted.",
        days=bad["ordered_on"],
    )


def events_without_effect(inputs: Inputs, **_: str) -> pd.DataFrame:
    """Events that name no category or product of the list, or end before they start."""
    events = table(inputs, "events")
    if events is None:
        return QUALITY.empty()
    products = inputs.read("products")
    known = {"all"} | {f"category:{name}" for name in products["category"].dropna()}
    known |= {f"product:{name}" for name in products["product_id"]}
    lost = events[events["scope"].notna() & ~events["scope"].isin(known)]
    backwards = events[events["last_day"] < events["first_day"]]
    return pd.concat(
        [
            problems(
                "event without products",
                lost["event_id"],
                says="it names no category or product of the list",
                mend="Write its scope as all, category:<name> or product:<product_id>.",
                days=lost["first_day"],
            ),
            problems(
                "event that ends before it starts",
                backwards["event_id"],
                says="its last day comes before its first",
                mend="Correct its days.",
                days=backwards["first_day"],
            ),
        ]
    )
