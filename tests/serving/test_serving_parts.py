"""Parts of the server that need no server."""

import asyncio
import os
import stat
import subprocess
import sys

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from served import write_page
from shops import write_settings

from optiflow_lib.dashboards import pages
from optiflow_lib.dashboards.components.reasons import KINDS
from optiflow_lib.dashboards.pages.visit import MOST_FILTERS, filters_of
from optiflow_lib.dashboards.serving import accounts, recorder
from optiflow_lib.dashboards.serving.addresses import is_loopback
from optiflow_lib.dashboards.serving.assets import STATIC, TEMPLATES
from optiflow_lib.dashboards.serving.attempts import FREE, LONGEST_WAIT_S, MOST_KEYS, Attempts
from optiflow_lib.dashboards.serving.frame import chosen_language
from optiflow_lib.dashboards.serving.lives import Lives, NoRoom, Owner
from optiflow_lib.dashboards.serving.notebooks import checked_folder, pages_of
from optiflow_lib.dashboards.serving.renderer import failure_of
from optiflow_lib.dashboards.serving.secrets import cookie_secret
from optiflow_lib.dashboards.serving.serve import PAGES
from optiflow_lib.errors import AccessError, DataError, ServingError, StoreError
from optiflow_lib.kernels.forks import WarmProcess
from optiflow_lib.settings import load_settings
from optiflow_lib.texts import text

ANA = Owner("ana", "seal")


@pytest.fixture
def settings_file(tmp_path):
    return write_settings(tmp_path)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_each_wrong_password_beyond_the_free_ones_doubles_the_wait_up_to_a_limit():
    clock = Clock()
    attempts = Attempts(clock)
    waits = []
    for _ in range(FREE + 12):
        attempts.failed("ana")
        waits.append(attempts.wait_s("ana", "somebody else"))
    assert waits[: FREE - 1] == [0] * (FREE - 1)
    assert waits[FREE - 1 : FREE + 2] == [2, 4, 8]
    assert max(waits) == LONGEST_WAIT_S


def test_waiting_success_and_time_forgive():
    clock = Clock()
    attempts = Attempts(clock)
    for _ in range(FREE):
        attempts.failed("ana")
    clock.now = 2.0
    assert attempts.wait_s("ana") == 0
    attempts.succeeded("ana")
    attempts.failed("ana")
    assert attempts.wait_s("ana") == 0


def test_guessing_with_ever_new_names_does_not_fill_the_memory():
    attempts = Attempts(Clock())
    for number in range(MOST_KEYS + 10):
        attempts.failed(str(number))
    assert len(attempts._wrong) == MOST_KEYS


@pytest.mark.parametrize(
    ("given_", "language"),
    [
        ({"asked": "en", "kept": "fr"}, "en"),
        ({"asked": "de", "kept": "en"}, "en"),
        ({"account": "en", "accepted": "fr"}, "en"),
        ({"accepted": "de-DE,de;q=0.9,en;q=0.5,fr;q=0.4"}, "en"),
        ({"accepted": "en;q=0.1,fr-CA"}, "fr"),
        ({"accepted": "en;q=nonsense"}, "fr"),
        ({}, "fr"),
    ],
)
def test_the_language_is_the_first_that_somebody_asks_for(given_, language):
    nothing = {"asked": "", "kept": "", "account": "", "accepted": ""}
    assert chosen_language(**{**nothing, **given_}, fallback="fr") == language


@given(st.text())
def test_whatever_an_address_says_filters_are_few_short_and_printable(query):
    filters = filters_of(query)
    assert len(filters) <= MOST_FILTERS
    assert all(len(value) <= 200 and value.isprintable() and value.strip() for value in filters.values())
    assert all(key.replace("_", "").isalpha() and key.islower() for key in filters)


def test_filters_keep_what_a_link_says():
    query = "location=M01&category=%C3%89picerie+%26+co&location=M02&language=en&Bad=1&empty=&nul=%00"
    assert dict(filters_of(query)) == {"location": "M02", "category": "Épicerie & co"}
    assert dict(filters_of("&".join(["a=1"] * 101))) == {}


def test_in_jupyterlab_the_visit_is_the_persons_own(settings_file, monkeypatch):
    monkeypatch.setenv("OPTIFLOW_SETTINGS", str(settings_file))
    monkeypatch.delenv("OPTIFLOW_VISIT", raising=False)
    monkeypatch.setenv("LOGNAME", "somebody")
    visit = pages.wait_for_visit()
    assert (visit.user, visit.role, visit.language, dict(visit.filters)) == ("somebody", "admin", "fr", {})


def test_an_account_without_a_name_is_called_local(settings_file, monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setenv("OPTIFLOW_SETTINGS", str(settings_file))
    monkeypatch.setattr("getpass.getuser", nobody)
    assert pages.wait_for_visit().user == "local"


@pytest.mark.parametrize(
    "handed",
    [
        "",
        "[]",
        "{}",
        '{"user": "a", "role": "owner", "language": "fr", "query": ""}',
        '{"user": "a", "role": "admin", "language": "de", "query": ""}',
        '{"user": "a\\u0000", "role": "admin", "language": "fr", "query": ""}',
        '{"user": 1, "role": "admin", "language": "fr", "query": ""}',
    ],
)
def test_a_damaged_visit_is_refused(settings_file, monkeypatch, handed):
    monkeypatch.setenv("OPTIFLOW_SETTINGS", str(settings_file))
    monkeypatch.setenv("OPTIFLOW_VISIT", handed)
    with pytest.raises(AccessError, match="load the page again"):
        pages.wait_for_visit()


def test_pages_are_loaded_when_they_are_named_and_unknown_ones_are_none():
    assert pages.visit.__name__ == "optiflow_lib.dashboards.pages.visit"
    with pytest.raises(AttributeError, match="no such_page"):
        pages.such_page  # noqa: B018


def test_known_pages_come_first_then_those_that_somebody_added(tmp_path):
    for name in ("zebra", "alerts", "ape", "dashboard"):
        write_page(tmp_path / f"{name}.ipynb")
    (tmp_path / "no page.ipynb").write_text("{}", encoding="utf-8")
    found = pages_of(tmp_path)
    assert list(found) == ["dashboard", "alerts", "ape", "zebra"]
    assert [page.title("fr") for page in found.values()] == ["Tableau de bord", "Alertes", "ape", "zebra"]


def test_a_page_of_ones_own_is_called_by_its_first_heading(tmp_path):
    file = write_page(tmp_path / "mine.ipynb")
    notebook = nbformat.read(file, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("text\n# What sold in the rain\nmore"))
    nbformat.write(notebook, file)
    assert pages_of(tmp_path)["mine"].title("en") == "What sold in the rain"


def test_a_folder_without_pages_is_refused(tmp_path):
    with pytest.raises(ServingError, match="no dashboard"):
        checked_folder(tmp_path)


def test_only_errors_that_are_written_for_people_are_shown_to_them():
    meant = str(DataError(what="no rows", where="/secret/path", mend="add some"))
    told = failure_of(meant, kind="DataError", reference="r", language="fr")
    assert told["detail"] == ["no rows", "add some"]
    assert told["technical"] == "Détail technique"
    assert told["lines"] == [text(KINDS["DataError"], "fr"), "Référence dans le journal du serveur\u00a0: r"]
    unknown = failure_of("division by zero", kind="ZeroDivisionError", reference="r1", language="fr")
    assert unknown["lines"] == ["Référence dans le journal du serveur\u00a0: r1"]
    assert unknown["detail"] == []
    foreign = failure_of("/secret/path", kind="PermissionError", reference="r2", language="en")
    assert (foreign["lines"][0], foreign["detail"]) == (KINDS["PermissionError"], [])


def test_the_secret_is_made_once_and_only_the_server_reads_it(tmp_path):
    first = cookie_secret(tmp_path / "runs")
    assert cookie_secret(tmp_path / "runs") == first
    assert len(first) == 32
    assert stat.S_IMODE((tmp_path / "runs" / "cookie_secret").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("shop.example", False),
        ("", False),
    ],
)
def test_only_loopback_addresses_are_this_machines_alone(host, alone):
    assert is_loopback(host) is alone


def test_places_are_limited_and_given_back():
    async def live():
        ended = []

        async def shut_down(kernel_id):
            ended.append(kernel_id)

        lives = Lives(most=1, shut_down=shut_down)
        lives.reserve()
        with pytest.raises(NoRoom):
            lives.reserve()
        lives.give_back()
        lives.reserve()
        lives.begin("k", ANA)
        assert (lives.printing, lives.owner("k"), lives.owner("other")) == (True, "ana", None)
        with pytest.raises(NoRoom):
            lives.reserve()
        lives.printed("k")
        await lives.end("k")
        await lives.end("k")
        lives.reserve()
        return ended, len(lives)

    assert asyncio.run(live()) == (["k"], 0)


def test_a_kernel_that_cannot_be_ended_is_logged_and_forgotten(caplog):
    async def live():
        async def shut_down(_kernel_id):
            raise OSError("no such process group")

        lives = Lives(most=1, shut_down=shut_down)
        lives.reserve()
        lives.begin("k", ANA)
        await lives.end_all()
        return len(lives)

    assert asyncio.run(live()) == 0
    assert "could not be ended" in caplog.text


def test_our_template_and_scripts_name_no_address_outside():
    files = [*TEMPLATES.glob("*.*"), *(file for file in STATIC.glob("*.*") if "plotly" not in file.name)]
    named = [
        (file.name, line.strip())
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        if "//" in line
        and "http" in line
        and "www.w3.org" not in line
        and "https://anywidget.dev" not in line
    ]
    assert named == []


def test_plotly_is_shipped_small_with_its_licence_and_compiled_off_the_page_s_thread():
    first = (STATIC / "plotly-basic.min.js").open(encoding="utf-8").readline()
    assert (
        first == "//# allFunctionsCalledOnLoad\n"
    )  # docs/decisions.md: to be put back when plotly is renewed
    assert (STATIC / "plotly-basic.min.js").stat().st_size < 1_200_000
    assert "MIT" in (STATIC / "plotly-basic.LICENSE").read_text(encoding="utf-8")


def test_pages_that_cannot_be_loaded_are_said_to_be_so(tmp_path):
    warm = WarmProcess(PAGES, tmp_path, {"PYTHONHASHSEED": "no number"})  # Python itself refuses to start
    warm.launch()
    with pytest.raises(ServingError, match="cannot be loaded"):
        asyncio.run(warm.ready())
    warm.close()


def test_a_system_that_cannot_fork_is_told_what_to_use(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "fork")
    with pytest.raises(ServingError, match="cannot fork"):
        WarmProcess(PAGES, tmp_path, {}).launch()


def test_what_pages_use_later_is_loaded_before_a_kernel_is_forked():
    script = (
        "from optiflow_lib.dashboards.serving import warm; from optiflow_lib.kernels.forking import load; "
    )
    script += "load(warm.warm_up); import gc, sys; "
    shown = "print(gc.get_freeze_count() > 100_000, 'debugpy.server' in sys.modules, *sorted(sys.modules))"
    command = [sys.executable, "-c", script + shown]
    frozen, debugger, *loaded = subprocess.run(
        command, capture_output=True, text=True, check=True
    ).stdout.split()
    assert (frozen, debugger) == ("True", "False")
    assert {"pyarrow.parquet", "ipykernel.kernelapp", "optiflow_lib.dashboards.pages.visit"} <= set(loaded)


def test_a_visit_that_cannot_be_counted_is_logged_and_harms_nobody(settings_file, monkeypatch, caplog):
    def down(_settings):
        raise StoreError(what="the disk is full", where="here", mend="free some space")

    monkeypatch.setattr(recorder, "opened_store", down)
    counting = recorder.VisitRecorder(load_settings(settings_file))
    counting.record(page="alerts", visitor="ana")
    asyncio.run(counting.close())
    assert "a visit of alerts was not counted: the disk is full" in caplog.text


def test_a_store_that_was_never_read_lets_nobody_in(settings_file, monkeypatch):
    def down(_settings):
        raise StoreError(what="the disk is gone", where="here", mend="find it")

    monkeypatch.setattr(accounts, "opened_store", down)
    with pytest.raises(StoreError, match="the disk is gone"):
        asyncio.run(accounts.Accounts(load_settings(settings_file)).known())
