"""An order as a table that a spreadsheet opens: in the reader's form, and never as a formula."""

import csv
import io
from decimal import Decimal

import pandas as pd

from optiflow_lib.purchasing.paper import PaperLine, paper_lines
from optiflow_lib.purchasing.plain import plain
from optiflow_lib.texts import Language, text

# What spreadsheets take for the begin of a formula, wide forms too (OWASP, CSV injection).
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SEPARATORS: dict[Language, str] = {"fr": ";", "en": ","}
_DECIMAL_SIGNS: dict[Language, str] = {"fr": ",", "en": "."}


def order_csv(
    order: pd.Series, lines: pd.DataFrame, *, items: pd.DataFrame, currency: str, language: Language
) -> bytes:
    """The order as CSV: UTF-8 with byte order mark, as Excel of the reader's language opens it at a double click.

    A cell of words that begins like a formula gets an apostrophe in front; a price that is unknown is empty.

    Args:
        order: A row of schema `ORDERS`.
        lines: Its lines, schema `ORDER_LINES`; those with quantity 0 are left out.
        items: Schema `ITEMS`; an item that is not in it is named by its id alone.
        currency: ISO code; decides the decimals of totals.
        language: "fr": semicolons and decimal commas; "en": commas and decimal points.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=SEPARATORS[language], lineterminator="\r\n")
    writer.writerow(_head(language))
    for line in paper_lines(lines, items=items, currency=currency):
        writer.writerow(_row(order["order_id"], line, language))
    return file.getvalue().encode("utf-8-sig")


def _head(language: Language) -> list[str]:
    named = [text("Order number", language), text("Product", language), text("Description", language)]
    counted = [text("Unit", language), text("Quantity", language), text("Unit price", language)]
    return [*named, *counted, text("VAT rate", language), text("Total without VAT", language)]


def _row(order_id: str, line: PaperLine, language: Language) -> list[str]:
    amount = line.amount
    named = [_safe(said) for said in (order_id, line.product_id, line.name, line.unit)]
    figures = (amount.quantity, amount.unit_price, amount.vat_rate, amount.total)
    return [*named, *(_figure(figure, language) for figure in figures)]


def _safe(said: object) -> str:
    cell = plain(said)
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell


def _figure(value: Decimal | None, language: Language) -> str:
    if value is None:
        return ""
    whole, _, decimals = f"{value:f}".partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole}{_DECIMAL_SIGNS[language]}{decimals}" if decimals else whole
