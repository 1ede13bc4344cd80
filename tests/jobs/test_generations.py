"""A generation keeps what forecasts need; nights refit its models or use them as they are."""

import pytest
from shops import open_shop, run_jobs

from optiflow_lib import store
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.jobs.training import LAST_COVERAGE, validate_models
from optiflow_lib.settings import load_settings


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    file = open_shop(folder, products=8, years=2, forecast={"candidates": ["prophet"], "refit": "weekly"})
    run_jobs(file, "check_inputs", "train_models")
    return file


def generation(file):
    return store.newest_generation(load_settings(file).paths.models)


def test_a_generation_holds_scores_calibration_and_parameters_with_their_description(trained):
    made = generation(trained)
    assert {"accuracy", "calibration"} < set(made.names)
    assert set(made.manifest["models"]) == set(made.names) - {"accuracy", "calibration"}
    assert made.manifest["cutoff"] < made.manifest["as_of"]
    assert len(made.read("calibration")) == made.read("accuracy")["champion"].sum()


def test_a_verdict_says_why(trained):
    verdict = validate_models(settings_file=str(trained)).iloc[0]
    assert "decision cost" in verdict["reason"]
    assert "80 % intervals covered" in verdict["reason"]


def test_a_generation_whose_intervals_are_far_off_is_refused(trained, monkeypatch):
    monkeypatch.setattr("optiflow_lib.jobs.training.LAST_COVERAGE", (0.999, 1.0))
    verdict = validate_models(settings_file=str(trained)).iloc[0]
    assert not verdict["accepted"]
    assert "should cover" in verdict["reason"]
    assert LAST_COVERAGE[0] < 0.8 < LAST_COVERAGE[1]


def test_a_night_with_weekly_refit_uses_the_parameters_of_the_generation(trained):
    settings = load_settings(trained)
    assert validate_models(settings_file=str(trained))["accepted"].all()
    run_jobs(trained, "forecast_demand")
    with opened_store(settings) as opened:
        made = store.read_night(opened, "forecasts", as_of=store.last_night(opened))
    assert "prophet" in set(made["model"])
    night = store.newest_generation(settings.paths.runs / "parameters")
    for name in night.names:
        assert night.read(name).equals(generation(trained).read(name))
