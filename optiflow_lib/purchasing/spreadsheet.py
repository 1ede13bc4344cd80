"""An order as a table that a spreadsheet opens: in the reader's form, and never as a formula."""

import csv
import io
from decimal import Decimal

import pandas as pd

from optiflow_lib.purchasing.amounts import LineAmount, order_amount
from optiflow_lib.purchasing.plain import plain
from optiflow_lib.texts import Language, text

# What Excel, LibreOffice and Google Sheets take for the begin of a formula, wide forms too (OWASP, CSV injection).
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SEPARATORS: dict[Language, str] = {"fr": ";", "en": ","}
_COLUMNS = ("order", "product", "name", "unit", "quantity", "unit price", "VAT rate", "total without VAT")


def order_csv(
    order: pd.Series, lines: pd.DataFrame, *, items: pd.DataFrame, currency: str, language: Language
) -> bytes:
    """The order as CSV: UTF-8 with byte order mark, as Excel of the reader's language opens it at a double click.

    Args:
        order: A row of schema `ORDERS`.
        lines: Its lines, schema `ORDER_LINES`; those with quantity 0 are left out.
        items: Schema `ITEMS`; an item that is not in it is named by its id alone.
        currency: ISO code; decides the decimals of totals.
        language: "fr": semicolons and decimal commas; "en": commas and decimal points.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=SEPARATORS[language], lineterminator="\r\n")
    writer.writerow([text(column, language) for column in _COLUMNS])
    known = items.set_index("item_id")
    for line in order_amount(lines[lines["quantity"] > 0], currency=currency).lines:
        words = (order["order_id"], *_described(line, known))
        figures = (line.quantity, line.unit_price, line.vat_rate, line.total)
        writer.writerow([*map(_safe, words), *(_figure(figure, language) for figure in figures)])
    return file.getvalue().encode("utf-8-sig")


def _described(line: LineAmount, known: pd.DataFrame) -> tuple[str, str, str]:
    if line.item_id not in known.index:
        return line.item_id, "", ""
    item = known.loc[line.item_id]
    return item["product_id"], item["name"], item["unit"]


def _safe(words: object) -> str:
    cell = plain(words)
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell


def _figure(value: Decimal, language: Language) -> str:
    digits = f"{value:f}"
    whole, _, decimals = digits.partition(".")
    decimals = decimals.rstrip("0")
    return whole + ({"fr": ",", "en": "."}[language] + decimals if decimals else "")
