"""Level 2 of the cache: what a page computed, for some minutes, in this process or in Redis for all of them."""

import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from dogpile.cache import CacheRegion, make_region
from dogpile.cache.proxy import ProxyBackend

from optiflow_lib.errors import StoreError

logger = logging.getLogger(__name__)

ENTRIES = 512  # of a cache in memory; the oldest go first
RETRY_S = 10.0  # how long a Redis that does not answer is left alone
_REDIS_TIMEOUT_S = 0.5


class Cache:
    """Values by key, as JSON. A cache that fails is slow, never wrong: the value is then computed.

    Args:
        redis_url: `redis://...` or `unix://...`; empty for a cache in this process.
        seconds: How long a value is good.

    Raises:
        StoreError: the URL is wrong, or the Python package for Redis is missing.
    """

    def __init__(self, redis_url: str = "", *, seconds: int) -> None:
        try:
            self._region = _region(redis_url, seconds)
        except (ModuleNotFoundError, ValueError) as error:
            raise StoreError(
                what=f"the cache in Redis cannot be used: {error}",
                where="setting dashboards.redis_url",
                mend="install optiflow[redis] and write the URL as redis://server:6379/0, or leave it empty",
            ) from error
        self._shared = bool(redis_url)
        self._silent_until = 0.0

    def get_or_make(self, key: str, make: Callable[[], Any]) -> Any:
        """The value kept under `key`, or else what `make` returns.

        Args:
            key: Names everything the value depends on: the snapshot's digest, the filters, the language.
            make: Computes the value, made of what JSON has; always comes back as JSON gives it (lists, text keys).
        """
        made: list[Any] = []

        def remembered() -> Any:
            made.append(_through_json(make()))
            return made[0]

        if not self._shared:
            return _through_json(self._region.get_or_create(key, remembered))
        if time.monotonic() < self._silent_until:
            return remembered()
        return self._from_redis(key, remembered, made)

    def clear(self) -> None:
        """Forgets every value of this process's region."""
        self._region.invalidate()

    def _from_redis(self, key: str, make: Callable[[], Any], made: list[Any]) -> Any:
        from redis.exceptions import RedisError  # noqa: PLC0415 - an extra; only a shared cache needs it

        try:
            return self._region.get_or_create(key, make)
        except RedisError as error:
            logger.warning("the cache in Redis does not answer (%s): values are computed", error)
            self._silent_until = time.monotonic() + RETRY_S
            return made[0] if made else make()


class _Bounded(OrderedDict[str, Any]):
    """A dictionary that forgets its oldest entries: a server that runs for months must not grow."""

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        while len(self) > ENTRIES:
            self.popitem(last=False)


class _Expiring(ProxyBackend):  # type: ignore[misc]  # dogpile has no types
    """Redis forgets values by itself; dogpile 1.5 would say so by a command that redis-py 8 deprecates."""

    def set_serialized(self, key: str, value: bytes) -> None:
        self.proxied.writer_client.set(key, value, ex=self.proxied.redis_expiration_time)


def _region(redis_url: str, seconds: int) -> CacheRegion:
    if not redis_url:
        return make_region().configure(
            "dogpile.cache.memory", expiration_time=seconds, arguments={"cache_dict": _Bounded()}
        )
    # JSON, not dogpile's pickle: whoever can write to Redis must not be able to run code here.
    return make_region(
        key_mangler=lambda key: f"optiflow:{key}", serializer=_to_json, deserializer=json.loads
    ).configure(
        "dogpile.cache.redis",
        expiration_time=seconds,
        arguments={
            "url": redis_url,
            "redis_expiration_time": 2 * seconds,
            "distributed_lock": False,
            "socket_timeout": _REDIS_TIMEOUT_S,
            "connection_kwargs": {"socket_connect_timeout": _REDIS_TIMEOUT_S},
        },
        wrap=[_Expiring],
    )


def _to_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _through_json(value: Any) -> Any:
    # A value from memory is a copy too: nobody can change what the next visitor gets.
    return json.loads(json.dumps(value))
