import math
import re
from datetime import date

import pandas as pd
import pytest
from hostile import words

from optiflow_lib.dashboards.components import overview
from optiflow_lib.dashboards.components import words as words_of
from optiflow_lib.dashboards.components.drafts import order_cards
from optiflow_lib.dashboards.components.forecasting import components_chart
from optiflow_lib.dashboards.components.item_detail import arrivals_table
from optiflow_lib.dashboards.components.worklist import WorkLine, work_list
from optiflow_lib.inventory.kpi_definitions import KPI_DEFINITIONS
from optiflow_lib.schemas import operations, stock
from optiflow_lib.texts import text


def test_what_is_missing_is_said_in_its_place():
    nothing = pd.DataFrame()
    said = [
        (overview.stock_chart(nothing, "en"), "No stock."),
        (overview.risks_table([], "en"), "Nothing to do."),
        (overview.orders_table(nothing, "en"), "No order in progress."),
        (
            overview.deliveries_table(nothing, as_of=date(2026, 10, 31), language="en"),
            "No delivery is expected.",
        ),
        (
            order_cards([], may=(), confirming="", open_id="", budget=math.nan, language="en"),
            "nothing has to be ordered today",
        ),
    ]
    assert [sentence in words(shown) for shown, sentence in said] == [True] * len(said)
    assert arrivals_table([], "en") is None


def line(**changes):
    given = {
        "key": "order_now:0001",
        "type": "order_now",
        "severity": "high",
        "state": "open",
        "sentence": "Order 12.",
        "about": "0001",
        "euros": 10.0,
        "since": pd.Timestamp("2026-10-30"),
        "until": pd.NaT,
        "handled_by": "",
    }
    return WorkLine(**(given | changes))


def listed(*lines, total=None, language="en"):
    return work_list(
        lines,
        total=total or len(lines),
        euros=10.0,
        chosen="",
        as_of=date(2026, 10, 31),
        may_handle=True,
        language=language,
    )


def test_each_line_says_what_became_of_it():
    assert "0001 · since 10/30/26" in words(listed(line()))
    assert "0001 · seen by Zoé" in words(listed(line(state="acknowledged", handled_by="Zoé")))
    later = line(state="snoozed", until=pd.Timestamp("2026-11-05"), handled_by="Zoé", about="")
    assert "put off until 11/5/26 by Zoé" in words(listed(later))
    by_the_night = line(state="snoozed", until=pd.Timestamp("2026-11-05"), handled_by="", about="")
    assert "to be ordered on 11/6/26" in words(listed(by_the_night))


def test_only_lines_that_were_handled_can_be_reopened():
    assert "Reopen" not in words(listed(line()))
    assert "Reopen" in words(listed(line(state="acknowledged")))


def test_a_long_list_offers_its_rest():
    assert "Show 41 more" in words(listed(line(), total=42))
    assert "more" not in words(listed(line()))


@pytest.mark.parametrize(
    ("language", "of_the_shop", "of_the_list"),
    [
        ("fr", "avec ou sans alerte", "un article sans alerte ne compte pas"),
        ("en", "with or without an alert", "an item without an alert does not count"),
    ],
)
def test_the_two_sums_at_risk_say_what_they_count(language, of_the_shop, of_the_list):
    assert of_the_shop in text(KPI_DEFINITIONS["euros_at_risk"].formula, language)
    for html in (listed(line(), language=language), listed(language=language)):
        (said,) = re.findall(r'class="hint"[^>]* data-hint="([^"]+)"', html)
        assert of_the_list in said


def test_parts_that_add_nothing_are_not_drawn():
    parts = pd.DataFrame(
        {
            "day": pd.date_range("2026-11-01", periods=2),
            "trend": 5.0,
            "weekly": [1.0, -1.0],
            "yearly": 0.0,
            "events": [0.0, 2.0],
        }
    )
    drawn = str(components_chart(parts, "en"))
    assert '"name":"Day of the week"' in drawn
    assert '"name":"Season"' not in drawn


def test_every_word_of_the_tables_has_a_name_people_understand():
    assert list(words_of.ALERT_TYPES) == list(stock.ALERT_TYPES)
    assert list(words_of.SEVERITIES) == list(stock.SEVERITIES)
    assert list(words_of.ALERT_STATES) == list(stock.ALERT_STATES)
    assert list(words_of.ORDER_STATES) == list(operations.ORDER_STATES)
    assert list(words_of.RUN_STATES) == list(operations.RUN_STATES)


def test_a_model_that_does_not_part_week_season_and_events_does_not_call_events_a_day_of_the_week():
    days = pd.date_range("2026-11-01", periods=3)
    parts = pd.DataFrame(
        {"day": days, "trend": 4.0, "weekly": [-1.0, 5.0, 1.0], "yearly": 0.0, "events": 0.0}
    )
    drawn = str(components_chart(parts, "fr"))
    assert "Jour de la semaine, saison et événements 2,3" in drawn
    assert "Saison 0" not in drawn
    assert '"name":"Jour de la semaine"' not in drawn
