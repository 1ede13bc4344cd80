"""The decisions that forecasts are for: how long an order must last, and how surely."""

import pandas as pd

from optiflow_lib import inventory
from optiflow_lib.jobs.demand import public_holidays
from optiflow_lib.jobs.items import item_terms
from optiflow_lib.jobs.night import Night
from optiflow_lib.schemas.source import SUPPLIERS


def lead_times_of(night: Night) -> inventory.LearnedLeadTimes:
    """How long an order of each item takes, and when its supplier can be asked."""
    inputs = night.inputs
    suppliers = inputs.read("suppliers") if inputs.has("suppliers") else SUPPLIERS.empty()
    return inventory.learned_lead_times(
        night.book.receipts,
        supplier_terms=item_terms(inputs, night.items),
        suppliers=suppliers,
        items=night.items,
        as_of=night.as_of,
        settings=night.settings.inventory,
        closed=inventory.closed_weekdays(night.daily_sales, as_of=night.as_of),
        closed_days=public_holidays(night),
    )


def decisions_of(night: Night, times: pd.DataFrame) -> pd.DataFrame:
    """item_id, protection_interval (days) and critical_ratio (the service level of the item's ABC class).

    Args:
        night: The night.
        times: Its learned lead times, schema `LEAD_TIMES`.
    """
    classes = inventory.classes(
        night.daily_sales,
        items=night.items,
        stock_history=night.stock_history,
        as_of=night.as_of,
    )
    levels = {str(name): level for name, level in night.settings.inventory.service_level.items()}
    made = times[["item_id"]].assign(protection_interval=times["lead_time"] + times["review_period"])
    ratio = classes.set_index("item_id")["abc"].map(levels)
    return made.assign(critical_ratio=made["item_id"].map(ratio))
