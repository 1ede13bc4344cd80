"""Runs functions in real processes at the same moment."""

import multiprocessing
import time

from optiflow_lib.errors import OptiflowError

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    ["optiflow_lib.store.drafts", "optiflow_lib.store.opening", "alembic.command"]
)


def at_the_same_moment(function, *arguments):
    """What `function` returns for each tuple of arguments, each in its own process; an error as its text."""
    barrier, results = _context.Barrier(len(arguments)), _context.Queue()
    processes = [
        _context.Process(target=_run, args=(function, arguments_, number, barrier, results))
        for number, arguments_ in enumerate(arguments)
    ]
    for process in processes:
        process.start()
    found = dict(results.get(timeout=50) for _ in processes)
    for process in processes:
        process.join()
    results.close()
    results.join_thread()
    return [found[number] for number in sorted(found)]


def killed_within(function, *arguments):
    """Runs `function(*arguments, here)` in a process that is killed (SIGKILL) once it calls `here()`."""
    reached = _context.Event()
    process = _context.Process(target=_run_until_killed, args=(function, arguments, reached))
    process.start()
    assert reached.wait(40)
    process.kill()
    process.join()


def _run_until_killed(function, arguments, reached):
    def here():
        reached.set()
        time.sleep(60)

    function(*arguments, here)


def _run(function, arguments, number, barrier, results):
    barrier.wait(40)
    try:
        results.put((number, function(*arguments)))
    except OptiflowError as error:
        results.put((number, str(error)))
