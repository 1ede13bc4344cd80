"""A night that leaves no trace: for studies of the past."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from optiflow_lib.jobs.night import Night, opened_source, resolved_day
from optiflow_lib.settings import Settings
from optiflow_lib.source import Inputs, freeze
from optiflow_lib.store import open_store


@dataclass(frozen=True)
class HeldInputs(Inputs):
    """Inputs whose tables are read from their parts once: a study asks for each of them many times."""

    @cached_property
    def _held(self) -> dict[str, pd.DataFrame]:
        return {}

    def read(self, table: str) -> pd.DataFrame:
        """As `Inputs.read`."""
        if table not in self._held:
            self._held[table] = super().read(table)
        return self._held[table]


@contextmanager
def scratch_night(settings: Settings, as_of: str) -> Iterator[Night]:
    """The night of `as_of` on inputs read now, with a store in memory: what a real night froze and wrote stays."""
    day = resolved_day(settings, as_of)
    with (
        TemporaryDirectory() as folder,
        opened_source(settings) as source,
        open_store("sqlite://", main_location=settings.source.main_location) as store,
    ):
        frozen = freeze(source, Path(folder), as_of=day, history_days=settings.forecast.history_days)
        yield Night(settings, day, HeldInputs(frozen.folder, frozen.as_of, frozen.manifest), store)
