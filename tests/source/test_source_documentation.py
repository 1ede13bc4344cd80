"""docs/data.md says what the code does: columns, checks, what is missing without a table, and an example that works."""

import ast
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from optiflow_lib.schemas.source import LOGICAL_TABLES, REQUIRED_TABLES
from optiflow_lib.source import check_source, open_source, quality
from optiflow_lib.source.check import WITHOUT
from optiflow_lib.source.guard import DIALECTS
from optiflow_lib.source.quality.links import LINKS

PAGE = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")


def section(head):
    return re.split(r"\n#{2,3} ", PAGE.partition(f"\n{head}\n")[2])[0]


def block(language, number=0):
    return re.findall(rf"```{language}\n(.*?)```", section("## A worked example"), flags=re.DOTALL)[number]


def need(column):
    if column.optional:
        return "optional"
    return "may be missing" if column.nullable else "required"


@pytest.mark.parametrize("table", LOGICAL_TABLES)
def test_every_column_is_documented_with_its_kind_and_need(table):
    documented = re.findall(
        r"^\| `(\w+)` \| (\w+) \| ([\w ]+) \|", section(f"### {table}"), flags=re.MULTILINE
    )
    schema = LOGICAL_TABLES[table]
    assert documented == [(name, column.kind, need(column)) for name, column in schema.columns.items()]


@pytest.mark.parametrize("table", LOGICAL_TABLES)
def test_every_table_says_whether_it_is_required_and_what_is_lost_without_it(table):
    words = " ".join(section(f"### {table}").split())
    if table in REQUIRED_TABLES:
        assert words.startswith("Required. ")
    else:
        assert words.startswith(f"Optional. Without it: {WITHOUT[table]}.")


def test_every_dialect_is_named():
    assert all(f"`{dialect}`" in section("## Write a mapping") for dialect in DIALECTS)


def test_every_check_of_the_data_is_listed():
    listed = re.findall(r"^\| ([a-z][\w\- ]+) \|", section("## Data quality"), flags=re.MULTILINE)[1:]
    assert sorted(listed) == sorted(set(check_names()))


def check_names():
    for file in Path(quality.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            is_check = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "problems"
            if is_check and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value
    yield from (link[1] for link in LINKS.values())


def test_the_worked_example_works(tmp_path):
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection, connection:
        connection.executescript(block("sql"))
    (tmp_path / "shop.toml").write_text(block("toml"), encoding="utf-8")
    url, mapping = f"sqlite:///{tmp_path}/shop.db", str(tmp_path / "shop.toml")
    with open_source(url, mapping=mapping, shop="1") as source:
        assert set(check_source(source)["problem"]) == {""}
        sales = source.read("sales")
        assert [(row.product_id, f"{row.day:%m-%d}", row.quantity) for row in sales.itertuples()] == [
            ("007", "01-05", 2),
            ("007", "01-06", 2),
            ("012", "01-06", 1),
        ]
        assert source.read("products")["price"].round(2).tolist() == [6.0, 2.0]
        assert source.read("stock")["on_hand"].tolist() == [18.0, 12.0]
        asked = re.search(r'source\.query\(\s*"(.*?)"', PAGE, flags=re.DOTALL).group(1)
        assert source.query(asked, {"ref": "007"})["n"].sum() == 3
