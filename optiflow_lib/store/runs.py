"""Runs of the night and the week, and their steps: when, how long, how they ended."""

import os
import socket
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pandas as pd
import psutil
import sqlalchemy as sa

from optiflow_lib.schemas.operations import RUN_STEPS, RUNS
from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store
from optiflow_lib.store.rows import read_checked
from optiflow_lib.store.times import naive_utc


def start_run(
    store: Store, *, run_id: str, chain: str, as_of: date, started_at: datetime, folder: str
) -> None:
    """Records that this process runs a chain. A run that is resumed keeps its steps."""
    row = {
        "chain": chain,
        "as_of": as_of,
        "state": "running",
        "started_at": naive_utc(started_at),
        "ended_at": None,
        "duration_s": None,
        "folder": folder,
        "process": _this_process(),
    }
    with store.writing() as connection:
        _put(connection, tables.runs, {"run_id": run_id}, row)


def finish_run(
    store: Store,
    *,
    run_id: str,
    state: str,
    ended_at: datetime,
    duration_s: float,
    items: int | None = None,
    failed_items: int | None = None,
) -> None:
    """Records how a run ended; steps still running then are marked as interrupted."""
    row = {
        "state": state,
        "ended_at": naive_utc(ended_at),
        "duration_s": duration_s,
        "items": items,
        "failed_items": failed_items,
    }
    with store.writing() as connection:
        connection.execute(sa.update(tables.runs).where(tables.runs.c.run_id == run_id).values(row))
        _interrupt_steps(connection, [run_id])


def start_step(store: Store, *, run_id: str, step: str, started_at: datetime) -> None:
    """Records that a step of a run has begun; a step that is done again forgets how it ended before."""
    row = {"state": "running", "started_at": naive_utc(started_at), "duration_s": None, "message": None}
    with store.writing() as connection:
        _put(connection, tables.run_steps, {"run_id": run_id, "step": step}, row)


def record_step(
    store: Store,
    *,
    run_id: str,
    step: str,
    state: str,
    duration_s: float,
    ended_at: datetime,
    message: str | None = None,
) -> None:
    """Records how a step ended, whether or not its start was recorded."""
    started_at = naive_utc(ended_at) - timedelta(seconds=duration_s)
    row = {"state": state, "started_at": started_at, "duration_s": duration_s, "message": message}
    with store.writing() as connection:
        _put(connection, tables.run_steps, {"run_id": run_id, "step": step}, row)


def read_runs(store: Store) -> pd.DataFrame:
    """Schema `RUNS`, the latest start last.

    A run whose process has ended on this machine without saying how is told as interrupted before the next run
    writes it down. The run lock is not asked: who tries to take it could keep a night from beginning.
    """
    table = tables.runs
    running = sa.select(table.c.run_id, table.c.process).where(table.c.state == "running")
    with store.reading() as connection:
        runs = read_checked(connection, table, RUNS, main_location=store.main_location)
        dead = [run_id for run_id, process in connection.execute(running) if _has_ended(process or "")]
    runs.loc[runs["run_id"].isin(dead), "state"] = "interrupted"
    return runs.sort_values(["started_at", "run_id"], ignore_index=True)


def read_run_steps(store: Store, *, run_id: str | None = None) -> pd.DataFrame:
    """Schema `RUN_STEPS` of one run or of all, by run and step."""
    table = tables.run_steps
    where = () if run_id is None else [table.c.run_id == run_id]
    with store.reading() as connection:
        return read_checked(connection, table, RUN_STEPS, main_location=store.main_location, where=where)


def close_interrupted(store: Store, *, others_before: datetime | None = None) -> list[str]:
    """Marks runs that still say "running" although nobody runs them; returns their ids.

    Call it before a run of one's own starts, while holding the run lock.

    Args:
        store: Where the runs are.
        others_before: Runs of other machines, whose processes cannot be seen, count as dead when they
            began before this time; None leaves them alone.
    """
    table = tables.runs
    running = sa.select(table.c.run_id, table.c.process, table.c.started_at).where(table.c.state == "running")
    with store.writing() as connection:
        dead = [
            run_id
            for run_id, process, started_at in connection.execute(running)
            if _is_dead(
                process or "", begun_early=others_before is not None and started_at < naive_utc(others_before)
            )
        ]
        connection.execute(sa.update(table).where(table.c.run_id.in_(dead)).values(state="interrupted"))
        _interrupt_steps(connection, dead)
    return dead


def _put(connection: sa.Connection, table: sa.Table, key: dict[str, str], row: dict[str, object]) -> None:
    same = [table.c[name] == value for name, value in key.items()]
    if connection.execute(sa.update(table).where(*same).values(row)).rowcount == 0:
        connection.execute(sa.insert(table).values(key | row))


def _interrupt_steps(connection: sa.Connection, run_ids: Iterable[str]) -> None:
    steps = tables.run_steps
    left = steps.c.run_id.in_(list(run_ids)) & (steps.c.state == "running")
    connection.execute(sa.update(steps).where(left).values(state="interrupted"))


def _this_process() -> str:
    return f"{socket.gethostname()} {os.getpid()} {psutil.Process().create_time():.0f}"


def _is_dead(process: str, *, begun_early: bool) -> bool:
    """To who holds the run lock: a run of this very process cannot be under way either."""
    if not _is_here(process):
        return begun_early
    return _has_ended(process) or process == _this_process()


def _is_here(process: str) -> bool:
    return process.partition(" ")[0] == socket.gethostname()


def _has_ended(process: str) -> bool:
    """Is it seen that this process of this machine is there no more?"""
    if not _is_here(process):
        return False
    pid, _, created = process.partition(" ")[2].partition(" ")
    # A number is given again to another process, which then began at another time.
    try:
        found = psutil.Process(int(pid))
        return found.status() == psutil.STATUS_ZOMBIE or f"{found.create_time():.0f}" != created
    except psutil.NoSuchProcess:
        return True
