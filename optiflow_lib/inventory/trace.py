"""Why a quantity is what it is: inputs, rules and alternatives, kept with the line and executed again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.inventory.alternatives import alternatives_of
from optiflow_lib.inventory.distribution import quantile
from optiflow_lib.inventory.economics import Economics
from optiflow_lib.inventory.levels import Levels
from optiflow_lib.inventory.lines import ItemLines
from optiflow_lib.inventory.order_rule import Decision, OrderInputs, decide
from optiflow_lib.inventory.price_breaks import PriceBreaks, yearly_cost

Array = NDArray[np.float64]
# Inputs that come from the joined rows; the others are those of the order rule.
SHOWN = (
    "on_hand",
    "reserved",
    "backorders",
    "on_order_in_time",
    "lead_time",
    "lead_time_sd",
    "days_to_order",
    "review_period",
    "protection_interval",
    "unit_step",
    "shelf_life_days",
)
RULE_INPUTS = {
    "inventory_position": "position",
    "reorder_point": "reorder_point",
    "order_up_to_level": "order_up_to",
    "minimum_quantity": "minimum",
    "multiple": "multiple",
    "sellable": "sellable",
    "fresh": "fresh",
    "covered": "covered",
    "yearly_demand": "yearly_demand",
    "order_cost": "order_cost",
    "holding_rate": "holding_rate",
    "allotted": "allotted",
}
SAME = 1e-9  # quantities closer than this are the same number


@dataclass(frozen=True)
class Reasons:
    """Everything that led to the quantities of a night, items in the same order."""

    lines: ItemLines
    levels: Levels
    inputs: OrderInputs
    decision: Decision
    economics: Economics


def traces(rows: pd.DataFrame, reasons: Reasons, *, as_of: date) -> list[str]:
    """The trace of each row, JSON.

    Args:
        rows: Of schema `RECOMMENDATIONS` but for the trace, with what they were made from.
        reasons: What led to them.
        as_of: The day being closed.
    """
    told = {
        "inputs": _inputs(rows, reasons),
        "sources": _sources(rows, as_of),
        "target": _records(
            {
                "kind": reasons.levels.target,
                "level": reasons.levels.promised,
                "safe_level": reasons.levels.safe,
            }
        ),
        "distribution": _distribution(reasons),
        "steps": _steps(reasons.decision),
        "line_quantity": _plain(reasons.decision.steps["limit"]),  # before the order as a whole is looked at
        "alternatives": alternatives_of(reasons.inputs, reasons.decision, reasons.economics),
        "assumptions": rows["assumed"].tolist(),
        "successor": _plain(rows["successor"]),
    }
    plain = ("rule", "order_quantity", "stockout_probability", "value_eur", "euros_at_risk")
    told |= {name: _plain(rows[name]) for name in plain}
    return [
        json.dumps(dict(zip(told, values, strict=True)), sort_keys=True, ensure_ascii=False)
        for values in zip(*told.values(), strict=True)
    ]


def executed(trace: str) -> float:
    """The order quantity computed again from a line's trace."""
    return float(decide(rule_inputs([json.loads(trace)["inputs"]])).quantity[0])


def price_break_gain(trace: str) -> tuple[float, float]:
    """Of a line raised to a price break: the quantity without it, and the money a year that the break saves."""
    inputs = rule_inputs([json.loads(trace)["inputs"]])
    steps = decide(inputs).steps
    without, with_break = (
        yearly_cost(
            steps[name],
            inputs.breaks,
            yearly_demand=inputs.yearly_demand,
            order_cost=inputs.order_cost,
            holding_rate=inputs.holding_rate,
        )
        for name in ("multiple", "price break")
    )
    return float(steps["multiple"][0]), float(without[0] - with_break[0])


def rule_inputs(given: Sequence[Mapping[str, Any]]) -> OrderInputs:
    """The order rule's inputs as the traces of several lines keep them."""

    def column(name: str, kind: type) -> NDArray[Any]:
        return np.array([line[name] for line in given], dtype=kind)

    width = max((len(line["price_breaks"]) for line in given), default=1)
    least, price = np.full((len(given), width), np.inf), np.full((len(given), width), np.nan)
    for row, line in enumerate(given):
        for n, (quantity, money) in enumerate(line["price_breaks"]):
            least[row, n], price[row, n] = quantity, np.nan if money is None else money
    return OrderInputs(
        **{field: column(name, float) for name, field in RULE_INPUTS.items()},
        breaks=PriceBreaks(least, price, column("incremental", bool)),
        has_supplier=column("has_supplier", bool),
        nearest=column("nearest", bool),
        allotment=column("allotment", object),
    )


def _inputs(rows: pd.DataFrame, reasons: Reasons) -> list[dict[str, Any]]:
    inputs, economics = reasons.inputs, reasons.economics
    columns = {name: _plain(rows[name]) for name in SHOWN}
    columns |= {name: _plain(getattr(inputs, field)) for name, field in RULE_INPUTS.items()}
    columns |= {
        "order_on": rows["order_on"].dt.strftime("%Y-%m-%d").tolist(),
        "has_supplier": inputs.has_supplier.tolist(),
        "nearest": inputs.nearest.tolist(),
        "allotment": inputs.allotment.tolist(),
        "incremental": inputs.breaks.incremental.tolist(),
        "price_breaks": _prices(inputs.breaks),
        "lot": _plain(economics.lot),
        "daily_demand": _plain(economics.daily),
        "demand_per_review": _plain(economics.per_review),
        "holding_a_day": _plain(economics.holding_a_day),
        "margin": _plain(economics.margin),
        "shortage_factor": _plain(economics.shortage_factor),
        "expected_demand": _plain(reasons.lines.mean_until),
        "service_level": _plain(reasons.levels.promised),
    }
    return _records(columns)


def _sources(rows: pd.DataFrame, as_of: date) -> list[dict[str, str]]:
    """Where the inputs come from, and of which day they are."""
    today = as_of.isoformat()
    observed = rows["basis"] + " (" + rows["observations"].astype(str) + ")"
    return [
        {"stock": today, "on_order": today, "forecasts": today, "supplier_terms": today, "lead_time": basis}
        for basis in observed
    ]


def _distribution(reasons: Reasons) -> list[dict[str, Any]]:
    grid = reasons.lines.until
    return _records(
        {
            "mean": np.round(reasons.lines.mean_until, 4),
            "before": np.round(reasons.lines.mean_before, 4),
            "q10": quantile(grid, 0.1),
            "q50": quantile(grid, 0.5),
            "q90": quantile(grid, 0.9),
            "promised": quantile(grid, reasons.levels.promised),
        }
    )


def _steps(decision: Decision) -> list[list[list[Any]]]:
    """Each rule that changed the number, with the number it left."""
    names, numbers = list(decision.steps), np.stack(list(decision.steps.values()), axis=1)
    before = np.c_[np.zeros(len(numbers)), numbers[:, :-1]]
    changes = np.abs(numbers - before) > SAME
    return [
        [[name, float(value)] for name, value, changed in zip(names, row, mask, strict=True) if changed]
        for row, mask in zip(numbers, changes, strict=True)
    ]


def _prices(breaks: PriceBreaks) -> list[list[list[float | None]]]:
    return [
        [
            [float(a), None if np.isnan(p) else float(p)]
            for a, p in zip(least, price, strict=True)
            if np.isfinite(a)
        ]
        for least, price in zip(breaks.least, breaks.price, strict=True)
    ]


def _records(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    plain = [_plain(values) for values in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*plain, strict=True)]


def _plain(values: Any) -> list[Any]:
    """Values as JSON takes them: numbers and texts, None where there is none."""
    plain: list[Any] = values if isinstance(values, list) else np.asarray(values).tolist()
    return [None if value != value else value for value in plain]  # noqa: PLR0124 - only NaN differs from itself
