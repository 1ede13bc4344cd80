"""What an order costs: exact decimals, rounded line by line as the supplier's invoice will be."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import pandas as pd
from babel.numbers import get_currency_precision

_WIDE = Context(prec=400, rounding=ROUND_HALF_UP)  # wider than any float: no amount is too large to round
_PRICE_DECIMALS, _QUANTITY_DECIMALS, _RATE_DECIMALS = 4, 6, 6


@dataclass(frozen=True)
class LineAmount:
    """One line as it is printed: the total is that of the price and quantity shown, not of hidden digits."""

    item_id: str
    quantity: Decimal
    unit_price: Decimal
    vat_rate: Decimal
    total: Decimal  # without VAT
    vat: Decimal


@dataclass(frozen=True)
class OrderAmount:
    """An order's lines and sums."""

    lines: tuple[LineAmount, ...]
    subtotal: Decimal
    vat_by_rate: dict[Decimal, Decimal]
    total: Decimal


def order_amount(lines: pd.DataFrame, *, currency: str) -> OrderAmount:
    """Totals of an order, each line and its VAT rounded half up to the currency's smallest coin, then added.

    Args:
        lines: Schema `ORDER_LINES`, of one order.
        currency: ISO code: EUR has cents, JPY has none.
    """
    decimals = get_currency_precision(currency)
    amounts = tuple(_line_amount(line, decimals) for line in lines.itertuples())
    zero = rounded(0.0, decimals)
    vat_by_rate = dict.fromkeys(sorted({line.vat_rate for line in amounts}), zero)
    for line in amounts:
        vat_by_rate[line.vat_rate] += line.vat
    subtotal = sum((line.total for line in amounts), zero)
    return OrderAmount(amounts, subtotal, vat_by_rate, subtotal + sum(vat_by_rate.values(), zero))


def rounded(value: float | Decimal, decimals: int) -> Decimal:
    """`value` rounded half up; a float stands for the shortest decimal that reads back as it (0.1, not 0.1000…01)."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return exact.quantize(Decimal(1).scaleb(-decimals), context=_WIDE)


def _line_amount(line: Any, decimals: int) -> LineAmount:
    quantity = rounded(line.quantity, _QUANTITY_DECIMALS)
    unit_price = rounded(line.unit_cost, _PRICE_DECIMALS)
    vat_rate = rounded(line.vat_rate, _RATE_DECIMALS)
    total = rounded(_WIDE.multiply(quantity, unit_price), decimals)
    vat = rounded(_WIDE.multiply(total, vat_rate), decimals)
    return LineAmount(line.item_id, quantity, unit_price, vat_rate, total, vat)
