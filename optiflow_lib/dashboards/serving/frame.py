"""What surrounds a page: navigation, language and theme switches, who is logged in, words of the page's scripts."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from optiflow_lib.dashboards.pages.visit import filters_of
from optiflow_lib.dashboards.serving.notebooks import Page
from optiflow_lib.texts import LANGUAGES, Language, text

_OTHER: Mapping[Language, Language] = {"fr": "en", "en": "fr"}
_NAMES: Mapping[Language, str] = {"fr": "Français", "en": "English"}
LANGUAGE_COOKIE = "optiflow-language"
SHARED = ("location", "category", "supplier", "period")  # filters that mean the same on every page


def chosen_language(*, asked: str, kept: str, account: str, accepted: str, fallback: Language) -> Language:
    """The language of a page: the address's, the cookie's, the account's, the browser's, the settings', in this order.

    Args:
        asked: `language` of the address.
        kept: The cookie.
        account: What the user's account says.
        accepted: The header Accept-Language, e.g. ``fr-FR,fr;q=0.9,en;q=0.8``.
        fallback: Of the settings.
    """
    wanted = (asked, kept, account, *_by_preference(accepted), fallback)
    return next(language for word in wanted for language in LANGUAGES if language == word)


def frame(
    pages: Mapping[str, Page],
    *,
    current: str,
    title: str,
    language: Language,
    query: str,
    base_url: str,
    assets: str,
    path: str,
) -> dict[str, Any]:
    """Values of the templates' parts; plain data, escaped by the templates.

    Args:
        pages: Of the navigation; none before the login.
        current: Name of the page; empty for a page without a notebook.
        title: Of the window.
        language: Of all words.
        query: Of the address: its shared filters go along from page to page.
        base_url: Address of the server's root, with a slash at its end.
        assets: Address of the static files.
        path: Of the address, for the language switch.
    """
    filters, other = filters_of(query), _OTHER[language]
    shared = {name: value for name, value in filters.items() if name in SHARED}
    tail = f"?{urlencode(shared)}" if shared else ""
    return {
        "language": language,
        "title": title,
        "page": current,
        "base_url": base_url,
        "assets": assets,
        "home": base_url,
        "shared": " ".join(SHARED),
        "links": [
            {
                "address": f"{base_url}{page.name}{tail}",
                "title": page.title(language),
                "current": page.name == current,
            }
            for page in pages.values()
        ],
        "other_language": {
            "code": other,
            "name": _NAMES[other],
            "address": f"{path}?{urlencode({**filters, 'language': other})}",
        },
        "words": _words(language),
    }


def _words(language: Language) -> dict[str, str]:
    return {
        "skip": text("To the content", language),
        "pages": text("Pages", language),
        "theme": text("Light or dark", language),
        "log_out": text("Log out", language),
        "loading": text("The page is being prepared…", language),
        "lost": text("The connection to the server is lost. What you typed is kept.", language),
        "reload": text("Reload the page", language),
    }


def _by_preference(accepted: str) -> list[str]:
    weighed = []
    for place, part in enumerate(accepted[:500].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), place, tag.split("-")[0].lower()))
        except ValueError:
            continue
    return [tag for _, _, tag in sorted(weighed)]
