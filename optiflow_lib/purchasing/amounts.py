"""What an order costs: exact decimals, rounded line by line as the supplier's invoice will be."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import reduce
from typing import Any

import pandas as pd
from babel.numbers import get_currency_precision

WIDE = Context(prec=1000, rounding=ROUND_HALF_UP)  # wider than any two floats multiplied
_PRICE_DECIMALS, _QUANTITY_DECIMALS, _RATE_DECIMALS = 4, 6, 6
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class LineAmount:
    """One line as it is printed: the total is that of the price and quantity shown, not of hidden digits.

    Prices and totals are None where the supplier's price is unknown: what the shop assumes is not printed.
    """

    item_id: str
    quantity: Decimal
    list_price: Decimal | None
    unit_price: Decimal | None
    vat_rate: Decimal
    total: Decimal | None  # without VAT
    vat: Decimal | None

    @property
    def discount(self) -> Decimal:
        """Share of the list price that is not paid, at least 0."""
        if not self.list_price or self.unit_price is None:
            return _NOTHING
        return max(_NOTHING, 1 - WIDE.divide(self.unit_price, self.list_price))


@dataclass(frozen=True)
class OrderAmount:
    """What an order comes to; lines without a price are in none of the sums, and it is then not complete."""

    subtotal: Decimal
    vat_by_rate: dict[Decimal, tuple[Decimal, Decimal]]  # rate: what it is taken of, and what it comes to
    total: Decimal
    is_complete: bool


def line_amounts(lines: pd.DataFrame, *, currency: str) -> list[LineAmount]:
    """Each line's total and VAT, rounded half up to the currency's smallest coin.

    Args:
        lines: Schema `ORDER_LINES`.
        currency: ISO code: EUR has cents, JPY has none.
    """
    decimals = get_currency_precision(currency)
    return [_line_amount(line, decimals) for line in lines.itertuples()]


def order_amount(lines: Iterable[LineAmount], *, currency: str) -> OrderAmount:
    """Totals of one order: the sums of its rounded lines, so that they add up on paper."""
    priced, decimals = list(lines), get_currency_precision(currency)
    is_complete = all(line.total is not None for line in priced)
    priced = [line for line in priced if line.total is not None]
    rates = sorted({line.vat_rate for line in priced})
    by_rate = {rate: _rate_sums(priced, rate, decimals) for rate in rates}
    subtotal = _sum((base for base, _ in by_rate.values()), decimals)
    vat = _sum((vat for _, vat in by_rate.values()), decimals)
    return OrderAmount(subtotal, by_rate, WIDE.add(subtotal, vat), is_complete)


def rounded(value: float | Decimal, decimals: int) -> Decimal:
    """`value` rounded half up; a float stands for the shortest decimal that reads back as it: 0.1 is one tenth."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return exact.quantize(Decimal(1).scaleb(-decimals), context=WIDE)


def _line_amount(line: Any, decimals: int) -> LineAmount:
    quantity = rounded(line.quantity, _QUANTITY_DECIMALS)
    vat_rate = rounded(line.vat_rate, _RATE_DECIMALS)
    if pd.isna(line.list_price):
        return LineAmount(line.item_id, quantity, None, None, vat_rate, None, None)
    unit_price = rounded(line.unit_cost, _PRICE_DECIMALS)
    total = rounded(WIDE.multiply(quantity, unit_price), decimals)
    vat = rounded(WIDE.multiply(total, vat_rate), decimals)
    list_price = rounded(line.list_price, _PRICE_DECIMALS)
    return LineAmount(line.item_id, quantity, list_price, unit_price, vat_rate, total, vat)


def _rate_sums(amounts: Iterable[LineAmount], rate: Decimal, decimals: int) -> tuple[Decimal, Decimal]:
    of_rate = [line for line in amounts if line.vat_rate == rate]
    return _sum((line.total for line in of_rate), decimals), _sum((line.vat for line in of_rate), decimals)


def _sum(values: Iterable[Decimal | None], decimals: int) -> Decimal:
    return reduce(WIDE.add, (value for value in values if value is not None), rounded(0.0, decimals))
