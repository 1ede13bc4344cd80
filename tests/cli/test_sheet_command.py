"""`optiflow sheet`: the page for the meeting, from a terminal or cron."""

import io

import pytest
from pypdf import PdfReader


@pytest.mark.parametrize(("language", "said"), [("fr", "État du magasin"), ("en", "State of the shop")])
def test_sheet_writes_one_page_in_the_language_asked_for(optiflow, shop_night, tmp_path, language, said):
    status, told, _ = optiflow("sheet", "--language", language, "--to", tmp_path, "--settings", shop_night)
    (file,) = tmp_path.iterdir()
    (page,) = PdfReader(io.BytesIO(file.read_bytes())).pages
    assert (status, file.name, said in page.extract_text()) == (0, "optiflow-2026-10-31.pdf", True)
    assert str(file) in told.replace("\n", "")


def test_sheet_says_when_no_night_was_run(optiflow, tmp_path):
    (tmp_path / "optiflow.toml").write_text("", encoding="utf-8")
    status, _, error = optiflow("sheet", "--to", tmp_path, "--settings", tmp_path / "optiflow.toml")
    assert (status, "no night was published" in error) == (1, True)
