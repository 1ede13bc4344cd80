import ast
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").rglob("*.ipynb"))
FORBIDDEN = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try, ast.Lambda)
named = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda file: file.stem)


def code_cells(notebook):
    return [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]


@named
def test_a_notebook_is_committed_without_outputs(notebook):
    assert [cell for cell in code_cells(notebook) if cell.outputs or cell.execution_count] == []


@named
def test_a_cell_has_at_most_twelve_lines_and_no_logic_of_its_own(notebook):
    for cell in code_cells(notebook):
        assert len(cell.source.splitlines()) <= 12
        assert [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, FORBIDDEN)] == []
        assert "SELECT " not in cell.source.upper()


@pytest.mark.parametrize(
    "notebook", [file for file in NOTEBOOKS if file.parent.name == "batch"], ids=lambda file: file.stem
)
def test_a_batch_notebook_has_the_two_typed_parameters(notebook):
    (parameters,) = [cell for cell in code_cells(notebook) if "parameters" in cell.metadata.get("tags", [])]
    declared = [node for node in ast.parse(parameters.source).body if isinstance(node, ast.AnnAssign)]
    assert [(node.target.id, node.annotation.id) for node in declared] == [
        ("settings_file", "str"),
        ("as_of", "str"),
    ]
