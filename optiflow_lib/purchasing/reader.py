"""Which of our two languages a supplier reads."""

from optiflow_lib.texts import Language


def supplier_language(language: object, *, otherwise: Language) -> Language:
    """French for a supplier whose language is written fr, FR or fr_BE; English for any other; `otherwise` if unknown.

    Args:
        language: `language` of schema `SUPPLIERS`; may be missing.
        otherwise: The language of a supplier that names none.
    """
    if not isinstance(language, str) or not language.strip():
        return otherwise
    return "fr" if language.strip().lower().startswith("fr") else "en"
