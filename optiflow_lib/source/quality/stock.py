"""Stock that cannot be what the books say."""

import pandas as pd

from optiflow_lib.schemas.results import QUALITY
from optiflow_lib.source.frozen import Inputs
from optiflow_lib.source.quality.problems import items, problems, table

RECENT_DAYS = 28
PAIR = ["product_id", "location_id"]


def negative_stock(inputs: Inputs, *, main_location: str) -> pd.DataFrame:
    """More was sold than was booked in."""
    stock = inputs.read("stock")
    bad = stock[stock["on_hand"] < 0]
    return problems(
        "negative stock",
        items(bad, main_location),
        says="the books say less than nothing is in stock",
        figures=bad["on_hand"],
        mend="Count the stock and correct it.",
    )


def missing_stock(inputs: Inputs, *, main_location: str) -> pd.DataFrame:
    """Sold lately, yet no stock is known: it is taken for zero, and alerts would be wrong."""
    sales = inputs.read("sales")
    recent = sales[(sales["day"] > _days_ago(inputs, RECENT_DAYS)) & (sales["quantity"] > 0)]
    sold = recent[PAIR].drop_duplicates()
    known = sold.merge(inputs.read("stock")[PAIR], on=PAIR, how="left", indicator=True)
    return problems(
        "missing stock",
        items(known[known["_merge"] == "left_only"], main_location),
        says="it was sold lately, but its stock is not known",
        mend="Enter its stock; until then it is taken for zero.",
    )


def sales_on_empty_stock(inputs: Inputs, *, main_location: str) -> pd.DataFrame:
    """Sales of the last weeks on days on which the books say that nothing was there from morning to evening."""
    history = table(inputs, "stock_history")
    if history is None:
        return QUALITY.empty()
    ordered = history.sort_values([*PAIR, "day"])
    before = ordered.groupby(PAIR)["on_hand"].shift()
    empty = ordered[(before <= 0) & (ordered["on_hand"] <= 0)]
    recent = empty.loc[empty["day"] > _days_ago(inputs, RECENT_DAYS), [*PAIR, "day"]]
    sold = recent.merge(inputs.read("sales").query("quantity > 0"), on=[*PAIR, "day"])
    bad = sold.merge(_received_days(inputs), on=[*PAIR, "day"], how="left", indicator=True)
    bad = bad[bad["_merge"] == "left_only"]
    return problems(
        "sale on zero stock",
        items(bad, main_location),
        says="it was sold while the books said that nothing was in stock",
        figures=bad["quantity"],
        mend="Count the stock, or book the receipt that is missing.",
        days=bad["day"],
    )


def _received_days(inputs: Inputs) -> pd.DataFrame:
    receipts = table(inputs, "receipts")
    if receipts is None:
        return inputs.read("sales").head(0)[[*PAIR, "day"]]
    return receipts.rename(columns={"received_on": "day"})[[*PAIR, "day"]].drop_duplicates()


def _days_ago(inputs: Inputs, days: int) -> pd.Timestamp:
    return pd.Timestamp(inputs.as_of) - pd.Timedelta(days=days)
