"""The files that set the project up agree with each other."""

import re
import tomllib
from pathlib import Path

import yaml

PROJECT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def names(requirements):
    return {
        re.match(r"[A-Za-z0-9._-]+", line)[0].lower().replace(".", "-").replace("_", "-")
        for line in requirements
    }


def locked(file):
    lines = (PROJECT / file).read_text(encoding="utf-8").splitlines()
    return names(line for line in lines if re.match(r"[A-Za-z]", line))


def test_conda_users_get_the_dependencies_of_pyproject():
    conda = yaml.safe_load((PROJECT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    asked = [line for line in conda if isinstance(line, str) and line not in ("python>=3.11", "pip")]
    assert sorted(asked) == sorted(PYPROJECT["project"]["dependencies"])


def test_the_lock_holds_every_dependency_and_extra_but_the_benchmarks_peers():
    extras = PYPROJECT["project"]["optional-dependencies"]
    wanted = names(PYPROJECT["project"]["dependencies"])
    for extra in ("dev", "postgres", "mysql", "redis", "dask"):
        wanted |= names(extras[extra])
    assert wanted <= locked("requirements.lock")
    assert names(extras["bench"]) <= locked("requirements-bench.lock")


def test_the_locks_name_exact_versions_and_no_index():
    for file in ("requirements.lock", "requirements-bench.lock"):
        lines = (PROJECT / file).read_text(encoding="utf-8").splitlines()
        assert [line for line in lines if not re.match(r"[A-Za-z0-9._\[\]-]+==\S+( ; .+)?$", line)] == []


def test_no_tracked_file_is_larger_than_the_sample_may_be():
    assert (PROJECT / "optiflow.db").stat().st_size <= 8_000_000
