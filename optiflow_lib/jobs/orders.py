"""An order with everything its document shows."""

from dataclasses import dataclass

import pandas as pd

from optiflow_lib.errors import OrderError
from optiflow_lib.jobs.night import inputs_folder, opened_store
from optiflow_lib.settings import Settings
from optiflow_lib.source import open_inputs
from optiflow_lib.store import read_night, read_order_lines, read_orders


@dataclass(frozen=True)
class OrderParts:
    """An order as it is printed: the supplier and item names are those of the night that suggested it."""

    order: pd.Series
    lines: pd.DataFrame
    items: pd.DataFrame
    supplier: pd.Series


def order_parts(settings: Settings, order_id: str) -> OrderParts:
    """The order, its lines, items and supplier.

    Raises:
        OrderError: there is no such order.
    """
    with opened_store(settings) as store:
        orders = read_orders(store)
        found = orders[orders["order_id"] == order_id]
        if found.empty:
            raise OrderError(
                what=f"there is no order {order_id}",
                where="orders of the store",
                mend="`optiflow orders list` shows their numbers",
            )
        order = found.iloc[0]
        lines = read_order_lines(store, order_ids=[order_id])
        items = read_night(store, "items", as_of=order["as_of"].date())
    return OrderParts(order, lines, items, _supplier(settings, order))


def _supplier(settings: Settings, order: pd.Series) -> pd.Series:
    inputs = open_inputs(inputs_folder(settings), order["as_of"].date())
    suppliers = inputs.read("suppliers").set_index("supplier_id", drop=False)
    return suppliers.loc[order["supplier_id"]]
