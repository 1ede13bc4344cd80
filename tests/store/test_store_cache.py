import sys
import time

import pytest
import redis

from optiflow_lib.errors import StoreError
from optiflow_lib.store import Cache
from optiflow_lib.store import cache as cache_module


class Counter:
    def __init__(self, value=None):
        self.calls, self.value = 0, value

    def __call__(self):
        self.calls += 1
        return self.value if self.value is not None else {"n": self.calls, "é": (1, 2)}


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.server)])
def url(request):
    return request.getfixturevalue("redis_url") if request.param == "redis" else ""


def test_a_value_is_computed_once_and_comes_back_as_json_gives_it(url):
    cache, make = Cache(url, seconds=60), Counter()
    for _ in range(3):
        assert cache.get_or_make("page fr", make) == {"n": 1, "é": [1, 2]}
    assert make.calls == 1
    assert cache.get_or_make("page en", make)["n"] == 2


def test_a_value_is_computed_again_when_it_is_old(url):
    cache, make = Cache(url, seconds=1), Counter()
    cache.get_or_make("k", make)
    time.sleep(1.2)
    assert cache.get_or_make("k", make)["n"] == 2


def test_a_reader_cannot_change_what_the_next_one_gets(url):
    cache, make = Cache(url, seconds=60), Counter()
    cache.get_or_make("k", make)["n"] = "spoiled"
    assert cache.get_or_make("k", make)["n"] == 1


def test_an_error_of_the_page_is_raised_and_not_kept(url):
    cache = Cache(url, seconds=60)

    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cache.get_or_make("k", fail)
    assert cache.get_or_make("k", Counter(5)) == 5


@pytest.mark.server
def test_processes_share_what_is_in_redis(redis_url):
    make = Counter()
    assert Cache(redis_url, seconds=60).get_or_make("k", make) == Cache(redis_url, seconds=60).get_or_make(
        "k", make
    )
    assert make.calls == 1


@pytest.mark.server
def test_what_is_in_redis_is_json(redis_url):
    Cache(redis_url, seconds=60).get_or_make("k", Counter())
    client = redis.Redis.from_url(redis_url)
    (key,) = client.keys()
    assert key == b"optiflow:k"
    assert b'"n": 1' in client.get(key)
    assert 60 < client.ttl(key) <= 120
    client.close()


@pytest.mark.server
def test_pages_work_when_redis_stops_and_use_it_again_when_it_is_back(redis_server, caplog, monkeypatch):
    url, process = redis_server
    cache, make = Cache(url, seconds=60), Counter()
    assert cache.get_or_make("k", make)["n"] == 1
    process.terminate()
    process.wait(10)
    started = time.perf_counter()
    assert [cache.get_or_make("k", make)["n"] for _ in range(3)] == [2, 3, 4]
    assert time.perf_counter() - started < 5
    assert caplog.text.count("does not answer") == 1  # said once, then left alone for a while
    monkeypatch.setattr(cache_module, "RETRY_S", 0.0)
    cache._silent_until = 0.0
    assert cache.get_or_make("k", make)["n"] == 5


def test_a_wrong_url_is_said():
    with pytest.raises(StoreError, match="cannot be used: Redis URL must specify"):
        Cache("localhost:6379", seconds=60)


def test_a_missing_package_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(StoreError, match="cannot be used") as caught:
        Cache("redis://localhost", seconds=60)
    assert "optiflow[redis]" in caught.value.mend


def test_a_cache_in_memory_forgets_its_oldest_values(monkeypatch):
    monkeypatch.setattr(cache_module, "ENTRIES", 2)
    cache, make = Cache(seconds=60), Counter(1)
    for key in "abc":
        cache.get_or_make(key, make)
    cache.get_or_make("c", make)
    assert make.calls == 3
    cache.get_or_make("a", make)
    assert make.calls == 4


def test_a_cleared_cache_computes_again():
    cache, make = Cache(seconds=60), Counter()
    cache.get_or_make("k", make)
    cache.clear()
    assert cache.get_or_make("k", make)["n"] == 2
