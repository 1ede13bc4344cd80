"""Fixtures for every room: real servers, a fresh database or cache for each test."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import shops
from filelock import FileLock
from servers import running_postgres, running_redis
from sqlalchemy import create_engine, text

_numbers = count(1)


@pytest.hookimpl(trylast=True)  # Hypothesis marks its tests in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coverage is told by the first case of each test that is no property and has no browser: tracing doubles a test's time.

    So the share it reports is a lower bound: what only a later case reaches counts as not reached.
    """
    traced = set()
    for item in items:
        test = item.nodeid.partition("[")[0]
        untraced = any(map(item.get_closest_marker, ("hypothesis", "browser")))
        if test in traced or untraced:
            item.add_marker("no_cover")
        traced.add(test)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with running_postgres() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database, as a user would write it in store.url."""
    name = f"test_{next(_numbers)}"
    admin = postgres_server.format(database="postgres").replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgres_server.format(database=name)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def redis_server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with running_redis() as server:
        yield server


@pytest.fixture
def redis_url(redis_server: tuple[str, subprocess.Popen[bytes]]) -> str:
    """URL of an empty Redis."""
    return redis_server[0]


@pytest.fixture(scope="session")
def shop_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings file of a small shop whose night ran; only to be read (`shop` is a copy to write to).

    Made once a run, in a process of its own that compiles the kernels untraced: under coverage that takes twice as long.
    """
    is_one_of_many = "PYTEST_XDIST_WORKER" in os.environ
    own = tmp_path_factory.getbasetemp()
    made = (own.parent if is_one_of_many else own) / "made_shop"
    with FileLock(f"{made}.lock"):
        if not made.exists():
            command = [sys.executable, shops.__file__, f"{made}.part"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            Path(f"{made}.part").rename(made)
    return shutil.copytree(made, own / "shop_night") / "optiflow.toml"


@pytest.fixture
def shop(shop_night: Path, tmp_path: Path) -> Path:
    """Settings file of a copy of the shop whose night ran."""
    copied = shutil.copytree(shop_night.parent, tmp_path / "shop")
    return copied / shop_night.name
