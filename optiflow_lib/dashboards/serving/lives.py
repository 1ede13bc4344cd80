"""The lives of kernels that serve a page: whose they are, and when they end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Protocol

logger = logging.getLogger(__name__)

CONNECT_S = 60.0  # a page that is not connected by then was closed, or is read without its scripts
RECONNECT_S = 20.0  # a connection may be lost for so long
ENDED = 4001  # code of the websocket's end that tells a page: your kernel is gone, do not try again


class NoRoom(Exception):  # noqa: N818 - what happened; the visitor waits
    """As many kernels serve a page as may."""


@dataclass(frozen=True)
class Owner:
    """Whose page a kernel serves. `seal` changes with the person's password and role; a page outlives neither."""

    name: str
    seal: str


class Connection(Protocol):
    """A page's websocket."""

    def close(self, code: int, reason: str) -> None:
        """Ends it."""


@dataclass
class _Life:
    owner: Owner
    printing: bool = True
    connections: set[Connection] = field(default_factory=set)
    timer: asyncio.TimerHandle | None = None


class Lives:
    """Kernels that serve a page: each begins with a visit and ends with its page.

    Args:
        most: How many may at the same time.
        shut_down: Ends a kernel's process.
    """

    def __init__(self, *, most: int, shut_down: Callable[[str], Awaitable[None]]) -> None:
        self._most, self._shut_down = most, shut_down
        self._lives: dict[str, _Life] = {}
        self._coming = 0
        self._ending: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._lives)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._lives))

    @property
    def printing(self) -> bool:
        """Is a page being printed now?"""
        return any(life.printing for life in self._lives.values())

    def reserve(self) -> None:
        """Keeps a place for a visit that gets its kernel now; `begin` takes it, `give_back` frees it.

        Raises:
            NoRoom: there is none.
        """
        if len(self._lives) + self._coming >= self._most:
            raise NoRoom
        self._coming += 1

    def give_back(self) -> None:
        """Frees a place that was kept for nothing."""
        self._coming -= 1

    def begin(self, kernel_id: str, owner: Owner) -> None:
        """A kernel serves a page of `owner` from now on, in the place that was kept."""
        self._coming -= 1
        self._lives[kernel_id] = _Life(owner)

    def owner(self, kernel_id: str) -> str | None:
        """Name of the user whose page the kernel serves; None when it serves none."""
        life = self._lives.get(kernel_id)
        return None if life is None else life.owner.name

    def end_strangers(self, known: Collection[Owner]) -> None:
        """Ends the pages of people who may no longer see them as they are."""
        for kernel_id, life in list(self._lives.items()):
            if life.owner not in known:
                self.end_soon(kernel_id)

    def printed(self, kernel_id: str) -> None:
        """The page is printed: its scripts connect soon, or the kernel ends."""
        if life := self._lives.get(kernel_id):
            life.printing = False
            self._end_after(life, kernel_id, CONNECT_S)

    def connected(self, kernel_id: str, connection: Connection) -> None:
        """The page is there: the kernel stays."""
        if life := self._lives.get(kernel_id):
            life.connections.add(connection)
            _stop(life)

    def disconnected(self, kernel_id: str, connection: Connection) -> None:
        """The connection is lost: the page is gone, or comes back soon."""
        if life := self._lives.get(kernel_id):
            life.connections.discard(connection)
            self._end_after(life, kernel_id, RECONNECT_S)

    async def end(self, kernel_id: str) -> None:
        """Ends a kernel; a page that still looks at it is told."""
        life = self._lives.pop(kernel_id, None)
        if life is None:
            return
        _stop(life)
        for connection in life.connections:
            connection.close(ENDED, "the kernel has ended")
        await self._shut_down(kernel_id)

    def end_soon(self, kernel_id: str) -> None:
        """Ends a kernel without waiting for it."""
        task = asyncio.get_running_loop().create_task(self.end(kernel_id))
        self._ending.add(task)
        task.add_done_callback(self._ended)

    async def end_all(self) -> None:
        """Ends every kernel that serves a page."""
        for kernel_id in self:
            self.end_soon(kernel_id)
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _end_after(self, life: _Life, kernel_id: str, seconds: float) -> None:
        if not life.connections and not life.printing:
            _stop(life)
            life.timer = asyncio.get_running_loop().call_later(seconds, self.end_soon, kernel_id)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._ending.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("a kernel could not be ended", exc_info=task.exception())


def _stop(life: _Life) -> None:
    if life.timer is not None:
        life.timer.cancel()
        life.timer = None
