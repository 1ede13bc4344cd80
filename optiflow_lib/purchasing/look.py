"""How documents look: sizes, colours, styles of text."""

from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph

from optiflow_lib.purchasing.fonts import BOLD, REGULAR, printable

INK, QUIET, RULE, HEAD, MARK = (
    HexColor(colour) for colour in ("#1b1f24", "#5b636e", "#c9ced6", "#f1f3f5", "#e9ebee")
)
MARGIN = 18 * mm
TEXT_WIDTH = 210 * mm - 2 * MARGIN
LONGEST = 300  # characters of a name; longer ones end with an ellipsis

_style = partial(ParagraphStyle, fontName=REGULAR, fontSize=8.5, leading=11, textColor=INK)
BODY = _style("body")
FIGURE = _style("figure", alignment=TA_RIGHT)
STRONG = _style("strong", fontName=BOLD)
STRONG_FIGURE = _style("strong figure", fontName=BOLD, alignment=TA_RIGHT)
LABEL = _style("label", fontSize=7, leading=9.5, textColor=QUIET)
LABEL_FIGURE = _style("label figure", fontSize=7, leading=9.5, textColor=QUIET, alignment=TA_RIGHT)
SMALL = _style("small", fontSize=7.5, leading=10, textColor=QUIET)
COMPANY = _style("company", fontName=BOLD, fontSize=13, leading=16)
TITLE = _style("title", fontSize=12, leading=15, textColor=QUIET, alignment=TA_RIGHT)
NUMBER = _style("number", fontName=BOLD, fontSize=15, leading=19, alignment=TA_RIGHT)


def plain_cells(*, sides: float, above: float, below: float) -> list[tuple[Any, ...]]:
    """Style of a table of paragraphs: their distance from the cell's edges, in points; nothing is drawn."""
    return [
        ("FONTNAME", (0, 0), (-1, -1), REGULAR),  # else a font that is not embedded is named in the file
        ("LEFTPADDING", (0, 0), (-1, -1), sides),
        ("RIGHTPADDING", (0, 0), (-1, -1), sides),
        ("TOPPADDING", (0, 0), (-1, -1), above),
        ("BOTTOMPADDING", (0, 0), (-1, -1), below),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]


def widths(*percents: float) -> list[float]:
    """Widths of columns, given in percent of the text's width."""
    return [TEXT_WIDTH * percent / 100 for percent in percents]


def words(said: object, style: ParagraphStyle = BODY, *, limit: int = LONGEST) -> Paragraph:
    """`said` as it is, never as markup."""
    return Paragraph(escape(printable(said, limit=limit, font=style.fontName)), style)
