"""What pages load only when they come to need it, loaded ahead by `warm_up`: a kernel forked later needs no time for it.

Nothing is opened here: no file of a night, no database.
"""

from datetime import UTC, datetime

import pyarrow.parquet  # noqa: F401 - a snapshot's frames
import sqlalchemy.dialects.sqlite  # noqa: F401 - the store

from optiflow_lib.store import (  # noqa: F401 - each name is a module of its own
    Cache,
    accepted_generation,
    open_snapshot,
    open_store,
    read_alerts,
    read_night,
    read_order_lines,
    read_run_steps,
    read_runs,
    set_alert_state,
    visits_per_day,
)
from optiflow_lib.texts import LANGUAGES, day, moment, money, number, percent, text

_NOW = datetime.now(UTC)
# The catalogue and Babel's data of both languages are read at the first word, number and day of each.
SPOKEN = [
    (
        text("All", language),
        number(1, language),
        money(1, language),
        percent(1, language),
        day(_NOW, language),
        moment(_NOW, language),
    )
    for language in LANGUAGES
]
