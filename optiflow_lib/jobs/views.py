"""What the dashboards and the command line read: the published night, and what changes during the day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd

from optiflow_lib import purchasing, store
from optiflow_lib.inventory import explain, sentence
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.schemas.operations import RUN_STEPS
from optiflow_lib.settings import Settings
from optiflow_lib.store import Snapshot
from optiflow_lib.texts import Language

LIVE = ("open", "acknowledged", "snoozed")


@dataclass(frozen=True)
class View:
    """One published night.

    Args:
        as_of: Last day closed.
        published_at: When it was published, UTC.
        stale: Older than the settings allow (26 h): the next night did not come.
        snapshot: Its frames.
    """

    as_of: date
    published_at: datetime
    stale: bool
    snapshot: Snapshot

    def read(self, name: str) -> pd.DataFrame:
        """A frame of the night; treat it as immutable, it is shared."""
        return self.snapshot.read(name)

    def read_item(self, name: str, item_id: str) -> pd.DataFrame:
        """The rows of one item, without reading those of the others."""
        return self.snapshot.read_rows(name, item_id=item_id)


@dataclass(frozen=True)
class Day:
    """What changes while people work, read at one moment.

    Args:
        alerts: Schema `ALERTS`, those not resolved, most euros at risk first.
        orders: Schema `ORDERS`.
        lines: Schema `ORDER_LINES`.
        steps: Schema `ORDER_STEPS`.
        runs: Schema `RUNS`, oldest first.
        kept: Schema `OVERRIDES`, those in force.
    """

    alerts: pd.DataFrame
    orders: pd.DataFrame
    lines: pd.DataFrame
    steps: pd.DataFrame
    runs: pd.DataFrame
    kept: pd.DataFrame


def read_day(settings: Settings) -> Day:
    """Alerts, orders and runs as they are now, by one opening of the store."""
    with opened_store(settings) as opened:
        return Day(
            _ranked(store.read_alerts(opened, states=LIVE)),
            store.read_orders(opened),
            store.read_order_lines(opened),
            store.read_order_steps(opened),
            store.read_runs(opened),
            _in_force(opened),
        )


def open_view(settings: Settings) -> View | None:
    """The night that is published now; None before the first one."""
    snapshot = store.open_snapshot(published_folder(settings))
    if snapshot is None:
        return None
    age = datetime.now(UTC).replace(tzinfo=None) - snapshot.published_at
    stale = not settings.source.sample and age > timedelta(hours=settings.dashboards.stale_after_hours)
    return View(snapshot.as_of, snapshot.published_at, stale, snapshot)


def published_folder(settings: Settings) -> Path:
    """Where snapshots are."""
    return settings.paths.runs / "published"


def alerts(settings: Settings) -> pd.DataFrame:
    """Schema `ALERTS`: those not resolved, as they stand now, most euros at risk first."""
    with opened_store(settings) as opened:
        return _ranked(store.read_alerts(opened, states=LIVE))


def orders(settings: Settings) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Schemas `ORDERS`, `ORDER_LINES` and `ORDER_STEPS`."""
    with opened_store(settings) as opened:
        return store.read_orders(opened), store.read_order_lines(opened), store.read_order_steps(opened)


def runs(settings: Settings) -> pd.DataFrame:
    """Schema `RUNS`, oldest first."""
    with opened_store(settings) as opened:
        return store.read_runs(opened)


def to_go_on_with(runs: pd.DataFrame) -> pd.DataFrame:
    """Of each chain the last run when it was interrupted: `optiflow nightly --resume` finishes it; rows of `runs`."""
    last = runs.groupby("chain").tail(1)
    return last[last["state"] == "interrupted"]


def run_steps(settings: Settings, run_id: str) -> pd.DataFrame:
    """Schema `RUN_STEPS` of one run."""
    with opened_store(settings) as opened:
        return store.read_run_steps(opened, run_id=run_id)


def steps_of_runs(settings: Settings, run_ids: Iterable[str]) -> pd.DataFrame:
    """Schema `RUN_STEPS` of several runs."""
    with opened_store(settings) as opened:
        parts = [store.read_run_steps(opened, run_id=run_id) for run_id in run_ids]
    return pd.concat(parts, ignore_index=True) if parts else RUN_STEPS.empty()


def visits_per_day(settings: Settings) -> pd.DataFrame:
    """day, page, visits, visitors (distinct), visitors_of_day (of any page)."""
    with opened_store(settings) as opened:
        return store.visits_per_day(opened)


def explanation(settings: Settings, item_id: str, language: Language) -> list[str]:
    """Why this quantity of this item: three sentences; empty when the night suggests nothing about it."""
    view = open_view(settings)
    if view is None:
        return []
    recommendations = view.read("recommendations")
    suggested = recommendations[recommendations["item_id"] == item_id]
    return [] if suggested.empty else explain(suggested["trace"].iloc[0], language)


def alert_sentences(live: pd.DataFrame, items: pd.DataFrame, language: Language) -> list[str]:
    """What each alert says, with the item's name."""
    names = items.set_index("item_id")["name"]
    return [
        sentence(alert, name=str(names.get(alert["subject"], alert["subject"])), language=language)
        for _, alert in live.iterrows()
    ]


def _in_force(opened: store.Store) -> pd.DataFrame:
    kept, night = store.read_overrides(opened), store.last_night(opened)
    return kept if night is None else purchasing.in_force(kept, as_of=night)


def _ranked(alerts: pd.DataFrame) -> pd.DataFrame:
    by, ascending = ["euros_at_risk", "type", "subject"], [False, True, True]
    return alerts.sort_values(by, ascending=ascending, ignore_index=True)
