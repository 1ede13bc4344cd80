"""Alerts outlive a night: each has a life, kept with its history, and what people did to it is never lost."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pandas as pd
import sqlalchemy as sa

from optiflow_lib.errors import StoreError
from optiflow_lib.schemas import Column, item_ids, item_keys
from optiflow_lib.schemas.stock import ALERTS
from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store, shown
from optiflow_lib.store.rows import insert_frame, last_day_of, read_frame

logger = logging.getLogger(__name__)

HISTORY = replace(ALERTS, name="history of alerts", key=("type", "subject", "opened_on"))
HANDLING = ("state", "snoozed_until", "handled_by")  # what a person changes
_KEY = list(HISTORY.key)
# The last night written when a person changed the alert: that night, run again, must keep the change.
_STORED = replace(HISTORY, columns={**ALERTS.columns, "handled_night": Column("day", nullable=True)})
_LIVE = tables.alerts.c.state != "resolved"


def read_alerts(store: Store, *, states: Iterable[str] | None = None) -> pd.DataFrame:
    """Schema `ALERTS`: the latest episode of each (type, subject), only those in `states` if given."""
    latest = read_alert_history(store).drop_duplicates(["type", "subject"], keep="last")
    chosen = latest if states is None else latest[latest["state"].isin(list(states))]
    return chosen.reset_index(drop=True)


def read_alert_history(store: Store) -> pd.DataFrame:
    """Every episode of every alert ever raised, by type, subject and the day it was opened."""
    with store.reading() as connection:
        return _read(store, connection, tables.alerts).drop(columns="handled_night")


def previous_alerts(store: Store, *, as_of: date) -> pd.DataFrame:
    """Alerts that were not resolved just before night `as_of`, with what people did to them since.

    After the night has run this is what it was before: running the night again therefore gives the same alerts.
    Returns schema `ALERTS`.
    """
    table, before = tables.alerts, tables.alerts_before
    with store.reading() as connection:
        if as_of in _nights(connection):
            kept = _read(store, connection, before, before.c.as_of == as_of)
            kept = _with_handling(kept, _handled_since(store, connection, as_of))
        else:
            kept = _read(store, connection, table, _LIVE, table.c.opened_on < as_of)
    return ALERTS.check(kept, where=f"alerts before {as_of}")


def replace_alerts(store: Store, alerts: pd.DataFrame, *, as_of: date) -> bool:
    """Writes the alerts as night `as_of` leaves them (the result of `inventory.life_cycle`); repeating is harmless.

    An alert that somebody acknowledged or snoozed after this night was first written stays so. Resolved
    episodes of earlier nights are kept. A night older than the last one written changes nothing, because
    alerts say what is true now.

    Returns:
        Whether anything was written.

    Raises:
        DataError: the frame does not meet `ALERTS`; nothing is written.
    """
    checked = ALERTS.check(alerts, where=f"alerts of {as_of}")
    with store.writing() as connection:
        nights = _nights(connection)
        if nights and as_of < max(nights):
            logger.warning("alerts stay as night %s left them: %s is older", max(nights), as_of)
            return False
        if as_of not in nights:
            _keep_what_was_before(connection, as_of)
        kept = _with_handling(checked, _handled_since(store, connection, as_of))
        rows = _with_stored_subjects(kept, main_location=store.main_location)
        _forget_episodes(connection, rows, as_of=as_of)
        insert_frame(connection, tables.alerts, rows)
    return True


def set_alert_state(
    store: Store,
    *,
    type: str,  # noqa: A002 - the column's name
    subject: str,
    state: str,
    author: str,
    until: date | None = None,
) -> None:
    """Acknowledges, snoozes (`until` a day) or reopens an alert.

    Raises:
        StoreError: the alert is resolved by now or never was, or `state` and `until` do not go together.
    """
    if state not in ("open", "acknowledged", "snoozed") or (state == "snoozed") != (until is not None):
        raise StoreError(
            what=f"an alert cannot be set to {state!r} until {until}",
            where=f"alert {type} of {subject}",
            mend="acknowledge it, open it, or snooze it until a day; it resolves by itself",
        )
    table = tables.alerts
    with store.writing() as connection:
        changed = connection.execute(
            sa.update(table)
            .where(table.c.type == type, _is_subject(store, subject), _LIVE)
            .values(
                state=state,
                snoozed_until=until,
                handled_by=None if state == "open" else author,
                handled_night=last_day_of(connection, tables.alert_nights.c.as_of),
            )
        )
        if changed.rowcount != 1:
            raise StoreError(
                what="the alert is resolved or does not exist any more",
                where=f"alert {type} of {subject} in {shown(store.engine.url)}",
                mend="reload the page: it shows the alerts as they are now",
            )


def _nights(connection: sa.Connection) -> set[date]:
    return set(connection.scalars(sa.select(tables.alert_nights.c.as_of)))


def _keep_what_was_before(connection: sa.Connection, as_of: date) -> None:
    kept = [column for column in tables.alerts_before.c if column.name != "as_of"]
    live = sa.select(sa.literal(as_of, sa.Date), *(tables.alerts.c[column.name] for column in kept)).where(
        _LIVE, tables.alerts.c.opened_on < as_of
    )
    connection.execute(sa.insert(tables.alerts_before).from_select(["as_of", *(c.name for c in kept)], live))
    connection.execute(sa.insert(tables.alert_nights).values(as_of=as_of))


def _forget_episodes(connection: sa.Connection, rows: pd.DataFrame, *, as_of: date) -> None:
    # What this night opened when it ran before, and the episodes that are about to be written anew.
    table = tables.alerts
    connection.execute(sa.delete(table).where(table.c.opened_on >= as_of))
    if rows.empty:
        return
    same = [table.c[name] == sa.bindparam(f"of_{name}") for name in _KEY]
    episodes = rows[_KEY].assign(opened_on=rows["opened_on"].dt.date)
    connection.execute(sa.delete(table).where(*same), episodes.add_prefix("of_").to_dict("records"))


def _handled_since(store: Store, connection: sa.Connection, as_of: date) -> pd.DataFrame:
    return _read(store, connection, tables.alerts, tables.alerts.c.handled_night >= as_of, _LIVE)


def _with_handling(alerts: pd.DataFrame, handled: pd.DataFrame) -> pd.DataFrame:
    """`alerts` with what people did to the same episodes in `handled`, unless they are resolved."""
    joined = alerts.drop(columns="handled_night", errors="ignore").merge(
        handled[[*_KEY, *HANDLING, "handled_night"]], on=_KEY, how="left", suffixes=("", "_by_hand")
    )
    by_hand = joined["state_by_hand"].notna() & (joined["state"] != "resolved")
    for name in HANDLING:
        joined[name] = joined[f"{name}_by_hand"].where(by_hand, joined[name])
    return joined[[*ALERTS.columns, "handled_night"]]


def _read(
    store: Store, connection: sa.Connection, table: sa.Table, *where: sa.ColumnElement[bool]
) -> pd.DataFrame:
    rows = read_frame(connection, table, list(_STORED.columns), where=where)
    if rows.empty:
        return _STORED.empty()
    alerts = _STORED.check(rows, where=f"table {table.name} of the store")
    of_items = alerts["subject_kind"] == "item"
    keys = item_keys(alerts.loc[of_items, "subject"], main_location=store.main_location)
    alerts.loc[of_items, "subject"] = item_ids(
        keys["product_id"], keys["location_id"], main_location=store.main_location
    )
    return alerts.sort_values(_KEY, ignore_index=True)


def _with_stored_subjects(alerts: pd.DataFrame, *, main_location: str) -> pd.DataFrame:
    # An item is kept as product@location, so that another main location renames no alert's subject.
    subjects = _product_at_location(alerts["subject"], main_location=main_location)
    return alerts.assign(subject=subjects.where(alerts["subject_kind"] == "item", alerts["subject"]))


def _product_at_location(subjects: pd.Series, *, main_location: str) -> pd.Series:
    keys = item_keys(subjects, main_location=main_location)
    return keys["product_id"] + "@" + keys["location_id"]


def _is_subject(store: Store, subject: str) -> sa.ColumnElement[bool]:
    as_item = _product_at_location(pd.Series([subject]), main_location=store.main_location).iloc[0]
    table = tables.alerts
    is_item = table.c.subject_kind == "item"
    return sa.or_(is_item & (table.c.subject == as_item), ~is_item & (table.c.subject == subject))
