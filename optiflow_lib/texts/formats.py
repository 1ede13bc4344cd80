"""Babel's formats under the words we use; a missing value is a dash."""

import math
from datetime import date, datetime
from functools import cache

import pandas as pd
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import NumberPattern, format_currency, format_decimal, format_percent, parse_pattern

from optiflow_lib.texts.catalogue import Language

DASH = "–"
_DAY = {"fr": "d MMM", "en": "MMM d"}
_MOMENT = {"fr": "d MMM y, HH:mm", "en": "MMM d, y, h:mm a"}


def number(value: float | None, language: Language, *, decimals: int = 0) -> str:
    """1 234,5 or 1,234.5; trailing zeros are not shown."""
    if value is None or math.isnan(value):
        return DASH
    pattern = "#,##0" + ("." + "#" * decimals if decimals else "")
    return _zero_unsigned(str(format_decimal(value, format=_pattern(pattern), locale=_locale(language))))


def money(value: float | None, language: Language, *, currency: str = "EUR", cents: bool = False) -> str:
    """1 234 € or €1,234; with cents where a document needs them."""
    if value is None or math.isnan(value):
        return DASH
    pattern = None if cents else _pattern({"fr": "#,##0\u00a0¤", "en": "¤#,##0"}[language])
    shown = format_currency(value, currency, format=pattern, locale=_locale(language), currency_digits=cents)
    return _zero_unsigned(str(shown))


def percent(value: float | None, language: Language, *, decimals: int = 0) -> str:
    """0.123 as 12 % or 12%."""
    if value is None or math.isnan(value):
        return DASH
    pattern = {"fr": "#,##0{}\u00a0%", "en": "#,##0{}%"}[language].format(
        "." + "0" * decimals if decimals else ""
    )
    return _zero_unsigned(str(format_percent(value, format=_pattern(pattern), locale=_locale(language))))


def _zero_unsigned(shown: str) -> str:
    """What is rounded to zero has no sign: nobody knows what -0 % is."""
    return shown if any(sign in "123456789" for sign in shown) else shown.replace("-", "", 1)


def day(value: date | pd.Timestamp | None, language: Language, *, style: str = "medium") -> str:
    """23 nov. 2026 or Nov 23, 2026; `style` is Babel's short, medium, long or full, or "day": 23 nov., Nov 23."""
    if value is None or pd.isna(value):
        return DASH
    return str(
        format_date(value, format=_DAY[language] if style == "day" else style, locale=_locale(language))
    )


def moment(value: datetime, language: Language) -> str:
    """31 oct. 2026, 03:12 or Oct 31, 2026, 3:12 AM, in the time zone of `value`."""
    return str(format_datetime(value, format=_MOMENT[language], locale=language))


def month(value: date | pd.Timestamp, language: Language) -> str:
    """Novembre 2026 or November 2026."""
    return str(format_date(value, format="LLLL y", locale=language)).capitalize()


# A table of a thousand rows formats thousands of figures: what Babel would read again for each is read once.
@cache
def _pattern(written: str) -> NumberPattern:
    return parse_pattern(written)


@cache
def _locale(language: Language) -> Locale:
    return Locale.parse(language)
