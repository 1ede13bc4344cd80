"""What a quantity that a person changed cost in hindsight, beside what the model's would have cost."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.inventory.economics import YEAR
from optiflow_lib.schemas.operations import OVERRIDE_RESULTS
from optiflow_lib.settings import InventorySettings

Array = NDArray[np.float64]
_MEASURED = ["measured_on", "unknown_days", "demand", "suggested_cost_eur", "cost_eur", "saved_eur"]


def hindsight_cost(
    quantity: Array,
    *,
    position: Array,
    demand: Array,
    daily_demand: Array,
    shortage_cost: Array,
    holding_cost: Array,
    order_cost: Array,
    surcharge: Array,
) -> Array:
    """Money that ordering `quantity` cost once it is known what was wanted until the next order could be there.

    ``c_s (D − IP − q)⁺ + h x · min(x / 2d, a year) + K [q > 0] + surcharge · q`` with ``x = (IP + q − D)⁺``: what is left is
    held until it is sold at the pace that was expected, as the overstock alert reckons.

    Args:
        quantity: Ordered, units; every argument has shape (n,).
        position: Inventory position without the order, units.
        demand: D, wanted during the interval that the order had to last for, units.
        daily_demand: d, units a day that were expected; without any, what is left is held for a year.
        shortage_cost: c_s, of a unit short, money.
        holding_cost: h, of a unit and day, money.
        order_cost: K, of an order line, money.
        surcharge: Of a unit, above the list price; negative for a discount.
    """
    left = position + quantity - demand
    held, short = np.maximum(left, 0.0), np.maximum(-left, 0.0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        days = np.where(held > 0, np.minimum(held / (2 * daily_demand), YEAR), 0.0)
    lines = np.where(quantity > 0, order_cost, 0.0)
    return np.asarray(shortage_cost * short + holding_cost * held * days + lines + surcharge * quantity)


def changed_lines(
    lines: pd.DataFrame,
    recommendations: pd.DataFrame,
    *,
    items: pd.DataFrame,
    classes: pd.DataFrame,
    interval_demand: pd.DataFrame,
    settings: InventorySettings,
) -> pd.DataFrame:
    """Schema `OVERRIDE_RESULTS`, not measured yet: lines that a person changed, with what their night knew.

    Args:
        lines: Schema `PLACED_LINES` with item_id, all suggested by one night and edited_by somebody.
        recommendations: Schema `RECOMMENDATIONS` of that night; lines of other items are left out.
        items: Schema `ITEMS` of that night.
        classes: Schema `CLASSES` of that night.
        interval_demand: Schema `INTERVAL_DEMAND` of that night.
        settings: What stock and shortages cost.
    """
    known = recommendations[["item_id", "inventory_position", "protection_interval", "unit_cost"]]
    rows = lines.merge(known, on="item_id", suffixes=("", "_suggested"))
    rows = rows.merge(items[["item_id", "unit_cost", "price"]], on="item_id", suffixes=("", "_item"))
    rows = rows.merge(classes[["item_id", "abc"]], on="item_id")
    demand = interval_demand[interval_demand["interval"] == "protection"].set_index("item_id")
    daily = (demand["mean"] / demand["days"]).reindex(rows["item_id"]).fillna(0.0)
    cost = rows["unit_cost_item"].fillna(rows["price"] * settings.assumed_cost_share)
    margin = (rows["price"] - cost).clip(lower=0.0).fillna(0.0)
    made = rows.assign(
        author=rows["edited_by"],
        ends_on=rows["suggested_on"] + pd.to_timedelta(np.ceil(rows["protection_interval"]), unit="D"),
        position=rows["inventory_position"],
        daily_demand=daily.to_numpy(),
        shortage_cost_eur=margin * rows["abc"].map(settings.shortage_cost).astype(float),
        holding_cost_eur=cost.fillna(0.0) * settings.holding_rate / YEAR,
        order_cost_eur=settings.order_line_cost,
        suggested_surcharge_eur=(rows["unit_cost_suggested"] - rows["list_price"]).fillna(0.0),
        surcharge_eur=(rows["unit_cost"] - rows["list_price"]).fillna(0.0),
        **dict.fromkeys(_MEASURED),
    )
    return OVERRIDE_RESULTS.check(made, where="lines that a person changed")


def in_hindsight(results: pd.DataFrame, demand: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """`results` with the demand and the costs of those whose interval has passed by `as_of`; the others as they are.

    A day whose demand is unknown, because nothing was in stock, counts with the demand expected then; where no day is
    known nothing is measured but that.

    Args:
        results: Schema `OVERRIDE_RESULTS`; what an earlier day measured stays.
        demand: Schema `DEMAND` with quantity missing where unknown.
        as_of: The day being closed.
    """
    due = (results["ends_on"] <= as_of) & ~(results["measured_on"] < as_of)
    rows = results[due]
    wanted, unknown = _wanted(rows, demand)
    given = {
        "position": rows["position"],
        "demand": wanted,
        "daily_demand": rows["daily_demand"],
        "shortage_cost": rows["shortage_cost_eur"],
        "holding_cost": rows["holding_cost_eur"],
        "order_cost": rows["order_cost_eur"],
    }
    suggested = hindsight_cost(rows["suggested_quantity"], surcharge=rows["suggested_surcharge_eur"], **given)
    cost = hindsight_cost(rows["quantity"], surcharge=rows["surcharge_eur"], **given)
    measured = results.copy()
    measured.loc[due, "measured_on"] = as_of
    measured.loc[due, _MEASURED[1:]] = np.column_stack([unknown, wanted, suggested, cost, suggested - cost])
    return OVERRIDE_RESULTS.check(measured, where="results of overrides")


def override_record(results: pd.DataFrame) -> pd.DataFrame:
    """How people did against the model: author, lines, measured, better, worse, saved_eur; who saved most comes first.

    Args:
        results: Schema `OVERRIDE_RESULTS`.
    """
    saved = results["saved_eur"]
    rows = results.assign(measured=saved.notna(), better=saved > 0, worse=saved < 0)
    record = rows.groupby("author", as_index=False).agg(
        lines=("item_id", "size"),
        measured=("measured", "sum"),
        better=("better", "sum"),
        worse=("worse", "sum"),
        saved_eur=("saved_eur", "sum"),
    )
    return record.sort_values(["saved_eur", "author"], ascending=[False, True], ignore_index=True)


def _cost_of(rows: pd.DataFrame, quantity: str, surcharge: str, demand: Array) -> Array:
    given = {name: rows[name].to_numpy(float) for name in rows.select_dtypes("number")}
    return hindsight_cost(
        given[quantity],
        position=given["position"],
        demand=demand,
        daily_demand=given["daily_demand"],
        shortage_cost=given["shortage_cost_eur"],
        holding_cost=given["holding_cost_eur"],
        order_cost=given["order_cost_eur"],
        surcharge=given[surcharge],
    )


def _wanted(rows: pd.DataFrame, demand: pd.DataFrame) -> tuple[Array, Array]:
    """Demand of each row's interval, missing where no day is known, and the days that are unknown."""
    days = (rows["ends_on"] - rows["suggested_on"]).dt.days.to_numpy(float)
    numbered = rows[["item_id", "suggested_on", "ends_on"]].assign(row=range(len(rows)))
    seen = numbered.merge(demand[["item_id", "day", "quantity"]], on="item_id")
    seen = seen[(seen["day"] > seen["suggested_on"]) & (seen["day"] <= seen["ends_on"])]
    by_row = seen.groupby("row")["quantity"].agg(["sum", "count"]).reindex(range(len(rows))).fillna(0.0)
    known, total = by_row["count"].to_numpy(float), by_row["sum"].to_numpy(float)
    unknown = days - known
    wanted = total + unknown * rows["daily_demand"].to_numpy(float)
    return np.where(known > 0, wanted, np.nan), unknown
