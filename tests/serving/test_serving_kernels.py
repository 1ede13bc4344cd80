"""Kernels: ready before somebody comes, each its own, ended with its page, deaf to code."""

import asyncio
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from visitors import Connection, kernel_of, told, widget_of

from optiflow_lib.dashboards.serving import lives
from optiflow_lib.dashboards.serving.handlers import AGAIN_AFTER_S
from optiflow_lib.dashboards.serving.kernels import PageKernelManager

NONE = "00000000-0000-0000-0000-000000000000"


def visited(running, page="dashboard", browser=None):
    answer = (browser or requests.Session()).get(f"{running.address}/{page}", timeout=60)
    assert answer.status_code == 200
    return answer


def pid_of(running, kernel_id):
    return running.server.kernel_manager.get_kernel(kernel_id).provisioner.pid


def runs(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def until(condition, *, within_s=10.0):
    end = time.monotonic() + within_s
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return met


def test_code_that_a_browser_sends_is_never_run(local, tmp_path):
    browser = requests.Session()
    answer = visited(local, browser=browser)
    trace = tmp_path / "ran"

    async def try_all():
        async with Connection(local, kernel_of(answer), browser) as connection:
            code = {
                "code": f"open({str(trace)!r}, 'w')",
                "silent": False,
                "store_history": False,
                "user_expressions": {},
                "allow_stdin": False,
            }
            for channel in ("shell", "control", "stdin", "iopub"):
                await connection.send("execute_request", code, channel=channel)
            for kind in ("inspect_request", "complete_request", "shutdown_request", "debug_request"):
                await connection.send(
                    kind, {"code": "x", "cursor_pos": 1, "restart": False}, channel="control"
                )
            await connection.send(
                "comm_msg",
                {
                    "comm_id": widget_of(answer),
                    "data": {"method": "update", "state": {"count": 4}, "buffer_paths": []},
                },
            )
            return await connection.answers("comm_msg", within_s=30)

    assert asyncio.run(try_all()) != []  # the kernel lives and hears what it may hear
    assert not trace.exists()


def test_a_widget_answers(local):
    browser = requests.Session()
    answer = visited(local, browser=browser)

    async def count():
        async with Connection(local, kernel_of(answer), browser) as connection:
            state = {"method": "update", "state": {"count": 4}, "buffer_paths": []}
            await connection.send("comm_msg", {"comm_id": widget_of(answer), "data": state})
            contents = [
                content["data"]
                for _ in range(3)
                for content in await connection.answers("comm_msg", within_s=2)
            ]
        return [data["content"] for data in contents if data["method"] == "custom"]

    assert asyncio.run(count()) == [{"counted": 4}]


def test_every_visit_has_a_kernel_of_its_own_that_talks_through_files(local):
    first, second = kernel_of(visited(local)), kernel_of(visited(local))
    assert first != second
    for kernel_id in (first, second):
        kernel = local.server.kernel_manager.get_kernel(kernel_id)
        assert kernel.transport == "ipc"
        assert kernel.connection_file.startswith(local.server.connection_dir)
    assert (Path(local.server.connection_dir).stat().st_mode & 0o777) == 0o700


def test_a_page_is_printed_by_a_kernel_that_was_ready_before(local):
    until(lambda: len(local.server.kernel_manager.waiting) == 2)
    ready = set(local.server.kernel_manager.waiting)
    assert kernel_of(visited(local)) in ready
    assert until(lambda: len(local.server.kernel_manager.waiting) == 2)


def test_a_kernel_ends_with_its_page(local):
    browser = requests.Session()
    kernel_id = kernel_of(visited(local, browser=browser))
    pid = pid_of(local, kernel_id)
    end = f"{local.address}/voila/api/shutdown/{kernel_id}"
    assert browser.post(end).status_code == 403  # a foreign page cannot say it: no token of this one
    assert runs(pid)
    assert browser.post(end, data={"_xsrf": browser.cookies["_xsrf"]}).status_code == 204
    assert until(lambda: not runs(pid))


def test_a_kernel_ends_when_its_page_is_lost_and_not_before(local, monkeypatch):
    monkeypatch.setattr(lives, "RECONNECT_S", 0.4)
    browser = requests.Session()
    kernel_id = kernel_of(visited(local, browser=browser))
    pid = pid_of(local, kernel_id)

    async def come_back():
        async with Connection(local, kernel_id, browser):
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.1)
        async with Connection(local, kernel_id, browser):
            await asyncio.sleep(0.8)
            return runs(pid)

    assert asyncio.run(come_back())
    assert until(lambda: not runs(pid))


def test_a_kernel_ends_when_its_page_never_connects(local, monkeypatch):
    monkeypatch.setattr(lives, "CONNECT_S", 0.2)
    pid = pid_of(local, kernel_of(visited(local)))
    assert until(lambda: not runs(pid))


def test_a_kernel_that_dies_is_told_to_its_page_and_leaves_nothing(local):
    browser = requests.Session()
    kernel_id = kernel_of(visited(local, browser=browser))

    async def wait():
        async with Connection(local, kernel_id, browser) as connection:
            os.kill(pid_of(local, kernel_id), signal.SIGKILL)
            return await connection.end_code()

    assert asyncio.run(wait()) == lives.ENDED
    assert until(lambda: kernel_id not in local.server.kernel_manager)


def test_a_page_whose_kernel_dies_while_it_is_printed_says_so(local):
    answer = visited(local, "dying")
    assert told(answer)["role"] == "admin"
    assert "This part of the page could not be made." in answer.text
    assert answer.text.rstrip().endswith("</html>")


def test_one_too_many_waits_with_a_message_and_gets_in_when_somebody_leaves(local):
    kernels = [kernel_of(visited(local, "alerts")) for _ in range(6)]
    waiting = requests.get(f"{local.address}/alerts")
    assert waiting.status_code == 200
    assert "as soon as there is room" in waiting.text
    assert f'<meta http-equiv="refresh" content="{AGAIN_AFTER_S}">' in waiting.text
    local.call(local.context.lives.end, kernels[0])
    assert "id='told'" in requests.get(f"{local.address}/alerts").text


def test_more_visitors_than_ready_kernels_come_together(local):
    with ThreadPoolExecutor(5) as people:
        answers = list(people.map(lambda _: visited(local, "alerts"), range(5)))
    assert len({kernel_of(answer) for answer in answers}) == 5
    assert {told(answer)["role"] for answer in answers} == {"admin"}


def test_a_kernel_that_is_still_being_started_is_not_culled(local):
    manager = local.server.kernel_manager
    starting = PageKernelManager()
    assert not starting.trait_has_value("last_activity")
    manager._kernels["starting"] = starting
    try:
        local.call(manager.cull_kernel_if_idle, "starting")
        local.call(manager.cull_kernel_if_idle, "gone")
    finally:
        del manager._kernels["starting"]


def test_kernels_that_wait_are_not_culled_and_those_that_serve_are(local, monkeypatch):
    until(lambda: len(local.server.kernel_manager.waiting) == 2)
    monkeypatch.setattr(local.server.kernel_manager, "cull_idle_timeout", 0)
    served_one = kernel_of(visited(local))
    until(lambda: len(local.server.kernel_manager.waiting) == 2)
    waiting = set(local.server.kernel_manager.waiting)
    local.call(local.server.kernel_manager.cull_kernels)
    assert waiting <= set(local.server.kernel_manager.list_kernel_ids())
    assert served_one not in local.server.kernel_manager


def test_should_the_warm_process_die_the_next_visit_starts_it_again(local):
    before = local.server._warm._process
    before.kill()
    before.wait()
    assert until(
        lambda: not any(runs(pid_of(local, waiting)) for waiting in local.server.kernel_manager.waiting)
    )
    assert told(visited(local))["role"] == "admin"
    assert local.server._warm._process.pid != before.pid


@pytest.mark.parametrize("kernel_id", [NONE, "not-a-kernel"])
def test_a_kernel_that_is_none_cannot_be_reached(local, kernel_id):
    assert requests.get(f"{local.address}/api/kernels/{kernel_id}").status_code in (403, 404)


def test_a_kernel_that_waits_can_be_neither_reached_nor_ended(local):
    browser = requests.Session()
    browser.get(f"{local.address}/alerts")
    assert until(lambda: local.server.kernel_manager.waiting, within_s=60)
    waiting = next(iter(local.server.kernel_manager.waiting))
    pid = pid_of(local, waiting)
    assert browser.get(f"{local.address}/api/kernels/{waiting}").status_code == 403
    browser.post(f"{local.address}/voila/api/shutdown/{waiting}", data={"_xsrf": browser.cookies["_xsrf"]})
    assert runs(pid)


def test_saying_twice_that_a_page_is_closed_harms_nobody(local):
    browser = requests.Session()
    end = f"{local.address}/voila/api/shutdown/{kernel_of(visited(local, browser=browser))}"
    form = {"_xsrf": browser.cookies["_xsrf"]}
    assert [browser.post(end, data=form).status_code for _ in range(2)] == [204, 204]
