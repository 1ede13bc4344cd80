"""A store of each kind, already migrated: copied from a template, because migrating takes longer than a test."""

import shutil
from itertools import count

import pytest
from sqlalchemy import create_engine, text

from optiflow_lib.store import open_store

_numbers = count(1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    file = tmp_path_factory.mktemp("template") / "store.db"
    open_store(f"sqlite:///{file}", main_location="M01").close()
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_server):
    url = postgres_server.format(database="postgres").replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE migrated"))
    open_store(postgres_server.format(database="migrated"), main_location="M01").close()
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_store_url(sqlite_template, tmp_path):
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path)}"


@pytest.fixture
def postgres_store_url(postgres_template, postgres_server):
    name = f"store_{next(_numbers)}"
    with postgres_template.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE migrated STRATEGY FILE_COPY"))
    yield postgres_server.format(database=name)
    with postgres_template.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def store_url(request):
    return request.getfixturevalue(f"{request.param}_store_url")


@pytest.fixture
def store(store_url):
    with open_store(store_url, main_location="M01") as opened:
        yield opened


@pytest.fixture
def sqlite_store(sqlite_store_url):
    with open_store(sqlite_store_url, main_location="M01") as opened:
        yield opened
