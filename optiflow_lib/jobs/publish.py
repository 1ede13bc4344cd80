"""Notebook 60: one immutable snapshot of the night, switched to in one step."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from optiflow_lib import store
from optiflow_lib.jobs.demand import daily_sales_of, demand_of
from optiflow_lib.jobs.night import Night, open_night
from optiflow_lib.jobs.views import published_folder
from optiflow_lib.schemas.results import NIGHT_TABLES

HISTORY_DAYS = 400
TOTALS_DAYS = 800


def publish_night(*, settings_file: str, as_of: str = "") -> pd.DataFrame:
    """Publishes every result of the night with the history the charts need, and forgets nights past their keep.

    Returns name and rows of each published frame.
    """
    with open_night(settings_file, as_of) as night:
        store.refresh_summaries(night.store)
        frames = {name: store.read_night(night.store, name, as_of=night.as_of) for name in NIGHT_TABLES}
        frames |= {"history": _history(night), "daily_totals": _daily_totals(night)}
        frames["summary_categories"] = store.read_summary(night.store, "summary_categories")
        published_at = datetime.now(UTC).replace(tzinfo=None)
        store.publish(
            frames, folder=published_folder(night.settings), as_of=night.as_of, published_at=published_at
        )
        store.forget_nights(night.store, keep=night.settings.store.keep_nights)
        return pd.DataFrame({"frame": list(frames), "rows": [len(rows) for rows in frames.values()]})


def _history(night: Night) -> pd.DataFrame:
    demand = demand_of(night)[["item_id", "day", "quantity"]]
    return demand[demand["day"] > pd.Timestamp(night.as_of - timedelta(days=HISTORY_DAYS))].reset_index(
        drop=True
    )


def _daily_totals(night: Night) -> pd.DataFrame:
    sales = daily_sales_of(night)
    recent = sales[sales["day"] > pd.Timestamp(night.as_of - timedelta(days=TOTALS_DAYS))]
    known = recent.merge(night.items[["item_id", "category", "location_id", "price"]], on="item_id")
    known["revenue"] = known["revenue"].fillna(known["quantity"] * known["price"])
    by = ["day", "category", "location_id"]
    return known.groupby(by, as_index=False)[["quantity", "revenue"]].sum()
