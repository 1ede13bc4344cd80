"""Every benchmark can be run by the one command, and `make bench` runs every one."""

from importlib.util import find_spec
from pathlib import Path

from benchmarks.__main__ import BENCHMARKS

PROJECT = Path(__file__).parents[2]


def test_the_one_command_names_every_benchmark_there_is():
    runs = 'if __name__ == "__main__":'
    there = {
        f.stem for f in (PROJECT / "benchmarks").glob("[!_]*.py") if runs in f.read_text(encoding="utf-8")
    }
    named = {name.split()[0] for name in BENCHMARKS}
    assert named == there
    assert [name for name in named if find_spec(f"benchmarks.{name}") is None] == []
