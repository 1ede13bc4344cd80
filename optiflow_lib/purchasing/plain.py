"""Names as they can be printed: whatever the business database holds, one readable line."""

import unicodedata


def plain(words: object) -> str:
    """`words` on one line: composed, without control, formatting, private and unassigned characters.

    Among those are line ends, tabs and marks that reverse the writing direction, with which a name could pretend
    to be another line; whitespace is one space. A missing value is empty.
    """
    if not isinstance(words, str):
        return ""
    kept = (" " if c.isspace() or ord(c) < 32 else c for c in unicodedata.normalize("NFC", words))
    return " ".join("".join(c for c in kept if unicodedata.category(c)[0] != "C").split())
