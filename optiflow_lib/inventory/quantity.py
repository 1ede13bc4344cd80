"""What to order: positions against the distribution of the demand they must last for."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.inventory.distribution import chance_above, expected_short
from optiflow_lib.inventory.economics import YEAR, Economics
from optiflow_lib.inventory.levels import Levels, levels_of
from optiflow_lib.inventory.lines import ItemLines, Known, item_lines
from optiflow_lib.inventory.lookup import of_items
from optiflow_lib.inventory.order_rule import Decision, OrderInputs, decide, whole_packs
from optiflow_lib.inventory.price_breaks import average_price
from optiflow_lib.inventory.priorities import Lines
from optiflow_lib.inventory.trace import Reasons, traces
from optiflow_lib.inventory.whole_orders import OrderRules, filled, within_budget
from optiflow_lib.schemas.stock import RECOMMENDATIONS
from optiflow_lib.settings import InventorySettings

Array = NDArray[np.float64]


def recommendations(known: Known, settings: InventorySettings) -> pd.DataFrame:
    """One suggestion per item, ordered or not, with its trace.

    The levels keep the promise of the item's class (`levels_of`), the quantity follows from them line by line
    (`order_rule.decide`), and then the supplier's minimum order, its free delivery and the budgets are looked at for
    whole orders (`whole_orders`). What is not given is assumed, and said in the trace.

    Args:
        known: Everything the night knows.
        settings: Promises, costs and limits.

    Returns:
        Schema `RECOMMENDATIONS`, sorted by item_id.
    """
    lines = item_lines(known, settings)
    levels = levels_of(lines, settings)
    economics = economics_of(lines, levels, settings)
    inputs = order_inputs(lines, levels, as_of=known.as_of, settings=settings)
    inputs, decision = _as_whole_orders(
        inputs, lines, economics, suppliers=known.suppliers, settings=settings
    )
    rows = _described(lines, levels, inputs, decision, economics)
    told = traces(rows, Reasons(lines, levels, inputs, decision, economics), as_of=known.as_of)
    return RECOMMENDATIONS.check(rows.assign(trace=told), where="recommendations")


def economics_of(lines: ItemLines, levels: Levels, settings: InventorySettings) -> Economics:
    """What quantities of the items cost."""
    cost, price = lines.column("unit_cost"), lines.column("price")
    return Economics(
        until=lines.until,
        position=lines.column("inventory_position"),
        safe_level=levels.safe,
        lot=levels.lot,
        per_review=lines.mean_until - lines.mean_before,
        daily=lines.horizon.daily,
        margin=np.nan_to_num(np.maximum(price - cost, 0)),
        shortage_factor=lines.rows["abc"].map(settings.shortage_cost).to_numpy(float),
        holding_a_day=np.nan_to_num(cost) * settings.holding_rate / YEAR,
        order_cost=np.full(len(cost), settings.order_line_cost),
        breaks=lines.breaks,
    )


def order_inputs(
    lines: ItemLines, levels: Levels, *, as_of: date, settings: InventorySettings
) -> OrderInputs:
    """What the order rule looks at, before whole orders are."""
    n, rows = len(lines.rows), lines.rows
    arrives = np.ceil(lines.column("days_to_order") + lines.column("lead_time"))
    ends = (rows["ends_on"] - pd.Timestamp(as_of)).dt.days.clip(lower=0).to_numpy(float)
    cover = rows["abc"].map(settings.maximum_cover_days).to_numpy(float)
    return OrderInputs(
        position=lines.column("inventory_position"),
        reorder_point=levels.reorder_point,
        order_up_to=levels.order_up_to,
        minimum=lines.column("minimum_quantity"),
        multiple=lines.column("multiple"),
        sellable=lines.horizon.until(ends),
        fresh=lines.horizon.until(arrives + lines.column("shelf_life_days")),
        covered=lines.horizon.until(arrives + cover),
        yearly_demand=lines.horizon.daily * YEAR,
        order_cost=np.full(n, settings.order_line_cost),
        holding_rate=np.full(n, settings.holding_rate),
        breaks=lines.breaks,
        has_supplier=rows["supplier_id"].notna().to_numpy(),
        nearest=np.full(n, settings.rounding == "nearest"),
        allotted=np.full(n, np.nan),
        allotment=np.full(n, "", dtype=object),
    )


def _as_whole_orders(
    inputs: OrderInputs,
    lines: ItemLines,
    economics: Economics,
    *,
    suppliers: pd.DataFrame,
    settings: InventorySettings,
) -> tuple[OrderInputs, Decision]:
    alone = decide(inputs)
    weighed = Lines(inputs.minimum, inputs.multiple, economics)
    limits = np.fmin(np.fmin(inputs.sellable, inputs.fresh), inputs.covered) - inputs.position
    most = np.where(
        inputs.has_supplier, np.maximum(whole_packs(limits, inputs.multiple), alone.quantity), 0.0
    )
    grown = filled(alone.quantity, weighed, _order_rules(lines.rows, suppliers, settings), most=most)
    quantity = np.where(np.isnan(grown.quantity), alone.quantity, grown.quantity)
    cut = within_budget(quantity, weighed, budgets=_budgets(lines.rows, settings))
    allotted = np.where(np.isnan(cut.quantity), grown.quantity, cut.quantity)
    allotment = np.where(np.isnan(cut.quantity), grown.reason, cut.reason)
    inputs = replace(inputs, allotted=allotted, allotment=allotment)
    return inputs, decide(inputs)


def _order_rules(rows: pd.DataFrame, suppliers: pd.DataFrame, settings: InventorySettings) -> OrderRules:
    """The supplier's minimum order and franco; an order is what one location asks of one supplier."""
    known = suppliers.drop_duplicates("supplier_id").set_index("supplier_id")
    least, free = (
        of_items(known[name], rows["supplier_id"]).fillna(0).clip(lower=0).to_numpy(float)
        for name in ("minimum_order_value", "free_delivery_from")
    )
    order = rows.groupby(["supplier_id", "location_id"]).ngroup().to_numpy()  # −1 without a supplier
    return OrderRules(order, least, free, settings.delivery_cost)


def _budgets(rows: pd.DataFrame, settings: InventorySettings) -> list[tuple[NDArray[np.bool_], float]]:
    of_suppliers = [
        (rows["supplier_id"].eq(supplier).to_numpy(dtype=bool), money)
        for supplier, money in sorted(settings.supplier_budgets.items())
    ]
    whole = [] if settings.budget is None else [(np.ones(len(rows), dtype=bool), settings.budget)]
    return of_suppliers + whole


def _described(
    lines: ItemLines,
    levels: Levels,
    inputs: OrderInputs,
    decision: Decision,
    economics: Economics,
) -> pd.DataFrame:
    held = np.maximum(inputs.position, 0)
    daily = lines.horizon.daily
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        cover = np.where(daily > 0, np.maximum(lines.column("on_hand"), 0) / daily, np.nan)
    price = average_price(decision.quantity, lines.breaks)
    return lines.rows.assign(
        reorder_point=levels.reorder_point,
        order_up_to_level=levels.order_up_to,
        order_quantity=decision.quantity,
        unit_cost=price,
        value_eur=decision.quantity * np.nan_to_num(price),
        stockout_probability=chance_above(lines.until, held),
        euros_at_risk=expected_short(lines.until, held) * economics.margin,
        days_of_cover=cover,
        rule=decision.rule,
    )
