"""Writes the sample database; the same seed gives the same rows, and memory does not grow with the number of products."""

import os
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from optiflow_lib.errors import SourceError
from optiflow_lib.source.sample.catalogue import products as listed_products
from optiflow_lib.source.sample.events import events
from optiflow_lib.source.sample.incidents import with_incidents
from optiflow_lib.source.sample.shop import Chances, ShopHistory, chances, demand, history
from optiflow_lib.source.sample.staging import staged
from optiflow_lib.source.sample.tables import WARM_UP_DAYS, Rows, block_tables, shop_tables

LAST_DAY = date(2026, 10, 31)
APPLICATION_ID = 0x0F71F10  # says that a file was made here and may be replaced
BLOCK_PRODUCTS = 60  # drawn from one stream of chance; the shipped sample is one block
CHUNK_BLOCKS = 10  # simulated at a time: only speed and memory depend on it
SHIPPED_SEED = 1


def build_sample(
    file: str | Path,
    *,
    products: int = 60,
    years: int = 3,
    seed: int = SHIPPED_SEED,
    last_day: date = LAST_DAY,
) -> None:
    """Makes a French shop's database: sales, stock, orders, receipts and events that agree to the unit.

    Args:
        file: Where to; an older sample there is replaced, whole or not at all.
        products: How many products the shop sells.
        years: How many years of daily sales, ending with `last_day`.
        seed: Same seed, same rows.
        last_day: Last day of sales.

    Raises:
        SourceError: `file` exists and is not a sample made here, or cannot be written.
    """
    target = Path(file)
    _refuse_foreign(target)
    days = pd.date_range(end=pd.Timestamp(last_day), periods=365 * years + WARM_UP_DAYS)
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        with closing(sqlite3.connect(unfinished)) as connection, connection:
            _prepare(connection)
            _write_all(connection, count=products, seed=seed, days=days)
        _flush(unfinished)
        unfinished.replace(target)
    except (OSError, sqlite3.OperationalError) as error:
        raise SourceError(
            what=f"the sample cannot be written: {error}",
            where=str(target),
            mend="name a file in a folder that exists, may be written and has room",
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _refuse_foreign(target: Path) -> None:
    if not target.exists():
        return
    head = target.read_bytes()[:72] if target.is_file() else b""
    if int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise SourceError(
            what=f"{target} exists and is not a sample database",
            where="optiflow init --sample",
            mend="name another file with --database; Optiflow replaces only what it made itself",
        )


def _prepare(connection: sqlite3.Connection) -> None:
    # The file appears under its name only when it is whole: a journal of its own would protect nothing.
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.executescript((Path(__file__).parent / "schema.sql").read_text(encoding="utf-8"))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _write_all(connection: sqlite3.Connection, *, count: int, seed: int, days: pd.DatetimeIndex) -> None:
    happened = events(days[WARM_UP_DAYS:])
    for table, rows in shop_tables(happened):
        _append(connection, table, rows)
    blocks = range(0, count, BLOCK_PRODUCTS)
    for first in range(0, len(blocks), CHUNK_BLOCKS):
        drawn = [
            _drawn(start, count=count, seed=seed, happened=happened, days=days)
            for start in blocks[first : first + CHUNK_BLOCKS]
        ]
        for block, (listed, past) in enumerate(_simulated(drawn, days), first):
            for table, rows in block_tables(listed, past, happened, days=days, block=block):
                _append(connection, table, rows)


def _drawn(
    start: int, *, count: int, seed: int, happened: pd.DataFrame, days: pd.DatetimeIndex
) -> tuple[pd.DataFrame, np.ndarray, Chances]:
    """One block's products, what is wanted of them, and all chance of its history, from a stream of its own."""
    rng = np.random.default_rng([seed, start // BLOCK_PRODUCTS])
    listed = listed_products(min(BLOCK_PRODUCTS, count - start), first=start, rng=rng, days=days)
    wanted = demand(listed, happened, days=days, rng=rng)
    return listed, with_incidents(wanted, listed, days), chances(listed, days=days, rng=rng)


def _simulated(
    drawn: list[tuple[pd.DataFrame, np.ndarray, Chances]], days: pd.DatetimeIndex
) -> list[tuple[pd.DataFrame, ShopHistory]]:
    """Products and history of each block, all blocks simulated together: no row depends on its neighbours."""
    listed = pd.concat([block[0] for block in drawn], ignore_index=True)
    wanted = np.concatenate([block[1] for block in drawn])
    past = history(listed, wanted, Chances.stacked([block[2] for block in drawn]), days=days)
    ends = np.cumsum([len(block[0]) for block in drawn])
    parts = [past.part(end - len(block[0]), end) for block, end in zip(drawn, ends, strict=True)]
    return [(block[0], staged(part, block[0])) for block, part in zip(drawn, parts, strict=True)]


def _append(connection: sqlite3.Connection, table: str, rows: Rows) -> None:
    width = len(connection.execute(f"PRAGMA table_info({table})").fetchall())
    connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows)


def _flush(file: Path) -> None:
    with file.open("rb") as stream:
        os.fsync(stream.fileno())
