import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optiflow_lib.purchasing.paper import address_lines
from optiflow_lib.purchasing.plain import file_name, plain


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("  Pâtes\tcomplètes\r\n500 g ", "Pâtes complètes 500 g"),
        ("a\u202eb\u200bc\x00d\x85e\u2028f", "abc d e f"),
        ("500\u00a0g  1\u202f234", "500\u00a0g 1\u202f234"),
        ("e\u200d\u0301", "é"),
        ("e\u0301", "é"),
        ("lone \ud800 half", "lone half"),
        ("\ue000\ufdd0\uffff", ""),
        (None, ""),
        (float("nan"), ""),
    ],
)
def test_names_become_one_line_without_characters_that_are_not_seen(words, shown):
    assert plain(words) == shown


@given(st.text())
def test_no_name_keeps_a_control_character_and_twice_is_once(words):
    shown = plain(words)
    assert all(unicodedata.category(c)[0] != "C" and c.splitlines() == [c] for c in shown)
    assert plain(shown) == shown


@pytest.mark.parametrize(
    ("order_id", "name"),
    [
        ("BC-2026-000001", "BC-2026-000001.pdf"),
        ("../../etc/x", "etc-x.pdf"),
        ("C:\\BC 1", "C-BC-1.pdf"),
        ("é", "order.pdf"),
    ],
)
def test_a_files_name_leaves_its_folder_on_no_system(order_id, name):
    assert file_name(order_id, "pdf") == name


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ("8 quai du Port, 13002 Marseille", ["8 quai du Port", "13002 Marseille"]),
        ("8, quai du Port\r\n\n 13002 Marseille\n", ["8, quai du Port", "13002 Marseille"]),
        ("", []),
        (None, []),
    ],
)
def test_an_address_is_taken_apart_at_its_line_ends_or_else_at_its_commas(address, lines):
    assert address_lines(address) == lines
