"""One page for a meeting: key figures, a curve, lists; whatever the figures are, it stays one page."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.graphics.shapes import Drawing, Line, PolyLine, String
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepInFrame, SimpleDocTemplate, Spacer, Table

from optiflow_lib.purchasing import look
from optiflow_lib.purchasing.fonts import REGULAR, printable, register_fonts
from optiflow_lib.purchasing.look import words
from optiflow_lib.texts import Language

CARDS_A_ROW = 4
CURVE_HEIGHT = 36 * mm
LONGEST_CELL = 130  # characters: two lines of the widest column
_COLOURS = {"good": HexColor("#1a7340"), "bad": HexColor("#b0231f"), "plain": look.QUIET}
_BLUE, _ORANGE = HexColor("#1f5fae"), HexColor("#b8500f")
_MARGIN_TOP, _MARGIN_BOTTOM, _PADDING = 14 * mm, 16 * mm, 6
_VALUE = look.STRONG.clone("value", fontSize=14, leading=18)


@dataclass(frozen=True)
class Card:
    """A key figure: what it is, its value, and how it changed as pairs of tone (good, bad, plain) and words."""

    label: str
    value: str
    changes: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Curve:
    """What was sold and what is expected, day by day.

    Args:
        title: Above it.
        past: Money by day, the oldest first.
        coming: Money of the days that follow.
        ends: Words under its first day, under today and under its last day.
        highest: Words beside its highest value.
        told: What it says, in a sentence.
    """

    title: str
    past: Sequence[float]
    coming: Sequence[float]
    ends: tuple[str, str, str]
    highest: str
    told: str


@dataclass(frozen=True)
class Listed:
    """A table: heading and percent of the page's width of each column, rows of texts; the last column is figures."""

    title: str
    columns: Sequence[tuple[str, float]]
    rows: Sequence[Sequence[str]]
    otherwise: str  # what stands there without rows
    more: str = ""  # below the rows


@dataclass(frozen=True)
class Sheet:
    """The page.

    Args:
        company: Who it is about.
        title: What it is.
        about: Below the title: the day, the choice of items.
        cards: Key figures.
        curve: Sales and forecast.
        lists: Tables.
        facts: A last line of facts.
        warnings: What the reader must know first.
    """

    company: str
    title: str
    about: str
    cards: Sequence[Card]
    curve: Curve
    lists: Sequence[Listed]
    facts: str
    warnings: Sequence[str] = field(default_factory=tuple)


def sheet_pdf(sheet: Sheet, *, language: Language) -> bytes:
    """The page as a PDF, A4; what names hold is printed, never interpreted; the same sheet gives the same bytes.

    Raises:
        DocumentError: the fonts are missing.
    """
    register_fonts()
    file = io.BytesIO()
    width, height = A4
    template = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=look.MARGIN - _PADDING,
        rightMargin=look.MARGIN - _PADDING,
        topMargin=_MARGIN_TOP,
        bottomMargin=_MARGIN_BOTTOM,
        title=printable(f"{sheet.title} – {sheet.about}", limit=look.LONGEST),
        author=printable(sheet.company, limit=look.LONGEST),
        creator="Optiflow",
        lang=language,
        invariant=1,
        pageCompression=1,
        initialFontName=REGULAR,
    )
    room = height - _MARGIN_TOP - _MARGIN_BOTTOM - 2 * _PADDING - 1
    template.build([KeepInFrame(width - 2 * look.MARGIN, room, _story(sheet), mode="shrink")])
    return file.getvalue()


def _story(sheet: Sheet) -> list[Flowable]:
    warned = [words(warning, look.STRONG) for warning in sheet.warnings]
    parts = [_head(sheet), *warned, _cards(sheet.cards), *_curve(sheet.curve)]
    return [
        *parts,
        *(part for one in sheet.lists for part in _list(one)),
        Spacer(0, 8),
        words(sheet.facts, look.SMALL),
    ]


def _head(sheet: Sheet) -> Table:
    left = [words(sheet.company, look.COMPANY), words(sheet.about, look.SMALL)]
    rule = [("LINEBELOW", (0, 0), (-1, 0), 0.8, look.INK), ("BOTTOMPADDING", (0, 0), (-1, 0), 6)]
    style = [*look.plain_cells(sides=0, above=0, below=2), *rule]
    return Table([[left, words(sheet.title, look.TITLE)]], colWidths=look.widths(70, 30), style=style)


def _cards(cards: Sequence[Card]) -> Table:
    cells: list[Any] = [_card(card) for card in cards]
    cells += [""] * (-len(cells) % CARDS_A_ROW)
    rows = [cells[first : first + CARDS_A_ROW] for first in range(0, len(cells), CARDS_A_ROW)]
    style = [*look.plain_cells(sides=4, above=5, below=4), ("LINEBELOW", (0, 0), (-1, -1), 0.4, look.RULE)]
    return Table(rows, colWidths=look.widths(*[100 / CARDS_A_ROW] * CARDS_A_ROW), style=style)


def _card(card: Card) -> list[Flowable]:
    changes = [
        words(said, look.LABEL.clone(f"change {tone}", textColor=_COLOURS[tone]))
        for tone, said in card.changes
    ]
    return [words(card.label, look.LABEL, limit=60), words(card.value, _VALUE, limit=30), *changes]


def _curve(curve: Curve) -> list[Flowable]:
    return [_title(curve.title), _drawing(curve), words(curve.told, look.SMALL)]


def _drawing(curve: Curve) -> Drawing:
    days = len(curve.past) + len(curve.coming)
    top = max([*curve.past, *curve.coming, 1e-9])
    foot, room = 10.0, CURVE_HEIGHT - 20.0

    def points(values: Sequence[float], first: int) -> list[float]:
        places = range(first, first + len(values))
        across = [look.TEXT_WIDTH * place / max(days - 1, 1) for place in places]
        return [
            part for x, v in zip(across, values, strict=True) for part in (x, foot + room * max(v, 0) / top)
        ]

    drawing = Drawing(look.TEXT_WIDTH, CURVE_HEIGHT)
    drawing.add(Line(0, foot, look.TEXT_WIDTH, foot, strokeColor=look.RULE, strokeWidth=0.5))
    now = look.TEXT_WIDTH * max(len(curve.past) - 1, 0) / max(days - 1, 1)
    drawing.add(
        Line(now, foot, now, foot + room, strokeColor=look.QUIET, strokeWidth=0.5, strokeDashArray=[1, 2])
    )
    for values, first, colour, dash in (
        (curve.past, 0, _BLUE, None),
        (curve.coming, len(curve.past), _ORANGE, [4, 2]),
    ):
        if len(values) > 1:
            line = PolyLine(points(values, first), strokeColor=colour, strokeWidth=1.2, strokeDashArray=dash)
            drawing.add(line)
    places = ((0.0, "start"), (now, "middle"), (look.TEXT_WIDTH, "end"))
    for (x, anchor), said in zip(places, curve.ends, strict=True):
        drawing.add(_label(x, 1, said, anchor))
    drawing.add(_label(0, CURVE_HEIGHT - 7, curve.highest, "start"))
    return drawing


def _label(x: float, y: float, said: str, anchor: str) -> String:
    shown = printable(said, limit=60)
    return String(x, y, shown, fontName=REGULAR, fontSize=6.5, fillColor=look.QUIET, textAnchor=anchor)


def _list(listed: Listed) -> list[Flowable]:
    if not listed.rows:
        return [_title(listed.title), words(listed.otherwise, look.SMALL)]
    last = len(listed.columns) - 1
    right = look.BODY.clone("right", alignment=TA_RIGHT)
    head = [
        words(name, look.LABEL_FIGURE if place == last else look.LABEL)
        for place, (name, _) in enumerate(listed.columns)
    ]
    rows = [
        [
            words(cell, right if place == last else look.BODY, limit=LONGEST_CELL)
            for place, cell in enumerate(row)
        ]
        for row in listed.rows
    ]
    style = [*look.plain_cells(sides=3, above=2, below=3), ("LINEBELOW", (0, 0), (-1, -1), 0.4, look.RULE)]
    style += [("BACKGROUND", (0, 0), (-1, 0), look.HEAD)]
    table = Table([head, *rows], colWidths=look.widths(*(width for _, width in listed.columns)), style=style)
    return [_title(listed.title), table, *([words(listed.more, look.LABEL)] if listed.more else [])]


def _title(title: str) -> Table:
    return Table(
        [[words(title, look.STRONG)]], style=look.plain_cells(sides=0, above=7, below=2), hAlign="LEFT"
    )
