"""A past night once more, from its frozen inputs, in a store that is thrown away: does it give the same results?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from optiflow_lib import store
from optiflow_lib.jobs.alerts import raise_alerts
from optiflow_lib.jobs.anomalies import find_anomalies
from optiflow_lib.jobs.events import measure_events
from optiflow_lib.jobs.forecasts import forecast_demand
from optiflow_lib.jobs.kpis import measure_kpis
from optiflow_lib.jobs.marks import Marks
from optiflow_lib.jobs.night import Night, inputs_folder, opened_store
from optiflow_lib.jobs.quality import judge_inputs
from optiflow_lib.schemas.results import NIGHT_TABLES
from optiflow_lib.settings import Settings
from optiflow_lib.source import open_inputs
from optiflow_lib.store import Store

DIFFERENCES = ("table", "row", "column", "then", "now")
_STEPS = (
    judge_inputs,
    forecast_demand.on,
    measure_events.on,
    find_anomalies.on,
    raise_alerts.on,
    measure_kpis.on,
)


def replay_night(settings: Settings, as_of: date, marks: Marks) -> pd.DataFrame:
    """Runs the night of `as_of` again and compares every result table with what the store holds of it.

    Alerts and orders are not compared: they outlive a night, and people have worked on them since.

    Returns:
        table, row (the key in words), column, then, now: one line per value that differs; none when all are equal.
        A row that is only there then or now has the column "(row)".

    Raises:
        DataError: the night's inputs are no longer kept.
        StoreError: its generation of models is no longer kept.
    """
    with opened_store(settings) as kept, _scratch(settings, kept, marks) as (there, scratch):
        inputs = open_inputs(inputs_folder(settings), as_of, digest=marks.inputs)
        night = Night(there, as_of, inputs, scratch)
        for step in _STEPS:
            step(night)
        found = [_differences(kept, scratch, table, as_of) for table in NIGHT_TABLES]
    return pd.concat(found, ignore_index=True)


@contextmanager
def _scratch(settings: Settings, kept: Store, marks: Marks) -> Iterator[tuple[Settings, Store]]:
    """A copy of the store, and settings under which nothing else is written to either."""
    with TemporaryDirectory(prefix="optiflow-replay-") as made:
        folder = Path(made)
        url = f"sqlite:///{folder / 'store.db'}"
        store.copy_store(kept, url)
        models = _models(settings, folder / "models", marks.generation)
        paths = settings.paths.model_copy(update={"runs": folder / "runs", "models": models})
        with store.open_store(url, main_location=kept.main_location) as scratch:
            yield settings.model_copy(update={"paths": paths}), scratch


def _models(settings: Settings, folder: Path, generation: str) -> Path:
    """A folder in which the night's generation is the accepted one, whatever was accepted since."""
    folder.mkdir()
    if generation:
        store.read_generation(settings.paths.models, generation)  # refuses one that is no longer kept
        (folder / generation).symlink_to(settings.paths.models / generation)
        store.accept_generation(folder, generation, reason="the one of the night that is replayed")
    return folder


def _differences(kept: Store, scratch: Store, table: str, as_of: date) -> pd.DataFrame:
    then, now = (_as_text(store.read_night(one, table, as_of=as_of), table) for one in (kept, scratch))
    both = then.index.intersection(now.index)
    changed = then.loc[both].ne(now.loc[both]).stack()
    cells = changed[changed].index
    lines = [(table, row, column, then.at[row, column], now.at[row, column]) for row, column in cells]
    lines += [(table, row, "(row)", "there", "missing") for row in then.index.difference(now.index)]
    lines += [(table, row, "(row)", "missing", "there") for row in now.index.difference(then.index)]
    return pd.DataFrame(lines, columns=list(DIFFERENCES)).astype("str")


def _as_text(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    """Every value as text that tells any two apart, by the row's key in words."""
    key = list(NIGHT_TABLES[table].key)
    days = {name: rows[name].dt.strftime("%Y-%m-%d") for name in rows.select_dtypes("datetime").columns}
    told = rows.assign(**days).astype("object").map(lambda value: "" if pd.isna(value) else str(value))
    named = told[key] if key else told.index.astype("str").to_frame()
    return told.set_axis(pd.Index([" · ".join(row) for row in named.to_numpy()], dtype="str"), axis=0)
