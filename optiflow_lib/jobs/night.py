"""What every job of a night stands on: the settings, the day, the frozen inputs and the store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property, update_wrapper
from pathlib import Path

import pandas as pd

from optiflow_lib.errors import DataError
from optiflow_lib.jobs.book import Book, book_of
from optiflow_lib.jobs.items import items_of, with_item_id
from optiflow_lib.jobs.judged_days import verdicts_known
from optiflow_lib.logs import log_to
from optiflow_lib.schemas.results import DAILY_SALES
from optiflow_lib.settings import Settings, load_settings
from optiflow_lib.source import Inputs, Source, last_closed_day, open_inputs, open_source
from optiflow_lib.store import Store, open_store


@dataclass(frozen=True)
class Night:
    """One day being closed: nothing a job computes depends on more than this."""

    settings: Settings
    as_of: date
    inputs: Inputs
    store: Store

    @cached_property
    def items(self) -> pd.DataFrame:
        """Schema `ITEMS`, by item_id."""
        return items_of(self.inputs, self.settings)

    @cached_property
    def daily_sales(self) -> pd.DataFrame:
        """Schema `DAILY_SALES` of the night's items; read once, for most of what a job computes begins with it."""
        sales = with_item_id(self.inputs.read("sales"), self.settings)
        known = sales[sales["item_id"].isin(self.items["item_id"])]
        return DAILY_SALES.check(known, where="frozen sales")

    @cached_property
    def stock_history(self) -> pd.DataFrame | None:
        """item_id, day, on_hand, in_stock_share; None when the source has no stock history."""
        if not self.inputs.has("stock_history"):
            return None
        history = with_item_id(self.inputs.read("stock_history"), self.settings)
        return history[["item_id", "day", "on_hand", "in_stock_share"]]

    @cached_property
    def book(self) -> Book:
        """What is on its way and what has arrived, the source and our own orders together."""
        return book_of(self.inputs, self.settings)

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Schema `KNOWN_VERDICTS` and item_id: what people had said of unusual days when the night began."""
        return verdicts_known(self.inputs, self.settings)


@contextmanager
def open_night(settings_file: str | Path, as_of: str) -> Iterator[Night]:
    """The night of `as_of` (ISO date; empty: the last closed day of the source), its inputs already frozen.

    Raises:
        DataError: `as_of` is no date, or notebook 10_quality has not frozen that day's inputs.
    """
    settings = job_settings(settings_file)
    day = resolved_day(settings, as_of)
    with opened_store(settings) as store:
        yield Night(settings, day, open_inputs(inputs_folder(settings), day), store)


class NightJob:
    """A job of a night: notebooks call it with a settings file, a night run again does its work `on` itself."""

    def __init__(self, work: Callable[[Night], pd.DataFrame]) -> None:
        update_wrapper(self, work)
        self.on = work

    def __call__(self, *, settings_file: str, as_of: str = "") -> pd.DataFrame:
        """Does the work for the night of `as_of`, as `open_night` opens it."""
        with open_night(settings_file, as_of) as night:
            return self.on(night)


def job_settings(settings_file: str | Path) -> Settings:
    """The settings of a job, whose messages go to the batch's log from now on."""
    settings = load_settings(settings_file)
    log_to(settings.paths.log)
    return settings


def opened_source(settings: Settings) -> Source:
    """The business database of the settings, read only."""
    source = settings.source
    # A notebook runs in a folder of its own: a mapping's file is looked for beside the settings.
    is_file = source.mapping.endswith(".toml")
    mapping = str(settings.folder / source.mapping) if is_file else source.mapping
    return open_source(source.url, mapping=mapping, timeout_s=source.timeout_s, **source.parameters)


def opened_store(settings: Settings) -> Store:
    """Optiflow's own database, migrated to this version."""
    return open_store(settings.store.url, main_location=settings.source.main_location)


def inputs_folder(settings: Settings) -> Path:
    """Where frozen inputs are."""
    return settings.paths.runs / "inputs"


def resolved_day(settings: Settings, as_of: str) -> date:
    """The day to close: `as_of`, or the last closed day of the source when it is empty."""
    if not as_of:
        with opened_source(settings) as source:
            return last_closed_day(source)
    try:
        return date.fromisoformat(as_of)
    except ValueError as error:
        raise DataError(
            what=f"as_of is {as_of!r}, which is no day",
            where="parameter as_of",
            mend="write it as 2026-10-31",
        ) from error
