"""What an alert says, in the reader's language."""

import json
from typing import Any

import pandas as pd

from optiflow_lib.texts import Language, day, money, number, percent, text

SENTENCES = {
    "stockout": "{name} is out of stock.",
    "unavoidable_stockout": "{name} will probably run out before an order could arrive ({chance}).",
    "order_now": "Order {quantity} of {name}: otherwise it runs out with {chance} chance.",
    "event_not_covered": "{missing} of {name} are missing for “{event}” from {first_day} on.",
    "order_late": "The order of {item} is {days} day(s) late.",
    "overstock": "{name} is in stock for {cover} days ({tied} tied up).",
    "dead_stock": "{name} has not been sold for {days} days ({tied} tied up).",
    "moq_excess": "The supplier's minimum of {name} lasts {cover} days.",
    "supplier_drift": "Supplier {name} now delivers in {recent} days instead of {usual}.",
    "sales_anomaly": "{quantity} of {name} were sold on {day}, {expected} were expected ({cause}).",
    "data_quality": "Data: {name} ({rows} row(s)).",
}
ARRIVING = "{name} is out of stock; a delivery is expected on {arrival}."
MONEY, DAYS, SHARES, WORDS = ("tied",), ("arrival", "first_day", "day"), ("chance",), ("cause",)


def sentence(alert: pd.Series, *, name: str, language: Language) -> str:
    """One alert (a row of schema `ALERTS`) as a sentence; `name` is its subject's."""
    detail = json.loads(alert["detail"])
    kind = str(alert["type"])
    template = ARRIVING if kind == "stockout" and detail.get("arrival") else SENTENCES[kind]
    values = {key: _shown(key, value, language) for key, value in detail.items()}
    shown = text(name, language) if kind == "data_quality" else name
    return text(template, language, **{**values, "name": shown})


def _shown(key: str, value: Any, language: Language) -> str:
    if value is None:
        return number(None, language)
    if key in DAYS:
        return day(pd.Timestamp(value), language)
    if key in MONEY:
        return money(value, language)
    if key in SHARES:
        return percent(value, language)
    if isinstance(value, str):
        return text(value, language) if key in WORDS else value
    return number(value, language)
