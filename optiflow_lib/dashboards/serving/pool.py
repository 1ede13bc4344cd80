"""Kernels that are ready before somebody comes."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import zmq.asyncio

from optiflow_lib.dashboards.serving.kernels import PageKernels

logger = logging.getLogger(__name__)

START_TOGETHER = 2  # kernels that start at the same time: more would only take time from visits
READY_TIMEOUT_S = 60
LONGEST_PATIENCE_S = 3.0  # the pool is filled again when no page is being printed, or after so long


@dataclass(frozen=True)
class Kernel:
    """A kernel that is ready to execute a notebook's cells."""

    id: str
    manager: Any
    client: Any


class KernelPool:
    """Keeps kernels ready; any of them can serve any page.

    Args:
        kernels: The server's kernels.
        warm: How many are kept ready.
        busy: Is a page being printed now?
    """

    def __init__(self, kernels: PageKernels, *, warm: int, busy: Callable[[], bool]) -> None:
        self._kernels, self._warm, self._busy = kernels, warm, busy
        self._waiting: deque[Kernel] = deque()
        self._turn = asyncio.Semaphore(START_TOGETHER)
        self._filling: set[asyncio.Task[None]] = set()
        self._sockets = zmq.asyncio.Context()  # one for all: each would bring two threads of its own
        kernels.waiting = set()

    def __len__(self) -> int:
        return len(self._waiting)

    async def take(self) -> Kernel:
        """A kernel for one visit: a ready one, or else one that is started now."""
        while self._waiting:
            kernel = self._waiting.popleft()
            self._kernels.waiting.discard(kernel.id)
            if await kernel.manager.is_alive():
                self.fill()
                return kernel
            logger.warning("kernel %s died while it waited for a visit", kernel.id)
            await self._forget(kernel)
        self.fill()
        return await self._started()

    def fill(self) -> None:
        """Starts as many kernels as are missing, when there is time for it."""
        for _ in range(self._warm - len(self._waiting) - len(self._filling)):
            task = asyncio.get_running_loop().create_task(self._add())
            self._filling.add(task)
            task.add_done_callback(self._filling.discard)

    async def filled(self) -> None:
        """Waits until the kernels that are being started are ready."""
        await asyncio.gather(*self._filling)

    async def close(self) -> None:
        """Starts no more kernels and ends those that wait; nobody may be printing any more."""
        self._warm = 0
        for task in self._filling:
            task.cancel()
        await asyncio.gather(*self._filling, return_exceptions=True)
        while self._waiting:
            await self._forget(self._waiting.popleft())
        self._sockets.destroy(linger=0)

    async def _add(self) -> None:
        waited = 0.0
        while self._busy() and waited < LONGEST_PATIENCE_S:
            await asyncio.sleep(0.05)
            waited += 0.05
        try:
            kernel = await self._started()
        except Exception:  # whatever it is, the next visit starts its own kernel and shows what is wrong
            logger.exception("a kernel could not be started")
            return
        self._kernels.waiting.add(kernel.id)
        self._waiting.append(kernel)

    async def _started(self) -> Kernel:
        async with self._turn:
            kernel_id = await self._kernels.start_kernel(kernel_name="python3")
            manager = self._kernels.get_kernel(kernel_id)
            client = manager.client(context=self._sockets)
            client.start_channels(hb=False)
            await client.wait_for_ready(timeout=READY_TIMEOUT_S)
            client.allow_stdin = False
            return Kernel(kernel_id, manager, client)

    async def _forget(self, kernel: Kernel) -> None:
        kernel.client.stop_channels()
        self._kernels.waiting.discard(kernel.id)
        if kernel.id in self._kernels:
            await self._kernels.shutdown_kernel(kernel.id, now=True)
