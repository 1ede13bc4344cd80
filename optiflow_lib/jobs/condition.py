"""How the installation stands: what it keeps, how much room is left, which versions it runs."""

import platform
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from optiflow_lib import store
from optiflow_lib.jobs.views import published_folder
from optiflow_lib.settings import Settings

PACKAGES = ("optiflow", "prophet", "pandas", "numpy", "sqlalchemy", "plotly", "voila", "jupyterlab")
REDIS_TIMEOUT_S = 0.5


@dataclass(frozen=True)
class Condition:
    """One look at the installation.

    Args:
        snapshot_bytes: Of the published night.
        store_bytes: Of the store's file; None for a server.
        free_bytes: Left on the disk of the runs.
        cache: "memory", "redis", or "silent" for a Redis that does not answer.
        generation: Name of the accepted generation of models; None before the first.
        versions: By package; python first.
    """

    snapshot_bytes: int
    store_bytes: int | None
    free_bytes: int
    cache: str
    generation: str | None
    versions: dict[str, str]


def condition(settings: Settings) -> Condition:
    """The installation as it is now."""
    snapshot = store.open_snapshot(published_folder(settings))
    generation = store.accepted_generation(settings.paths.models)
    return Condition(
        snapshot_bytes=0 if snapshot is None else _size(snapshot.folder.path),
        store_bytes=_store_size(settings.store.url),
        free_bytes=shutil.disk_usage(_existing(settings.paths.runs)).free,
        cache=_cache(settings.dashboards.redis_url),
        generation=None if generation is None else generation.name,
        versions={"python": platform.python_version()} | {name: _version(name) for name in PACKAGES},
    )


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _store_size(url: str) -> int | None:
    file = Path(url.removeprefix("sqlite:///"))
    return file.stat().st_size if url.startswith("sqlite:///") and file.is_file() else None


def _existing(folder: Path) -> Path:
    return next(one for one in (folder, *folder.parents) if one.exists())


def _cache(redis_url: str) -> str:
    if not redis_url:
        return "memory"
    try:
        from redis import Redis  # noqa: PLC0415 - an extra; only a shared cache needs it
        from redis.exceptions import RedisError  # noqa: PLC0415
    except ModuleNotFoundError:
        return "silent"
    try:
        with Redis.from_url(
            redis_url, socket_connect_timeout=REDIS_TIMEOUT_S, socket_timeout=REDIS_TIMEOUT_S
        ) as redis:
            redis.ping()
    except (RedisError, ValueError):
        return "silent"
    return "redis"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # optiflow itself, run from a folder
        return "–"
