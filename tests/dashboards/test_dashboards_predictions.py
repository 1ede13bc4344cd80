import io
import json
import re

import numpy as np
import pandas as pd
import pytest
from hostile import HOSTILE, is_harmless, words

from optiflow_lib.dashboards.components.words import CANDIDATES, label
from optiflow_lib.dashboards.pages import predictions
from optiflow_lib.dashboards.pages.filters import Filters
from optiflow_lib.dashboards.pages.search import ItemIndex
from optiflow_lib.forecasting.candidates import SIMPLICITY
from optiflow_lib.texts import number


def ask(page, do, **values):
    return page.controls().answer({"do": do, **values})


def chart(html, name):
    data = re.search(rf'id="chart-{name}"[^>]*><script type="application/json">(.*?)</script>', str(html))
    return json.loads(data.group(1))


def trace(html, name, of):
    return next(one for one in chart(html, name)["data"] if one.get("name") == of)


def items_on_screen(html):
    return re.findall(r'data-item="([^"]+)" data-row', str(html))


@pytest.fixture
def page(visit):
    return predictions.opened(visit())


def test_the_chart_shows_the_forecast_the_night_stored(page):
    html = page.figures()
    item_id = page._facts().item_id
    made = page.view.read_item("forecasts", item_id).sort_values("day")
    shown = trace(html, "forecast", "Prévision")
    assert shown["x"] == [f"{day:%Y-%m-%d}" for day in made["day"]]
    assert shown["y"] == pytest.approx(made["forecast"].tolist(), abs=0.005)
    assert trace(html, "forecast", "8 jours sur 10")["y"] == pytest.approx(made["q90"].tolist(), abs=0.005)
    assert number(made["forecast"].sum(), "fr", decimals=1) in html


def test_the_past_is_shown_as_it_was_and_days_out_of_stock_as_gaps(page):
    history = page.view.read("history")
    unknown = history[
        history["quantity"].isna() & (history["day"] > pd.Timestamp(page.view.as_of) - pd.Timedelta(days=91))
    ]
    item_id = unknown["item_id"].iloc[0]
    reply = ask(page, "pick", item=item_id)
    sold = trace(reply.regions["forecast"], "forecast", "Vendu")
    assert len(sold["y"]) == 91
    assert sold["y"].count(None) == (unknown["item_id"] == item_id).sum()
    grey = [
        shape
        for shape in chart(reply.regions["forecast"], "forecast")["layout"]["shapes"]
        if "muted" in shape.get("fillcolor", "")
    ]
    assert grey
    assert "En gris" in words(reply.regions["forecast"])


def test_a_longer_period_shows_more_of_the_past(visit):
    page = predictions.opened(visit(filters={"period": "364"}))
    assert len(trace(page.figures(), "forecast", "Vendu")["y"]) == 364


def test_an_item_in_the_address_is_the_one_shown(visit, page):
    items = page.view.read("items")
    wanted = items.iloc[-1]
    html = predictions.opened(visit(filters={"item": wanted["item_id"]})).figures()
    assert wanted["name"] in words(html)
    assert predictions.opened(visit(filters={"item": "no such item"}))._facts() is not None


def test_a_choice_is_kept_in_the_address(page):
    item_id = page.view.read("items")["item_id"].iloc[-1]
    assert ask(page, "pick", item=item_id).query == {"item": item_id}
    assert ask(page, "find", search="Lait").query == {"search": "Lait"}


@pytest.mark.parametrize("do", ["pick", "export"])
def test_an_item_that_is_none_is_refused(page, do):
    assert "ne peut pas être utilisée" in words(ask(page, do, item="<script>").regions["status"])


def test_items_are_found_by_parts_of_their_names_whatever_the_accents(page):
    item = page.view.read("items").iloc[0]
    for search in (
        item["name"].upper(),
        item["item_id"],
        f"{item['category'][:3]} {item['name'][:4]}".lower(),
    ):
        assert item["item_id"] in items_on_screen(ask(page, "find", search=search).regions["items"])
    assert items_on_screen(ask(page, "find", search=item["item_id"]).regions["items"])[0] == item["item_id"]
    assert "Aucun article ne porte ce nom." in words(ask(page, "find", search="zzz zzz").regions["items"])


def test_a_filter_limits_the_items(page):
    category = page.view.read("items")["category"].iloc[0]
    reply = ask(page, "filter", category=category)
    of_category = set(page.view.read("items").query("category == @category")["item_id"])
    assert set(items_on_screen(reply.regions["items"])) <= of_category
    assert "search" not in reply.regions


def test_a_hundred_thousand_items_are_searched_and_a_screenful_is_sent():
    count = 100_000
    items = pd.DataFrame(
        {
            "item_id": [f"{n:06d}" for n in range(count)],
            "name": np.resize(["Pâtes complètes", "Crème fraîche", "Thé vert"], count),
            "category": "Épicerie",
            "supplier": "Grossiste",
            "location_id": "M01",
            "supplier_id": "F01",
        }
    )
    night = {"items": items, "classes": pd.DataFrame({"item_id": items["item_id"], "abc": "B"})}

    class View:
        read = staticmethod(night.__getitem__)

    index = ItemIndex.of(View)
    assert len(index.found("creme", Filters())) == 33_333
    assert index.found("000007", Filters())["item_id"].tolist() == ["000007"]
    assert index.found("", Filters()).head(15).shape[0] == 15


def test_the_parts_of_the_forecast_are_those_of_the_night(page):
    html = page.parts()
    item_id = page._facts().item_id
    parts = page.view.read_item("components", item_id).sort_values("day")
    assert trace(html, "components", "Niveau")["y"] == pytest.approx(parts["trend"].tolist(), abs=0.005)


def test_models_are_compared_with_the_one_in_use_first(page):
    item_id = page._facts().item_id
    accuracy = page.view.read_item("accuracy", item_id)
    used = accuracy[accuracy["champion"]].iloc[0]
    told = words(page.parts())
    assert told.count("utilisé") == 1
    assert told.split("Jours ")[1].split(" utilisé")[0] == label(used["candidate"], "fr")
    assert f"{round(used['wape'] * 100)} %" in told


def test_every_candidate_has_a_name_people_understand():
    assert set(SIMPLICITY) <= set(CANDIDATES)


def test_an_export_has_a_row_a_day_in_the_form_of_the_country(page, visit):
    item_id = page._facts().item_id
    file = ask(page, "export", item=item_id).file
    rows = pd.read_csv(io.BytesIO(file.content), sep=";", decimal=",", encoding="utf-8-sig")
    made = page.view.read_item("forecasts", item_id)
    assert list(rows.columns) == ["Jour", "Vendu", "Prévision", "q10", "q50", "q90"]
    assert rows["Prévision"].sum() == pytest.approx(made["forecast"].sum(), abs=0.05)
    assert len(rows) == len(made) + len(page.view.read_item("history", item_id))
    assert re.fullmatch(r"prevision_[\w.-]+\.csv", file.name)
    english = ask(predictions.opened(visit(language="en")), "export", item=item_id).file
    assert list(pd.read_csv(io.BytesIO(english.content), encoding="utf-8-sig").columns)[:2] == ["Day", "Sold"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_speaks_one_language(visit, language):
    page = predictions.opened(visit(language=language))
    told = words(page.figures() + page.parts())
    assert ("Modèles comparés" in told) == (language == "fr")
    assert ("Compared models" in told) == (language == "en")


def test_hostile_names_are_shown_and_never_run(hostile_visit):
    page = predictions.opened(hostile_visit)
    assert is_harmless(page.figures() + page.parts())
    for item_id in items_on_screen(page.figures()):
        reply = ask(page, "pick", item=item_id)
        assert is_harmless(reply.regions["forecast"] + reply.regions["parts"])
    assert is_harmless(ask(page, "find", search=HOSTILE[0]).regions["items"])


def test_before_the_first_night_there_is_nothing_to_predict(empty_visit):
    page = predictions.opened(empty_visit)
    assert "Aucune nuit n'a encore tourné." in words(page.figures())
    assert (page.parts(), page.controls()) == ("", None)


def test_without_any_item_of_the_search_the_page_asks_for_one(visit):
    page = predictions.opened(visit(filters={"search": "zzz zzz"}))
    assert "Choisissez un article." in words(page.figures())
    assert "chart" not in page.parts()
