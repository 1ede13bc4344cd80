import time

import nbformat
import pytest

from optiflow_lib.batch.executor import execute
from optiflow_lib.errors import BatchError

GIVEN = {"settings_file": "a.toml", "as_of": "00123"}


def printed(output):
    cell = nbformat.read(output, as_version=4).cells[-1]
    return "".join(part.get("text", "") for part in cell.outputs)


def test_a_notebook_runs_with_its_parameters_as_they_were_given(tmp_path, write_notebook):
    notebook = write_notebook(tmp_path / "n.ipynb", "print(repr(as_of))")
    execute(notebook, tmp_path / "out.ipynb", GIVEN, timeout_s=60)
    assert printed(tmp_path / "out.ipynb") == "'00123'\n"  # papermill's command line would make it a number


def test_the_error_of_a_cell_keeps_what_where_and_how_to_mend(tmp_path, write_notebook):
    code = "from optiflow_lib.errors import DataError\nraise DataError(what='two rows', where='sales', mend='keep one')"
    notebook = write_notebook(tmp_path / "10_bad.ipynb", code)
    with pytest.raises(BatchError) as caught:
        execute(notebook, tmp_path / "out.ipynb", GIVEN, timeout_s=60)
    assert (caught.value.what, caught.value.where, caught.value.mend) == (
        "10_bad: DataError: two rows",
        "sales",
        "keep one",
    )
    assert (tmp_path / "out.ipynb").exists()  # what the cell printed is there for whoever looks


def test_a_kernel_that_dies_is_a_failure_that_says_so(tmp_path, write_notebook):
    notebook = write_notebook(tmp_path / "n.ipynb", "import os\nos._exit(1)")
    with pytest.raises(BatchError, match="DeadKernel"):
        execute(notebook, tmp_path / "out.ipynb", GIVEN, timeout_s=60)


def test_a_cell_that_takes_too_long_is_stopped(tmp_path, write_notebook):
    notebook = write_notebook(tmp_path / "n.ipynb", "import time\ntime.sleep(60)")
    started = time.monotonic()
    with pytest.raises(BatchError, match="Timeout"):
        execute(notebook, tmp_path / "out.ipynb", GIVEN, timeout_s=2)
    assert time.monotonic() - started < 40


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"as_off": "2026-01-31"}, r"parameter as_off is unknown \(declared: settings_file, as_of\)"),
        ({"as_of": 20260131}, "parameter as_of is 20260131, a int; it is declared as str"),
        ({"as_of": True}, "parameter as_of is True, a bool; it is declared as str"),
    ],
)
def test_an_unknown_or_ill_typed_parameter_is_refused_before_a_kernel_starts(
    tmp_path, write_notebook, given, said
):
    notebook = write_notebook(tmp_path / "n.ipynb", "print(1)")
    with pytest.raises(BatchError, match=said):
        execute(notebook, tmp_path / "out.ipynb", given, timeout_s=60)
    assert not (tmp_path / "out.ipynb").exists()


def test_a_missing_notebook_is_named(tmp_path):
    with pytest.raises(BatchError, match=r"notebook none\.ipynb does not exist"):
        execute(tmp_path / "none.ipynb", tmp_path / "out.ipynb", {}, timeout_s=60)
