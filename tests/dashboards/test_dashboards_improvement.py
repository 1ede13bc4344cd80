import json
import re

import pandas as pd
import pytest
from hostile import is_harmless, words

from optiflow_lib import store
from optiflow_lib.dashboards.components.improvement import (
    quality_table,
    reasons,
    value_added_chart,
    worst_table,
)
from optiflow_lib.dashboards.pages import improvement
from optiflow_lib.jobs import views
from optiflow_lib.schemas.results import QUALITY
from optiflow_lib.texts import money, number


def ask(page, do, **values):
    return page.controls().answer({"do": do, **values})


def whole(page):
    return page.figures() + page.charts() + page.tables()


def chart(html, name):
    data = re.search(rf'id="chart-{name}"[^>]*><script type="application/json">(.*?)</script>', str(html))
    return json.loads(data.group(1))["data"]


@pytest.fixture
def page(visit):
    return improvement.opened(visit())


def test_the_calendar_counts_the_unusual_days_of_the_night(page):
    anomalies = page.view.read("anomalies")
    first = pd.Timestamp(page.view.as_of) - pd.Timedelta(days=84)
    counted = anomalies[anomalies["day"] > first].groupby("day").size()
    shown = dict(re.findall(r'data-day="([\d-]+)"[^>]*>(\d+)<', page.charts()))
    for day, count in counted.items():
        assert shown[f"{day:%Y-%m-%d}"] == str(count)
    assert number(len(anomalies), "fr") in words(page.figures())


def test_a_day_of_the_calendar_shows_its_items(page):
    anomalies = page.view.read("anomalies")
    day = anomalies["day"].iloc[0]
    reply = ask(page, "day", day=f"{day:%Y-%m-%d}")
    listed = set(re.findall(r'data-do="series" data-item="([^"]+)"', reply.regions["unusual"]))
    assert listed == set(anomalies[anomalies["day"] == day]["item_id"])
    assert "Tous les jours" in words(reply.regions["unusual"])
    assert ask(page, "day", day="").regions["unusual"] == improvement.opened(page.visit).content("unusual")
    assert "ne peut pas être utilisée" in words(ask(page, "day", day="31/12").regions["status"])


def test_unusual_days_are_ranked_by_what_they_are_worth(page):
    listed = page._anomalies()
    assert listed["value"].abs().is_monotonic_decreasing
    first = listed.iloc[0]
    price = page.view.read("items").set_index("item_id")["price"][first["item_id"]]
    assert first["value"] == pytest.approx((first["quantity"] - first["expected"]) * price)
    assert " ".join(money(first["value"], "fr").split()) in words(page.charts())


def test_the_series_of_an_item_marks_its_unusual_days(page):
    item_id = page.view.read("anomalies")["item_id"].iloc[-1]
    drawn = chart(ask(page, "series", item=item_id).regions["unusual"], "unusual")
    history = page.view.read_item("history", item_id).sort_values("day").tail(91)
    assert drawn[0]["x"] == [f"{day:%Y-%m-%d}" for day in history["day"]]
    recent = page.view.read_item("anomalies", item_id)
    assert len(drawn[2]["y"]) == recent["day"].isin(history["day"]).sum()
    assert "Choisissez un article" in words(ask(page, "series", item="<none>").regions["unusual"])


def test_the_worst_forecasts_are_those_that_cost_most(page):
    used = page._champions()
    accuracy = page.view.read("accuracy")
    assert len(used) == accuracy["champion"].sum()
    worst = used.sort_values("error_eur", ascending=False).iloc[0]
    daily = page.view.read("forecasts").query("item_id == @worst.item_id")["forecast"].mean()
    assert worst["error_eur"] == pytest.approx(worst["wape"] * daily * worst["price"] * 30)
    assert f"predictions?item={worst['item_id']}" in page.charts()


def test_value_added_is_told_by_the_share_of_items_that_gain():
    told = words(value_added_chart(pd.Series([0.5, 0.1, -0.2, float("nan"), -3.0]), "en"))
    assert "50% of the items are forecast better" in told
    assert "No item has been compared yet." in value_added_chart(pd.Series([], dtype=float), "en")
    drawn = chart(value_added_chart(pd.Series([0.55, 0.15, -0.25, -3.0]), "en"), "added")
    assert [sum(bars["y"]) for bars in drawn] == [2, 2]


@pytest.mark.parametrize(
    ("figures", "why"),
    [
        ({"value_added": -0.1}, ["worse than last week"]),
        ({"bias": 0.5}, ["too high"]),
        ({"bias": -0.5}, ["too low"]),
        ({"pattern": "lumpy"}, ["sells rarely"]),
        ({"pattern": "erratic", "days": 3}, ["sells irregularly", "few days to judge"]),
        ({}, []),
    ],
)
def test_why_an_item_forecasts_badly_is_read_from_its_figures(figures, why):
    row = pd.Series({"value_added": 0.2, "bias": 0.0, "pattern": "smooth", "days": 28} | figures)
    assert reasons(row, "en") == why


def test_without_comparison_there_is_no_worst_item():
    assert "No item has been compared yet." in worst_table(pd.DataFrame(), [], "en")


@pytest.fixture
def with_problems(shop_visit):
    """A page whose night found faults in the data."""
    visit = shop_visit()
    view = views.open_view(visit.settings)
    frames = {name: view.read(name) for name in view.snapshot.names}
    item = frames["items"].iloc[0]
    rows = [
        (
            "negative stock",
            item["item_id"],
            None,
            "the books say less than nothing is in stock: -3",
            "Count the stock and correct it.",
        ),
        (
            "day without sales",
            "sales",
            "2026-10-04",
            "nothing was sold at all",
            "Load the day's sales; ignore this when the shop was closed.",
        ),
    ]
    frames["quality"] = QUALITY.check(pd.DataFrame(rows, columns=list(QUALITY.columns)), where="test")
    store.publish(
        frames,
        folder=views.published_folder(visit.settings),
        as_of=view.as_of,
        published_at=view.published_at,
    )
    return improvement.opened(visit), item


def test_data_to_mend_is_listed_with_the_row_and_what_to_do_in_the_readers_language(with_problems):
    page, item = with_problems
    told = words(page.tables())
    assert f"stock négatif {item['name']} {item['item_id']}" in told
    for english in ("Count the stock", "Load the day", "nothing was sold", "the books say", "sales"):
        assert english not in told
    assert "-3" in told
    ask(page, "filter", category=item["category"])
    assert "2 lignes" not in words(page.tables())
    assert item["name"] in words(page.tables())


def test_data_without_a_fault_is_good_news():
    assert "Rien à corriger." in words(quality_table(QUALITY.empty(), {}, "fr"))


def test_a_filter_limits_every_part(page):
    category = page.view.read("items")["category"].iloc[0]
    reply = ask(page, "filter", category=category)
    assert set(reply.regions) == {"figures", "unusual", "worst", "quality"}
    of_category = set(page.view.read("items").query("category == @category")["item_id"])
    assert set(re.findall(r'data-do="series" data-item="([^"]+)"', reply.regions["unusual"])) <= of_category


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_speaks_one_language(visit, language):
    told = words(whole(improvement.opened(visit(language=language))))
    assert ("Jours inhabituels" in told) == (language == "fr")
    assert ("Unusual days" in told) == (language == "en")


def test_hostile_names_are_shown_and_never_run(hostile_visit):
    page = improvement.opened(hostile_visit)
    assert is_harmless(whole(page))
    assert is_harmless(ask(page, "series", item="<script>alert(1)</script>").regions["unusual"])


def test_before_the_first_night_there_is_nothing_to_improve(empty_visit):
    page = improvement.opened(empty_visit)
    assert "Aucune nuit n'a encore tourné." in words(page.figures())
    assert (page.charts(), page.tables()) == ("", "")
