"""The lines of an order's document and their totals; the head is repeated on every page."""

from decimal import Decimal
from typing import Any

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, LongTable, Paragraph

from optiflow_lib.purchasing import figures, look
from optiflow_lib.purchasing.look import words
from optiflow_lib.purchasing.paper import Paper, PaperLine
from optiflow_lib.texts import Language, text

_LONGEST_ID, _LONGEST_UNIT = 60, 30
_WIDTHS = (13, 35, 10, 9, 11, 7, 15)  # percent of the text's width
_MOST_TOTALS = 12  # more of them may leave the last line's page
_CELLS = look.plain_cells(sides=4, above=3, below=4)
Row = list[Flowable | list[Flowable] | str]


def lines_table(paper: Paper, language: Language) -> LongTable:
    """A row per product: what it is, how much of it, what it costs; then the totals, and what is to be done."""
    rows = [_row(line, paper.company.currency, language) for line in paper.lines]
    totals = _totals(paper, language)
    return LongTable(
        [_head(language), *rows, *totals, _closing(paper, language)],
        colWidths=look.widths(*_WIDTHS),
        repeatRows=1,
        style=_style(len(rows), len(totals)),
    )


def _style(rows: int, totals: int) -> list[tuple[Any, ...]]:
    last = rows + totals
    style = [
        *_CELLS,
        ("BACKGROUND", (0, 0), (-1, 0), look.HEAD),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("LINEBELOW", (0, 0), (-1, rows), 0.4, look.RULE),
        *(("SPAN", (0, row), (-2, row)) for row in range(rows + 1, last + 1)),
        ("LINEABOVE", (2, last), (-1, last), 0.8, look.INK),
        ("SPAN", (0, -1), (-1, -1)),
        ("LEFTPADDING", (0, -1), (0, -1), 0),
        ("TOPPADDING", (0, -1), (-1, -1), 20),
    ]
    if rows and totals <= _MOST_TOTALS:  # totals never stand alone on a page
        style.append(("NOSPLIT", (0, rows), (-1, -1)))
    return style


def _head(language: Language) -> Row:
    named = [text("Product", language), text("Description", language)]
    counted = [text("Quantity", language), text("Unit", language), text("Unit price", language)]
    counted += [text("VAT", language), text("Total without VAT", language)]
    styles = [look.LABEL] * 2 + [look.LABEL_FIGURE, look.LABEL] + [look.LABEL_FIGURE] * 3
    return [words(name, style) for name, style in zip([*named, *counted], styles, strict=True)]


def _row(line: PaperLine, currency: str, language: Language) -> Row:
    amount = line.amount
    return [
        words(line.product_id, limit=_LONGEST_ID),
        [words(line.name), *_discount(line, language)],
        words(figures.quantity(amount.quantity, language), look.FIGURE),
        words(line.unit, limit=_LONGEST_UNIT),
        words(_price(amount.unit_price, language), look.FIGURE),
        words(figures.rate(amount.vat_rate, language), look.FIGURE),
        words(_total(amount.total, currency, language), look.FIGURE),
    ]


def _discount(line: PaperLine, language: Language) -> list[Paragraph]:
    amount = line.amount
    if amount.list_price is None or not amount.discount:
        return []
    said = text(
        "List price {price}, discount {discount}",
        language,
        price=figures.unit_price(amount.list_price, language),
        discount=figures.rate(amount.discount, language),
    )
    return [words(said, look.LABEL)]


def _price(price: Decimal | None, language: Language) -> str:
    return text("to be confirmed", language) if price is None else figures.unit_price(price, language)


def _total(total: Decimal | None, currency: str, language: Language) -> str:
    return "–" if total is None else figures.amount(total, currency, language)


def _totals(paper: Paper, language: Language) -> list[Row]:
    amount, currency = paper.amount, paper.company.currency
    said = [(text("Total without VAT", language), amount.subtotal)]
    for rate, (base, vat) in amount.vat_by_rate.items():
        of = {"rate": figures.rate(rate, language), "base": figures.amount(base, currency, language)}
        said.append((text("VAT at {rate} on {base}", language, **of), vat))
    rows = [_sum(label, figures.amount(value, currency, language), look.FIGURE) for label, value in said]
    total = figures.amount(amount.total, currency, language)
    return [*rows, _sum(text("Total with VAT", language), total, look.STRONG_FIGURE)]


def _sum(label: str, figure: str, style: ParagraphStyle) -> Row:
    return [words(label, style), *[""] * (len(_WIDTHS) - 2), words(figure, style)]


def _closing(paper: Paper, language: Language) -> Row:
    said = []
    if not paper.amount.is_complete:
        said.append(text("The totals are without the lines whose price is to be confirmed.", language))
    if paper.is_valid:
        asked = text(
            "Please confirm this order and its delivery date, and quote its number {number}.",
            language,
            number=paper.order_id,
        )
        said.append(asked)
    return [[words(sentence, look.SMALL) for sentence in said], *[""] * (len(_WIDTHS) - 1)]
