"""The French catalogue beside the English of the code."""

import re
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from babel.messages.pofile import read_po

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_PLURAL = re.compile(r"{(\w+):([^{}|]+)\|([^{}|]+)}")
_ONE: dict[Language, re.Pattern[str]] = {"en": re.compile(r"-?1"), "fr": re.compile(r"-?[01](,\d+)?")}
# French signs stand apart from their word and never begin a line.
_APART = (
    (re.compile(" ([:»])"), "\u00a0\\1"),
    (re.compile(" ([;?!])"), "\u202f\\1"),
    (re.compile("« "), "«\u00a0"),
)


def text(message: str, language: Language, **values: object) -> str:
    """`message` in `language`, its ``{names}`` filled with `values`; ``{days:day|days}`` is one of both words.

    Args:
        message: The English text, which is also the key. A test holds every message used to the catalogue.
        language: "fr" or "en".
        values: Already formatted values (see `formats`); not escaped for HTML.
    """
    words = _french().get(message, message) if language == "fr" else message
    if "|" in words:
        words = _PLURAL.sub(lambda found: _word(found, str(values.get(found[1], "")), language), words)
    return words.format(**values) if values else words


def _word(found: re.Match[str], count: str, language: Language) -> str:
    """The word for a count that is already written in the reader's form."""
    return found[2] if _ONE[language].fullmatch(count) else found[3]


@cache
def _french() -> dict[str, str]:
    words: dict[str, str] = {}
    for file in sorted((Path(__file__).parent / "fr").glob("*.po")):
        with file.open("rb") as lines:
            words |= {
                str(m.id): _spaced(str(m.string)) for m in read_po(lines, locale="fr") if m.id and m.string
            }
    return words


def _spaced(words: str) -> str:
    for sign, spaced in _APART:
        words = sign.sub(spaced, words)
    return words
