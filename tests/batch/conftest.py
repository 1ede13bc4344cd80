from datetime import date

import nbformat
import pytest
from rich.console import Console

from optiflow_lib.batch import warm_process
from optiflow_lib.batch.graph import CHAINS, Chain
from optiflow_lib.settings import load_settings

PARAMETERS = 'settings_file: str = ""  # settings\nas_of: str = ""  # day'


@pytest.fixture
def write_notebook():
    """Writes a notebook with the parameters cell and one cell of code."""
    return written_notebook


def written_notebook(file, code, *, parameters=PARAMETERS):
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    notebook = nbformat.v4.new_notebook(cells=[first, nbformat.v4.new_code_cell(code)], metadata=kernel)
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, file)
    return file


@pytest.fixture
def settings_file(tmp_path):
    file = tmp_path / "optiflow.toml"
    file.write_text("[batch]\njobs = 2\nstep_timeout_s = 60\n", encoding="utf-8")
    return file


@pytest.fixture
def settings(settings_file):
    return load_settings(settings_file)


@pytest.fixture
def chain_of(monkeypatch, tmp_path):
    """Replaces the nightly chain by notebooks made of code: {step: (needs, code)}."""

    def make(steps, *, optional=()):
        chain = Chain({step: needs for step, (needs, _) in steps.items()}, frozenset(optional))
        monkeypatch.setitem(CHAINS, "nightly", chain)
        for step, (_, code) in steps.items():
            written_notebook(tmp_path / "notebooks" / "batch" / f"{step}.ipynb", code)

    return make


@pytest.fixture(scope="session")
def warm():
    """Forks the kernels of all these chains, and comes back should one of them have killed it."""
    with warm_process() as process:
        yield process


@pytest.fixture
def console():
    return Console(quiet=True)


@pytest.fixture
def day():
    return date(2026, 1, 31)
