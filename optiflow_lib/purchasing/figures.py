"""Exact decimals in the reader's form."""

from decimal import Decimal, localcontext

from babel.numbers import format_currency, format_decimal, format_percent

from optiflow_lib.purchasing.amounts import WIDE
from optiflow_lib.texts import Language


def amount(value: Decimal, currency: str, language: Language) -> str:
    """1 234,50 € or €1,234.50, with the currency's own decimals."""
    with localcontext(WIDE):
        return str(format_currency(value, currency, locale=language))


def unit_price(value: Decimal, language: Language) -> str:
    """Two decimals, more where the price has them."""
    with localcontext(WIDE):
        return str(format_decimal(value, format="#,##0.00##", locale=language))


def quantity(value: Decimal, language: Language) -> str:
    """As many decimals as the quantity has."""
    with localcontext(WIDE):
        return str(format_decimal(value, format="#,##0.######", locale=language))


def rate(value: Decimal, language: Language) -> str:
    """0.055 as 5,5 % or 5.5%; at most two decimals."""
    pattern = {"fr": "#,##0.##\u00a0%", "en": "#,##0.##%"}[language]
    with localcontext(WIDE):
        return str(format_percent(value, format=pattern, locale=language))
