"""An order as a PDF: what the supplier gets, and what the shop keeps."""

import io
from datetime import date
from typing import Any

import pandas as pd
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate

from optiflow_lib.purchasing.fonts import BOLD, REGULAR, printable, register_fonts
from optiflow_lib.purchasing.look import LONGEST, MARGIN, MARK, QUIET, TEXT_WIDTH
from optiflow_lib.purchasing.paper import Paper, order_paper
from optiflow_lib.purchasing.story import order_story, title
from optiflow_lib.settings import PurchasingSettings
from optiflow_lib.texts import Language, text

_WIDTH, _HEIGHT = A4
_FOOT = 11 * mm
_FRAME_PADDING = 6  # points that ReportLab keeps free inside its frames


def order_pdf(
    order: pd.Series,
    lines: pd.DataFrame,
    *,
    items: pd.DataFrame,
    supplier: pd.Series,
    company: PurchasingSettings,
    language: Language,
    approved_on: date | None = None,
) -> bytes:
    """The order's document, A4, in the language asked for; the same order gives the same bytes.

    A draft and a cancelled order are marked on every page. What names hold is printed, never interpreted.

    Args:
        order: A row of schema `ORDERS`.
        lines: Its lines, schema `ORDER_LINES`; those with quantity 0 are left out.
        items: Schema `ITEMS`; an item that is not in it is named by its id alone.
        supplier: A row of schema `SUPPLIERS`.
        company: Who orders.
        language: Of words, numbers, days and money.
        approved_on: The day of the order; None: the day the draft was made.

    Raises:
        DocumentError: the fonts are missing.
    """
    register_fonts()
    paper = order_paper(
        order, lines, items=items, supplier=supplier, company=company, approved_on=approved_on
    )
    _, pages = _written(paper, language, pages=0)
    document, _ = _written(paper, language, pages=pages)
    return document


def _written(paper: Paper, language: Language, *, pages: int) -> tuple[bytes, int]:
    """The document whose feet say it has `pages` pages, and how many it has."""
    file = io.BytesIO()
    template = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=MARGIN - _FRAME_PADDING,
        rightMargin=MARGIN - _FRAME_PADDING,
        topMargin=15 * mm,
        bottomMargin=20 * mm,
        title=printable(f"{title(paper, language)} {paper.order_id}", limit=LONGEST),
        author=printable(paper.company.company, limit=LONGEST),
        subject=printable(paper.supplier["name"], limit=LONGEST),
        creator="Optiflow",
        lang=language,
        invariant=1,  # no clock and no random id in the file
        pageCompression=1,
        initialFontName=REGULAR,
    )

    def draw_frame(canvas: Canvas, on: Any) -> None:
        _draw_mark(canvas, paper, language)
        _draw_foot(canvas, paper, text("Page {page} / {pages}", language, page=on.page, pages=pages))

    template.build(order_story(paper, language), onFirstPage=draw_frame, onLaterPages=draw_frame)
    return file.getvalue(), template.page


def _draw_mark(canvas: Canvas, paper: Paper, language: Language) -> None:
    if paper.is_valid:
        return
    mark = text("DRAFT", language) if paper.state == "draft" else text("CANCELLED", language)
    canvas.saveState()
    canvas.setFillColor(MARK)
    canvas.setFont(BOLD, 84)
    canvas.translate(_WIDTH / 2, _HEIGHT / 2)
    canvas.rotate(52)
    canvas.drawCentredString(0, -28, mark)
    canvas.restoreState()


def _draw_foot(canvas: Canvas, paper: Paper, page: str) -> None:
    canvas.saveState()
    canvas.setFillColor(QUIET)
    canvas.setFont(REGULAR, 7)
    canvas.drawString(MARGIN, _FOOT, printable(f"{paper.company.company} · {paper.order_id}", limit=90))
    canvas.drawRightString(MARGIN + TEXT_WIDTH, _FOOT, page)
    canvas.restoreState()
