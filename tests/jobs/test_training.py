"""A generation is used only once it proved itself on days it did not see."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from shops import run_jobs

from optiflow_lib import jobs, store
from optiflow_lib.errors import BatchError
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.jobs.training import compared_candidates, totals_verdict
from optiflow_lib.settings import load_settings

LAST_DAY = date(2026, 10, 31)


def test_a_generation_is_trained_validated_and_used_by_the_next_night(shop):
    settings = load_settings(shop)
    accuracy = jobs.train_models(settings_file=str(shop))
    assert store.accepted_generation(settings.paths.models) is None
    assert "champion of" in store.newest_generation(settings.paths.models).manifest["totals"]
    verdict = jobs.validate_models(settings_file=str(shop)).iloc[0]
    assert bool(verdict["accepted"])
    assert verdict["cost"] <= 1.02 * verdict["reference_cost"]
    assert store.accepted_generation(settings.paths.models).name == verdict["generation"]
    run_jobs(shop, "forecast_demand")
    champions = accuracy[accuracy["champion"]].set_index("item_id")["candidate"]
    with opened_store(settings) as opened:
        made = store.read_night(opened, "forecasts", as_of=LAST_DAY).groupby("item_id")["model"].first()
    assert made[champions.index].to_dict() == champions.to_dict()


def test_validation_without_a_generation_says_what_to_run_first(shop):
    with pytest.raises(BatchError, match="no generation"):
        jobs.validate_models(settings_file=str(shop))


def test_monitoring_compares_past_nights_with_what_was_then_sold(shop):
    run_jobs(shop, "check_inputs", "forecast_demand", as_of=LAST_DAY - timedelta(days=7))
    monitored = jobs.monitor_models(settings_file=str(shop))
    (row,) = monitored.to_dict("records")
    assert row["made_on"].date() == LAST_DAY - timedelta(days=7)
    assert 0 < row["wape"] < 2
    assert 0.3 < row["coverage_80"] <= 1
    assert row["days"] <= 7 * row["items"]


def scores_of(costs, champion):
    rows = [(i, name, cost) for name, of_items in costs.items() for i, cost in enumerate(of_items)]
    made = pd.DataFrame(rows, columns=["item_id", "candidate", "cost"])
    return made.assign(champion=(made["candidate"] == champion) & (made["item_id"] == 0))


def test_a_generation_says_whether_totals_paid():
    paid = scores_of({"pooled": [2.0, 2.0], "reconciled": [1.9, 2.0]}, "reconciled")
    assert totals_verdict(paid) == "items in line with them would have cost 2.50% less; champion of 1 item(s)"
    lost = scores_of({"pooled": [2.0, np.nan], "reconciled": [2.2, np.nan]}, "pooled")
    assert (
        totals_verdict(lost) == "items in line with them would have cost 10.00% more; champion of 0 item(s)"
    )
    assert totals_verdict(scores_of({"pooled": [1.0]}, "pooled")) == "not compared"


def written(shop):
    """Databases and frozen inputs, and when each was last written."""
    kinds = (".db", ".db-wal", ".json", ".parquet")
    return {path: path.stat().st_mtime_ns for path in shop.parent.rglob("*") if path.suffix in kinds}


def test_comparing_candidates_writes_nothing(shop):
    files = written(shop)
    scores = compared_candidates(load_settings(shop), as_of="")
    assert set(scores["candidate"]) >= {"seasonal_naive", "pooled", "prophet_windows"}
    assert scores["champions"].sum() == scores["items"].max()
    assert written(shop) == files
