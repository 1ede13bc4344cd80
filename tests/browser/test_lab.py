"""JupyterLab as `optiflow lab` starts it: the launcher opens dashboards and studies, components work in a cell."""

import shutil
import socket
import subprocess
import time
import urllib.request

import pytest
from playwright.sync_api import expect
from shops import PROJECT

from optiflow_lib.cli.pages import lab_command
from optiflow_lib.jobs import views
from optiflow_lib.settings import load_settings
from optiflow_lib.texts import money

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab(shop_night, tmp_path_factory):
    """Address of a JupyterLab beside a copy of the shop whose night ran, and the shop's settings file."""
    folder = shutil.copytree(shop_night.parent, tmp_path_factory.mktemp("lab") / "shop")
    notebooks = shutil.copytree(PROJECT / "notebooks", folder / "notebooks")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    quiet = [
        "--no-browser",
        f"--port={port}",
        "--IdentityProvider.token=",
        "--allow-root",
        "--ServerApp.log_level=ERROR",
        f"--LabApp.workspaces_dir={folder / 'workspaces'}",  # not what an earlier JupyterLab left open
    ]
    process = subprocess.Popen([*lab_command(notebooks), *quiet], cwd=folder)
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 90
    while True:
        try:
            urllib.request.urlopen(f"{address}/api", timeout=5)
            break
        except OSError:
            assert time.monotonic() < until, "JupyterLab does not start"
            time.sleep(0.3)
    yield address, folder / shop_night.name
    process.terminate()
    process.wait(30)


def test_the_launcher_opens_a_dashboard_that_works_in_its_cells(lab, new_context):
    address, settings_file = lab
    context = new_context()
    page = context.new_page()
    page.goto(f"{address}/lab")
    cards = page.locator(".jp-LauncherCard")
    for title in ("Dashboard", "Alerts", "Simulation", "Compare models"):
        expect(cards.filter(has_text=title).first).to_be_visible(timeout=60_000)
    cards.filter(has_text="Dashboard").first.click()
    view = views.open_view(load_settings(settings_file))
    kpis = view.read("kpis").query("kpi == 'revenue'").set_index(["scope", "scope_id"])["value"]
    revenue = page.locator('[data-kpi="revenue"]').last
    expect(revenue).to_have_text(money(kpis["all", "all"], "fr"), timeout=90_000)
    live = page.locator("[data-live][data-region=figures]").last
    expect(live).not_to_have_attribute("aria-busy", "true", timeout=60_000)
    category = view.read("items")["category"].iloc[0]
    page.locator("select[name=category]").last.select_option(category)
    expect(revenue).to_have_text(money(kpis["category", category], "fr"), timeout=30_000)
