import ast
import subprocess
import sys
from pathlib import Path

import pytest

from optiflow_lib import store


def test_every_public_name_can_be_loaded():
    assert [name for name in store.__all__ if getattr(store, name) is None] == []


def test_type_checkers_see_the_names_that_are_loaded_when_used():
    tree = ast.parse(Path(store.__file__).read_text(encoding="utf-8"))
    imported = {
        alias.name: str(node.module).rpartition(".")[2]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("optiflow_lib.store")
        for alias in node.names
    }
    assert imported == store._HOME
    assert sorted(store.__all__) == sorted(store._HOME)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no nothing"):
        store.nothing  # noqa: B018


def test_a_page_that_reads_the_snapshot_does_not_load_the_database():
    code = (
        "import sys; from optiflow_lib.store import open_snapshot; "
        "print([m for m in ('sqlalchemy', 'alembic', 'argon2', 'dogpile', 'redis') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
