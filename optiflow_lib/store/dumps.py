"""Every result as text in one order: two nights are equal when their dumps are."""

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any, Protocol

import pandas as pd

from optiflow_lib.store import tables
from optiflow_lib.store.alerts import read_alert_history
from optiflow_lib.store.connection import Store
from optiflow_lib.store.nights import nights_of, read_night
from optiflow_lib.store.order_receipts import read_order_receipts
from optiflow_lib.store.orders import read_order_lines, read_order_steps, read_orders
from optiflow_lib.store.overrides import read_override_results, read_overrides
from optiflow_lib.store.verdicts import read_verdicts


class TextSink(Protocol):
    """Anything text is written to."""

    def write(self, text: str, /) -> object:
        """Takes some text."""


def dump(store: Store, stream: TextSink, *, as_of: date | None = None) -> None:
    """Writes every result table by key as CSV, without run records, visits, users and the times of the clock.

    Args:
        store: Whose results.
        stream: Where to.
        as_of: Only this night's tables, without alerts and orders, which outlive it; None for everything.
    """
    for name, rows in _sections(store, as_of):
        stream.write(f"# {name}\n{rows.to_csv(index=False, na_rep=_MISSING, lineterminator=_END)}")


def dump_digest(store: Store, *, as_of: date | None = None) -> str:
    """SHA-256 of what `dump` writes."""
    sink = _Hash()
    dump(store, sink, as_of=as_of)
    return sink.sha256.hexdigest()


_MISSING, _END = "\\N", "\n"


class _Hash:
    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()

    def write(self, text: str) -> None:
        self.sha256.update(text.encode("utf-8", "surrogatepass"))


def _sections(store: Store, as_of: date | None) -> Iterator[tuple[str, Any]]:
    for name in tables.NIGHT:
        for night in nights_of(store, name):  # one at a time: memory does not grow with the nights kept
            if as_of in (None, night):
                yield f"{name} {night}", _with_plain_days(read_night(store, name, as_of=night))
    if as_of is None:
        yield "alerts", _with_plain_days(read_alert_history(store))
        yield "orders", _with_plain_days(read_orders(store))
        yield "order_lines", _with_plain_days(read_order_lines(store))
        yield "order_steps", _with_plain_days(read_order_steps(store).drop(columns="at"))
        yield "order_receipts", _with_plain_days(read_order_receipts(store).drop(columns="at"))
        yield "overrides", _with_plain_days(read_overrides(store).drop(columns="at"))
        yield "override_results", _with_plain_days(read_override_results(store))
        yield "day_verdicts", _with_plain_days(read_verdicts(store).drop(columns="at"))


def _with_plain_days(rows: pd.DataFrame) -> pd.DataFrame:
    days = {name: rows[name].dt.strftime("%Y-%m-%d") for name in rows.select_dtypes("datetime").columns}
    return rows.assign(**days)
