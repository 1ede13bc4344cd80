"""Calculations handed over to a process of their own, for real."""

import os
import signal
import threading
import time
from contextlib import contextmanager
from datetime import date, timedelta
from multiprocessing.connection import Listener
from pathlib import Path

import pandas as pd
import psutil
import pytest

from optiflow_lib.errors import DataError, ServingError
from optiflow_lib.jobs import standby, views, worker
from optiflow_lib.jobs.standby import Standby
from optiflow_lib.jobs.worker import Task, address_of
from optiflow_lib.jobs.working import Working, main
from optiflow_lib.settings import load_settings


@pytest.fixture
def settings(shop_night, tmp_path, monkeypatch):
    """Settings of the shop whose night ran, with a folder of its own for calculations."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return load_settings(shop_night)


@pytest.fixture
def question(settings):
    view = views.open_view(settings)
    impact = view.read("event_impact")
    seen = impact[~impact["to_come"] & (impact["type"] == "promotion")].iloc[0]
    first = view.as_of + timedelta(days=3)
    days = {"first_day": first, "last_day": first + timedelta(days=6)}
    return {"item_id": seen["item_id"], "kind": "promotion", "discount": 0.2, "uplift": None, **days}


@contextmanager
def running(settings, errand="what_if", idle_s=0.5):
    """The process's inside, in a thread of the test."""
    address = address_of(settings, errand)
    with Listener(str(address), "AF_UNIX", backlog=16) as listener:
        thread = threading.Thread(target=Working(errand, idle_s=idle_s).serve, args=(listener,))
        thread.start()
        yield thread
        thread.join(60)
        assert not thread.is_alive()


def answered(task, seconds=120):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        now = task.progress(wait_s=0.5)
        if now.state == "done":
            return now.answer
    pytest.fail(f"no answer within {seconds} s: {now}")


def test_a_what_if_comes_back_from_a_process_that_starts_by_itself(settings, question):
    made = answered(Task(settings, "what_if", **question))
    inside = made["day"].between(pd.Timestamp(question["first_day"]), pd.Timestamp(question["last_day"]))
    assert (made.loc[~inside, "supposed"] == made.loc[~inside, "forecast"]).all()
    assert (made.loc[inside, "supposed"] != made.loc[inside, "forecast"]).any()
    again = time.monotonic()
    answered(Task(settings, "what_if", **question))
    assert time.monotonic() - again < 5.0  # the process is the same one, and warm


def test_what_a_person_expects_is_taken_as_it_is(settings, question):
    with running(settings):
        made = answered(Task(settings, "what_if", **question | {"uplift": 0.5, "kind": "never seen"}))
    inside = made["day"].between(pd.Timestamp(question["first_day"]), pd.Timestamp(question["last_day"]))
    assert made.loc[inside, "supposed"].tolist() == pytest.approx(
        (1.5 * made.loc[inside, "forecast"]).tolist()
    )


def test_a_deeper_discount_has_more_of_the_same_effect(settings, question):
    with running(settings):
        sold = [
            answered(Task(settings, "what_if", **question | {"discount": off}))["supposed"].sum()
            for off in (0.3, 0.1, -0.1)
        ]
    assert sold == sorted(sold, reverse=True) or sold == sorted(
        sold
    )  # one direction: the effect has one sign


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "never seen"}, "no past event"),
        ({"item_id": "gone"}, "no days of the forecast"),
        ({"first_day": date(2020, 1, 1), "last_day": date(2020, 1, 2)}, "no days of the forecast"),
    ],
)
def test_a_question_without_an_answer_fails_as_the_calculation_did(settings, question, wrong, said):
    with running(settings), pytest.raises(DataError, match=said):
        answered(Task(settings, "what_if", **question | wrong))


def test_an_unexpected_failure_is_told_and_the_next_question_is_answered(settings, question):
    with running(settings):
        with pytest.raises(ServingError, match="the calculation failed"):
            answered(Task(settings, "what_if", nonsense=1))
        assert len(answered(Task(settings, "what_if", **question)))


def test_who_comes_later_waits_and_who_leaves_is_not_calculated_for(settings, question):
    with running(settings, idle_s=1.0):
        tasks = [Task(settings, "what_if", **question) for _ in range(4)]
        for task in tasks:
            task.progress()
        tasks[1].forget()
        assert [len(answered(task)) > 0 for task in (tasks[0], *tasks[2:])] == [True] * 3


def test_a_process_that_ends_before_the_answer_is_asked_again_then_given_up(settings, question, monkeypatch):
    monkeypatch.setattr(worker, "start", lambda *_: None)
    address = address_of(settings, "what_if")

    def accept_and_leave():
        with Listener(str(address), "AF_UNIX") as listener:
            for _ in range(worker.ATTEMPTS):
                listener.accept().close()

    thread = threading.Thread(target=accept_and_leave)
    thread.start()
    with pytest.raises(ServingError, match="ended before the answer"):
        answered(Task(settings, "what_if", **question), seconds=20)
    thread.join(10)


def test_a_process_that_does_not_start_is_given_up(settings, question, monkeypatch):
    monkeypatch.setattr(worker, "start", lambda *_: None)
    monkeypatch.setattr(worker, "START_S", 0.2)
    task = Task(settings, "what_if", **question)
    assert task.progress().state == "starting"
    with pytest.raises(ServingError, match="does not start"):
        answered(task, seconds=5)


def test_a_second_process_at_the_same_address_ends_itself(settings, monkeypatch):
    monkeypatch.setattr(os, "nice", lambda _: 0)
    address = address_of(settings, "what_if")
    first = threading.Thread(target=main, args=("what_if", address), kwargs={"idle_s": 2.0})
    first.start()
    time.sleep(0.5)
    main("what_if", address, idle_s=60.0)  # returns at once
    assert first.is_alive()
    first.join(30)
    assert not address.exists()


def test_a_folder_that_others_may_enter_is_refused(settings, tmp_path):
    folder = address_of(settings, "what_if").parent
    folder.chmod(0o755)
    with pytest.raises(ServingError, match="not private"):
        address_of(settings, "what_if")


def test_a_process_that_stands_by_outlives_its_idle_time_until_it_is_let_go(settings, question):
    with running(settings, idle_s=1.0) as thread:
        with Standby(settings, "what_if"):
            thread.join(2.5)  # the time itself is what is tested: it would have ended
            assert thread.is_alive()
            assert len(answered(Task(settings, "what_if", **question)))
        thread.join(10)
        assert not thread.is_alive()


def test_a_process_that_is_let_go_ends_at_once(settings, question):
    with running(settings, idle_s=600.0) as thread:
        with Standby(settings, "what_if"):
            answered(Task(settings, "what_if", **question))
        thread.join(30)
        assert not thread.is_alive()


def test_one_that_is_let_go_before_it_has_started_never_does(settings):
    with Standby(settings, "what_if"):
        pass
    address = str(address_of(settings, "what_if"))
    commands = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert not [words for words in commands if address in words]


def test_a_process_that_died_is_started_again(settings, question, monkeypatch):
    monkeypatch.setattr(standby, "PAUSE_S", 1.0)
    with Standby(settings, "what_if"):
        first = pid_behind(settings)
        os.kill(first, signal.SIGKILL)
        second = pid_behind(settings, other_than=first)
        assert len(answered(Task(settings, "what_if", **question)))
        assert pid_behind(settings) == second


def pid_behind(settings, *, other_than=None, seconds=120):
    """The process that listens for what-ifs, once there is one."""
    address = str(address_of(settings, "what_if"))
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for process in psutil.process_iter(["cmdline"]):
            words = process.info["cmdline"] or []
            listens = address in words and process.pid != other_than
            if listens and process.status() != psutil.STATUS_ZOMBIE and Path(address).exists():
                return process.pid
        time.sleep(0.1)
    pytest.fail("nothing listens")
