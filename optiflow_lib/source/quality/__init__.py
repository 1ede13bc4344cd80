"""What is wrong with the data of a night, row by row, and how to mend it."""

from collections.abc import Callable

import pandas as pd

from optiflow_lib.errors import DataError
from optiflow_lib.schemas.results import QUALITY
from optiflow_lib.source.frozen import Inputs
from optiflow_lib.source.quality.catalogue import ends_before_launch, missing_prices, missing_suppliers
from optiflow_lib.source.quality.links import unknown_names
from optiflow_lib.source.quality.plans import events_without_effect, orders_without_day
from optiflow_lib.source.quality.problems import told
from optiflow_lib.source.quality.sales import (
    days_without_sales,
    half_loaded_day,
    mistyped_sales,
    short_or_empty_histories,
)
from optiflow_lib.source.quality.stock import missing_stock, negative_stock, sales_on_empty_stock

__all__ = ["data_problems", "told"]

Check = Callable[..., pd.DataFrame]
CHECKS: tuple[Check, ...] = (
    half_loaded_day,
    days_without_sales,
    short_or_empty_histories,
    mistyped_sales,
    negative_stock,
    sales_on_empty_stock,
    missing_stock,
    missing_prices,
    missing_suppliers,
    ends_before_launch,
    orders_without_day,
    events_without_effect,
    unknown_names,
)


def data_problems(inputs: Inputs, *, main_location: str) -> pd.DataFrame:
    """Schema `QUALITY`: one row per problem; none of them stops the night.

    Args:
        inputs: The frozen inputs of the night.
        main_location: The location whose items are named by product_id alone.

    Raises:
        DataError: the sales are empty: nothing could be computed.
    """
    if inputs.read("sales").empty:
        raise DataError(
            what=f"there are no sales up to {inputs.as_of}",
            where="logical table sales",
            mend="load sales into the business database, or correct the SELECT of [sales] (`optiflow check`)",
        )
    found = [check(inputs, main_location=main_location) for check in CHECKS]
    rows = pd.concat([rows for rows in found if len(rows)] or [QUALITY.empty()])
    ordered = rows.sort_values(["check", "subject", "day", "detail"], ignore_index=True)
    return QUALITY.check(ordered, where="data quality")
