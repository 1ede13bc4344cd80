"""Small business databases for the source's tests: SQLite files of any shape, a real PostgreSQL with a reader's role."""

import sqlite3
from itertools import count

import pytest
from source_shops import LITTLE_SHOP, MAPPING, POSTGRES_MAPPING
from sqlalchemy import create_engine, text

from optiflow_lib.source import build_sample, open_source

_numbers = count(1)


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory):
    """The shipped sample, built once."""
    file = tmp_path_factory.mktemp("sample") / "sample.db"
    build_sample(file)
    return file


@pytest.fixture
def little_shop(tmp_path):
    """Two products, one location, nine days: small enough to know every row."""
    file = tmp_path / "little.db"
    with sqlite3.connect(file) as connection:
        connection.executescript(LITTLE_SHOP)
    connection.close()
    return file


@pytest.fixture
def mapping_file(tmp_path):
    file = tmp_path / "little.toml"
    file.write_text(MAPPING, encoding="utf-8")
    return file


@pytest.fixture
def little_source(little_shop, mapping_file):
    with open_source(f"sqlite:///{little_shop}", mapping=str(mapping_file), timeout_s=5) as source:
        yield source


@pytest.fixture(scope="session")
def postgres_shop(postgres_server):
    """(URL of a reader without other rights, URL of the owner) of a PostgreSQL business database."""
    admin = create_engine(
        postgres_server.format(database="postgres").replace("postgresql:", "postgresql+psycopg:"),
        isolation_level="AUTOCOMMIT",
    )
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE shop"))
        connection.execute(text("CREATE ROLE reader LOGIN"))
        connection.execute(text("GRANT pg_read_all_data TO reader"))
    admin.dispose()
    owner = postgres_server.format(database="shop")
    engine = create_engine(owner.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        for statement in LITTLE_SHOP.replace("REAL", "NUMERIC(12, 4)").split(";"):
            if statement.strip():
                connection.execute(text(statement))
        connection.execute(text("GRANT CREATE ON SCHEMA public TO reader"))
        connection.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO reader"))
        connection.execute(text("CREATE SEQUENCE numbers"))
        connection.execute(text("GRANT ALL ON SEQUENCE numbers TO reader"))
    engine.dispose()
    return owner.replace("optiflow@", "reader@"), owner


@pytest.fixture
def postgres_source(postgres_shop, tmp_path):
    file = tmp_path / "little_postgres.toml"
    file.write_text(POSTGRES_MAPPING, encoding="utf-8")
    with open_source(postgres_shop[0], mapping=str(file), timeout_s=5) as source:
        yield source


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def source(request):
    """The little shop on each kind of database."""
    return request.getfixturevalue({"sqlite": "little_source", "postgres": "postgres_source"}[request.param])
