import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal
from store_frames import NIGHT, frame_of

from optiflow_lib.errors import StoreError
from optiflow_lib.store import open_snapshot, publish

FRAMES = {name: frame_of(name) for name in ("forecasts", "items", "failures")}
AT = datetime(2026, 11, 1, 4, tzinfo=UTC)


def published(folder, frames=FRAMES, as_of=NIGHT, at=AT, **others):
    return publish(frames, folder=folder, as_of=as_of, published_at=at, **others)


def bytes_of(folder):
    return {file.name: file.read_bytes() for file in folder.glob("*.parquet")}


def test_before_the_first_night_there_is_no_snapshot(tmp_path):
    assert open_snapshot(tmp_path) is None
    assert open_snapshot(tmp_path / "nowhere") is None


def test_what_is_published_is_read(tmp_path):
    published(tmp_path / "published")
    snapshot = open_snapshot(tmp_path / "published")
    assert (snapshot.as_of, snapshot.published_at) == (NIGHT, datetime(2026, 11, 1, 4))
    assert snapshot.names == tuple(FRAMES)
    for name, frame in FRAMES.items():
        assert_frame_equal(snapshot.read(name), frame)


def test_a_reader_cannot_change_what_the_next_one_gets(tmp_path):
    published(tmp_path)
    snapshot = open_snapshot(tmp_path)
    mine = snapshot.read("items")
    mine["name"] = "spoiled"
    mine.loc[0, "unit_step"] = -1
    assert_frame_equal(snapshot.read("items"), FRAMES["items"])


def test_the_same_frames_give_the_same_bytes_whenever_they_are_published(tmp_path):
    first = published(tmp_path / "a")
    shuffled = {name: FRAMES[name].iloc[::-1].iloc[::-1] for name in FRAMES}
    second = published(tmp_path / "b", shuffled, at=AT + timedelta(days=3))
    assert bytes_of(first) == bytes_of(second)
    assert first.name == second.name


def test_publishing_a_night_again_keeps_its_folder_and_says_when(tmp_path):
    first = published(tmp_path)
    assert published(tmp_path, at=AT + timedelta(hours=1)) == first
    assert open_snapshot(tmp_path).published_at == datetime(2026, 11, 1, 5)


def test_a_snapshot_stays_whole_while_the_next_one_is_published(tmp_path):
    published(tmp_path)
    yesterday = open_snapshot(tmp_path)
    published(tmp_path, {"items": FRAMES["items"].head(1)}, as_of=NIGHT + timedelta(days=1))
    assert len(yesterday.read("items")) == len(FRAMES["items"])
    assert len(open_snapshot(tmp_path).read("items")) == 1


def test_a_publication_that_fails_leaves_the_old_snapshot_and_no_rubbish(tmp_path):
    published(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    unwritable = pd.DataFrame({"mixed": [1, "a", {}]})
    with pytest.raises(Exception, match="mixed"):
        published(tmp_path, FRAMES | {"bad": unwritable})
    assert sorted(tmp_path.rglob("*")) == before
    assert open_snapshot(tmp_path).as_of == NIGHT


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "published").write_text("a file, no folder")
    with pytest.raises(StoreError, match="cannot be written: File exists"):
        published(tmp_path / "published")


def test_only_the_last_snapshots_are_kept_and_killed_writers_are_swept(tmp_path):
    (tmp_path / ".unfinished-killed").mkdir()
    (tmp_path / ".unfinished-1-current.json").write_text("{")
    for day in range(5):
        one = {"items": FRAMES["items"].head(day + 1)}
        published(tmp_path, one, as_of=NIGHT + timedelta(days=day), keep=2)
    assert sorted(path.name[:10] for path in tmp_path.iterdir()) == ["2026-11-03", "2026-11-04", "current.js"]


def test_an_older_night_published_again_is_the_current_one_and_is_kept(tmp_path):
    for day in (3, 2, 1):
        published(tmp_path, as_of=date(2026, 10, day), keep=1)
    assert open_snapshot(tmp_path).as_of == date(2026, 10, 1)


def test_a_damaged_file_is_written_anew_by_the_next_publication(tmp_path):
    folder = published(tmp_path)
    (folder / "items.parquet").write_bytes(b"")
    assert open_snapshot(tmp_path).folder.damaged() == ["items"]
    with pytest.raises(StoreError, match="frame items is missing or damaged"):
        open_snapshot(tmp_path).read("items")
    published(tmp_path)
    assert open_snapshot(tmp_path).folder.damaged() == []


def test_a_frame_that_is_not_there_is_named_with_those_that_are(tmp_path):
    published(tmp_path)
    with pytest.raises(StoreError, match="there is no frame 'kpis' here") as caught:
        open_snapshot(tmp_path).read("kpis")
    assert "forecasts, items, failures" in caught.value.mend


def test_a_lost_folder_or_pointer_is_said(tmp_path):
    folder = published(tmp_path)
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="is not there"):
        open_snapshot(tmp_path)
    (tmp_path / "current.json").write_text("{half")
    with pytest.raises(StoreError, match="the file is damaged"):
        open_snapshot(tmp_path)


def test_the_manifest_says_what_is_inside(tmp_path):
    manifest = json.loads((published(tmp_path) / "manifest.json").read_text())
    assert manifest["as_of"] == "2026-10-31"
    assert {len(digest) for digest in manifest["files"].values()} == {64}


def test_an_empty_frame_keeps_its_types(tmp_path):
    published(tmp_path, {"items": FRAMES["items"].head(0)})
    assert_frame_equal(open_snapshot(tmp_path).read("items"), FRAMES["items"].head(0))


def test_one_item_of_many_is_read_from_a_few_of_the_files_row_groups(tmp_path):
    items = [f"{number:05d}" for number in range(20_000)]
    history = pd.DataFrame({"item_id": np.repeat(items, 10), "quantity": np.arange(200_000.0)})
    publish({"history": history}, folder=tmp_path, as_of=NIGHT, published_at=AT)
    snapshot = open_snapshot(tmp_path)
    file = pq.ParquetFile(snapshot.folder.path / "history.parquet")
    holding = [
        group
        for group in range(file.num_row_groups)
        for ends in [file.metadata.row_group(group).column(0).statistics]
        if ends.min <= "07777" <= ends.max
    ]
    assert len(holding) <= 2 < file.num_row_groups
    rows = snapshot.read_rows("history", item_id="07777")
    assert rows["quantity"].tolist() == list(range(77_770, 77_780))
