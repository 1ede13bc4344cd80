"""Sales that are not there."""

from functools import cache

import pandas as pd

from optiflow_lib.source.frozen import Inputs
from optiflow_lib.source.quality.problems import items, problems

NEW_DAYS = 2
TYPED_DAYS = 28
LEAST_COMPARED = 3  # days with sales, of which the middle one is usual
OFF_BY = 5  # times the usual revenue of a unit: beyond any discount, within a digit too many
TABLE = "sales"


def half_loaded_day(inputs: Inputs, **_: str) -> pd.DataFrame:
    """The day after the night's, left out because less than half of it had arrived."""
    days = pd.DatetimeIndex([] if inputs.left_out is None else [inputs.left_out])
    return problems(
        "half-loaded day",
        pd.Series([TABLE] * len(days), dtype="str"),
        says="less than half of its usual sales had arrived: the night closed the day before",
        mend="Check the transfer of sales; the day counts once it is complete.",
        days=days,
    )


def days_without_sales(inputs: Inputs, **_: str) -> pd.DataFrame:
    """Days inside the history on which nothing at all was sold, of weekdays that usually sell, no public holidays."""
    sold = inputs.read(TABLE)["day"].drop_duplicates()
    every = pd.date_range(sold.min(), sold.max())
    missing = every[~every.isin(sold)]
    weeks = len(every) / 7
    closed = [day for day in range(7) if (missing.day_of_week == day).sum() > weeks / 2]
    usual = missing[~missing.day_of_week.isin(closed) & ~missing.isin(_holidays(inputs, every))]
    return problems(
        "day without sales",
        pd.Series([TABLE] * len(usual), dtype="str"),
        says="nothing was sold at all",
        mend="Load the day's sales; ignore this when the shop was closed.",
        days=usual,
    )


def mistyped_sales(inputs: Inputs, *, main_location: str) -> pd.DataFrame:
    """Days of the last weeks whose revenue per unit is five times off what the item usually brings."""
    sales = inputs.read(TABLE)
    recent = sales[sales["day"] > pd.Timestamp(inputs.as_of) - pd.Timedelta(days=TYPED_DAYS)]
    priced = recent[(recent["quantity"] > 0) & (recent["revenue"] > 0)]
    unit = priced["revenue"] / priced["quantity"]
    by_item = unit.groupby([priced["product_id"], priced["location_id"]])
    ratio = unit / by_item.transform("median")
    is_off = (ratio < 1 / OFF_BY) | (ratio > OFF_BY)
    bad = priced[is_off & (by_item.transform("size") >= LEAST_COMPARED)]
    return problems(
        "quantity against revenue",
        items(bad, main_location),
        says="its revenue does not fit the quantity sold",
        figures=bad["quantity"],
        mend="Correct the quantity (a digit too many?) or the amount; until then mask the day on the improvement page.",
        days=bad["day"],
    )


def short_or_empty_histories(inputs: Inputs, *, main_location: str) -> pd.DataFrame:
    """Items sold on one day only, or whose sales are all zero."""
    sales = inputs.read(TABLE)
    sales = sales.assign(units=sales["quantity"].abs())
    by_item = sales.groupby(["product_id", "location_id"]).agg(days=("day", "size"), units=("units", "sum"))
    by_item = by_item.reset_index()
    short = by_item[(by_item["days"] < NEW_DAYS) & (by_item["units"] > 0)]
    empty = by_item[by_item["units"] == 0]
    return pd.concat(
        [
            problems(
                "one day of history",
                items(short, main_location),
                says="it was sold on one day only",
                mend="Nothing to mend: its forecast starts from its category and learns.",
            ),
            problems(
                "all zeros",
                items(empty, main_location),
                says="all its sales are zero",
                mend="Leave such rows out in the mapping, or check the quantity they name.",
            ),
        ]
    )


def _holidays(inputs: Inputs, days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    countries = inputs.read("locations")["country"].dropna().unique()
    found = [_country_holidays(country, days[0].year, days[-1].year) for country in countries]
    return found[0].append(found[1:]) if found else days[:0]


@cache
def _country_holidays(country: str, first_year: int, last_year: int) -> pd.DatetimeIndex:
    import holidays  # noqa: PLC0415 - half a second that only a country's calendar needs

    try:
        known = holidays.country_holidays(country, years=range(first_year, last_year + 1))
    except NotImplementedError:  # no calendar of this country; to list all there are takes half a second
        return pd.DatetimeIndex([])
    return pd.DatetimeIndex(list(known))
