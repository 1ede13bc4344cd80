import json

import pandas as pd
import pytest
from hostile import HOSTILE, is_harmless, words

from optiflow_lib import dashboards
from optiflow_lib.errors import DataError
from optiflow_lib.schemas.stock import ALERTS


def alert(**values):
    return {
        "type": "stockout",
        "subject_kind": "item",
        "subject": "0001",
        "severity": "critical",
        "state": "open",
        "euros_at_risk": 120.0,
        "detail": json.dumps({"quantity": 12}),
        "opened_on": "2026-10-30",
        "last_seen_on": "2026-10-31",
        "resolved_on": None,
        "snoozed_until": None,
        "handled_by": None,
    } | values


def test_a_result_shows_its_first_rows_and_how_many_there_are():
    frame = pd.DataFrame(
        {
            "item_id": [f"{n:04d}" for n in range(30)],
            "share": 0.25,
            "ok": True,
            "day": pd.Timestamp("2026-10-31"),
        }
    )
    shown = words(dashboards.result_table(frame, "Forecasts"))
    assert "Forecasts 20 of 30 rows" in shown
    assert "0019 0.25 True Oct 31, 2026" in shown
    assert "0020" not in shown


def test_an_empty_result_says_so():
    assert words(dashboards.result_table(pd.DataFrame({"a": []}), "Anomalies")).endswith("Anomalies No rows.")


def test_missing_values_are_dashes():
    frame = pd.DataFrame({"text": [None], "number": [float("nan")], "day": [pd.NaT]})
    assert words(dashboards.result_table(frame, "x")).endswith("– – –")


@pytest.mark.parametrize("name", HOSTILE)
def test_names_in_a_result_stay_names(name):
    assert is_harmless(dashboards.result_table(pd.DataFrame({name: [name]}), name))
    alerts = pd.DataFrame([alert(subject=name, detail=json.dumps({"cause": name}))])
    assert is_harmless(dashboards.alert_browser(alerts))


def test_alerts_are_folded_by_severity_and_ranked_by_euros():
    rows = [
        alert(subject="a", euros_at_risk=10.0),
        alert(subject="b"),
        alert(type="order_now", subject="c", severity="high"),
    ]
    html = dashboards.alert_browser(pd.DataFrame(rows), language="fr")
    shown = words(html)
    assert "Critique : 2 · en jeu : 130 €" in shown
    assert shown.index(" b ") < shown.index(" a ") < shown.index("Élevée") < shown.index(" c ")
    assert html.count("<details open>") == 1


def test_no_alert_is_good_news():
    assert "Nothing to do: no alert." in words(dashboards.alert_browser(ALERTS.empty()))


def test_what_is_no_alert_is_refused():
    with pytest.raises(DataError):
        dashboards.alert_browser(pd.DataFrame({"a": [1]}))


def test_a_batch_notebook_gets_no_name_that_is_not_there():
    with pytest.raises(AttributeError, match="no chart_of_everything"):
        dashboards.chart_of_everything  # noqa: B018 - the access is the test
