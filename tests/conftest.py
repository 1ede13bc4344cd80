"""Fixtures for every room: real servers, a fresh database or cache for each test."""

import shutil
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from servers import running_postgres, running_redis
from shops import open_shop, run_jobs, sell_in_bulk
from sqlalchemy import create_engine, text

_numbers = count(1)


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
    """Settings file of a small shop whose night ran; only to be read (`shop` is a copy to write to)."""
    settings_file = open_shop(tmp_path_factory.mktemp("shop_night"))
    sell_in_bulk(settings_file.parent / "shop.db")
    run_jobs(settings_file)
    return settings_file


@pytest.fixture
def shop(shop_night: Path, tmp_path: Path) -> Path:
    """Settings file of a copy of the shop whose night ran."""
    copied = shutil.copytree(shop_night.parent, tmp_path / "shop")
    return copied / shop_night.name
