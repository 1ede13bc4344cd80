"""Names as they can be printed: whatever the business database holds, one readable line."""

import re
import unicodedata

_UNBROKEN = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"


def plain(words: object) -> str:
    """`words` on one line: composed, without control, formatting, private and unassigned characters.

    Among those are marks that reverse the writing direction, with which a name could pretend to be another. Line
    ends, tabs and runs of spaces become one space; what is not text, a missing value, becomes nothing.
    """
    if not isinstance(words, str):
        return ""
    spaced = (" " if ord(c) < 32 or (c.isspace() and c not in _UNBROKEN) else c for c in words)
    seen = "".join(c for c in spaced if unicodedata.category(c)[0] != "C")
    return re.sub(" +", " ", unicodedata.normalize("NFC", seen)).strip()


def file_name(order_id: str, ending: str) -> str:
    """Name of an order's file, on any system: what could be a folder or a drive in its number becomes a dash."""
    return f"{re.sub(r'[^A-Za-z0-9_-]+', '-', order_id).strip('-') or 'order'}.{ending}"
