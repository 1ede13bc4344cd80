"""A process for calculations that has started before the first question comes, and stays while a server runs."""

import logging
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Client, Connection
from typing import Self

from optiflow_lib.errors import OptiflowError
from optiflow_lib.jobs.worker import START_S, Errand, address_of, start
from optiflow_lib.jobs.working import LET_GO
from optiflow_lib.settings import Settings

LOOK_S = 0.2  # how often it is looked for while it starts, and whether it still runs
PAUSE_S = 5.0  # before another one is started in place of one that ended
logger = logging.getLogger(__name__)


class Standby:
    """Keeps the process for an errand loaded, by staying connected to it without ever asking.

    Args:
        settings: As pages will hand calculations over with.
        errand: What it is for.
    """

    def __init__(self, settings: Settings, errand: Errand) -> None:
        self._settings, self._errand = settings, errand
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Lets go of it: it ends itself as soon as nobody else is connected."""
        self._over.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._over.is_set():
            try:
                with self._connected() as connection:
                    self._stay(connection)
            except (OSError, EOFError):
                logger.info("the process for %s ended and is started again", self._errand)
            except OptiflowError as error:
                logger.warning("no process for %s stands by: %s", self._errand, error)
            self._over.wait(PAUSE_S)

    def _connected(self) -> Connection:
        """A connection once it has started; OSError when it does not start."""
        started = start(self._settings, self._errand)
        until = time.monotonic() + START_S
        address = str(address_of(self._settings, self._errand))
        while time.monotonic() < until and not self._over.is_set():
            with suppress(OSError):
                return Client(address, "AF_UNIX")
            self._over.wait(LOOK_S)
        if started:
            started.terminate()  # nobody has come to it yet
            started.wait()
        raise OSError(f"nothing answers at {address}")

    def _stay(self, connection: Connection) -> None:
        while not self._over.is_set():
            if connection.poll(LOOK_S):
                connection.recv()  # it is told nothing: only the end comes, as EOFError
        connection.send(LET_GO)
