"""`optiflow serve` and `optiflow users`, as they are typed."""

import os
import signal
import socket
import threading
import time
from importlib.metadata import version

import psutil
import pytest
import requests
from typer.testing import CliRunner
from visitors import PASSWORD

from optiflow_lib.cli import app
from optiflow_lib.dashboards.serving import serve
from optiflow_lib.dashboards.serving.serve import bound
from optiflow_lib.errors import AccessError, ServingError
from optiflow_lib.settings import load_settings


def refusal(settings_file, *, host="127.0.0.1", port=0, kind):
    with pytest.raises(kind) as refused:
        serve(load_settings(settings_file), settings_file, host=host, port=port)
    return refused.value


def users(*words, settings_file, typed=""):
    return CliRunner().invoke(app, ["users", *words, "--settings", str(settings_file)], input=typed)


def test_a_port_that_is_taken_is_named_before_anything_starts(write_shop):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = refusal(write_shop(), port=port, kind=ServingError)
    assert f"port {port} is taken" in error.what
    assert "--port" in error.mend


def test_an_address_of_another_machine_is_named():
    with pytest.raises(ServingError, match="cannot listen there"):
        bound("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("host", "dashboards"),
    [
        ("0.0.0.0", {}),
        ("::", {}),
        ("127.0.0.1", {"behind_proxy": True}),
        ("127.0.0.1", {"login_header": "X-Remote-User"}),
    ],
)
def test_no_door_is_open_to_others_while_nobody_can_log_in(write_shop, host, dashboards):
    error = refusal(write_shop(**dashboards), host=host, kind=AccessError)
    assert "nobody can log in" in error.what
    assert "optiflow users add" in error.mend


def test_a_login_header_is_believed_from_this_machine_only(write_shop):
    error = refusal(
        write_shop({"ana": "buyer"}, login_header="X-Remote-User"), host="0.0.0.0", kind=AccessError
    )
    assert "would be believed from anybody" in error.what


def test_people_are_added_listed_given_new_passwords_and_removed(write_shop):
    settings_file = write_shop()
    added = users(
        "add",
        "Zoë Ångström",
        "--role",
        "manager",
        "--language",
        "fr",
        settings_file=settings_file,
        typed=f"{PASSWORD}\n",
    )
    assert (added.exit_code, added.stdout) == (0, "Zoë Ångström may log in as manager\n")
    assert users("add", "bob", settings_file=settings_file, typed=f"{PASSWORD}\n").exit_code == 0
    listed = users("list", settings_file=settings_file).stdout
    assert "Zoë Ångström" in listed
    assert "viewer" in listed
    assert users("password", "bob", settings_file=settings_file, typed="another one\n").exit_code == 0
    assert users("remove", "bob", settings_file=settings_file).stdout == "bob may no longer log in\n"
    assert "bob" not in users("list", settings_file=settings_file).stdout


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("add", "ana", "--role", "owner"), PASSWORD, "no role"),
        (("add", "ana"), "short", "too short"),
        (("add", "ana"), "", "too short"),
        (("remove", "nobody"), "", "no user nobody"),
        (("password", "nobody"), PASSWORD, "no user nobody"),
    ],
)
def test_wrong_words_about_people_are_refused_with_how_to_mend(write_shop, words, typed, said):
    answer = users(*words, settings_file=write_shop(), typed=f"{typed}\n")
    assert answer.exit_code != 0
    assert said in str(answer.exception)


def test_a_language_that_is_not_spoken_is_wrong_use(write_shop):
    answer = users("add", "ana", "--language", "de", settings_file=write_shop(), typed=f"{PASSWORD}\n")
    assert answer.exit_code == 2


def test_the_command_says_where_the_pages_are_and_leaves_nothing_behind(write_shop, capsys):
    settings_file = write_shop()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    seen = {}

    def visit_and_interrupt():
        while "The dashboards are at" not in seen.setdefault("said", "") and time.monotonic() < end:
            seen["said"] += capsys.readouterr().out
            time.sleep(0.05)
        seen["status"] = requests.get(f"http://127.0.0.1:{port}/alerts").status_code
        seen["family"] = psutil.Process().children(recursive=True)
        os.kill(os.getpid(), signal.SIGTERM)

    end = time.monotonic() + 60
    before = psutil.Process().children(recursive=True)
    visitor = threading.Thread(target=visit_and_interrupt)
    visitor.start()
    serve(load_settings(settings_file), settings_file, host="127.0.0.1", port=port)
    visitor.join()
    assert f"The dashboards are at http://127.0.0.1:{port}/" in seen["said"]
    assert "No night has run yet" in seen["said"]
    assert seen["status"] == 200
    family = [process for process in seen["family"] if process not in before]
    assert family
    assert psutil.wait_procs(family, timeout=10)[1] == []


def test_the_widgets_front_end_is_the_one_that_loses_no_widgets():
    assert version("jupyterlab-widgets") == "3.0.16"
