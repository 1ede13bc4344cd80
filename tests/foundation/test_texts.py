import ast
import json
import re
from datetime import date, datetime
from pathlib import Path

import pytest

import optiflow_lib
from optiflow_lib.texts import LANGUAGES, day, moment, money, month, number, percent, text
from optiflow_lib.texts.catalogue import _french

LIBRARY = Path(optiflow_lib.__file__).parent


def literal_messages():
    """Every message that the library gives to `text` as a literal."""
    for file in LIBRARY.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text"
            if named and node.args and isinstance(node.args[0], ast.Constant):
                yield file.relative_to(LIBRARY).as_posix(), node.args[0].value


def test_every_sentence_of_the_code_has_its_french():
    missing = [(file, message) for file, message in literal_messages() if message not in _french()]
    assert missing == []


# What a page shows is written as a sentence or a heading: with a capital letter.
A_MESSAGE = re.compile(r"[A-Z][a-z]+([ ,.:;!?’…]|$)|[{]\w+[}] \w")
SPOKEN_ATTRIBUTES = {"title", "placeholder", "alt", "aria_label", "data_hint", "data_label"}
ERROR_PARTS = {"what", "where", "mend"}  # errors are English, shown as technical detail


def silent_constants(tree):
    """String constants nobody reads on a page: docstrings, lists of exports, and the parts of errors."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "__all__"
        ):
            yield from ast.walk(node.value)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        if isinstance(node, ast.keyword) and node.arg in ERROR_PARTS:
            yield from ast.walk(node.value)


def shown_literals(source):
    """Texts that a page would show as they stand in the code: messages, and literals given to `tag`."""
    tree = ast.parse(source)
    silent = {id(node) for node in silent_constants(tree)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent
        if is_text and A_MESSAGE.match(node.value):
            yield node.value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tag":
            spoken = [word.value for word in node.keywords if word.arg in SPOKEN_ATTRIBUTES]
            is_code = isinstance(node.args[0], ast.Constant) and node.args[0].value == "code"
            children = [] if is_code else node.args[1:]
            given = [arg.value for arg in [*children, *spoken] if isinstance(arg, ast.Constant)]
            yield from (word for word in given if isinstance(word, str) and any(map(str.isalpha, word)))


# Components and pages, what the server adds to them, and the documents.
SPOKEN = ("dashboards/components", "dashboards/pages", "dashboards/serving", "purchasing")
# What is no sentence: parts of headers and configuration, and a language in its own words.
TECHNICAL = {"Lax", "Forwarded", "Voila", "English"}
TERMINAL = {"serve.py"}  # speaks to who starts the server, in English as every command does
NOTEBOOKS = LIBRARY.parent / "notebooks" / "dashboards"


def test_a_dashboard_s_notebook_says_nothing_itself():
    files = sorted(NOTEBOOKS.glob("*.ipynb"))
    assert len(files) == 6
    for file in files:
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        assert {cell["cell_type"] for cell in cells} == {"code"}, file.name
        written = [
            node.value
            for cell in cells
            for node in ast.walk(ast.parse("".join(cell["source"])))
            if isinstance(node, ast.Constant)
        ]
        assert written == [], file.name


def test_the_server_s_templates_say_nothing_themselves():
    templates = LIBRARY / "dashboards" / "voila" / "templates" / "optiflow"
    for file in [*templates.glob("*.html"), *templates.glob("*.j2")]:
        source = re.sub(
            r"<script.*?</script>|{[{%#].*?[}%#]}|<!--.*?-->|<[^>]*>",
            " ",
            file.read_text(encoding="utf-8"),
            flags=re.DOTALL,
        )
        assert set(re.findall(r"[A-Za-z]{2,}", source)) <= {"Optiflow", "DOCTYPE"}, file.name


def test_no_hard_coded_sentence_reaches_a_page():
    pages = [
        file for folder in SPOKEN for file in LIBRARY.glob(f"{folder}/*.py") if file.name not in TERMINAL
    ]
    assert len(pages) > 60
    untranslated = [
        (file.name, words)
        for file in pages
        for words in shown_literals(file.read_text(encoding="utf-8"))
        if words not in _french() and words not in TECHNICAL
    ]
    assert untranslated == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('tag("p", "hello")', ["hello"]),
        ('tag("p", name, title="help")', ["help"]),
        ('LABELS = {"a": "Stock value"}', ["Stock value"]),
        ('raise E(what="Something odd")', []),
        ('"""Docstring."""', []),
        ('tag("p", text("Hello", language), class_="card")', ["Hello"]),
        ('tag("p", "→", id="chart")', []),
        ('tag("code", "optiflow nightly")', []),
        ('__all__ = ["Visit"]', []),
        ('text("{count} alerts", language, count=n)', ["{count} alerts"]),
    ],
)
def test_the_finder_sees_what_a_page_would_show(source, found):
    assert list(shown_literals(source)) == found


def test_french_keeps_the_names_to_be_filled():
    for english, french in _french().items():
        assert set(_names(french)) == set(_names(english)), english


def _names(message):
    return [re.split("[}:]", part)[0] for part in message.split("{")[1:]]


@pytest.mark.parametrize(
    ("days", "french", "english"),
    [
        ("0", "0 jour", "0 days"),
        ("1", "1 jour", "1 day"),
        ("1,5", "1,5 jour", "1,5 days"),
        ("2", "2 jours", "2 days"),
        ("12", "12 jours", "12 days"),
        ("1\u202f000", "1\u202f000 jours", "1\u202f000 days"),
        ("<b>", "<b> jours", "<b> days"),
    ],
)
def test_a_word_follows_its_count_as_each_language_has_it(days, french, english):
    assert plain(text("{days} {days:day|days} of cover", "fr", days=days)).startswith(plain(french) + " de")
    assert plain(text("{days} {days:day|days} of cover", "en", days=days)).startswith(plain(english) + " of")


def plain(words):
    return " ".join(words.split())


def test_no_french_sign_begins_a_line():
    apart = re.compile(" [:;?!»]|« ")
    assert [french for french in _french().values() if apart.search(french)] == []
    assert text("Nothing to do: no alert.", "fr") == "Rien à faire\u00a0: aucune alerte."


@pytest.mark.parametrize(
    ("written", "french", "english"),
    [
        (lambda language: number(1234.5, language, decimals=2), "1\u202f234,5", "1,234.5"),
        (lambda language: money(1234.4, language), "1\u202f234\u00a0€", "€1,234"),
        (lambda language: money(1234.5, language, cents=True), "1\u202f234,50\u00a0€", "€1,234.50"),
        (lambda language: percent(0.125, language, decimals=1), "12,5\u00a0%", "12.5%"),
        (lambda language: day(date(2026, 11, 3), language), "3 nov. 2026", "Nov 3, 2026"),
        (
            lambda language: moment(datetime(2026, 11, 3, 15, 4), language),
            "3 nov. 2026, 15:04",
            "Nov 3, 2026, 3:04 PM",
        ),
        (lambda language: month(date(2026, 11, 3), language), "Novembre 2026", "November 2026"),
        (lambda language: number(float("nan"), language), "–", "–"),
        (lambda language: day(None, language), "–", "–"),
        (lambda language: day(date(2026, 11, 3), language, style="day"), "3 nov.", "Nov 3"),
    ],
)
def test_numbers_days_and_money_take_the_readers_form(written, french, english):
    assert (written("fr"), written("en")) == (french, english)


def test_an_unknown_message_stays_english():
    assert text("no such message {n}", "fr", n=3) == "no such message 3"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_rounded_to_zero_has_no_sign(language):
    shown = [
        number(-0.2, language),
        number(-0.04, language, decimals=1),
        percent(-0.001, language),
        money(-0.3, language),
        money(-0.003, language, cents=True),
    ]
    assert not [words for words in shown if "-" in words]
    assert "-" in number(-0.2, language, decimals=1)
    assert "-" in percent(-0.01, language)
