"""What pages load or work out at their first use, done ahead by `warm_up`: a kernel forked later needs no time for it.

Nothing stays open: no file of a night, no database.
"""

from datetime import UTC, datetime

import pyarrow.parquet  # noqa: F401 - a snapshot's frames

from optiflow_lib.store import (
    accepted_generation,  # noqa: F401 - each name is a module of its own
    open_snapshot,  # noqa: F401
    open_store,
    read_alerts,
    read_order_lines,
    read_orders,
    read_runs,
    read_verdicts,
    set_alert_state,  # noqa: F401
    visits_per_day,
)
from optiflow_lib.texts import LANGUAGES, day, moment, money, number, percent, text


def speak() -> None:
    """Reads the catalogue and Babel's data of every language."""
    now = datetime.now(UTC)
    for language in LANGUAGES:
        text("All", language)
        number(1, language)
        money(1, language)
        percent(1, language)
        day(now, language)
        moment(now, language)


def read_nothing() -> None:
    """Reads an empty store in memory: SQLAlchemy and pandas prepare a tenth of a second's work at their first query."""
    with open_store("sqlite://", main_location="") as empty:
        for read in (read_alerts, read_orders, read_order_lines, read_runs, read_verdicts, visits_per_day):
            read(empty)


speak()
read_nothing()
