"""The French catalogue beside the English of the code."""

from functools import cache
from pathlib import Path
from typing import Literal, get_args

from babel.messages.pofile import read_po

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def text(message: str, language: Language, **values: object) -> str:
    """`message` in `language`, its ``{names}`` filled with `values`.

    Args:
        message: The English text, which is also the key. A test holds every message used to the catalogue.
        language: "fr" or "en".
        values: Already formatted values (see `formats`); not escaped for HTML.
    """
    words = _french().get(message, message) if language == "fr" else message
    return words.format(**values) if values else words


@cache
def _french() -> dict[str, str]:
    words: dict[str, str] = {}
    for file in sorted((Path(__file__).parent / "fr").glob("*.po")):
        with file.open("rb") as lines:
            words |= {str(m.id): str(m.string) for m in read_po(lines, locale="fr") if m.id and m.string}
    return words
