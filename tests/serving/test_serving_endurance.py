"""A thousand visits, twenty at a time: no error, no output lost, no kernel left behind, memory flat."""

import os
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
import requests
from served import served
from visitors import kernel_of, told, widget_of

pytestmark = pytest.mark.long

VISITS, TOGETHER = 1000, 20
GROWTH_BYTES = 30_000_000  # of the server, from the hundredth visit to the last


def test_a_thousand_visits_leave_nothing_behind(write_shop):
    with served(write_shop(warm_kernels=4, viewers=TOGETHER)) as running:

        def visit(_number):
            browser = requests.Session()
            answer = browser.get(f"{running.address}/dashboard", timeout=120)
            whole = told(answer)["role"] == "admin" and widget_of(answer) and "id='data'" in answer.text
            end = f"{running.address}/voila/api/shutdown/{kernel_of(answer)}"
            return (
                bool(whole) and browser.post(end, data={"_xsrf": browser.cookies["_xsrf"]}).status_code == 204
            )

        before = set(psutil.Process().children(recursive=True))
        with ThreadPoolExecutor(TOGETHER) as people:
            assert all(people.map(visit, range(100)))
            size = psutil.Process(os.getpid()).memory_info().rss
            assert all(people.map(visit, range(VISITS - 100)))
        grown = psutil.Process(os.getpid()).memory_info().rss - size
        assert grown < GROWTH_BYTES
        assert len(running.context.lives) == 0
        running.call(running.server.kernel_manager.cull_kernels)
        kernels = set(psutil.Process().children(recursive=True)) - before
        assert len(kernels) <= 4 + 2  # those that are ready, and two that start
