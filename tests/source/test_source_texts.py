"""Every word a manager reads about the data exists in French."""

import ast
from pathlib import Path

import pytest

from optiflow_lib.source import quality, told
from optiflow_lib.source.quality.links import LINKS
from optiflow_lib.texts.catalogue import _french

FOLDER = Path(quality.__file__).parent


def words_of_checks():
    for file in FOLDER.glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        constants = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "problems":
                given = [
                    node.args[0],
                    *(word.value for word in node.keywords if word.arg in ("says", "mend")),
                ]
                for word in given:
                    if isinstance(word, ast.Constant):
                        yield word.value
                    elif word.id in constants:
                        yield constants[word.id]
    yield from (word for link in LINKS.values() for word in link[1:])


def test_every_check_and_its_mend_has_its_french():
    words = set(words_of_checks())
    assert len(words) > 40
    assert sorted(words - set(_french())) == []


@pytest.mark.parametrize(
    ("detail", "french", "english"),
    [
        ("it has no price", "aucun prix de vente", "it has no price"),
        (
            "less than half of its usual sales had arrived: the night closed the day before",
            "moins de la moitié des ventes habituelles étaient arrivées\u00a0: la nuit a clos la veille",
            "less than half of its usual sales had arrived: the night closed the day before",
        ),
        (
            "the books say less than nothing is in stock: -1234.5",
            "le stock comptable est inférieur à zéro\u00a0: -1\u202f234,5",
            "the books say less than nothing is in stock: -1,234.5",
        ),
    ],
)
def test_a_detail_is_told_in_the_readers_language_with_its_figure(detail, french, english):
    assert (told(detail, "fr"), told(detail, "en")) == (french, english)


def test_french_signs_have_their_narrow_spaces():
    own = (FOLDER.parents[1] / "texts" / "fr" / "source.po").read_text(encoding="utf-8")
    french = [line for line in own.splitlines() if line.startswith("msgstr")][1:]
    assert [line for line in french if " :" in line or " ;" in line] == []
