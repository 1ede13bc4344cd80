"""Why a quantity is what it is: the inputs and the rules, kept with the line, executed again and told in words."""

import json
import math
from collections.abc import Mapping
from typing import Any

from optiflow_lib.texts import Language, money, number, percent, text


def order_quantity(inputs: Mapping[str, float | None]) -> tuple[float, str]:
    """The quantity to order and the rule that decided; the only place where it is computed for one line.

    ``raw = S − IP`` when ``IP ≤ s``; at least the minimum, rounded up to the multiple; no more than can still be
    sold before the item ends.

    Args:
        inputs: inventory_position, reorder_point, order_up_to_level, minimum_quantity, multiple, unit_step, and
            sellable (units wanted until the item ends; None when it does not end).
    """
    position, level = _value(inputs, "inventory_position"), _value(inputs, "order_up_to_level")
    if position > _value(inputs, "reorder_point") or level <= position:
        return 0.0, "enough"
    multiple = max(_value(inputs, "multiple"), _value(inputs, "unit_step"))
    raw, least = level - position, _value(inputs, "minimum_quantity")
    wanted = _rounded_up(max(raw, least), multiple)
    sellable = inputs.get("sellable")
    if sellable is not None and position + wanted > sellable:
        left = math.floor(max(sellable - position, 0.0) / multiple + 1e-9) * multiple
        return (left, "ends soon") if left >= least and left > 0 else (0.0, "ends soon")
    if raw < least:
        return wanted, "minimum"
    is_rounded = multiple > 1 and wanted > raw + 1e-9
    return wanted, "multiple" if is_rounded else "level"


def executed(trace: str) -> float:
    """The order quantity computed again from a line's trace."""
    return order_quantity(json.loads(trace)["inputs"])[0]


def explain(trace: str, language: Language) -> list[str]:
    """Three plain sentences: what there is, what is expected, and what follows."""
    told = json.loads(trace)
    return [_situation(told, language), _expectation(told, language), _decision(told, language)]


def _situation(told: Mapping[str, Any], language: Language) -> str:
    inputs = told["inputs"]
    return text(
        "In stock: {on_hand}; on its way in time: {coming}.",
        language,
        on_hand=number(inputs["on_hand"], language, decimals=1),
        coming=number(inputs["on_order_in_time"], language, decimals=1),
    )


def _expectation(told: Mapping[str, Any], language: Language) -> str:
    inputs = told["inputs"]
    return text(
        "Until an order of the next review would arrive ({days} days), {mean} are expected to be wanted; "
        "with {level} chance no more than {upper}.",
        language,
        days=number(inputs["protection_interval"], language, decimals=1),
        mean=number(inputs["expected_demand"], language),
        level=percent(inputs["service_level"], language, decimals=1),
        upper=number(inputs["order_up_to_level"], language),
    )


def _decision(told: Mapping[str, Any], language: Language) -> str:
    inputs, rule = told["inputs"], told["rule"]
    values = {
        "quantity": number(told["order_quantity"], language, decimals=1),
        "least": number(inputs["minimum_quantity"], language),
        "multiple": number(inputs["multiple"], language),
        "chance": percent(told["stockout_probability"], language),
        "value": money(told["value_eur"], language),
    }
    sentences = {
        "enough": "That is enough: nothing to order.",
        "level": "So {quantity} are suggested ({value}); without them, the chance to run out is {chance}.",
        "multiple": "So {quantity} are suggested ({value}), rounded up to packs of {multiple}; "
        "without them, the chance to run out is {chance}.",
        "minimum": "So {quantity} are suggested ({value}): the supplier's minimum is {least}; "
        "without them, the chance to run out is {chance}.",
        "no supplier": "No supplier delivers it: nothing can be ordered.",
        "ends soon": "The product ends soon: {quantity} are suggested, no more than can still be sold.",
    }
    return text(sentences[rule], language, **values)


def _rounded_up(quantity: float, multiple: float) -> float:
    return math.ceil(quantity / multiple - 1e-9) * multiple


def _value(inputs: Mapping[str, float | None], name: str) -> float:
    value = inputs[name]
    return 0.0 if value is None else float(value)
