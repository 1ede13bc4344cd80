import json
import re
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hostile import words

from optiflow_lib import store
from optiflow_lib.dashboards.components import charts
from optiflow_lib.dashboards.components.accuracy import (
    accuracy_chart,
    accuracy_table,
    most_complete,
    targets_table,
)
from optiflow_lib.dashboards.pages import monitoring
from optiflow_lib.jobs import views
from optiflow_lib.jobs.targets import accuracy_targets
from optiflow_lib.schemas.results import MONITORING
from optiflow_lib.schemas.targets import Target
from optiflow_lib.settings import MonitoringSettings

TARGETS = {
    "wape": Target(most=0.4, basis="trained"),
    "bias": Target(least=-0.1, most=0.1),
    "coverage_80": Target(least=0.755),
}


def made(**changes):
    row = {
        "made_on": "2026-10-30",
        "items": 12,
        "days": 11,
        "wape": 0.389,
        "bias": -0.05,
        "mape": 0.388,
        "mape_excluded_share": 0.25,
        "coverage_80": 0.82,
    }
    older = {"made_on": "2026-10-24", "days": 80, "wape": 0.412}
    return MONITORING.check(pd.DataFrame([row, row | older | changes]), where="test")


def figure(html):
    data = re.search(r'id="chart-accuracy"[^>]*><script type="application/json">(.*?)</script>', str(html))
    return json.loads(data.group(1))


def test_each_measure_is_a_row_of_the_chart_with_where_it_should_be():
    drawn = figure(accuracy_chart(made(), TARGETS, "fr"))
    lines = {line["name"]: line for line in drawn["data"]}
    assert list(lines) == ["Erreur (WAPE)", "MAPE", "Biais", "Dans l'intervalle à 80\u00a0%"]
    assert lines["Erreur (WAPE)"]["x"] == ["2026-10-24", "2026-10-30"]
    assert lines["Erreur (WAPE)"]["y"] == [41.2, 38.9]
    assert {line["yaxis"] for line in drawn["data"]} == {"y", "y2", "y3", "y4"}
    zones = {shape["yref"]: (shape["y0"], shape["y1"]) for shape in drawn["layout"]["shapes"]}
    assert zones["y"] == (0.0, 40.0)
    assert zones["y3"] == (-10.0, 10.0)
    assert zones["y4"][0] == 75.5
    assert "y2" not in zones  # MAPE has no target here
    titles = [note["text"].replace("\u00a0", " ") for note in drawn["layout"]["annotations"]]
    assert titles[0] == "Erreur (WAPE) · au plus 40 %"
    assert titles[3] == "Dans l'intervalle à 80 % · au moins 75,5 %"


def test_rows_of_the_chart_stand_one_below_the_other():
    layout = figure(accuracy_chart(made(), TARGETS, "en"))["layout"]
    rows = [layout[name]["domain"] for name in ("yaxis", "yaxis2", "yaxis3", "yaxis4")]
    assert all(lower[1] < upper[0] for upper, lower in pairwise(rows))
    assert rows[0][1] < 0.96  # its title needs room too
    assert 0 <= rows[3][0] < 0.01


def test_a_missed_target_is_another_sign_not_only_another_colour():
    wape = figure(accuracy_chart(made(), TARGETS, "fr"))["data"][0]
    assert wape["marker"]["symbol"] == ["x", "circle"]
    assert wape["marker"]["color"] == [charts.BAD, charts.SERIES[0]]


def test_everything_drawn_is_inside_its_row():
    drawn = figure(accuracy_chart(made(bias=0.6, wape=1.7, coverage_80=0.4), TARGETS, "fr"))
    for line, name in zip(drawn["data"], ("yaxis", "yaxis2", "yaxis3", "yaxis4"), strict=True):
        low, high = drawn["layout"][name]["range"]
        assert all(low <= value <= high for value in line["y"])
    for shape in drawn["layout"]["shapes"]:
        low, high = drawn["layout"][shape["yref"].replace("y", "yaxis")]["range"]
        assert low <= shape["y0"] < shape["y1"] <= high


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "fr",
            (
                "Prévisions du 24 oct. 2026, 80 jours-articles comparés. Erreur (WAPE) : 41,2 % (au plus 40 %, manquée) · "
                "MAPE : 38,8 % · Biais : -5,0 % (entre -10 % et 10 %, tenue) · "
                "Dans l'intervalle à 80 % : 82,0 % (au moins 75,5 %, tenue)."
            ),
        ),
        (
            "en",
            (
                "Forecasts of Oct 24, 2026, 80 item-days compared. Error (WAPE): 41.2% (at most 40%, missed) · "
                "MAPE: 38.8% · Bias: -5.0% (between -10% and 10%, met) · "
                "Inside the 80% interval: 82.0% (at least 75.5%, met)."
            ),
        ),
    ],
)
def test_the_text_equivalent_says_values_targets_and_verdicts(language, said):
    assert said in words(accuracy_chart(made(), TARGETS, language))


def test_the_night_that_is_judged_is_the_one_with_most_days_to_judge_by():
    assert most_complete(made())["made_on"] == pd.Timestamp("2026-10-24")
    assert most_complete(made(days=11))["made_on"] == pd.Timestamp("2026-10-30")


def test_targets_are_listed_with_their_state_in_words_and_signs():
    told = words(targets_table(made(), TARGETS, "fr"))
    assert "24 oct. 2026" in told
    assert "Erreur (WAPE) 41,2 % au plus 40 % ? ✕ manquée" in told
    assert "MAPE 38,8 % – –" in told
    assert "Biais -5,0 % entre -10 % et 10 % ? ✓ tenue" in told
    assert "Dans l'intervalle à 80 % 82,0 % au moins 75,5 % ? ✓ tenue" in told


def test_the_table_of_nights_names_the_targets_that_each_missed():
    told = words(accuracy_table(made(), TARGETS, "fr"))
    assert "30 oct. 2026 38,9 % 38,8 % 25 % -5,0 % 82 % 11 ✓ toutes tenues" in told
    assert "24 oct. 2026 41,2 % 38,8 % 25 % -5,0 % 82 % 80 ✕ manquée : Erreur (WAPE)" in told
    assert "missed: Error (WAPE), Bias" in words(accuracy_table(made(bias=0.2), TARGETS, "en"))


def test_a_measure_that_is_not_known_has_no_verdict():
    unknown = made(wape=np.nan, bias=np.nan, mape=np.nan, coverage_80=np.nan)
    assert "✕" not in words(targets_table(unknown, TARGETS, "fr"))
    assert "24 oct. 2026 – – 25 % – – 80 –" in words(accuracy_table(unknown, TARGETS, "fr"))


def test_before_anything_came_to_pass_there_is_nothing_to_judge():
    assert "Rien à comparer" in words(accuracy_chart(MONITORING.empty(), TARGETS, "fr"))
    assert targets_table(MONITORING.empty(), TARGETS, "fr") is None
    assert accuracy_table(MONITORING.empty(), TARGETS, "fr") is None


def champions(**changes):
    known = {
        "item_id": ["a", "b", "c"],
        "champion": [True, True, False],
        "days": [84, 84, 84],
        "wape": [0.2, 0.6, 9.0],
        "mape": [0.3, 0.5, 9.0],
        "mape_excluded_share": [0.0, 0.5, 0.0],
    }
    return pd.DataFrame(known | changes)


FORECASTS = pd.DataFrame({"item_id": ["a", "b", "c"], "forecast": [30.0, 10.0, 50.0]})


def test_targets_are_what_the_champions_reached_and_a_quarter_more():
    targets = accuracy_targets(MonitoringSettings(), accuracy=champions(), forecasts=FORECASTS)
    assert targets["wape"].most == pytest.approx(1.25 * (0.2 * 30 + 0.6 * 10) / 40)
    assert targets["mape"].most == pytest.approx(1.25 * (0.3 * 84 + 0.5 * 42) / 126)
    assert {targets[name].basis for name in ("wape", "mape")} == {"trained"}
    assert (targets["bias"].least, targets["bias"].most) == (-0.1, 0.1)
    assert targets["coverage_80"].least == 0.75


def test_a_setting_wins_over_what_was_reached():
    asked = MonitoringSettings(wape=0.33, mape=1.5, bias=0.05, coverage_80=0.7)
    targets = accuracy_targets(asked, accuracy=champions(), forecasts=FORECASTS)
    assert targets["wape"] == Target(most=0.33)
    assert targets["mape"] == Target(most=1.5)
    assert targets["bias"] == Target(least=-0.05, most=0.05)
    assert targets["coverage_80"] == Target(least=0.7)


def test_without_a_backtest_error_has_no_target():
    nothing = {"wape": [np.nan] * 3, "mape": [np.nan] * 3}
    targets = accuracy_targets(MonitoringSettings(), accuracy=champions(**nothing), forecasts=FORECASTS)
    assert set(targets) == {"bias", "coverage_80"}
    targets = accuracy_targets(
        MonitoringSettings(), accuracy=champions().head(0), forecasts=FORECASTS.head(0)
    )
    assert set(targets) == {"bias", "coverage_80"}


def test_targets_of_the_settings_reach_the_page(shop_visit):
    settings = shop_visit().settings
    view = views.open_view(settings)
    frames = {name: view.read(name) for name in view.snapshot.names} | {"monitoring": made()}
    now = datetime.now(UTC).replace(tzinfo=None)
    store.publish(frames, folder=views.published_folder(settings), as_of=view.as_of, published_at=now)
    asked = settings.monitoring.model_copy(update={"wape": 0.123})
    visit = shop_visit(settings=settings.model_copy(update={"monitoring": asked}))
    told = words(monitoring.opened(visit).charts())
    assert "Erreur (WAPE) 41,2 % au plus 12,3 % ? ✕ manquée" in told
