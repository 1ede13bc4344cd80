"""Visits of a small shop whose night ran, and of one whose every name is hostile."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hostile import HOSTILE

from optiflow_lib import store
from optiflow_lib.dashboards.pages.visit import Visit
from optiflow_lib.jobs import views
from optiflow_lib.settings import load_settings


@pytest.fixture(scope="session")
def visit(shop_night):
    """A manager's visit in French; `visit(role=..., language=..., filters=...)` for another one."""
    plain = Visit(load_settings(shop_night), "Zoé", "manager", "fr", {})
    return lambda **changes: replace(plain, **changes)


@pytest.fixture
def shop_visit(shop):
    """The same of a shop that may be written to."""
    plain = Visit(load_settings(shop), "Zoé", "manager", "fr", {})
    return lambda **changes: replace(plain, **changes)


@pytest.fixture(scope="session")
def hostile_settings(shop_night, tmp_path_factory):
    """Settings of a shop whose products, categories, suppliers and events have hostile names."""
    folder = shutil.copytree(shop_night.parent, tmp_path_factory.mktemp("hostile") / "shop")
    settings = load_settings(folder / shop_night.name)
    view = views.open_view(settings)
    frames = {name: view.read(name).copy() for name in view.snapshot.names}
    for frame in frames.values():
        for column in {"name", "category", "supplier", "location", "detail", "mend", "reason"} & set(frame):
            names = [HOSTILE[n % len(HOSTILE)] for n in range(frame[column].nunique())]
            frame[column] = frame[column].map(dict(zip(frame[column].unique(), names, strict=False)))
    now = datetime.now(UTC).replace(tzinfo=None)
    store.publish(frames, folder=views.published_folder(settings), as_of=view.as_of, published_at=now)
    return settings


@pytest.fixture
def hostile_visit(hostile_settings):
    """A visit of that shop."""
    return Visit(hostile_settings, "Zoé", "manager", "fr", {})


@pytest.fixture
def empty_visit(tmp_path):
    """A visit before the first night."""
    file = tmp_path / "optiflow.toml"
    file.write_text('[store]\nurl = "sqlite:///optiflow_store.db"\n', encoding="utf-8")
    return Visit(load_settings(file), "Zoé", "manager", "fr", {})
