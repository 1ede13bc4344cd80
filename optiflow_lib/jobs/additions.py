"""An item that the night does not suggest, ordered by a person all the same."""

from datetime import UTC, date, datetime

import pandas as pd

from optiflow_lib import purchasing, store
from optiflow_lib.errors import OrderError
from optiflow_lib.jobs.actions import shops_day
from optiflow_lib.jobs.items import item_terms
from optiflow_lib.jobs.night import inputs_folder, opened_store
from optiflow_lib.jobs.views import View, open_view
from optiflow_lib.settings import Settings
from optiflow_lib.source import open_inputs


def add_to_draft(settings: Settings, *, item_id: str, quantity: float, author: str, reason: str) -> str:
    """Adds an item that is in no draft to its supplier's, which is made when there is none; the next nights keep it.

    Args:
        settings: Where the store and the published night are.
        item_id: The item.
        quantity: Units, more than 0.
        author: Who orders it.
        reason: Why.

    Returns:
        The draft's number.

    Raises:
        OrderError: the published night knows no such item or no supplier of it, the quantity is not above 0, or the
            item is in a draft already; nothing is written.
    """
    view = open_view(settings)
    found = None if view is None else view.read_item("items", item_id)
    if view is None or found is None or found.empty:
        raise _refusal(item_id, "there is no such item", "name an item of the assortment, such as 0001")
    item = found.iloc[0]
    if pd.isna(item["supplier_id"]):
        raise _refusal(
            item_id, "no supplier of it is known", "enter who delivers it in the business database"
        )
    leaves_on, expected_on = _days(view, item_id)
    unit_cost, list_price = _price(settings, view, item, quantity)
    added = store.Addition(
        item_id=item_id,
        supplier_id=str(item["supplier_id"]),
        location_id=str(item["location_id"]),
        quantity=quantity,
        unit_cost=unit_cost,
        list_price=list_price,
        vat_rate=float(item["vat_rate"]),
        leaves_on=leaves_on,
        expected_on=expected_on,
        reason=reason,
    )
    with opened_store(settings) as opened:
        return store.add_to_draft(
            opened,
            added,
            as_of=view.as_of,
            author=author,
            prefix=settings.purchasing.number_prefix,
            at=datetime.now(UTC).replace(tzinfo=None),
            day=shops_day(settings),
        )


def _days(view: View, item_id: str) -> tuple[date | None, date | None]:
    """When the supplier would take an order of the item, and when it would be there."""
    days = purchasing.order_days(view.read_item("lead_times", item_id))
    if days.empty:
        return None, None
    return days["leaves_on"].iloc[0].date(), days["expected_on"].iloc[0].date()


def _price(settings: Settings, view: View, item: pd.Series, quantity: float) -> tuple[float, float | None]:
    """Cost of a unit at this quantity, and the supplier's list price: as a suggested line would have them."""
    inputs = open_inputs(inputs_folder(settings), view.as_of)
    line = pd.DataFrame(
        [{"item_id": item["item_id"], "supplier_id": item["supplier_id"], "quantity": quantity}]
    )
    asked = purchasing.unit_prices(
        line[line["quantity"] > 0], supplier_terms=item_terms(inputs, item.to_frame().T)
    ).dropna()
    if len(asked):
        return float(asked["unit_price"].iloc[0]), float(asked["list_price"].iloc[0])
    if pd.notna(item["unit_cost"]):
        return float(item["unit_cost"]), float(item["unit_cost"])
    assumed = view.read_item("recommendations", str(item["item_id"]))["unit_cost"].dropna().clip(lower=0.0)
    return (float(assumed.iloc[0]) if len(assumed) else 0.0), None


def _refusal(item_id: str, what: str, mend: str) -> OrderError:
    return OrderError(what=what, where=f"item {item_id}", mend=mend)
