import json
import re
import subprocess
import sys
from datetime import date, datetime

import pandas as pd
import pytest
from hostile import HOSTILE, is_harmless, words

from optiflow_lib import store
from optiflow_lib.batch.graph import CHAINS
from optiflow_lib.dashboards.components.monitoring import bytes_shown, steps_chart
from optiflow_lib.dashboards.components.nights import duration, failure_list, night_state
from optiflow_lib.dashboards.components.words import STEPS, label
from optiflow_lib.dashboards.pages import monitoring
from optiflow_lib.jobs import actions, views
from optiflow_lib.jobs.condition import condition
from optiflow_lib.jobs.executed import executed_notebook, executed_steps
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.schemas.operations import RUN_STEPS
from optiflow_lib.schemas.results import FAILURES

STARTED = datetime(2026, 11, 1, 3, 0)  # the store keeps UTC without zone


def whole(page):
    return page.figures() + page.charts() + page.tables()


def chart(html, name):
    data = re.search(rf'id="chart-{name}"[^>]*><script type="application/json">(.*?)</script>', str(html))
    return json.loads(data.group(1))["data"]


def record_run(settings, *, run_id="night-1", state="done", message=None, chain="nightly", duration_s=42.0):
    with opened_store(settings) as opened:
        store.start_run(
            opened, run_id=run_id, chain=chain, as_of=date(2026, 10, 31), started_at=STARTED, folder="runs/x"
        )
        for step, seconds in (("20_forecasts", 30.0), ("40_alerts", 5.5)):
            failed = message is not None and step == "40_alerts"
            store.start_step(opened, run_id=run_id, step=step, started_at=STARTED)
            store.record_step(
                opened,
                run_id=run_id,
                step=step,
                state="failed" if failed else "done",
                ended_at=STARTED,
                duration_s=seconds,
                message=message if failed else None,
            )
        store.finish_run(
            opened,
            run_id=run_id,
            state=state,
            ended_at=STARTED,
            duration_s=duration_s,
            items=12,
            failed_items=0,
        )


def test_runs_are_those_of_the_store_with_the_duration_of_each_step(shop_visit):
    visit = shop_visit()
    record_run(visit.settings)
    page = monitoring.opened(visit)
    html = page.figures()
    assert "Nuit 31 oct. 2026 Terminée" in words(html)
    assert "42 s 12 0" in words(html)
    steps = {bar["name"]: bar["y"] for bar in chart(html, "steps")}
    assert steps == {"Prévisions de la demande": [30.0], "Alertes et brouillons": [5.5]}
    assert "Dernière nuit : Prévisions de la demande 30 s · Alertes et brouillons 5,5 s." in words(html)


def test_a_night_that_was_run_again_is_told_apart(shop_visit):
    visit = shop_visit()
    record_run(visit.settings, run_id="night-1", state="failed", message=HOSTILE[0])
    record_run(visit.settings, run_id="night-2", state="partial", duration_s=185.0)
    record_run(visit.settings, run_id="week-1", chain="weekly")
    html = monitoring.opened(visit).figures()
    told = words(html)
    assert chart(html, "steps")[0]["x"] == ["31 oct.", "31 oct. (2)"]
    stopped = "L'étape s'est arrêtée sur une erreur du programme."
    assert f"31 oct. Alertes et brouillons {stopped} Détail technique {HOSTILE[0]}" in told
    assert "Terminée avec des échecs" in told
    assert "3 min 05 s" in told
    assert "Semaine" in told
    assert is_harmless(html)


def test_the_program_s_own_words_and_paths_are_for_who_may_inspect(shop_visit):
    settings = shop_visit().settings
    written = f"40_alerts: MachineError: disk full\n  where: {settings.folder}/runs/{RUN}/40_alerts.ipynb"
    record_run(settings, state="failed", message=written)
    told = {
        role: monitoring.opened(shop_visit(role=role)).figures()
        for role in ("viewer", "buyer", "manager", "admin")
    }
    for html in told.values():
        assert "La machine a refusé" in words(html)
        assert str(settings.folder) not in html
    for role in ("viewer", "buyer"):
        assert "disk full" not in told[role]
        assert "40_alerts.ipynb" not in told[role]
    for role in ("manager", "admin"):
        assert f"where: runs/{RUN}/40_alerts.ipynb" in words(told[role])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_night_whose_process_was_killed_is_told_as_interrupted_with_the_way_on(shop_visit, language):
    visit = shop_visit(language=language)
    code = (
        "import sys; from datetime import date, datetime; from optiflow_lib import store\n"
        "with store.open_store(sys.argv[1], main_location='M01') as opened:\n"
        "    store.start_run(opened, run_id='night-1', chain='nightly', as_of=date(2026, 10, 31),"
        " started_at=datetime(2026, 11, 1, 3), folder='x')\n"
        "print('started', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, visit.settings.store.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as night:
        assert night.stdout.readline() == b"started\n"
        alive = words(monitoring.opened(visit).figures())
        night.kill()
    dead = words(monitoring.opened(visit).figures())
    running, interrupted, said = {
        "fr": ("En cours", "Interrompue", "La nuit du 31 oct. 2026 a été interrompue."),
        "en": ("Running", "Interrupted", "The night of Oct 31, 2026 was interrupted."),
    }[language]
    assert running in alive
    assert said not in alive
    assert running not in dead
    assert interrupted in dead
    assert said in dead
    assert "optiflow nightly --resume" in dead
    record_run(visit.settings, run_id="night-2")
    assert said not in words(monitoring.opened(visit).figures())


RUN = "2026-10-31_nightly_001"


def test_each_run_leads_to_its_executed_notebooks_for_who_may_read_them(shop_visit):
    visit = shop_visit()
    record_run(visit.settings, run_id=RUN)
    record_run(visit.settings, run_id="2026-10-30_nightly_001")
    folder = visit.settings.paths.runs / RUN
    folder.mkdir()
    for name in ("20_forecasts.ipynb", "10_quality.ipynb", ".40_alerts.ipynb", "run.json"):
        (folder / name).write_text("{}", encoding="utf-8")
    links = {
        role: re.findall(r'href="(runs/[^"]+)">([^<]+)<', monitoring.opened(shop_visit(role=role)).figures())
        for role in ("viewer", "buyer", "manager", "admin")
    }
    assert links["manager"] == [
        (f"runs/{RUN}/10_quality", "Données d&#x27;entrée et leur qualité"),
        (f"runs/{RUN}/20_forecasts", "Prévisions de la demande"),
    ]
    assert links["admin"] == links["manager"]
    assert links["viewer"] == links["buyer"] == []


def test_every_step_of_the_chains_has_a_name_in_both_languages():
    steps = {step for chain in CHAINS.values() for step in chain.needs}
    assert set(STEPS) == steps
    assert all(label(step, "fr") not in (step, label(step, "en")) for step in steps - {"60_publish"})


@pytest.mark.parametrize(
    ("run_id", "step"),
    [
        ("..", "secret"),
        (RUN, "../secret"),
        (RUN, ".hidden"),
        (RUN, "a/b"),
        (RUN, ""),
        (RUN, "10_quality.ipynb"),
        ("2026-10-31_nightly_001/../..", "secret"),
        ("published", "secret"),
        (RUN, "linked"),
        (RUN, "no_such_step"),
    ],
)
def test_only_notebooks_in_the_folder_of_a_run_are_found(visit, tmp_path, run_id, step):
    settings = visit().settings
    runs = tmp_path / "runs"
    for folder in (tmp_path, runs, runs / RUN, runs / "published", runs / RUN / "a"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "secret.ipynb").write_text("{}", encoding="utf-8")
    (runs / RUN / "a" / "b.ipynb").write_text("{}", encoding="utf-8")
    (runs / RUN / ".hidden.ipynb").write_text("{}", encoding="utf-8")
    (runs / RUN / "linked.ipynb").symlink_to(tmp_path / "secret.ipynb")
    there = settings.model_copy(update={"paths": settings.paths.model_copy(update={"runs": runs})})
    assert executed_notebook(there, run_id, step) is None
    assert executed_notebook(there, RUN, "secret") == runs / RUN / "secret.ipynb"
    assert executed_steps(there, RUN) == ["secret"]
    assert executed_steps(there, "..") == []


def test_visits_are_counted_by_day_and_page(shop_visit):
    visit = shop_visit()
    for page, visitor in (("dashboard", "Zoé"), ("dashboard", "Ali"), ("alerts", "Zoé")):
        actions.record_visit(visit.settings, page=page, visitor=visitor)
    html = monitoring.opened(visit).tables()
    shown = {drawn["name"]: drawn["y"] for drawn in chart(html, "visits")}
    assert shown == {"Alertes": [1.0], "Tableau de bord": [2.0], "Visiteurs distincts": [2.0]}
    assert "3 visites de 2 personnes." in words(html)


def test_the_installation_is_told_as_it_is(visit):
    settings = visit().settings
    now = condition(settings)
    view = views.open_view(settings)
    assert now.snapshot_bytes == sum(file.stat().st_size for file in view.snapshot.folder.path.iterdir())
    assert now.store_bytes == (settings.folder / "optiflow_store.db").stat().st_size
    assert (now.cache, now.generation) == ("memory", None)
    told = words(monitoring.opened(visit()).tables())
    assert f"pandas {pd.__version__}" in told
    assert bytes_shown(now.snapshot_bytes, "fr").replace("\u00a0", " ") in told


def test_a_redis_that_does_not_answer_is_said(visit):
    settings = visit().settings
    for url in ("redis://127.0.0.1:1/0", "nonsense"):
        shown = settings.model_copy(
            update={"dashboards": settings.dashboards.model_copy(update={"redis_url": url})}
        )
        assert condition(shown).cache == "silent"
        assert "Redis ne répond pas" in words(monitoring.opened(visit(settings=shown)).tables())


def test_a_redis_that_answers_is_said(visit, redis_url):
    settings = visit().settings
    shown = settings.model_copy(
        update={"dashboards": settings.dashboards.model_copy(update={"redis_url": redis_url})}
    )
    assert condition(shown).cache == "redis"


def test_sizes_and_durations_are_written_for_people():
    assert [bytes_shown(n, "fr") for n in (None, 900, 2_500_000, 3_100_000_000)] == [
        "–",
        "0,9\u00a0ko",
        "2,5\u00a0Mo",
        "3,1\u00a0Go",
    ]
    assert [duration(s, "en") for s in (None, 4.25, 185.0)] == ["–", "4.2 s", "3 min 05 s"]


def test_items_that_failed_are_named_with_the_reason():
    failures = FAILURES.check(
        pd.DataFrame({"item_id": ["<b>7</b>"], "step": ["fit"], "reason": ["one day"]}), where="test"
    )
    assert "1 article en échec" in words(failure_list(failures, "fr", project=None))
    assert is_harmless(failure_list(failures, "fr", project=None))
    shown = night_state(None, failures=failures, problems=3, items=10, language="en", project=None)
    assert "Items 10 Items that failed 1 Data problems 3" in words(shown)


def test_the_last_night_is_told_on_the_dashboard_too(visit):
    run = pd.Series({"state": "done", "started_at": pd.Timestamp(STARTED), "duration_s": 12.0})
    shown = words(
        night_state(run, failures=FAILURES.empty(), problems=0, items=10, language="en", project=None)
    )
    assert shown.startswith("State Done Started")
    assert "Duration 12 s" in shown


def test_without_runs_and_visits_the_page_says_so(visit):
    told = words(whole(monitoring.opened(visit())))
    assert "Aucune exécution n'est encore enregistrée." in told
    assert "Aucune visite n'est encore comptée." in told
    assert "Aucune exécution" in words(steps_chart(RUN_STEPS.empty(), [], {}, "fr"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_speaks_one_language(visit, language):
    told = words(whole(monitoring.opened(visit(language=language))))
    assert ("Connexions par jour" in told) == (language == "fr")
    assert ("Connections per day" in told) == (language == "en")


def test_hostile_names_are_shown_and_never_run(hostile_visit):
    assert is_harmless(whole(monitoring.opened(hostile_visit)))


def test_when_the_store_is_down_the_published_night_is_still_told(shop_visit):
    page = monitoring.opened(shop_visit())
    (page.settings.folder / "optiflow_store.db").write_bytes(b"no database any more")
    told = words(whole(page))
    assert "Situation au" in told
    assert told.count("Cette partie ne peut pas être affichée") == 2


def test_before_the_first_night_there_is_nothing_to_monitor(empty_visit):
    page = monitoring.opened(empty_visit)
    assert "Aucune nuit n'a encore tourné." in words(page.figures())
    assert (page.charts(), page.tables()) == ("", "")
