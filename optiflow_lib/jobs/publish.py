"""Notebook 60: one immutable snapshot of the night, switched to in one step."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from optiflow_lib import store
from optiflow_lib.jobs.demand import demand_of
from optiflow_lib.jobs.items import with_item_id
from optiflow_lib.jobs.night import Night, NightJob, inputs_folder
from optiflow_lib.jobs.views import published_folder
from optiflow_lib.schemas.results import NIGHT_TABLES
from optiflow_lib.schemas.source import SUPPLIERS
from optiflow_lib.source import forget_inputs

HISTORY_DAYS = 400
TOTALS_DAYS = 800
PLACE = ["day", "category", "location_id", "supplier_id"]


@NightJob
def publish_night(night: Night) -> pd.DataFrame:
    """Publishes every result of the night with the history the charts need, and forgets nights past their keep.

    Returns name and rows of each published frame.
    """
    store.refresh_summaries(night.store)
    frames = {name: store.read_night(night.store, name, as_of=night.as_of) for name in NIGHT_TABLES}
    frames |= {
        "history": _history(night),
        "daily_totals": _daily_totals(night),
        "daily_stock": _daily_stock(night),
        "daily_forecast": _daily_forecast(night),
        "item_forecasts": _item_forecasts(night),
        "kpi_nights": _kpi_nights(night),
        "suppliers": night.inputs.read("suppliers") if night.inputs.has("suppliers") else SUPPLIERS.empty(),
        "on_order": night.book.on_order,
    }
    frames["override_results"] = store.read_override_results(night.store)
    frames["summary_categories"] = store.read_summary(night.store, "summary_categories")
    published_at = datetime.now(UTC).replace(tzinfo=None)
    store.publish(
        frames, folder=published_folder(night.settings), as_of=night.as_of, published_at=published_at
    )
    store.forget_nights(night.store, keep=night.settings.store.keep_nights)
    forget_inputs(inputs_folder(night.settings), keep=night.settings.store.keep_nights)
    return pd.DataFrame({"frame": list(frames), "rows": [len(rows) for rows in frames.values()]})


def _history(night: Night) -> pd.DataFrame:
    demand = demand_of(night)[["item_id", "day", "quantity"]]
    return demand[demand["day"] > pd.Timestamp(night.as_of - timedelta(days=HISTORY_DAYS))].reset_index(
        drop=True
    )


def _daily_totals(night: Night) -> pd.DataFrame:
    """Units, revenue and cost of what was sold, by day and by what a page can be filtered by."""
    known = _keyed(night, _recent(night, night.daily_sales))
    known["revenue"] = known["revenue"].fillna(known["quantity"] * known["price"])
    known["cost"] = known["quantity"] * known["unit_cost"]
    return known.groupby(PLACE, as_index=False)[["quantity", "revenue", "cost"]].sum()


def _daily_stock(night: Night) -> pd.DataFrame:
    """Value at cost, items and items in stock at each day's end; only the last day without a stock history."""
    held = night.stock_history
    if held is None:
        held = with_item_id(night.inputs.read("stock"), night.settings).assign(day=pd.Timestamp(night.as_of))
    known = _keyed(night, _recent(night, held[["item_id", "day", "on_hand"]]))
    known["value"] = known["on_hand"].clip(lower=0) * known["unit_cost"]
    known["items"], known["in_stock"] = 1, (known["on_hand"] > 0).astype("int64")
    return known.groupby(PLACE, as_index=False)[["value", "items", "in_stock"]].sum()


def _daily_forecast(night: Night) -> pd.DataFrame:
    """Units, revenue and cost of what is expected, by day and by what a page can be filtered by."""
    forecasts = store.read_night(night.store, "forecasts", as_of=night.as_of)
    known = _keyed(night, forecasts[["item_id", "day", "forecast"]].rename(columns={"forecast": "quantity"}))
    known["revenue"] = known["quantity"] * known["price"]
    known["cost"] = known["quantity"] * known["unit_cost"]
    return known.groupby(PLACE, as_index=False)[["quantity", "revenue", "cost"]].sum()


def _item_forecasts(night: Night) -> pd.DataFrame:
    """Mean units of a day by item: a page ranks a hundred thousand items without reading all their days."""
    forecasts = store.read_night(night.store, "forecasts", as_of=night.as_of)
    return forecasts.groupby("item_id", as_index=False)["forecast"].mean()


def _kpi_nights(night: Night) -> pd.DataFrame:
    """The indicators of this night and of those before it that are kept anyway."""
    past = store.read_nights(night.store, "kpis")
    past = past[past["as_of"] <= pd.Timestamp(night.as_of)]
    kept = sorted(past["as_of"].unique())[-night.settings.store.keep_nights :]
    return past[past["as_of"].isin(kept)].reset_index(drop=True)


def _recent(night: Night, rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["day"] > pd.Timestamp(night.as_of - timedelta(days=TOTALS_DAYS))]


def _keyed(night: Night, rows: pd.DataFrame) -> pd.DataFrame:
    columns = ["item_id", "category", "location_id", "supplier_id", "price", "unit_cost"]
    known = rows.merge(night.items[columns], on="item_id")
    return known.assign(supplier_id=known["supplier_id"].fillna(""))
