"""No sentence of the program's own language stands open on a French page: reasons of items and messages of steps."""

import ast
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hostile import HOSTILE, is_harmless, words

import optiflow_lib
from optiflow_lib import errors
from optiflow_lib.dashboards.components.monitoring import failed_steps
from optiflow_lib.dashboards.components.nights import failure_list
from optiflow_lib.dashboards.components.notices import fault
from optiflow_lib.dashboards.components.reasons import (
    KINDS,
    failure_reason,
    inside,
    left_out_reason,
    step_reason,
)
from optiflow_lib.errors import BatchError, OptiflowError
from optiflow_lib.forecasting import BatchProphet
from optiflow_lib.schemas import reasons
from optiflow_lib.schemas.results import FAILURES
from optiflow_lib.texts import text

LIBRARY = Path(optiflow_lib.__file__).parent
PROJECT = Path("/srv/mon magasin")
VALUES = {"known": "1", "needed": "2", "first": "2024-01-01", "last": "2026-10-31", "days": "56"}
FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)


def opened(html):
    """What is read without unfolding anything."""
    return words(FOLDED.sub("", str(html)))


@pytest.mark.parametrize("reason", reasons.REASONS)
def test_every_reason_is_said_in_french_with_its_values(reason):
    written = reason.format(**VALUES)
    assert reasons.values_of(reason, written) == {
        name: VALUES[name] for name in re.findall(r"{(\w+)}", reason)
    }
    said = words(failure_reason(written, "fr", project=None))
    assert written not in said
    assert said != words(failure_reason(written, "en", project=None))
    assert "détail" not in said.lower()


@pytest.mark.parametrize("reason", reasons.LEFT_OUT)
def test_every_reason_to_leave_an_item_out_of_a_replay_is_said_in_both_languages(reason):
    written = reason.format(**VALUES)
    assert left_out_reason(written, "en") == written
    french = left_out_reason(written, "fr")
    assert french != written
    assert ("56" in french) == ("56" in written)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            f"BatchError: no\n  where: {PROJECT}/runs/a/10_quality.ipynb",
            "BatchError: no\n  where: runs/a/10_quality.ipynb",
        ),
        ("OSError: '/home/zoe/.venv/lib/python3.11/io.py' is not there", "OSError: '…/io.py' is not there"),
        ("open(/etc/passwd)", "open(…/passwd)"),
        ("postgresql://db.example/shop refused, see https://example.com/a/b", None),
        ("12/24 packs of runs/published/a.json", None),
    ],
)
def test_paths_are_told_from_the_project_s_folder_on(written, told):
    assert inside(PROJECT, written) == (told or written)


def test_reasons_are_the_ones_that_the_models_write():
    days = pd.date_range("2026-01-01", periods=30)
    demand = pd.DataFrame({"item_id": "long", "day": days, "quantity": np.arange(30.0) % 7 + 3})
    short = pd.DataFrame({"item_id": ["short"], "day": days[:1], "quantity": [4.0]})
    model = BatchProphet().fit(pd.concat([demand, short]))
    assert opened(failure_list(model.failures, "fr", project=None)).endswith(
        "short Sa demande n'est connue que sur 1 jour ; il en faut 2 au modèle."
    )
    outside = BatchProphet(changepoints=["2020-01-01"]).fit(demand)
    assert opened(failure_list(outside.failures, "fr", project=None)).endswith(
        "long Les points de rupture des réglages sont hors de son historique, du 1 janv. 2026 au 30 janv. 2026."
    )


def test_the_models_write_no_reason_of_their_own():
    """A reason put together on the spot would be one that no page knows."""
    for file in (LIBRARY / "forecasting").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and "reasons" in ast.unparse(node.targets[0]):
                assert not any(isinstance(part, ast.JoinedStr) for part in ast.walk(node.value)), file.name


def test_words_of_others_are_folded_away_behind_a_sentence():
    html = failure_reason(
        f"RuntimeError: Error during optimization in {PROJECT}/models", "fr", project=PROJECT
    )
    assert opened(html) == "Son modèle n'a pas pu être calculé."
    assert "RuntimeError: Error during optimization in models" in words(html)
    assert '<pre lang="en">' in str(html)


def test_words_of_others_are_only_for_who_may_inspect_nights():
    html = failure_reason("RuntimeError: Error during optimization", "fr", project=None)
    assert words(html) == "Son modèle n'a pas pu être calculé."
    broken = fault("Kaputt", RuntimeError(f"no {PROJECT}/x"), "fr", project=None, mend="Encore")
    assert "x" not in words(broken)
    assert "no x" in words(fault("Kaputt", RuntimeError(f"no {PROJECT}/x"), "fr", project=PROJECT))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_error_has_a_sentence_in_both_languages(kind):
    written = str(BatchError(what=f"40_alerts: {kind}: disk full", where="40_alerts.ipynb", mend="make room"))
    french, english = (
        opened(step_reason(written, "failed", language, project=PROJECT)) for language in ("fr", "en")
    )
    assert english == KINDS[kind]
    assert french == text(KINDS[kind], "fr").replace("\u00a0", " ").replace("\u202f", " ")
    assert french != english
    assert "disk full" in words(step_reason(written, "failed", "fr", project=PROJECT))


def test_every_error_of_ours_is_one_of_those_kinds():
    ours = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, OptiflowError) and kind is not OptiflowError
    }
    not_in_a_notebook = {"AccessError", "ServingError", "LockHeldError"}
    assert ours - not_in_a_notebook <= set(KINDS)


def test_old_and_unknown_messages_still_show():
    old = step_reason("something went wrong", "failed", "fr", project=PROJECT)
    assert opened(old) == "L'étape s'est arrêtée sur une erreur du programme."
    assert "something went wrong" in words(old)
    assert words(step_reason(None, "interrupted", "fr", project=PROJECT)) == (
        "L'exécution a été arrêtée avant la fin de l'étape."
    )
    assert words(step_reason(None, "failed", "fr", project=PROJECT)) == "–"


def test_hostile_words_are_shown_and_never_run():
    failures = FAILURES.check(
        pd.DataFrame({"item_id": HOSTILE[:3], "step": "fit", "reason": HOSTILE[:3]}), where="test"
    )
    assert is_harmless(failure_list(failures, "fr", project=PROJECT))
    steps = pd.DataFrame(
        {"run_id": "a", "step": "x", "state": "failed", "message": [*HOSTILE, f"x: {HOSTILE[0]}: y"]}
    )
    assert is_harmless(failed_steps(steps, {"a": "31 oct."}, "fr", project=PROJECT))
