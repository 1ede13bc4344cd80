"""The fonts of documents: DejaVu, which matplotlib carries, embedded as far as they are used."""

import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from optiflow_lib.errors import DocumentError
from optiflow_lib.purchasing.plain import plain

REGULAR, BOLD = "DejaVuSans", "DejaVuSans-Bold"
UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def register_fonts() -> None:
    """Makes both fonts known to ReportLab.

    Raises:
        DocumentError: matplotlib or its fonts are not there.
    """
    _glyphs(REGULAR)
    _glyphs(BOLD)


def printable(words: object, *, limit: int, font: str = REGULAR) -> str:
    """`words` on one line of at most `limit` characters; what cannot be shown rightly is a visible mark.

    Latin, Greek, Cyrillic and the signs of currencies can. Chinese, Japanese and Korean have no glyphs here;
    right-to-left scripts would be written backwards; and ReportLab gives characters beyond the basic plane no text
    that a reader could copy or search.
    """
    glyphs = _glyphs(font)
    shown = "".join(c if ord(c) in glyphs and _is_plainly_laid_out(c) else UNKNOWN for c in plain(words))
    return shown if len(shown) <= limit else f"{shown[: limit - 1].rstrip()}…"


def _is_plainly_laid_out(character: str) -> bool:
    return ord(character) < 0x10000 and unicodedata.bidirectional(character) not in ("R", "AL")


@cache
def _glyphs(font: str) -> frozenset[int]:
    # Looked for, not imported: matplotlib takes half a second.
    found = find_spec("matplotlib")
    folders = (found and found.submodule_search_locations) or []
    files = [Path(folder) / "mpl-data/fonts/ttf" / f"{font}.ttf" for folder in folders]
    try:
        loaded = TTFont(font, str(files[0]))
    except (IndexError, TTFError) as error:
        raise DocumentError(
            what=f"the font {font} is missing",
            where=str(files[0]) if files else "package matplotlib",
            mend="install the packages of requirements.lock again",
        ) from error
    pdfmetrics.registerFont(loaded)
    return frozenset(loaded.face.charToGlyph)
