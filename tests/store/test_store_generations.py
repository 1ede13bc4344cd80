import pytest
from pandas.testing import assert_frame_equal
from store_frames import frame_of

from optiflow_lib.errors import StoreError
from optiflow_lib.store import (
    accept_generation,
    accepted_generation,
    forget_generations,
    newest_generation,
    read_generation,
    save_generation,
)

SCORES = frame_of("accuracy")


def saved(folder, *, rows=3, as_of="2026-10-31", **manifest):
    return save_generation(folder, {"accuracy": SCORES.head(rows)}, {"as_of": as_of} | manifest)


def test_before_the_first_there_is_neither_a_new_nor_an_accepted_generation(tmp_path):
    assert newest_generation(tmp_path / "models") is None
    assert accepted_generation(tmp_path / "models") is None


def test_a_generation_is_read_as_it_was_saved(tmp_path):
    name = saved(tmp_path / "models", rows=7, scores={"wape": 0.3})
    generation = read_generation(tmp_path / "models", name)
    assert generation.name == name
    assert name.startswith("2026-10-31_")
    assert generation.manifest["scores"] == {"wape": 0.3}
    assert_frame_equal(generation.read("accuracy"), SCORES)


def test_only_an_accepted_generation_is_in_use(tmp_path):
    first = saved(tmp_path)
    assert accepted_generation(tmp_path) is None
    accept_generation(tmp_path, first, reason="the first")
    second = saved(tmp_path, rows=2)
    assert accepted_generation(tmp_path).name == first
    assert newest_generation(tmp_path).name == second
    accept_generation(tmp_path, second, reason="2 % better")
    assert accepted_generation(tmp_path).name == second


def test_the_same_generation_saved_again_is_the_same_and_the_newest(tmp_path):
    first = saved(tmp_path)
    saved(tmp_path, rows=2)
    assert saved(tmp_path) == first
    assert newest_generation(tmp_path).name == first


def test_another_manifest_is_another_generation(tmp_path):
    assert saved(tmp_path, data="a") != saved(tmp_path, data="b")


def test_the_last_generations_are_kept_and_always_the_accepted_one(tmp_path):
    names = [saved(tmp_path, rows=rows) for rows in range(1, 6)]
    accept_generation(tmp_path, names[0], reason="still the best")
    assert forget_generations(tmp_path, keep=2) == names[1:3]
    assert accepted_generation(tmp_path).name == names[0]
    assert read_generation(tmp_path, names[4]).damaged() == []
    with pytest.raises(StoreError, match="is not there"):
        read_generation(tmp_path, names[1])


def test_nothing_is_accepted_that_is_missing_or_damaged(tmp_path):
    with pytest.raises(StoreError, match="is not there"):
        accept_generation(tmp_path, "2026-10-31_none", reason="")
    name = saved(tmp_path)
    (tmp_path / name / "accuracy.parquet").unlink()
    with pytest.raises(StoreError, match="is damaged: accuracy"):
        accept_generation(tmp_path, name, reason="")
    assert accepted_generation(tmp_path) is None


def test_a_manifest_without_its_day_is_refused(tmp_path):
    with pytest.raises(StoreError, match="has no as_of"):
        save_generation(tmp_path, {}, {})
