"""The chains as they are: nothing runs on results that were not made."""

from pathlib import Path

import pytest

from optiflow_lib.batch.graph import CHAINS

NOTEBOOKS = Path(__file__).parents[2] / "notebooks" / "batch"


def needed_by(chain, step):
    """All steps before a step, but for optional ones that it can do without."""
    direct = [name for name in chain.needs[step] if name not in chain.optional]
    return set(direct).union(*(needed_by(chain, name) for name in direct)) if direct else set()


@pytest.mark.parametrize("name", CHAINS)
def test_every_step_is_a_notebook(name):
    assert [step for step in CHAINS[name].needs if not (NOTEBOOKS / f"{step}.ipynb").is_file()] == []


def test_every_notebook_belongs_to_a_chain():
    steps = {step for chain in CHAINS.values() for step in chain.needs}
    assert {file.stem for file in NOTEBOOKS.glob("*.ipynb")} == steps


def test_alerts_wait_for_the_forecasts_even_when_events_and_anomalies_may_fail():
    nightly = CHAINS["nightly"]
    assert nightly.optional == {"30_events", "31_anomalies"}
    assert {"10_quality", "20_forecasts"} <= needed_by(nightly, "40_alerts")
    assert "40_alerts" in needed_by(nightly, "60_publish")


def test_events_and_anomalies_are_independent_of_each_other():
    needs = CHAINS["nightly"].needs
    assert needs["30_events"] == needs["31_anomalies"] == ("20_forecasts",)
