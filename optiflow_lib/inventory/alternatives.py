"""The quantities that could be ordered instead, and what each is expected to cost more or save."""

import json
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.inventory.economics import Economics, expected_cost
from optiflow_lib.inventory.order_rule import Decision, OrderInputs, packs

Array = NDArray[np.float64]
COSTS = ("lost_margin", "holding", "ordering", "goods")


def alternatives_of(
    inputs: OrderInputs, decision: Decision, economics: Economics
) -> list[list[dict[str, float]]]:
    """Per line that is ordered or due: nothing, a pack less, a pack more, the next price break beside what was chosen.

    Each is a dict of quantity, the costs of `ExpectedCost` and their sum `extra`, all in money beyond those of the
    quantity chosen: below 0 it would be cheaper. What the supplier does not deliver is no alternative.
    """
    chosen = decision.quantity
    least = packs(np.maximum(inputs.minimum, inputs.multiple), inputs.multiple)
    usual = np.maximum(least, economics.lot)
    fewer, more = chosen - inputs.multiple, np.where(chosen > 0, chosen + inputs.multiple, usual)
    quantities = np.stack(
        [np.zeros(len(chosen)), np.where(fewer >= least - 1e-9, fewer, np.nan), chosen, more]
    )
    quantities = np.vstack([quantities, _next_break(chosen, inputs)[None, :]])
    base = expected_cost(chosen, economics)
    offers = []
    for quantity in quantities:
        cost = expected_cost(np.nan_to_num(quantity), economics)
        parts = {name: np.round(getattr(cost, name) - getattr(base, name), 4) for name in COSTS}
        offers.append({"quantity": quantity} | parts | {"extra": np.round(cost.total - base.total, 4)})
    told = (chosen > 0) | (decision.steps["level"] > 0)
    return [_distinct(offers, row) if told[row] else [] for row in range(len(chosen))]


def alternatives(trace: str) -> pd.DataFrame:
    """The alternatives of a line's trace, one row each: quantity, lost_margin, holding, ordering, goods, extra (money)."""
    return pd.DataFrame(json.loads(trace)["alternatives"], columns=["quantity", *COSTS, "extra"])


def _next_break(chosen: Array, inputs: OrderInputs) -> Array:
    above = np.where(inputs.breaks.least > chosen[:, None], inputs.breaks.least, np.inf).min(axis=1)
    offer = packs(np.where(np.isfinite(above), above, 0.0), inputs.multiple)
    return np.where(np.isfinite(above) & (chosen > 0), offer, np.nan)


def _distinct(offers: list[dict[str, Any]], row: int) -> list[dict[str, float]]:
    told: dict[float, dict[str, float]] = {}
    for offer in offers:
        quantity = float(offer["quantity"][row])
        if not np.isnan(quantity):
            told.setdefault(quantity, {name: float(values[row]) for name, values in offer.items()})
    return [told[quantity] for quantity in sorted(told)]
