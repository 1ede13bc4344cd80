import pytest

from optiflow_lib.errors import SettingsError
from optiflow_lib.settings import load_settings


@pytest.fixture
def written(tmp_path):
    def write(text):
        (tmp_path / "optiflow.toml").write_text(text, encoding="utf-8")
        return tmp_path / "optiflow.toml"

    return write


def test_paths_and_sqlite_files_start_at_the_settings_file(written, tmp_path):
    settings = load_settings(written('[source]\nurl = "sqlite:///shop.db"'))
    assert settings.source.url == f"sqlite:///{tmp_path}/shop.db"
    assert settings.paths.runs == tmp_path / "runs"


def test_the_environment_wins_over_the_file(written, monkeypatch):
    monkeypatch.setenv("OPTIFLOW_BATCH__JOBS", "7")
    assert load_settings(written("[batch]\njobs = 3")).batch.jobs == 7


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[batch]\njobs = 'many'", "setting batch.jobs"),
        ("[batch]\njob = 3", "setting batch.job: Extra inputs are not permitted"),
        ("[inventory]\nservice_level = {A = 2}", "setting inventory.service_level.A"),
        ("[inventory]\nfill_rate = {A = 0.9, C = 0.8}", "no value for class B"),
        ("[batch", "not TOML"),
    ],
)
def test_a_broken_setting_is_named_with_its_file_and_how_to_mend_it(written, text, said):
    file = written(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert said in caught.value.what
    assert str(file) in caught.value.where
    assert caught.value.mend


def test_a_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(SettingsError, match="does not exist"):
        load_settings(tmp_path / "none.toml")


def test_a_notebook_finds_the_settings_above_its_own_folder(written, tmp_path, monkeypatch):
    written("[batch]\njobs = 5")
    (tmp_path / "notebooks" / "batch").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "notebooks" / "batch")
    assert load_settings("optiflow.toml").batch.jobs == 5


def test_settings_cannot_be_altered(written):
    settings = load_settings(written(""))
    with pytest.raises(ValueError, match="frozen"):
        settings.batch.jobs = 2
