import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from order_frames import HOSTILE, items_of, lines_of, order_of

from optiflow_lib.purchasing import order_csv
from optiflow_lib.purchasing.plain import plain
from optiflow_lib.purchasing.spreadsheet import FORMULA_SIGNS

SEPARATOR, DECIMAL = {"fr": ";", "en": ","}, {"fr": ",", "en": "."}


def written(names=("a",), *, language="fr", quantities=None, items=None, order=None, **values):
    lines = lines_of(quantities or [1.0] * len(names), **values)
    return order_csv(
        order_of() if order is None else order,
        lines,
        items=items_of(list(names)) if items is None else items,
        currency="EUR",
        language=language,
    )


def cells_of(content, language="fr"):
    return list(
        csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=SEPARATOR[language])
    )


def test_french_excel_opens_it_at_a_double_click():
    content = written(["Pâtes complètes; 500 g"], quantities=[12.5], unit_cost=1234.5, vat_rate=0.055)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig") == (
        "N° de commande;Article;Désignation;Unité;Quantité;Prix unitaire HT;Taux de TVA;Total HT\r\n"
        'BC-2026-000001;0001;"Pâtes complètes; 500 g";pièce;12,5;1234,5;0,055;15431,25\r\n'
    )


def test_english_readers_get_commas_and_points():
    content = written(["Pasta, 500 g"], language="en", quantities=[12.5], unit_cost=1234.5, vat_rate=0.055)
    assert content.decode("utf-8-sig") == (
        "Order number,Product,Description,Unit,Quantity,Unit price,VAT rate,Total without VAT\r\n"
        'BC-2026-000001,0001,"Pasta, 500 g",pièce,12.5,1234.5,0.055,15431.25\r\n'
    )


def test_a_line_that_is_not_ordered_is_left_out_and_an_unknown_price_is_empty():
    rows = cells_of(written(["a", "b", "c"], quantities=[1.0, 0.0, 2.0], list_price=[2.5, 2.5, None]))
    assert [(row[1], row[5], row[7]) for row in rows[1:]] == [("0001", "2,5", "2,5"), ("0003", "", "")]


def test_an_item_that_nobody_names_any_more_is_named_by_its_id():
    assert cells_of(written(items=items_of([])))[1][:4] == ["BC-2026-000001", "0001", "", ""]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_no_cell_begins_like_a_formula(sign, language):
    hostile = f"{sign}cmd|' /C calc'!A0"
    items = items_of([hostile], unit=hostile)
    rows = cells_of(written(items=items, language=language, order=order_of(order_id=hostile)), language)
    assert all(not cell.startswith(FORMULA_SIGNS) for cell in rows[1])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40)), min_size=1, max_size=4),
    st.sampled_from(["fr", "en"]),
)
def test_what_was_written_is_read_again_and_is_no_formula(names, language):
    quantities = [n + 0.25 for n in range(len(names))]
    rows = cells_of(written(names, language=language, quantities=quantities), language)
    assert len(rows) == len(names) + 1
    for row, name, quantity in zip(rows[1:], names, quantities, strict=True):
        assert not any(cell.startswith(FORMULA_SIGNS) for cell in row)
        assert row[2].removeprefix("'") == plain(name).removeprefix("'")
        assert float(row[4].replace(DECIMAL[language], ".")) == quantity
        assert float(row[7].replace(DECIMAL[language], ".")) == pytest.approx(quantity * 2.5, abs=0.0051)
