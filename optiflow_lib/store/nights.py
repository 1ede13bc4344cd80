"""The tables of a night: replaced whole for one `as_of`, or item by item for a chunk of items."""

from collections.abc import Mapping
from datetime import date

import pandas as pd
import sqlalchemy as sa

from optiflow_lib.errors import StoreError
from optiflow_lib.schemas import Schema, item_keys
from optiflow_lib.schemas.results import NIGHT_TABLES
from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store
from optiflow_lib.store.rows import insert_frame, last_day_of, read_checked, stored_rows


def replace_night(store: Store, frames: Mapping[str, pd.DataFrame], *, as_of: date) -> None:
    """Writes whole tables of one night in one transaction; doing it twice leaves what doing it once does.

    Args:
        store: Where to.
        frames: Frame by name in `NIGHT_TABLES`; a table not named keeps its rows.
        as_of: The night.

    Raises:
        DataError: a frame does not meet its schema; nothing is written.
        StoreError: there is no such table, or the database refuses; nothing is written.
    """
    checked = {name: _schema(name).check(frame, where=f"{name} of {as_of}") for name, frame in frames.items()}
    with store.writing() as connection:
        for name, frame in checked.items():
            table = tables.NIGHT[name]
            connection.execute(sa.delete(table).where(table.c.as_of == as_of))
            _append(store, connection, name, frame, as_of=as_of)


def replace_item_chunk(
    store: Store, frames: Mapping[str, pd.DataFrame], *, as_of: date, items: pd.Series
) -> None:
    """Replaces what one night says about `items` (item_id) only, in one transaction: 100,000 items come in chunks.

    Raises:
        DataError: a frame does not meet its schema, or has rows of other items.
        StoreError: a table has no items or does not exist, or the database refuses.
    """
    checked = {name: _schema(name).check(frame, where=f"{name} of {as_of}") for name, frame in frames.items()}
    for name, frame in checked.items():
        _refuse_other_items(name, frame, items)
    keys = item_keys(items, main_location=store.main_location).to_dict("records")
    with store.writing() as connection:
        for name, frame in checked.items():
            table = tables.NIGHT[name]
            same = (table.c[key] == sa.bindparam(f"of_{key}") for key in tables.ITEM_KEY)
            if keys:
                connection.execute(
                    sa.delete(table).where(table.c.as_of == as_of, *same),
                    [{f"of_{key}": value for key, value in item.items()} for item in keys],
                )
            _append(store, connection, name, frame, as_of=as_of)


def read_night(store: Store, table: str, *, as_of: date) -> pd.DataFrame:
    """One table of one night, by its key; without rows when that night did not write it.

    Raises:
        StoreError: there is no such table.
    """
    schema, stored = _schema(table), tables.NIGHT[table]
    with store.reading() as connection:
        return read_checked(
            connection,
            stored,
            schema,
            main_location=store.main_location,
            where=[stored.c.as_of == as_of],
            order_by=() if schema.key else [stored.c.row],
        )


def read_nights(store: Store, table: str, *, since: date | None = None) -> pd.DataFrame:
    """One table of every night kept (from `since` on), its `as_of` in front; by night and key."""
    parts = [
        read_night(store, table, as_of=as_of).assign(as_of=pd.Timestamp(as_of))
        for as_of in nights_of(store, table)
        if since is None or as_of >= since
    ]
    joined = pd.concat(
        [_schema(table).empty().assign(as_of=pd.NaT), *parts][bool(parts) :], ignore_index=True
    )
    joined["as_of"] = joined["as_of"].astype("datetime64[us]")
    return joined[["as_of", *_schema(table).columns]]


def nights_of(store: Store, table: str | None = None) -> list[date]:
    """The nights of which `table` (or any table) has rows, oldest first."""
    names = [table] if table else list(tables.NIGHT)
    with store.reading() as connection:
        found = {
            day
            for name in names
            for day in connection.scalars(sa.select(tables.NIGHT[name].c.as_of).distinct())
        }
    return sorted(found)


def last_night(store: Store) -> date | None:
    """The latest night of which any table has rows, complete or not; None before the first."""
    with store.reading() as connection:
        days = [last_day_of(connection, table.c.as_of) for table in tables.NIGHT.values()]
    return max((day for day in days if day), default=None)


def forget_nights(store: Store, *, keep: int) -> list[date]:
    """Drops all but the last `keep` nights and returns those dropped. Alerts and orders are not a night's: they stay."""
    dropped = nights_of(store)[:-keep]
    if dropped:
        with store.writing() as connection:
            for table in (*tables.NIGHT.values(), tables.alerts_before, tables.alert_nights):
                connection.execute(sa.delete(table).where(table.c.as_of <= dropped[-1]))
    return dropped


def _schema(table: str) -> Schema:
    if table not in NIGHT_TABLES:
        raise StoreError(
            what=f"there is no table {table!r} of a night",
            where="the store",
            mend=f"name one of {', '.join(NIGHT_TABLES)}",
        )
    return NIGHT_TABLES[table]


def _append(store: Store, connection: sa.Connection, name: str, frame: pd.DataFrame, *, as_of: date) -> None:
    if frame.empty:
        return
    rows = stored_rows(frame, main_location=store.main_location)
    rows.insert(0, "as_of", as_of.isoformat())
    table = tables.NIGHT[name]
    if "row" in table.c:
        rows.insert(1, "row", range(len(rows)))
    # In key order: a clustered table is then written from front to back.
    insert_frame(connection, table, rows.sort_values([column.name for column in table.primary_key]))


def _refuse_other_items(name: str, frame: pd.DataFrame, items: pd.Series) -> None:
    others = frame["item_id"][~frame["item_id"].isin(items)] if "item_id" in frame else None
    if others is None or len(others):
        raise StoreError(
            what=f"table {name} has no items"
            if others is None
            else f"{name} has rows of item {others.iloc[0]}",
            where="replace_item_chunk",
            mend="write tables without items by replace_night"
            if others is None
            else "name every item of the frame in `items`",
        )
