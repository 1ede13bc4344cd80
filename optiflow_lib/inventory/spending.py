"""What each euro spent tonight would save: the priority list of a night's suggestions."""

import json
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.inventory.distribution import grid_of
from optiflow_lib.inventory.economics import Economics
from optiflow_lib.inventory.priorities import Lines, pack_list
from optiflow_lib.inventory.trace import rule_inputs

Array = NDArray[np.float64]
COLUMNS = ("item_id", "supplier_id", "quantity", "units", "euros", "gain", "margin_saved")


def spending_curve(recommendations: pd.DataFrame, *, interval_demand: pd.DataFrame) -> pd.DataFrame:
    """Packs of all lines that are due, those that save most per euro first, with running totals.

    Budgets and whole orders do not cut it: it shows what a larger or smaller budget would buy.

    Args:
        recommendations: Schema `RECOMMENDATIONS`.
        interval_demand: Schema `INTERVAL_DEMAND` of the same night.

    Returns:
        item_id, supplier_id, quantity (of the line with this pack), units (of the pack), euros (what it costs), gain
        (expected cost that it saves), margin_saved (expected lost margin that it avoids), total_euros,
        total_margin_saved.
    """
    told = [json.loads(trace) for trace in recommendations["trace"]]
    asked = np.array([trace["line_quantity"] for trace in told], dtype=float)
    rows = np.flatnonzero(asked > 0)
    until = interval_demand[interval_demand["interval"] == "protection"].set_index("item_id")
    chosen = recommendations.iloc[rows]
    grid = grid_of(until.reindex(chosen["item_id"]).drop(columns="interval").fillna(0.0))
    lines = _lines([told[row] for row in rows], grid)
    packs = pack_list(lines, start=np.zeros(len(rows)), stop=asked[rows])
    named = packs.assign(
        item_id=chosen["item_id"].to_numpy()[packs["row"]],
        supplier_id=chosen["supplier_id"].to_numpy()[packs["row"]],
    )[list(COLUMNS)]
    return named.assign(
        total_euros=named["euros"].cumsum(), total_margin_saved=named["margin_saved"].cumsum()
    )


def _lines(told: list[dict[str, Any]], until: Array) -> Lines:
    """The lines of some traces; `until` holds their quantiles of demand."""
    inputs = rule_inputs([trace["inputs"] for trace in told])

    def column(name: str) -> Array:
        return np.array([trace["inputs"][name] for trace in told], dtype=float)

    economics = Economics(
        until=until,
        position=inputs.position,
        safe_level=np.array([trace["target"]["safe_level"] for trace in told], dtype=float),
        lot=column("lot"),
        per_review=column("demand_per_review"),
        daily=column("daily_demand"),
        margin=column("margin"),
        shortage_factor=column("shortage_factor"),
        holding_a_day=column("holding_a_day"),
        order_cost=inputs.order_cost,
        breaks=inputs.breaks,
    )
    return Lines(inputs.minimum, inputs.multiple, economics)
