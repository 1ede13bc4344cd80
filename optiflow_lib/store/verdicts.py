"""What people say of unusual days: every verdict ever given, the latest of a day counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from optiflow_lib.errors import DataError
from optiflow_lib.schemas import item_keys
from optiflow_lib.schemas.operations import DAY_VERDICTS, KNOWN_VERDICTS
from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store
from optiflow_lib.store.moments import moment
from optiflow_lib.store.rows import read_checked, read_frame
from optiflow_lib.store.times import naive_utc


@dataclass(frozen=True)
class Verdict:
    """What somebody says of an unusual day.

    Args:
        verdict: One of `VERDICTS`: "real" is demand to learn from, "event" had a name, "masked" is not learned from.
        last_day: It holds from the unusual day to this one.
        direction: "high" or "low", as the night saw the day.
        cause: What the night took for its cause.
        event: Name of the event; None for another verdict.
        reason: In the author's words.
    """

    verdict: str
    last_day: date
    direction: str
    cause: str
    event: str | None
    reason: str


def keep_verdict(
    store: Store, item_id: str, day: date, verdict: Verdict, *, author: str, at: datetime
) -> None:
    """Adds a verdict on an item's day; nights that begin from now on see it instead of an earlier one.

    Raises:
        OrderError: no night has begun yet.
    """
    with store.writing() as connection:
        _append(store, connection, item_id, day, vars(verdict), author=author, at=at)


def withdraw_verdict(store: Store, item_id: str, day: date, *, author: str, at: datetime) -> None:
    """Takes the verdict on an item's day back: nights that begin from now on judge the day themselves.

    Raises:
        DataError: no verdict stands on that day; nothing is written.
    """
    with store.writing() as connection:
        table, key = tables.day_verdicts, _key(store, item_id, day)
        last = sa.select(table.c.verdict).where(*_is_day(key)).order_by(table.c.position.desc()).limit(1)
        if connection.scalar(last) is None:
            raise DataError(
                what=f"no verdict stands on {day}",
                where=f"unusual days of item {item_id}",
                mend="reload the page: somebody may have taken it back",
            )
        _append(store, connection, item_id, day, {}, author=author, at=at)


def read_verdicts(store: Store) -> pd.DataFrame:
    """Schema `DAY_VERDICTS`, by item, day and in the order they were given; `standing_verdicts` says which count."""
    with store.reading() as connection:
        return read_checked(connection, tables.day_verdicts, DAY_VERDICTS, main_location=store.main_location)


def standing_verdicts(verdicts: pd.DataFrame) -> pd.DataFrame:
    """The verdicts that count: the latest of each item and day, unless it was taken back."""
    item = [name for name in ("item_id", *tables.ITEM_KEY) if name in verdicts]
    latest = verdicts.drop_duplicates([*item, "day"], keep="last")
    return latest[latest["verdict"].notna()].reset_index(drop=True)


def known_verdicts(connection: sa.Connection, as_of: date) -> pd.DataFrame:
    """Schema `KNOWN_VERDICTS`: those that stood when night `as_of` began, whenever it is asked."""
    table = tables.day_verdicts
    key = [*tables.ITEM_KEY, "day", "position"]
    rows = read_frame(
        connection,
        table,
        [*key, *(name for name in KNOWN_VERDICTS.columns if name not in key)],
        where=[table.c.night < as_of],
        order_by=[table.c[name] for name in key],
    )
    standing = standing_verdicts(rows)
    if standing.empty:
        return KNOWN_VERDICTS.empty()
    # The database's order of texts is its own; that of the frame is the same everywhere.
    return KNOWN_VERDICTS.check(standing.sort_values(list(KNOWN_VERDICTS.key)), where="verdicts of the store")


def _append(
    store: Store,
    connection: sa.Connection,
    item_id: str,
    day: date,
    values: Mapping[str, Any],
    *,
    author: str,
    at: datetime,
) -> None:
    key, now = _key(store, item_id, day), moment(connection, None)
    table = tables.day_verdicts
    count = connection.scalar(sa.select(sa.func.count()).where(*_is_day(key))) or 0
    row = {**key, "position": count + 1, **values, "author": author, "at": naive_utc(at), "night": now.night}
    connection.execute(sa.insert(table).values(row))


def _key(store: Store, item_id: str, day: date) -> dict[str, Any]:
    key = item_keys(pd.Series([item_id]), main_location=store.main_location).iloc[0]
    return {name: key[name] for name in tables.ITEM_KEY} | {"day": day}


def _is_day(key: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    return [tables.day_verdicts.c[name] == value for name, value in key.items()]
