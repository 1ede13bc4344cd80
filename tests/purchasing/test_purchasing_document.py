"""The PDF is looked at through another program's eyes: pypdf reads it as the supplier's would."""

import hashlib
import io
import re
import subprocess
import sys
import unicodedata
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from order_frames import COMPANY, HOSTILE, items_of, lines_of, order_of, supplier_of
from pypdf import PdfReader

from optiflow_lib.errors import DocumentError
from optiflow_lib.purchasing import fonts, order_pdf
from optiflow_lib.purchasing.fonts import UNKNOWN, printable, register_fonts
from optiflow_lib.settings import PurchasingSettings

SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def printed(
    names=("Savon de Marseille",), *, language="fr", quantities=None, order=None, items=None, **others
):
    lines = others.pop("lines", None)
    return order_pdf(
        order_of() if order is None else order,
        lines_of(quantities or [1.0] * len(names)) if lines is None else lines,
        items=items_of(list(names)) if items is None else items,
        **{"supplier": supplier_of(), "company": COMPANY, "language": language} | others,
    )


def pages_of(pdf):
    """The text of each page; a reader may take one kind of space for another."""
    return [re.sub("[ \u00a0\u202f]+", " ", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def without_spaces(words):
    """Where lines are broken is the layout's business; and some readers compose what was written apart."""
    return re.sub(r"\s", "", unicodedata.normalize("NFC", words))


def shown_in(pdf):
    return without_spaces("".join(pages_of(pdf)))


def test_a_french_order_says_everything_a_supplier_needs():
    lines = lines_of([120, 2.5], unit_cost=[2.79, 1.0], list_price=[2.94, 1.0], vat_rate=[0.2, 0.055])
    pdf = printed(["Savon de Marseille", "Pâtes complètes"], lines=lines, approved_on=date(2026, 11, 2))
    (page,) = pages_of(pdf)
    for said in (
        "Maison Optiflow", "12 rue des Halles", "75001 Paris", "N° de TVA : FR00 000 000 000", "Bon de commande",
        "BC-2026-000001", "Date de commande", "2 novembre 2026", "Livraison attendue le", "6 novembre 2026",
        "Boutique du Marais", "Dupont & Fils", "8 quai du Port", "13002 Marseille", "ventes@dupont.example", "F01",
        "0001", "Savon de Marseille", "120", "pièce", "2,79", "Prix tarif 2,94, remise 5,1 %", "334,80 €",
        "2,5", "Total HT", "337,30 €", "TVA à 5,5 % sur 2,50 €", "0,14 €",
        "TVA à 20 % sur 334,80 €", "66,96 €", "Total TTC", "404,40 €", "Page 1 / 1",
        "Merci de confirmer cette commande",
    ):  # fmt: skip
        assert said in page, said
    assert "BROUILLON" not in page


def test_an_english_order_is_english_to_its_last_figure():
    (page,) = pages_of(printed(language="en", lines=lines_of([1234], unit_cost=1.2345, list_price=1.2345)))
    for said in (
        "Purchase order",
        "Date of the order",
        "October 31, 2026",
        "1,234",
        "1.2345",
        "€1,523.37",
        "Page 1 / 1",
    ):
        assert said in page, said
    assert not re.search("commande|livraison|TVA|HT", page, flags=re.IGNORECASE)


def test_the_same_order_gives_the_same_bytes_in_another_process():
    program = (
        "import sys, hashlib; sys.path[:0] = sys.argv[1:]; from test_purchasing_document import printed, HOSTILE;"
        "print(hashlib.sha256(printed(HOSTILE)).hexdigest())"
    )
    other = subprocess.run(
        [sys.executable, "-c", program, *sys.path], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert hashlib.sha256(printed(HOSTILE)).hexdigest() == other
    assert printed(HOSTILE) == printed(HOSTILE)


def test_ninety_lines_repeat_the_head_and_number_the_pages():
    pdf = printed([f"Article numéro {n}" for n in range(90)], quantities=[float(n + 1) for n in range(90)])
    pages = pages_of(pdf)
    assert len(pages) == 3
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} / {len(pages)}" in page
        assert page.count("Désignation") == 1
        assert "BC-2026-000001" in page
    assert [sum(f"Article numéro {n}\n" in page for page in pages) for n in range(90)] == [1] * 90
    assert "Total TTC" in pages[-1]
    assert "Article numéro 89" in pages[-1]  # totals never stand alone


@pytest.mark.parametrize("lines", range(24, 34))
def test_totals_share_their_page_with_a_line(lines):
    last = pages_of(printed([f"Article {n}" for n in range(lines)]))[-1]
    assert f"Article {lines - 1}\n" in last
    assert "Total TTC" in last


@pytest.mark.parametrize(
    ("state", "french", "english"),
    [("draft", "BROUILLON", "DRAFT"), ("cancelled", "ANNULÉE", "CANCELLED")],
)
def test_every_page_of_what_is_no_order_is_marked(state, french, english):
    for language, mark in (("fr", french), ("en", english)):
        pages = pages_of(printed(["a"] * 40, order=order_of(state=state), language=language))
        assert len(pages) > 1
        assert all(mark in page for page in pages)
        assert not re.search("Bon de commande|Purchase order|confirmer|confirm", "".join(pages))


@pytest.mark.parametrize("state", ["approved", "sent", "partly_received", "received"])
def test_the_document_of_an_order_stays_the_same_on_its_way(state):
    assert printed(order=order_of(state=state)) == printed()


def test_metadata_name_the_order_its_author_and_no_moment():
    reader = PdfReader(io.BytesIO(printed()))
    assert reader.metadata["/Title"] == "Bon de commande BC-2026-000001"
    assert reader.metadata["/Author"] == "Maison Optiflow"
    assert reader.metadata["/Subject"] == "Dupont & Fils"
    assert reader.metadata["/CreationDate"].startswith("D:2000")
    assert reader.root_object["/Lang"] == "fr"


def test_every_font_is_embedded():
    fonts_of = [page["/Resources"]["/Font"] for page in PdfReader(io.BytesIO(printed(HOSTILE))).pages]
    described = [font["/FontDescriptor"] for page in fonts_of for font in page.values()]
    assert all("/FontFile2" in description for description in described)
    assert all("DejaVuSans" in description["/FontName"] for description in described)


@pytest.mark.parametrize(
    "words", ["Cœur d’été — « çà et là » № 5 €", "Ελληνικός καφές", "Жареный кофе Ђ Ї", "ŁŃŐŰĞİ"]
)
def test_european_letters_have_their_signs(words):
    assert without_spaces(words) in shown_in(printed([words]))
    assert UNKNOWN not in printable(words, limit=100, font=fonts.BOLD)


def test_what_has_no_sign_is_a_visible_mark():
    assert printable("日本 \U0001f98a €", limit=10) == f"{UNKNOWN * 2} {UNKNOWN} €"
    assert printable("שלום سلام", limit=10) == f"{UNKNOWN * 4} {UNKNOWN * 4}"  # would be written backwards
    assert f"{UNKNOWN}€" in shown_in(printed(["日本€"]))


def test_a_name_longer_than_its_place_ends_with_an_ellipsis():
    assert printable("a" * 301, limit=300) == "a" * 299 + "…"
    assert printable("a" * 300, limit=300) == "a" * 300


def test_a_price_that_is_not_known_is_to_be_confirmed_and_in_no_total():
    page = pages_of(printed(["a", "b"], lines=lines_of([1, 2], list_price=[2.5, None])))[0]
    assert "à confirmer" in page
    assert "Les totaux sont donnés hors lignes dont le prix est à confirmer." in page
    assert "Total TTC\n 3,00 €" in page


def test_an_order_of_nothing_is_still_a_document():
    assert "0,00 €" in pages_of(printed([], quantities=[]))[0]


def test_many_rates_and_lines_as_high_as_a_page_can_hold_are_laid_out():
    lines = lines_of([1.0] * 40, vat_rate=[n / 100 for n in range(40)])
    assert len(pages_of(printed(["W" * 400] * 40, lines=lines))) > 10


def test_amounts_of_any_size_are_laid_out():
    shown = shown_in(printed(lines=lines_of([1e15], unit_cost=1e15, list_price=1e15)))
    assert "1000000000000000000000000000000,00€" in shown


def test_what_a_hostile_company_and_supplier_say_is_printed_and_not_obeyed():
    for hostile in HOSTILE:
        company = PurchasingSettings(company=hostile, address=f"{hostile}\n{hostile}", vat_id=hostile)
        supplier = supplier_of(
            name=hostile, address=", ".join([hostile] * 30), email=hostile, supplier_id=hostile
        )
        shown = shown_in(printed(supplier=supplier, company=company, order=order_of(order_id=f"N{hostile}")))
        assert shown.count(without_spaces(printable(hostile, limit=60, font=fonts.BOLD)).rstrip("…")) >= 3


@SLOW
@given(st.lists(st.one_of(st.text(max_size=400), st.sampled_from(HOSTILE)), min_size=1, max_size=4))
def test_any_name_is_printed_as_it_is_and_read_again(names):
    shown = shown_in(printed(names))
    for name in names:
        assert without_spaces(printable(name, limit=300)) in shown


def test_missing_fonts_are_named(monkeypatch):
    monkeypatch.setattr(fonts, "find_spec", lambda _name: None)
    fonts._glyphs.cache_clear()
    with pytest.raises(DocumentError, match="the font DejaVuSans is missing"):
        register_fonts()
    monkeypatch.undo()
    register_fonts()
