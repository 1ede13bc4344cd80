import json
import math
import re
from pathlib import Path

import pytest
from hostile import HOSTILE, is_harmless, seen, words
from hypothesis import given
from hypothesis import strategies as st

from optiflow_lib.dashboards.components import charts, notices
from optiflow_lib.dashboards.components.cards import Figure, cards, sparkline
from optiflow_lib.dashboards.components.html import Html, each, join, script_json, tag
from optiflow_lib.dashboards.components.tables import Column, table


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_shown_as_it_is_and_never_run(name):
    shown = tag("p", name, title=name, data_name=name)
    assert is_harmless(shown)
    ((_, attributes),) = seen(shown).elements
    assert attributes == {"title": name, "data-name": name}
    assert "".join(seen(shown).text) == name


@given(st.text())
def test_no_text_ends_an_element_or_an_attribute(name):
    parsed = seen(tag("p", name, title=name))
    assert [element for element, _ in parsed.elements] == ["p"]


def test_html_is_not_escaped_twice_and_a_sum_with_a_text_is_escaped_again():
    inner = tag("b", "a & b")
    assert tag("p", inner, [" ", inner], None) == "<p><b>a &amp; b</b> <b>a &amp; b</b></p>"
    assert tag("p", inner + "<script>") == tag("p", "<b>a &amp; b</b><script>")
    assert join(["<", Html("<br>"), 3]) == "&lt;<br>3"


def test_attributes_that_are_off_are_left_out():
    assert (
        tag("input", class_=None, checked=False, disabled=True, aria_label="x")
        == '<input disabled aria-label="x">'
    )


def test_a_cell_that_ends_with_html_shows_it_once():
    bundle = tag("p", "x")._repr_mimebundle_()
    assert bundle == {"text/html": "<p>x</p>", "text/plain": "<8 characters of HTML>"}


@pytest.mark.parametrize("name", HOSTILE)
def test_chart_data_stays_data(name):
    shown = charts.chart([charts.line(["2026-01-01"], [1.0], name=name)], name="x", told=name)
    assert is_harmless(shown)
    parsed = seen(shown)
    assert [element for element, _ in parsed.elements] == ["figure", "script", "figcaption"]
    figure = json.loads(str(shown).split('<script type="application/json">')[1].split("</script>")[0])
    assert figure["data"][0]["name"] == charts.plain(name)
    assert not {"<b>", "<img"} & {figure["data"][0]["name"]}


def test_chart_json_refuses_what_a_browser_cannot_read():
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json({"y": math.nan})
    assert charts.numbers([1.2345, math.nan]) == [1.23, None]


def test_a_chart_is_made_of_lines_areas_and_bars_in_the_colours_of_the_theme():
    low, high = charts.band(["a"], [1.0], [3.0], name="80 %")
    assert (low["y"], high["y"], high["fill"], high["fillcolor"]) == (
        [1.0],
        [3.0],
        "tonexty",
        "var(--accent)33",
    )
    assert charts.bars(["a"], [2.0], name="Stock")["marker"] == {"color": "var(--accent)"}
    assert charts.days(["2026-10-31"]) == ["2026-10-31"]


def test_layouts_add_their_lines_up():
    both = charts.merged({"height": 1}, charts.upright(3, words="a"), charts.upright(4, words="<b>"))
    assert [shape["x0"] for shape in both["shapes"]] == [3, 4]
    assert [note["text"] for note in both["annotations"]] == ["a", "&lt;b&gt;"]
    assert both["height"] == 1


def test_a_table_has_its_headings_in_every_cell_for_a_phone():
    shown = table([Column("Nom", ["a", "<b>"]), Column("Prix", ["1", "2"], numeric=True)], caption="Liste")
    cells = [attributes for element, attributes in seen(shown).elements if element == "td"]
    assert [cell["data-label"] for cell in cells] == ["Nom", "Prix"] * 2
    assert words(shown) == "Liste Nom Prix a 1 <b> 2"


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        table([Column("a", ["1"]), Column("b", [])], caption="x")


def card(language="fr", **more):
    return cards([Figure(key="k", label="Ventes", shown="1 000", meaning="Σ", **more)], language)


def test_a_card_tells_its_change_by_an_arrow_and_a_word_not_by_colour_alone():
    shown = words(card(value=110.0, previous=100.0, last_year=220.0, better="up"))
    assert "▲ 10,0 % mieux vs période précédente" in shown
    assert "▼ 50,0 % moins bien vs l'an dernier" in shown


def test_a_share_changes_by_points():
    shown = words(card("en", value=0.975, previous=0.95, better="up", share=True))
    assert "▲ 2.5 pt better vs previous period" in shown
    assert "last year" not in shown


@pytest.mark.parametrize("reference", [math.nan, 0.0])
def test_without_a_reference_no_change_is_claimed(reference):
    assert "▲" not in card(value=1.0, previous=reference)
    assert "stable" in card(value=1.0, previous=1.0)
    assert "mieux" not in card(value=2.0, previous=1.0)


def test_a_line_needs_two_known_values():
    assert sparkline([1.0, math.nan]) is None
    drawn = seen(sparkline([1.0, math.nan, 3.0])).elements[1][1]["points"]
    assert drawn == "0.0,30.0 120.0,2.0"
    assert seen(sparkline([2.0, 2.0])).elements[1][1]["points"] == "0.0,30.0 120.0,30.0"


def test_a_fault_says_what_to_do_and_keeps_the_reason_for_who_looks_after_the_server():
    shown = notices.fault(
        "Lecture impossible", ValueError("<disk>"), "fr", project=Path("/srv/shop"), mend="Réessayez."
    )
    assert words(shown) == "✕ Lecture impossible Réessayez. Détail technique <disk>"
    assert seen(shown).elements[0][1]["role"] == "alert"


def test_a_hint_speaks_to_a_screen_reader_too():
    (attributes,) = [attributes for _, attributes in seen(notices.hint('"<x>"')).elements]
    assert attributes["aria-label"] == attributes["data-hint"] == '"<x>"'
    assert words(notices.badge("Vu")) == "Vu"
    assert words(notices.empty("Rien", None, "à faire")) == "Rien à faire"


def test_elements_alike_escape_each_child_and_write_their_attributes_once_right():
    made = each("td", ["<b>", tag("i", "x"), None, 3], class_="number", data_label='"<')
    assert made == [
        tag("td", child, class_="number", data_label='"<') for child in ("<b>", tag("i", "x"), None, 3)
    ]
    assert all(isinstance(one, Html) for one in made)


def test_shares_in_a_chart_are_written_as_the_reader_writes_them():
    assert charts.percents([0.4125, 1.0, math.nan]) == [41.25, 100.0, None]
    assert charts.percent_axis("fr")["ticksuffix"] == "\u00a0%"
    assert charts.percent_axis("en")["ticksuffix"] == "%"


def test_no_chart_leaves_its_percent_sign_to_plotly_which_knows_only_the_english_one():
    files = Path(charts.__file__).parents[1].rglob("*.py")
    assert [file.name for file in files if re.search(r"\.\d%[\"}]", file.read_text(encoding="utf-8"))] == []
