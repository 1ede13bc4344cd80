"""A line's trace in three sentences: what there is, what is expected, and what follows."""

import json
from collections.abc import Mapping
from typing import Any

from optiflow_lib.texts import Language, money, number, percent, text

DECISIONS = {
    "enough": "That is enough: nothing to order.",
    "no supplier": "No supplier delivers it: nothing can be ordered.",
    "level": "So {quantity} are suggested ({value}); without them, the chance to run out is {chance}.",
    "minimum": "So {quantity} are suggested ({value}): the supplier's minimum is {least}; "
    "without them, the chance to run out is {chance}.",
    "multiple": "So {quantity} are suggested ({value}), in packs of {multiple}; "
    "without them, the chance to run out is {chance}.",
    "price break": "So {quantity} are suggested ({value}): from there on a unit costs {price}, which saves more than "
    "holding them costs.",
    "ends soon": "The product ends soon: {quantity} are suggested, no more than can still be sold.",
    "shelf life": "So {quantity} are suggested ({value}): more would spoil before it is sold.",
    "maximum cover": "So {quantity} are suggested ({value}): more would last longer than stock may.",
    "free delivery": "So {quantity} are suggested ({value}): with them the whole order is delivered free.",
    "minimum order": "So {quantity} are suggested ({value}): with them the whole order reaches the supplier's minimum.",
    "order too small": "Nothing is suggested: the whole order would be below the supplier's minimum.",
    "budget": "So {quantity} are suggested ({value}): the budget pays for no more.",
}
# The same where nothing is left to order.
NOTHING = {
    "ends soon": "The product ends soon, and even the least order would be more than can still be sold.",
    "shelf life": "Nothing is suggested: even the least order, {least}, would spoil before it is sold.",
    "maximum cover": "Nothing is suggested: even the least order, {least}, would last longer than stock may.",
    "budget": "Nothing is suggested: the budget is spent on what is needed more.",
}


def explain(trace: str, language: Language) -> list[str]:
    """Three plain sentences: what there is, what is expected, and what follows."""
    told = json.loads(trace)
    return [_situation(told, language), _expectation(told, language), _decision(told, language)]


def _situation(told: Mapping[str, Any], language: Language) -> str:
    inputs = told["inputs"]
    values = {
        "on_hand": number(inputs["on_hand"], language, decimals=1),
        "coming": number(inputs["on_order_in_time"], language, decimals=1),
        "reorder_point": number(inputs["reorder_point"], language, decimals=1),
    }
    if inputs["reorder_point"] < 0:
        return text("In stock: {on_hand}; on its way in time: {coming}.", language, **values)
    return text(
        "In stock: {on_hand}; on its way in time: {coming}; an order is due at {reorder_point} or less.",
        language,
        **values,
    )


def _expectation(told: Mapping[str, Any], language: Language) -> str:
    inputs, target, expected = told["inputs"], told["target"], told["distribution"]
    values = {
        "days": number(inputs["protection_interval"], language, decimals=1),
        "mean": number(expected["mean"], language, decimals=1),
        "level": percent(target["level"], language, decimals=1),
    }
    if target["kind"] == "fill_rate":
        return text(
            "Until an order of the next review would arrive ({days} days), {mean} are expected to be wanted; "
            "a stock of {upper} serves {level} of it.",
            language,
            **values,
            upper=number(target["safe_level"], language, decimals=1),
        )
    return text(
        "Until an order of the next review would arrive ({days} days), {mean} are expected to be wanted; "
        "with {level} chance no more than {upper}.",
        language,
        **values,
        upper=number(expected["promised"], language, decimals=1),
    )


def _decision(told: Mapping[str, Any], language: Language) -> str:
    inputs, quantity, rule = told["inputs"], told["order_quantity"], told["rule"]
    sentence = NOTHING[rule] if quantity == 0 and rule in NOTHING else DECISIONS[rule]
    decided = text(
        sentence,
        language,
        quantity=number(quantity, language, decimals=1),
        least=number(max(inputs["minimum_quantity"], inputs["multiple"]), language, decimals=1),
        multiple=number(inputs["multiple"], language, decimals=1),
        chance=percent(told["stockout_probability"], language),
        value=money(told["value_eur"], language),
        price=money(told["value_eur"] / quantity if quantity else None, language, cents=True),
    )
    if rule == "ends soon" and told.get("successor"):
        decided = text("{decided} ({name} follows.)", language, decided=decided, name=told["successor"])
    if not told["assumptions"]:
        return decided
    assumed = ", ".join(text(name, language) for name in told["assumptions"])
    return text("{decided} (Assumed: {assumed}.)", language, decided=decided, assumed=assumed)
