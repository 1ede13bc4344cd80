"""What an alert says, in the reader's language."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from optiflow_lib.texts import Language, day, money, number, percent, text

SENTENCES = {
    "stockout": "{name} is out of stock.",
    "unavoidable_stockout": "{name} will probably run out ({chance}) before an order could arrive on {arrival}.",
    "order_now": "Order {quantity} × {name}: otherwise it runs out with {chance} chance.",
    "event_not_covered": "{missing} × {name} missing for “{event}” from {first_day} on.",
    "order_late": "The order of {item} is {days} {days:day|days} late ({supplier}, {lines} {lines:item|items}).",
    "overstock": "{name} is in stock for {cover} {cover:day|days} ({tied} tied up).",
    "dead_stock": "{name} has not been sold for {days} {days:day|days} ({tied} tied up).",
    "moq_excess": "The least order of {name}, {least}, lasts {cover} {cover:day|days}.",
    "price_break_gain": "{quantity} × {name} instead of {before} {quantity:earns|earn} a better price: {gain} a year.",
    "supplier_drift": "Supplier {name} now delivers in {recent} days instead of {usual}.",
    "sales_anomaly": "{name}: {quantity} sold on {day}, {expected} expected ({cause}).",
    "model_drift": "The forecast of {name} drifts ({cause}): error {wape}, usually {usual_error}, bias {bias}.",
    "data_quality": "Data: {name} ({rows} {rows:row|rows}).",
}
ALMOST = "{name} is almost out of stock: {left} left."
ALMOST_ARRIVING = "{name} is almost out of stock: {left} left; a delivery is expected on {arrival}."
PRICE_BREAK = "{told} {quantity} instead of {before} {quantity:earns|earn} a better price: {gain} a year."
ARRIVING = "{name} is out of stock; a delivery is expected on {arrival}."
TRANSFER = "{told} {transfer_quantity} can come from {transfer_from}: that saves {transfer_gain}."
WITHHELD = (
    "{name} is due, but its least order, {least}, would last {cover} {cover:day|days}: nothing is ordered."
)
CAUSES = ("bulk sale", "sales stopped", "level shift", "leans", "misses more", "unsure")
MONEY, DAYS, WORDS = ("tied", "gain", "transfer_gain"), ("arrival", "first_day", "day"), ("cause",)
SHARES = ("chance", "wape", "usual_error", "bias")


def sentence(alert: pd.Series, *, name: str, language: Language) -> str:
    """One alert (a row of schema `ALERTS`) as a sentence; `name` is its subject's."""
    detail = json.loads(alert["detail"])
    kind = str(alert["type"])
    template = _template(kind, detail)
    values = {key: _shown(key, value, language) for key, value in detail.items()}
    shown = text(name, language) if kind == "data_quality" else name
    told = text(template, language, **{**values, "name": shown})
    if kind == "order_now" and detail.get("gain"):
        return text(PRICE_BREAK, language, **values, told=told)
    return text(TRANSFER, language, **values, told=told) if detail.get("transfer_quantity") else told


def _template(kind: str, detail: Mapping[str, Any]) -> str:
    if kind == "stockout":
        arrives = detail.get("arrival")
        if detail.get("left"):
            return ALMOST_ARRIVING if arrives else ALMOST
        return ARRIVING if arrives else SENTENCES[kind]
    return WITHHELD if kind == "moq_excess" and detail.get("withheld") else SENTENCES[kind]


def _shown(key: str, value: Any, language: Language) -> str:
    if value is None:
        return number(None, language)
    if key in DAYS:
        return day(pd.Timestamp(value), language)
    if key in MONEY:
        return money(value, language)
    if key in SHARES:
        return percent(value, language)
    if isinstance(value, str | bool):
        return text(str(value), language) if key in WORDS else str(value)
    return number(value, language)
