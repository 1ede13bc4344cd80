import io
import json
import re
import shutil

import pandas as pd
import pytest
from hostile import is_harmless, seen, words
from pypdf import PdfReader

from optiflow_lib.dashboards.pages import dashboard, monday
from optiflow_lib.dashboards.pages.filters import Filters, read_filters
from optiflow_lib.dashboards.pages.indicators import indicators
from optiflow_lib.inventory import KPI_DEFINITIONS
from optiflow_lib.jobs import views
from optiflow_lib.texts import money, number, percent


def whole(page):
    return page.figures() + page.charts() + page.tables()


def figures_of(html):
    """Chart data by the chart's id."""
    pattern = r'id="(chart-[\w-]+)"[^>]*><script type="application/json">(.*?)</script>'
    return {name: json.loads(data) for name, data in re.findall(pattern, str(html))}


def kpis_on_screen(html):
    return dict(re.findall(r'data-kpi="(\w+)">([^<]*)<', str(html)))


def test_the_key_figures_are_those_the_night_stored(visit):
    page = dashboard.opened(visit())
    stored = page.view.read("kpis").query("scope == 'all'").set_index("kpi")["value"]
    shown = kpis_on_screen(page.figures())
    assert shown["revenue"] == money(stored["revenue"], "fr")
    assert shown["euros_at_risk"] == money(stored["euros_at_risk"], "fr")
    assert shown["service"] == percent(stored["service"], "fr", decimals=1)
    assert shown["days_of_cover"] == f"{number(stored['days_of_cover'], 'fr')} jours"
    assert set(shown) == {*dashboard.FIRST, *dashboard.MORE} <= set(stored.index)


def test_a_choice_that_is_all_of_a_category_shows_its_figures(visit):
    view = dashboard.opened(visit()).view
    for category, part in view.read("items").groupby("category"):
        if set(part["supplier_id"]) == {part["supplier_id"].iloc[0]}:
            measured = indicators(view, Filters(category=category))
            added = indicators(view, Filters(category=category, supplier=part["supplier_id"].iloc[0]))
            for name in KPI_DEFINITIONS:
                assert added[name].value == pytest.approx(measured[name].value, nan_ok=True), name
            return
    pytest.fail("the shop has no category of one supplier")


def test_a_longer_period_changes_what_was_sold_and_says_nothing_it_does_not_know(visit):
    view = dashboard.opened(visit()).view
    month, year = indicators(view, Filters()), indicators(view, Filters(period="364"))
    assert year["revenue"].value > 10 * month["revenue"].value
    assert year["stock_value"].value == month["stock_value"].value
    totals = view.read("daily_totals")
    known = (pd.Timestamp(view.as_of) - totals["day"].min()).days >= 2 * 364 - 1
    assert known != pd.isna(year["revenue"].previous)


def test_filters_from_an_address_are_looked_up_before_they_are_believed(visit):
    items = dashboard.opened(visit()).view.read("items")
    category = items["category"].iloc[0]
    given = {"category": category, "location": "<script>", "supplier": "?", "period": "7"}
    assert read_filters(given, items) == Filters(category=category)


def test_a_filter_changes_the_figures_and_the_address(visit):
    page = dashboard.opened(visit())
    page.figures()
    category = page.view.read("items")["category"].iloc[0]
    reply = page.controls().answer({"do": "filter", "category": category, "period": "91"})
    assert reply.query == {"location": "", "category": category, "supplier": "", "period": "91"}
    stored = page.view.read("kpis").query("scope_id == @category").set_index("kpi")["value"]
    assert kpis_on_screen(reply.regions["figures"])["stock_value"] == money(stored["stock_value"], "fr")
    assert set(reply.regions) == {"figures", "charts", "tables"}


def test_the_sales_chart_shows_what_was_sold_each_day(visit):
    page = dashboard.opened(visit())
    before, sold, expected = figures_of(page.charts())["chart-sales"]["data"]
    totals = page.view.read("daily_totals").groupby("day")["revenue"].sum()
    today = pd.Timestamp(page.view.as_of)
    assert sold["x"][-1] == f"{today:%Y-%m-%d}"
    assert sold["y"][-1] == pytest.approx(totals[today], abs=0.01)
    assert len(sold["y"]) == 28
    assert before["y"][27] == pytest.approx(totals[today - pd.Timedelta(days=364)], abs=0.01)
    assert sum(expected["y"]) == pytest.approx(page.view.read("daily_forecast")["revenue"].sum(), abs=1)


def test_three_months_are_shown_by_whole_weeks(visit):
    page = dashboard.opened(visit(filters={"period": "91"}))
    _, sold, expected = figures_of(page.charts())["chart-sales"]["data"]
    totals = page.view.read("daily_totals").groupby("day")["revenue"].sum()
    today = pd.Timestamp(page.view.as_of)
    assert len(sold["y"]) == 13
    assert sold["x"][-1] == f"{today:%Y-%m-%d}"
    assert sold["y"][-1] == pytest.approx(totals[totals.index > today - pd.Timedelta(days=7)].sum(), abs=0.01)
    assert len(expected["y"]) == 4


def test_top_risks_lead_to_their_explanation(visit):
    page = dashboard.opened(visit(filters={"period": "91"}))
    alerts = views.alerts(page.settings)
    links = [attributes["href"] for tag, attributes in seen(page.tables()).elements if tag == "a"]
    first = alerts[alerts["state"] == "open"].iloc[0]
    assert any(f"alert={first['type']}%3A{first['subject']}" in link for link in links)
    assert all("period=91" in link for link in links)
    assert money(first["euros_at_risk"], "fr") in page.tables()


def test_orders_in_progress_are_those_of_the_store(visit):
    page = dashboard.opened(visit())
    orders, lines, _ = views.orders(page.settings)
    shown = page.tables()
    for order in orders.itertuples():
        of_order = lines[lines["order_id"] == order.order_id]
        assert order.order_id in shown
        assert money((of_order["quantity"] * of_order["unit_cost"]).sum(), "fr") in shown


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_speaks_one_language(visit, language):
    told = words(whole(dashboard.opened(visit(language=language))))
    assert ("Principaux risques" in told) == (language == "fr")
    assert ("Top risks" in told) == (language == "en")


def test_hostile_names_are_shown_and_never_run(hostile_visit):
    html = whole(dashboard.opened(hostile_visit))
    assert is_harmless(html)
    assert "<script>alert(1)</script>" in words(html)


def test_before_the_first_night_the_page_says_how_to_run_one(empty_visit):
    page = dashboard.opened(empty_visit)
    assert "Aucune nuit n'a encore tourné." in words(page.figures())
    assert "optiflow nightly" in words(page.figures())
    assert (page.charts(), page.tables(), page.controls()) == ("", "", None)


def test_when_the_store_is_down_the_published_figures_are_still_shown(shop_visit):
    page = dashboard.opened(shop_visit())
    (page.settings.folder / "optiflow_store.db").write_bytes(b"no database any more")
    html = whole(page)
    assert "Chiffre d'affaires" in words(html)
    assert "Cette partie ne peut pas être affichée pour le moment." in words(html)


def test_an_old_night_is_said_loudly(shop_visit, monkeypatch):
    visit = shop_visit()
    pointer = views.published_folder(visit.settings) / "current.json"
    told = json.loads(pointer.read_text(encoding="utf-8"))
    pointer.write_text(json.dumps(told | {"published_at": "2020-01-01T03:00:00"}), encoding="utf-8")
    assert "Ces chiffres sont anciens" not in words(dashboard.opened(visit).figures())
    real = visit.settings.model_copy(
        update={"source": visit.settings.source.model_copy(update={"sample": False})}
    )
    assert "Ces chiffres sont anciens" in words(dashboard.opened(shop_visit(settings=real)).figures())


def test_a_lost_snapshot_is_a_fault_not_an_empty_page(shop_visit):
    page = dashboard.opened(shop_visit())
    shutil.rmtree(page.view.snapshot.folder.path)
    assert "Cette partie ne peut pas être affichée" in words(dashboard.Dashboard.charts(page))


def test_in_a_cell_of_jupyterlab_the_widget_gives_the_whole_page(visit):
    page = dashboard.opened(visit())
    reply = page.controls().answer({"do": "render"})
    assert list(reply.regions) == ["head", "status", "figures", "charts", "tables"]


def printed(page):
    """File name and text of the page for the meeting, without spaces."""
    name, content = monday.monday_pdf(page)
    (sheet,) = PdfReader(io.BytesIO(content)).pages
    return name, re.sub(r"\s", "", sheet.extract_text())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ("État du magasin", "Principaux risques", "Commandes en cours")),
        ("en", ("State of the shop", "Top risks", "Orders in progress")),
    ],
)
def test_the_page_for_the_meeting_says_what_the_dashboard_says(visit, language, said):
    page = dashboard.opened(visit(language=language))
    name, shown = printed(page)
    assert name == f"optiflow-{page.view.as_of}.pdf"
    figures = [figure.shown for figure in page.figures_of(dashboard.FIRST)]
    risks = [risk.sentence for risk in page.risks()]
    assert risks
    for words_ in (*said, *figures, *risks, *page.orders()["order_id"]):
        assert re.sub(r"\s", "", words_) in shown


def test_the_page_for_the_meeting_follows_the_filters_and_is_downloaded_by_the_button(visit):
    page = dashboard.opened(visit())
    category = page.view.read("items")["category"].iloc[0]
    assert 'data-do="sheet"' in page.figures()
    page.controls().answer({"do": "filter", "category": category})
    reply = page.controls().answer({"do": "sheet"})
    assert reply.file.type == "application/pdf"
    _, shown = printed(page)
    assert re.sub(r"\s", "", page.figures_of(["revenue"])[0].shown) in shown
    assert category in shown


def test_hostile_names_reach_the_page_for_the_meeting_as_they_are(hostile_visit):
    page = dashboard.opened(hostile_visit)
    _, shown = printed(page)
    assert "alert(" in shown or page.orders().empty
