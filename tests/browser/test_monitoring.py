import re
import shutil
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from playwright.sync_api import expect
from screens import NAMES, READERS, drawn, fits, look, plain, ticks, words
from served import served

from optiflow_lib import store
from optiflow_lib.batch.executor import execute
from optiflow_lib.dashboards.components.monitoring import bytes_shown
from optiflow_lib.dashboards.components.words import label
from optiflow_lib.jobs import views
from optiflow_lib.jobs.condition import condition
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.schemas.results import MONITORING
from optiflow_lib.settings import load_settings

pytestmark = pytest.mark.browser
ENDED = datetime(2026, 11, 1, 3, 2)
RUN = "2026-10-31_nightly_002"
ACCURACY = {
    "made_on": "2026-10-03",
    "items": 12,
    "days": 330,
    "wape": 0.412,
    "bias": -0.05,
    "mape": 0.388,
    "mape_excluded_share": 0.25,
    "coverage_80": 0.82,
}


@pytest.fixture(scope="module")
def nights(shop_night, tmp_path_factory):
    """A served shop whose store has two recorded nights, one of which failed."""
    copied = shutil.copytree(shop_night.parent, tmp_path_factory.mktemp("nights") / "shop")
    with (copied / shop_night.name).open("a", encoding="utf-8") as written:
        written.write("\n[monitoring]\nwape = 0.4\n")
    settings = load_settings(copied / shop_night.name)
    with opened_store(settings) as opened:
        for run_id, state in (("2026-10-31_nightly_001", "failed"), (RUN, "done")):
            store.start_run(
                opened, run_id=run_id, chain="nightly", as_of=date(2026, 10, 31), started_at=ENDED, folder="x"
            )
            for step, seconds in (("20_forecasts", 30.0), ("40_alerts", 5.5)):
                is_bad = state == "failed" and step == "40_alerts"
                store.record_step(
                    opened,
                    run_id=run_id,
                    step=step,
                    state="failed" if is_bad else "done",
                    ended_at=ENDED,
                    duration_s=seconds,
                    message="<b>disk full</b>" if is_bad else None,
                )
            store.finish_run(
                opened, run_id=run_id, state=state, ended_at=ENDED, duration_s=42.0, items=12, failed_items=0
            )
    view, published = views.open_view(settings), datetime.now(UTC).replace(tzinfo=None)
    frames = {name: view.read(name) for name in view.snapshot.names}
    frames["monitoring"] = MONITORING.check(pd.DataFrame([ACCURACY]), where="test")
    store.publish(frames, folder=views.published_folder(settings), as_of=view.as_of, published_at=published)
    executed = settings.paths.runs / RUN
    executed.mkdir()
    parameters = {"settings_file": str(copied / shop_night.name), "as_of": "2026-10-31"}
    step = settings.paths.notebooks / "batch" / "10_quality.ipynb"
    execute(step, executed / step.name, parameters, timeout_s=120)
    with served(copied / shop_night.name) as running:
        yield running


@pytest.mark.parametrize(("locale", "viewport"), READERS, ids=NAMES)
def test_nights_on_screen_are_those_of_the_store(nights, new_context, locale, viewport):
    page = look(new_context(locale=locale, viewport=viewport).new_page(), f"{nights.address}/monitoring")
    steps = {trace["name"]: trace["y"] for trace in drawn(page, "steps")}
    stored = views.steps_of_runs(nights.settings, ["2026-10-31_nightly_001", RUN])
    assert steps == {
        label(name, locale[:2]): part["duration_s"].tolist() for name, part in stored.groupby("step")
    }
    rows = page.locator('[data-region="nights"] table').first.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text({"fr": "Terminée", "en": "Done"}[locale[:2]])
    expect(page.locator('[data-region="nights"]')).to_contain_text("<b>disk full</b>")
    assert fits(page)


@pytest.mark.parametrize(("locale", "viewport"), [READERS[0], READERS[3]], ids=[NAMES[0], NAMES[3]])
def test_a_night_leads_to_its_executed_notebooks_which_ask_nobody_for_anything(
    nights, new_context, locale, viewport
):
    page = look(new_context(locale=locale, viewport=viewport).new_page(), f"{nights.address}/monitoring")
    opening = page.locator("details.notebooks > summary")
    expect(opening).to_have_count(1)
    opening.click()
    page.get_by_role("link", name=label("10_quality", locale[:2])).click()
    page.wait_for_url(f"**/runs/{RUN}/10_quality")
    expect(page.get_by_role("heading", level=1).first).to_have_text(label("10_quality", locale[:2]))
    notebook = page.locator("article.notebook")
    expect(notebook).to_contain_text("jobs.check_inputs(settings_file=settings_file, as_of=as_of)")
    expect(notebook).to_contain_text("Data quality")
    assert fits(page)
    page.locator(".night-line a").click()
    page.wait_for_url("**/monitoring")


@pytest.mark.parametrize(("locale", "viewport"), READERS, ids=NAMES)
def test_accuracy_is_on_screen_beside_its_targets(nights, new_context, locale, viewport):
    page = look(new_context(locale=locale, viewport=viewport).new_page(), f"{nights.address}/monitoring")
    traces = drawn(page, "accuracy")
    assert [trace["y"] for trace in traces] == [[41.2], [38.8], [-5.0], [82.0]]
    sign = {"fr": "\u00a0%", "en": "%"}[locale[:2]]
    shares = ticks(page, "accuracy")
    assert len(shares) >= 8
    assert [tick for tick in shares if not re.fullmatch(rf"[−\d]+{sign}", tick)] == []
    rows = page.locator('[data-region="accuracy"] table').first.locator("tbody tr")
    met, missed = {"fr": ("✓ tenue", "✕ manquée"), "en": ("✓ met", "✕ missed")}[locale[:2]]
    expect(rows.nth(0)).to_contain_text(missed)
    expect(rows.nth(2)).to_contain_text(met)
    assert fits(page)


def test_the_visit_that_is_looking_is_counted_for_the_next_one(nights, new_context):
    page = look(new_context().new_page(), f"{nights.address}/monitoring")
    before = views.visits_per_day(nights.settings)["visits"].sum()
    look(page, f"{nights.address}/monitoring")
    counted = drawn(page, "visits")
    assert sum(sum(trace["y"]) for trace in counted if trace["name"] == "Supervision") >= before > 0
    assert {trace["name"] for trace in counted} == {"Supervision", "Visiteurs distincts"}


def test_sizes_and_versions_are_those_of_the_machine(nights, new_context):
    page = look(new_context().new_page(), f"{nights.address}/monitoring")
    now = condition(nights.settings)
    told = words(page, '[data-region="state"]')
    assert plain(bytes_shown(now.snapshot_bytes, "fr")) in told
    assert f"prophet {now.versions['prophet']}" in told
