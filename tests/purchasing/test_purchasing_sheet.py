"""The page for the meeting, through another program's eyes."""

import io
import re
import subprocess
from dataclasses import replace

import pytest
from order_frames import HOSTILE
from pypdf import PdfReader

from optiflow_lib.purchasing.sheet import Card, Curve, Listed, Sheet, sheet_pdf

CURVE = Curve(
    "Sales", [1.0, 3.0, 2.0], [2.0, 2.5], ("Monday", "Wednesday", "Friday"), "highest: 3", "6 sold."
)
RISKS = Listed(
    "Risks", [("Alert", 30), ("What", 50), ("At risk", 20)], [["Late", "Soap is late", "12 €"]], "None."
)
SHEET = Sheet(
    company="Maison Optiflow",
    title="State of the shop",
    about="As of Saturday",
    cards=[Card("Revenue", "26 751 €", [("good", "▲ 5 %"), ("bad", "▼ 2 %")]), Card("Cover", "17 days")],
    curve=CURVE,
    lists=[RISKS],
    facts="Last night: done",
)


def shown_in(pdf):
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", "", page.extract_text())


def test_the_page_says_everything_it_is_given():
    shown = shown_in(sheet_pdf(SHEET, language="en"))
    for said in (
        *("Maison Optiflow", "State of the shop", "As of Saturday", "Revenue", "26 751 €", "▲ 5 %", "▼ 2 %"),
        *(
            "17 days",
            "Sales",
            "highest: 3",
            "Wednesday",
            "6 sold.",
            "Soap is late",
            "12 €",
            "Last night: done",
        ),
    ):
        assert said.replace(" ", "") in shown


def test_the_same_sheet_gives_the_same_bytes():
    assert sheet_pdf(SHEET, language="fr") == sheet_pdf(SHEET, language="fr")


def test_however_much_there_is_to_say_it_stays_one_page():
    long = "Soap that is very late " * 30
    many = replace(RISKS, rows=[[long, long, "12 €"]] * 60)
    cards = [Card(long, "1", [("plain", long)])] * 17
    shown = shown_in(sheet_pdf(replace(SHEET, cards=cards, lists=[many] * 2, warnings=[long]), language="en"))
    assert "12€" in shown
    assert long.replace(" ", "") not in shown


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_printed_and_never_read(name):
    hostile = replace(
        SHEET,
        company=name,
        about=name,
        cards=[Card(name, name, [("plain", name)])],
        curve=replace(CURVE, title=name, ends=(name, name, name), highest=name, told=name),
        lists=[Listed(name, [(name, 50), (name, 50)], [[name, name]], name, name)],
        facts=name,
    )
    assert sheet_pdf(hostile, language="fr").startswith(b"%PDF")


def test_without_sales_and_rows_it_says_so():
    nothing = replace(SHEET, curve=replace(CURVE, past=[], coming=[]), lists=[replace(RISKS, rows=[])])
    assert "None." in shown_in(sheet_pdf(nothing, language="en"))


def test_curves_of_both_colours_are_drawn(tmp_path):
    (tmp_path / "sheet.pdf").write_bytes(sheet_pdf(SHEET, language="en"))
    command = ["pdftoppm", "-r", "50", str(tmp_path / "sheet.pdf"), str(tmp_path / "sheet")]
    subprocess.run(command, check=True)
    (image,) = tmp_path.glob("*.ppm")
    header, _, pixels = image.read_bytes().partition(b"\n255\n")
    assert header.startswith(b"P6")
    seen = {tuple(pixels[place : place + 3]) for place in range(0, len(pixels), 3)}
    assert any(blue > 150 and red < 90 for red, _, blue in seen)
    assert any(red > 170 and blue < 80 and 60 < green < 140 for red, green, blue in seen)
