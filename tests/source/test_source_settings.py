"""The source as settings name it."""

from source_shops import MAPPING

from optiflow_lib.jobs.night import opened_source
from optiflow_lib.settings import load_settings


def test_a_mapping_file_is_looked_for_beside_the_settings_wherever_a_notebook_runs(
    little_shop, tmp_path, monkeypatch
):
    (tmp_path / "mine.toml").write_text(MAPPING, encoding="utf-8")
    file = tmp_path / "optiflow.toml"
    file.write_text(
        f'[source]\nurl = "sqlite:///{little_shop.name}"\nmapping = "mine.toml"\n[source.parameters]\nshop = "S7"\n',
        encoding="utf-8",
    )
    elsewhere = tmp_path / "runs"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    with opened_source(load_settings(file)) as source:
        assert source.read("locations")["location_id"].tolist() == ["S7"]
