"""Runs a chain: what is ready runs, what is done is recorded, what failed stops only what needs it."""

import logging
import shutil
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path

import psutil
from rich.console import Console

from optiflow_lib import store
from optiflow_lib.batch.executor import execute
from optiflow_lib.batch.graph import CHAINS, Chain, ChainName
from optiflow_lib.batch.lock import run_lock
from optiflow_lib.batch.progress import ChainProgress
from optiflow_lib.batch.record import RunRecord, last_record, new_record, now
from optiflow_lib.batch.signals import terminations_as_interrupts
from optiflow_lib.jobs.marks import marks_of
from optiflow_lib.kernels.forks import WarmProcess
from optiflow_lib.logs import log_to, rotate
from optiflow_lib.settings import Settings
from optiflow_lib.store import open_store

logger = logging.getLogger(__name__)

FREEZES = "10_quality"  # the step that freezes inputs, without which there is nothing to replay
EXIT_CODES = {"done": 0, "failed": 1, "interrupted": 1, "partial": 3}


@dataclass(frozen=True)
class RunReport:
    """How a run ended; `exit_code` is the command line's."""

    run_id: str
    folder: Path
    state: str
    duration_s: float
    messages: tuple[str, ...]
    repeated: bool  # nothing was done: this day was complete

    @property
    def exit_code(self) -> int:
        """0 done, 1 failed, 3 done but some items or optional steps failed."""
        return EXIT_CODES[self.state]


@dataclass
class _Run:
    """What the functions below share while one chain runs."""

    chain: Chain
    settings: Settings
    record: RunRecord
    progress: ChainProgress
    warm: WarmProcess | None
    running: dict[Future[None], tuple[str, float]] = field(default_factory=dict)


def run_chain(
    chain: ChainName,
    *,
    settings: Settings,
    settings_file: Path,
    as_of: date,
    resume: bool,
    console: Console,
    warm: WarmProcess | None = None,
) -> RunReport:
    """Executes a chain's notebooks for one day and records the run in its folder, the log and the store.

    Args:
        chain: "nightly" or "weekly".
        settings: Already loaded from `settings_file`; both are given because kernels load the file themselves.
        settings_file: Absolute path.
        as_of: The day to close.
        resume: Go on with the last run of this day if it did not end; do nothing if it is complete.
        console: Where progress is told.
        warm: Forks the kernels; without it each step starts one for itself.

    Raises:
        LockHeldError: another run is under way.
    """
    with run_lock(settings.paths.runs), terminations_as_interrupts():
        rotate(settings.paths.log)
        log_to(settings.paths.log)
        _close_interrupted(settings)
        earlier = last_record(chain, settings=settings, as_of=as_of) if resume else None
        if earlier and earlier.state in ("done", "partial"):
            return _report(earlier, repeated=True)
        parameters = {"settings_file": str(settings_file), "as_of": as_of.isoformat()}
        record = earlier or new_record(
            chain, list(CHAINS[chain].needs), settings=settings, as_of=as_of, parameters=parameters
        )
        with ChainProgress(console) as progress:
            _run(_Run(CHAINS[chain], settings, record, progress, warm))
        _forget_old_runs(settings, but=Path(record.folder))
        return _report(record, repeated=False)


def _run(run: _Run) -> None:
    started, done = (
        time.monotonic(),
        [name for name, step in run.record.steps.items() if step.state == "done"],
    )
    run.record.state = "running"
    run.record.save()
    _store_start(run)
    begins = f"goes on after {', '.join(done)}" if done else "starts"
    logger.info("%s %s, as of %s", run.record.run_id, begins, run.record.as_of)
    try:
        _run_steps(run)
    except KeyboardInterrupt:
        _interrupt(run)
        raise
    finally:
        run.record.duration_s = round(time.monotonic() - started, 3)
        _finish(run)


def _run_steps(run: _Run) -> None:
    sorter = run.chain.sorter()
    with ThreadPoolExecutor(run.settings.batch.jobs) as pool:
        try:
            while sorter.is_active():
                for step in sorter.get_ready():
                    if run.record.steps[step].state == "done" or _blocked(run, step):
                        sorter.done(step)
                    else:
                        run.running[pool.submit(_execute, run, step)] = (step, time.monotonic())
                if run.running:
                    for step in _ended(run):
                        sorter.done(step)
        except KeyboardInterrupt:
            _kill_kernels()  # their threads end at once, and with them the pool
            raise


def _execute(run: _Run, step: str) -> None:
    notebook = run.settings.paths.notebooks / "batch" / f"{step}.ipynb"
    record = run.record.steps[step]
    record.state, record.notebook = "running", f"{step}.ipynb"
    run.progress.started(step)
    execute(
        notebook,
        Path(run.record.folder) / notebook.name,
        run.record.parameters,
        timeout_s=run.settings.batch.step_timeout_s,
        warm=run.warm,
    )


def _blocked(run: _Run, step: str) -> bool:
    """Does a step that this one needs stand failed or skipped?"""
    needed = [name for name in run.chain.needs[step] if name not in run.chain.optional]
    blocked = any(run.record.steps[name].state != "done" for name in needed)
    if blocked:
        run.record.steps[step].state = "skipped"
    return blocked


def _ended(run: _Run) -> list[str]:
    done, _ = wait(run.running, return_when=FIRST_COMPLETED)
    steps = []
    for future in done:
        step, started = run.running.pop(future)
        _record_end(run, step, future.exception(), seconds=time.monotonic() - started)
        steps.append(step)
    return steps


def _record_end(run: _Run, step: str, error: BaseException | None, *, seconds: float) -> None:
    record = run.record.steps[step]
    record.state = "failed" if error else "done"
    record.message = str(error) if error else ""
    record.duration_s = round(seconds, 3)
    run.record.save()
    with open_store(run.settings.store.url, main_location=run.settings.source.main_location) as opened:
        store.record_step(
            opened,
            run_id=run.record.run_id,
            step=step,
            state=record.state,
            duration_s=seconds,
            ended_at=now(),
            message=record.message or None,
        )
    run.progress.ended(step, state=record.state, seconds=seconds)
    logger.log(logging.ERROR if error else logging.INFO, "%s %s in %.1f s", step, record.state, seconds)


def _store_start(run: _Run) -> None:
    with open_store(run.settings.store.url, main_location=run.settings.source.main_location) as opened:
        store.start_run(
            opened,
            run_id=run.record.run_id,
            chain=run.record.chain,
            as_of=date.fromisoformat(run.record.as_of),
            started_at=datetime.fromisoformat(run.record.started_at),
            folder=run.record.folder,
        )


def _interrupt(run: _Run) -> None:
    run.record.state = "interrupted"
    for step in run.record.steps.values():
        if step.state == "running":
            step.state = "interrupted"


def _finish(run: _Run) -> None:
    record = run.record
    as_of = date.fromisoformat(record.as_of)
    with open_store(run.settings.store.url, main_location=run.settings.source.main_location) as opened:
        failures = store.read_night(opened, "failures", as_of=as_of)
        record.items = len(store.read_night(opened, "items", as_of=as_of))
        record.failures = failures.to_dict("records")
        record.state = record.state if record.state == "interrupted" else _state(run)
        if record.chain == "nightly" and FREEZES in record.steps and record.state in ("done", "partial"):
            record.marks = asdict(marks_of(run.settings, opened, as_of))
        record.ended_at = now().isoformat(timespec="seconds")
        record.save()
        store.finish_run(
            opened,
            run_id=record.run_id,
            state=record.state,
            ended_at=now(),
            duration_s=record.duration_s,
            items=record.items,
            failed_items=failures["item_id"].nunique(),
        )
    logger.info("%s %s in %.1f s", record.run_id, record.state, record.duration_s)


def _state(run: _Run) -> str:
    bad = {name for name, step in run.record.steps.items() if step.state != "done"}
    if bad - run.chain.optional:
        return "failed"
    return "partial" if bad or run.record.failures else "done"


def _close_interrupted(settings: Settings) -> None:
    """Runs whose process died still say "running"; we hold the lock, so none of them is."""
    with open_store(settings.store.url, main_location=settings.source.main_location) as opened:
        for run_id in store.close_interrupted(opened):
            logger.warning("%s was interrupted: its process has ended without saying how", run_id)


def _kill_kernels() -> None:
    for child in psutil.Process().children(recursive=True):
        child.kill()


def _forget_old_runs(settings: Settings, *, but: Path) -> None:
    """Keeps the newest and this run: with a clock that was set back it would seem the oldest."""
    found = (folder for folder in settings.paths.runs.glob("*_*ly_*") if folder != but)
    folders = sorted(found, key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in folders[settings.batch.keep_runs - 1 :]:
        shutil.rmtree(folder)


def _report(record: RunRecord, *, repeated: bool) -> RunReport:
    messages = tuple(step.message for step in record.steps.values() if step.message)
    return RunReport(record.run_id, Path(record.folder), record.state, record.duration_s, messages, repeated)
