"""A store of each kind, already migrated and empty: migrating takes longer than most tests."""

import shutil

import pytest
import sqlalchemy as sa
from sqlalchemy import create_engine, text

from optiflow_lib.store import SUMMARIES, open_store
from optiflow_lib.store.opening import VERSION, VERSION_TABLE
from optiflow_lib.store.tables import metadata


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    file = tmp_path_factory.mktemp("template") / "store.db"
    open_store(f"sqlite:///{file}", main_location="M01").close()
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server):
    url = postgres_server.format(database="migrated")
    admin = create_engine(
        postgres_server.format(database="postgres").replace("postgresql:", "postgresql+psycopg:"),
        isolation_level="AUTOCOMMIT",
    )
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE migrated"))
    admin.dispose()
    open_store(url, main_location="M01").close()
    return url


@pytest.fixture
def sqlite_store_url(sqlite_template, tmp_path):
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path)}"


@pytest.fixture
def postgres_store_url(migrated_postgres):
    yield migrated_postgres
    engine = create_engine(migrated_postgres.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(sa.delete(table))
        for summary in SUMMARIES:
            connection.execute(text(f"REFRESH MATERIALIZED VIEW {summary}"))
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '{VERSION}'"))
    engine.dispose()


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
