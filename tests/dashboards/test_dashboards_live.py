import base64
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optiflow_lib.dashboards.components.html import tag
from optiflow_lib.dashboards.components.live import Asked, File, Live, Reply, container
from optiflow_lib.errors import DataError

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def live(**handlers):
    page = Live("page", handlers=handlers, render=lambda: {"list": tag("p", "all")}, language="fr")
    page.sent = []
    page.send = lambda content, buffers=None: page.sent.append(content)
    return page


def say(page, content):
    page._handle_custom_msg(content, [])
    return page.sent[-1]


def test_a_touch_reaches_its_handler_and_the_answer_names_the_request():
    page = live(
        search=lambda asked: Reply({"list": tag("p", asked.words("text"))}, query={"q": "x"}, focus="#a")
    )
    assert say(page, {"do": "search", "text": "<lait>", "number": 7}) == {
        "number": 7,
        "regions": {"list": "<p>&lt;lait&gt;</p>"},
        "query": {"q": "x"},
        "focus": "#a",
        "reveal": "",
        "later": "",
    }


def test_where_nothing_was_printed_the_page_gives_all_its_regions():
    assert say(live(), {"do": "render", "number": 1})["regions"] == {"list": "<p>all</p>"}


def test_a_file_travels_whole():
    page = live(pdf=lambda _: Reply(file=File("BC-1.pdf", b"%PDF\x00\xff", "application/pdf")))
    file = say(page, {"do": "pdf"})["file"]
    assert (file["name"], file["type"]) == ("BC-1.pdf", "application/pdf")
    assert base64.b64decode(file["content"]) == b"%PDF\x00\xff"


def test_where_no_page_gave_them_the_kernel_lends_the_charts_library_and_the_styles():
    lent = say(live(), {"do": "lend", "number": 2})
    assert "plotly.js v" in lent["plotly"][:400]
    assert "--jp-layout-color0" in lent["styles"]
    assert ".cards" in lent["styles"]


@given(st.dictionaries(st.text(), json_values) | json_values)
def test_no_message_breaks_the_page(content):
    page = live(search=lambda asked: Reply({"list": tag("p", asked.words("text"))}))
    number = content.get("number") if isinstance(content, dict) else None
    page._handle_custom_msg(content, [])
    assert page.sent[-1]["number"] is number


@pytest.mark.parametrize(
    ("written", "value"),
    [("12", 12.0), ("1 234,5", 1234.5), ("1\u202f234.5", 1234.5), ("-3", -3.0), ("0", 0.0)],
)
def test_a_number_is_read_as_people_write_it(written, value):
    assert Asked({"quantity": written}).number("quantity") == value


@pytest.mark.parametrize("written", ["", "nan", "inf", "1e999", "12 pièces", None, 3, ["1"], {"a": 1}])
def test_what_is_no_number_is_refused(written):
    with pytest.raises(DataError):
        Asked({"quantity": written}).number("quantity")


@pytest.mark.parametrize("written", ["", "31/12/2026", "2026-02-30", 5])
def test_what_is_no_day_is_refused(written):
    with pytest.raises(DataError):
        Asked({"until": written}).day("until")


def test_a_day_is_read_as_a_date_field_sends_it():
    assert Asked({"until": "2026-12-31"}).day("until") == date(2026, 12, 31)


def test_a_choice_is_one_of_those_offered_or_none():
    assert Asked({"state": "open"}).one_of("state", ("open", "snoozed")) == "open"
    assert Asked({}).one_of("state", ("open",)) == ""
    with pytest.raises(DataError):
        Asked({"state": "admin"}).one_of("state", ("open",))


def test_several_choices_are_texts_of_sane_length_and_number():
    assert Asked({"alerts": ["a", "", "b"]}).several("alerts") == ["a", "b"]
    assert Asked({"alerts": "a"}).several("alerts") == ["a"]
    for wrong in ([1], {"a": "b"}, ["a"] * 6000, ["x" * 501], 5):
        with pytest.raises(DataError):
            Asked({"alerts": wrong}).several("alerts")


def test_a_text_loses_control_characters_and_has_a_limit():
    assert Asked({"reason": " a\x00b\n "}).words("reason") == "ab"
    with pytest.raises(DataError):
        Asked({"reason": "x" * 501}).words("reason")


def test_a_printed_region_can_be_found_by_the_widget():
    assert container("alerts", "list", tag("p", "x"), class_="list") == (
        '<div data-live="alerts" data-region="list" aria-busy="true" class="list"><p>x</p></div>'
    )
