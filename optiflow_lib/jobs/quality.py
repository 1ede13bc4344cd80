"""Notebook 10: freeze what the night reads, and say what is wrong with it."""

import logging
from functools import partial

import pandas as pd

from optiflow_lib.jobs.night import (
    Night,
    inputs_folder,
    job_settings,
    opened_source,
    opened_store,
    resolved_day,
)
from optiflow_lib.source import data_problems, freeze
from optiflow_lib.store import night_book, replace_night

logger = logging.getLogger(__name__)


def check_inputs(*, settings_file: str, as_of: str = "") -> pd.DataFrame:
    """Freezes the source as of a day, fills `items` and `quality`, and returns schema `QUALITY`.

    Every later job of the night reads the frozen inputs, never the business database: a sale booked
    at midnight cannot change the numbers half-way, and the same night can be run again. Our own orders and what
    people said of unusual days are frozen with them, as they stood when the night first began.
    """
    settings = job_settings(settings_file)
    day = resolved_day(settings, as_of)
    with opened_source(settings) as source, opened_store(settings) as store:
        inputs = freeze(
            source,
            inputs_folder(settings),
            as_of=day,
            history_days=settings.forecast.history_days,
            beside=partial(night_book, store, day),
        )
        return judge_inputs(Night(settings, day, inputs, store))


def judge_inputs(night: Night) -> pd.DataFrame:
    """Fills `items` and `quality` from inputs that are frozen already; returns schema `QUALITY`."""
    problems = data_problems(night.inputs, main_location=night.settings.source.main_location)
    replace_night(night.store, {"items": night.items, "quality": problems}, as_of=night.as_of)
    logger.info(
        "inputs of %s frozen: %d items, %d data problems", night.as_of, len(night.items), len(problems)
    )
    return problems
