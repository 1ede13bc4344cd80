"""What the documentation says is what the code does."""

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from optiflow_lib.cli import app
from optiflow_lib.settings import Settings

PROJECT = Path(__file__).parents[2]
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
OPERATIONS = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")


def settings_table():
    for section, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            for key, value in field.annotation.model_fields.items():
                default = value.get_default(call_default_factory=True)
                shown = (
                    default.as_posix()
                    if isinstance(default, Path)
                    else json.dumps(default, ensure_ascii=False)
                )
                yield f"| `{section}.{key}` | `{shown}` |"


def test_operations_list_every_setting_with_its_default():
    documented = [line for line in OPERATIONS.splitlines() if re.match(r"\| `[a-z]+\.[a-z_0-9]+` \|", line)]
    assert documented == list(settings_table())


def test_operations_name_every_command():
    helped = CliRunner().invoke(app, ["--help"]).stdout
    commands = re.findall(r"^│ (\w+)", helped, flags=re.MULTILINE)
    assert commands
    assert [name for name in commands if f"optiflow {name}" not in OPERATIONS] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page):
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_readme_names_the_two_commands_of_the_makefile():
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    told = re.findall(r"`?make (\w+)", PAGES[0].read_text(encoding="utf-8"))
    assert {"run", "test"} <= set(told)
    assert [target for target in told if f"\n{target}:" not in makefile] == []
