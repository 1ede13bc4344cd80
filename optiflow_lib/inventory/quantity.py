"""What to order: positions against the distribution of the demand they must last for."""

import json
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from optiflow_lib.inventory.distribution import chance_above, expected_short, grid_of, quantile
from optiflow_lib.inventory.trace import order_quantity
from optiflow_lib.schemas.results import RECOMMENDATIONS
from optiflow_lib.settings import InventorySettings

TRACED = (
    "on_hand",
    "reserved",
    "backorders",
    "on_order_in_time",
    "inventory_position",
    "lead_time",
    "review_period",
    "protection_interval",
    "service_level",
    "expected_demand",
    "reorder_point",
    "order_up_to_level",
    "minimum_quantity",
    "multiple",
    "unit_step",
    "sellable",
)


def recommendations(
    items: pd.DataFrame,
    *,
    positions: pd.DataFrame,
    interval_demand: pd.DataFrame,
    lead_times: pd.DataFrame,
    classes: pd.DataFrame,
    supplier_terms: pd.DataFrame,
    forecasts: pd.DataFrame,
    as_of: date,
    settings: InventorySettings,
) -> pd.DataFrame:
    """One suggestion per item, ordered or not, with its trace.

    The order-up-to level S is the quantile of demand over lead time + review period at the service level of the
    item's class. With daily review the reorder point is the same quantile over the lead time and one more day: a
    position above it can wait until tomorrow. With a longer review period it is S: tomorrow may be too late.

    Args:
        items: Schema `ITEMS`.
        positions: Schema `POSITIONS`.
        interval_demand: Schema `INTERVAL_DEMAND`.
        lead_times: Schema `LEAD_TIMES`.
        classes: Schema `CLASSES`.
        supplier_terms: Terms valid today with item_id, best first.
        forecasts: Schema `FORECASTS`.
        as_of: The day being closed.
        settings: Service level per class, cost share assumed where the cost is missing.

    Returns:
        Schema `RECOMMENDATIONS`, sorted by item_id.
    """
    rows = _joined(items, positions, lead_times, classes, supplier_terms)
    over = {
        name: part.set_index("item_id").reindex(rows["item_id"])
        for name, part in interval_demand.groupby("interval")
    }
    reach, wait = grid_of(over["protection"]), grid_of(over["lead_time"])
    rows["service_level"] = rows["abc"].map(settings.service_level)
    rows["expected_demand"] = over["protection"]["mean"].to_numpy()
    rows["protection_interval"] = rows["lead_time"] + rows["review_period"]
    rows["order_up_to_level"] = np.ceil(quantile(reach, rows["service_level"]))
    daily = rows["expected_demand"] / rows["protection_interval"].clip(lower=1)
    tomorrow = np.ceil(quantile(wait, rows["service_level"]) + daily)
    rows["reorder_point"] = np.where(rows["review_period"] > 1, rows["order_up_to_level"], tomorrow)
    rows["reorder_point"] = rows[["reorder_point", "order_up_to_level"]].min(axis=1)
    rows["sellable"] = _sellable(rows, forecasts, as_of)
    position = rows["inventory_position"].to_numpy()
    rows["stockout_probability"] = chance_above(reach, np.maximum(position, 0))
    rows["unit_cost"], rows["assumed"] = _costs(rows, settings)
    margin = (rows["price"] - rows["unit_cost"]).clip(lower=0).fillna(0.0)
    rows["euros_at_risk"] = expected_short(reach, np.maximum(position, 0)) * margin
    mean_daily = rows["item_id"].map(forecasts.groupby("item_id")["forecast"].mean())
    rows["days_of_cover"] = (rows["on_hand"] / mean_daily.where(mean_daily > 0)).clip(lower=0)
    return RECOMMENDATIONS.check(_decided(rows), where="recommendations")


def _joined(
    items: pd.DataFrame,
    positions: pd.DataFrame,
    lead_times: pd.DataFrame,
    classes: pd.DataFrame,
    terms: pd.DataFrame,
) -> pd.DataFrame:
    first = terms.drop_duplicates("item_id").reindex(columns=["item_id", "minimum_quantity", "multiple"])
    waits = lead_times[["item_id", "lead_time", "review_period", "basis", "observations"]]
    rows = (
        items.merge(positions, on="item_id")
        .merge(waits, on="item_id")
        .merge(classes[["item_id", "abc"]], on="item_id")
    )
    rows = rows.merge(first, on="item_id", how="left").sort_values("item_id", ignore_index=True)
    rows["minimum_quantity"] = rows["minimum_quantity"].fillna(0.0)
    rows["multiple"] = rows["multiple"].where(rows["multiple"] > 0).fillna(rows["unit_step"])
    return rows


def _sellable(rows: pd.DataFrame, forecasts: pd.DataFrame, as_of: date) -> pd.Series:
    """Units expected to be wanted until an item ends; missing when it does not end within the horizon."""
    last = forecasts["day"].max()
    ending = rows[rows["ends_on"].notna() & (rows["ends_on"] <= last)]
    days = forecasts[forecasts["item_id"].isin(ending["item_id"])].merge(
        ending[["item_id", "ends_on"]], on="item_id"
    )
    wanted = days[days["day"] <= days["ends_on"]].groupby("item_id")["forecast"].sum()
    sellable = rows["item_id"].map(wanted)
    return sellable.where(~(rows["ends_on"] <= pd.Timestamp(as_of)), 0.0)


def _costs(rows: pd.DataFrame, settings: InventorySettings) -> tuple[pd.Series, pd.Series]:
    """Unit costs, and where they are assumed from the price: visible in the trace, never silent."""
    assumed = rows["unit_cost"].isna()
    return rows["unit_cost"].fillna(rows["price"] * settings.assumed_cost_share), assumed


def _decided(rows: pd.DataFrame) -> pd.DataFrame:
    inputs = [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in rows[list(TRACED)].astype(object).to_dict("records")
    ]
    decided = [order_quantity(given) for given in inputs]
    # Without a supplier nothing can be ordered, whatever the position says.
    without = rows["supplier_id"].isna().to_numpy()
    quantity = np.where(without, 0.0, [q for q, _ in decided])
    rows["order_quantity"] = quantity
    rows["rule"] = np.where(without, "no supplier", [rule for _, rule in decided])
    rows["value_eur"] = rows["order_quantity"] * rows["unit_cost"].fillna(0.0)
    rows["trace"] = [_trace(row, given) for row, given in zip(rows.itertuples(), inputs, strict=True)]
    return rows


def _trace(row: Any, inputs: dict[str, object]) -> str:
    told = {
        "inputs": inputs,
        "lead_time_basis": row.basis,
        "lead_time_observations": int(row.observations),
        "cost_assumed": bool(row.assumed),
        "rule": row.rule,
        "order_quantity": float(row.order_quantity),
        "stockout_probability": float(row.stockout_probability),
        "value_eur": float(row.value_eur),
    }
    return json.dumps(told, sort_keys=True, ensure_ascii=False)
